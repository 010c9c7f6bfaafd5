"""What "nothing lost, nothing twice" holds against, in figures: kills, a crowd, a full disk.

    python tests/benchmarks/bench_faults.py                    # everything, about 40 minutes
    python tests/benchmarks/bench_faults.py server_kills -n 3  # one experiment, three times

Needs PostgreSQL and the extra `server`; `full_disk` needs to be root, to mount a small disk. One
line of figures per experiment; exit code 1 if a record was lost or doubled, or a run left open.
Take a machine that does nothing else: `server_away` compares times.
"""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))

import psutil  # noqa: E402 - the servers and journals of the tests stand beside this folder
from support.journals import Verdict, history, runs_of, verdict  # noqa: E402
from support.tracking_server import Postgres, TrackingServer, free_port  # noqa: E402

from chipbench.tracking.journal import End, Metrics, read, read_start  # noqa: E402

TRAINING = ("dataset=digits", "epochs=5", "tracking.drain_timeout_s=120")
CLIENTS = 50


def main() -> int:
    """Run the experiments that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("experiments", nargs="*", default=list(EXPERIMENTS))
    parser.add_argument("-n", "--times", type=int, default=20, help="kills, clients are 50")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random.seed(given.seed)
    with tempfile.TemporaryDirectory(prefix="chipbench-faults-") as folder:
        data = Path(folder) / "postgres"
        data.mkdir()
        postgres = Postgres()
        postgres.start(data)
        try:
            kept = [
                EXPERIMENTS[name](Path(folder), postgres, given.times) for name in given.experiments
            ]
        finally:
            postgres.stop()
    return 0 if all(kept) else 1


def server_kills(folder: Path, postgres: Postgres, times: int) -> bool:
    """The server dies at a random moment of a training and comes back."""
    found = []
    with started(folder / "server", postgres.database("server_kills")) as server:
        duration_s = unharmed(folder / "server_kills", server.uri)
        for number in range(times):
            run = folder / f"server_kills{number}"
            training = train(run, server.uri)
            wait_for(run / "journal.jsonl")
            time.sleep(random.uniform(0.0, duration_s))
            server.kill()
            time.sleep(random.uniform(0.0, 3.0))
            server.start()
            training.wait()
            found.append(verdict(server.uri, run / "journal.jsonl"))
    return report("server killed and restarted", found, "FINISHED")


def client_kills(folder: Path, postgres: Postgres, times: int) -> bool:
    """The benchmark dies at a random moment, every second time with its delivery; then sync."""
    found = []
    with started(folder / "server", postgres.database("client_kills")) as server:
        duration_s = unharmed(folder / "client_kills", server.uri)
        for number in range(times):
            run = folder / f"client_kills{number}"
            training = train(run, server.uri)
            wait_for(run / "journal.jsonl")
            time.sleep(random.uniform(0.0, duration_s))
            kill(training, with_delivery=bool(number % 2))
            sync(run, server.uri)
            journal = run / "journal.jsonl"
            whole = any(isinstance(record, End) for record, _ in read(journal))
            found.append(verdict(server.uri, journal))
            if found[-1].status == ("FINISHED" if whole else "FAILED"):
                found[-1] = replace(found[-1], status="closed")
    return report("client killed, then sync", found, "closed")


def many_clients(folder: Path, postgres: Postgres, _times: int) -> bool:
    """Fifty clients at one server at once."""
    program = str(Path(__file__).with_name("short_training.py"))
    with started(folder / "server", postgres.database("many_clients")) as server:
        began_s = time.monotonic()
        runs = [folder / f"client{number}" for number in range(CLIENTS)]
        clients = [
            subprocess.Popen(
                [sys.executable, program, str(run), server.uri], stdout=subprocess.DEVNULL
            )
            for run in runs
        ]
        for client in clients:
            client.wait()
        took_s = time.monotonic() - began_s
        records = sum(1 for run in runs for _ in read(run / "journal.jsonl"))
        found = [verdict(server.uri, run / "journal.jsonl") for run in runs]
    kept = report(f"{CLIENTS} clients at once", found, "FINISHED")
    print(
        f"  {records} records in {took_s:.0f} s, starting {CLIENTS} clients and their deliveries "
        f"included: {records / took_s:.0f} records/s delivered"
    )
    return kept


def server_away(folder: Path, postgres: Postgres, _times: int) -> bool:
    """Epoch times with the server there and away, in turn."""
    away = f"http://127.0.0.1:{free_port()}"
    medians: dict[str, list[float]] = {"there": [], "away": []}
    longer = ("epochs=15", "tracking.drain_timeout_s=5")
    with started(folder / "server", postgres.database("server_away")) as server:
        for repeat in range(5):
            for which, uri in (("there", server.uri), ("away", away)):
                run = folder / f"{which}{repeat}"
                train(run, uri, *longer).wait()
                times = [value for name, _, value in metrics(run) if name == "epoch_time_s"]
                medians[which].append(statistics.median(times[1:]))
    there, gone = (statistics.mean(medians[which]) for which in ("there", "away"))
    noise = statistics.stdev(medians["there"])
    print(
        f"server away for the whole run: epoch {gone:.4f} s, with it {there:.4f} s, "
        f"difference {gone - there:+.4f} s, noise of repeats {noise:.4f} s"
    )
    return abs(gone - there) <= 2 * noise


def full_disk(folder: Path, postgres: Postgres, _times: int) -> bool:
    """The disk under the journal has room for its beginning alone."""
    disk = folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)])
    if mounted.returncode:
        print("full disk: not tried, it takes root to mount a small one")
        return True
    try:
        with started(folder / "server", postgres.database("full_disk")) as server:
            run = disk / "run"
            training = train(run, server.uri, "monitor.interval_s=0.05")
            said, complained = training.communicate()
            on_disk = [record for record, _ in read(run / "journal.jsonl")]
            start = read_start(run / "journal.jsonl")
            assert start is not None
            (stored,) = runs_of(server.uri, start.key)
            epochs = history(server.uri, stored.info.run_id, "epoch_time_s")
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    shown = "total_time_s" in said
    told = complained.count("records are kept in memory")
    print(
        f"full disk: exit code {training.returncode}, result printed: {shown}, said {told} x, "
        f"{len(on_disk)} whole records on disk, run {stored.info.status} with {len(epochs)} epochs"
    )
    whole = training.returncode == 0 and shown and told == 1 and len(epochs) == 5
    return whole and stored.info.status == "FINISHED"


EXPERIMENTS: dict[str, Callable[[Path, Postgres, int], bool]] = {
    "server_kills": server_kills,
    "client_kills": client_kills,
    "many_clients": many_clients,
    "server_away": server_away,
    "full_disk": full_disk,
}


@contextmanager
def started(folder: Path, database: str) -> Iterator[TrackingServer]:
    """A running server with an empty database."""
    server = TrackingServer(folder, database)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def train(run: Path, uri: str, *overrides: str) -> "subprocess.Popen[str]":
    """A short real training on real data, recorded in the folder `run`."""
    words = [*TRAINING, f"hydra.run.dir={run}", f"tracking.uri={uri}", *overrides]
    return subprocess.Popen(
        [sys.executable, "-m", "chipbench.train", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def unharmed(run: Path, uri: str) -> float:
    """How many seconds a training takes from its first record to its end."""
    training = train(run, uri)
    wait_for(run / "journal.jsonl")
    began_s = time.monotonic()
    training.wait()
    return time.monotonic() - began_s


def sync(run: Path, uri: str) -> None:
    """Deliver what is left of a run, once its own delivery is done with it."""
    command = [sys.executable, "-m", "chipbench.sync", f"journals={run}", f"tracking.uri={uri}"]
    for _ in range(60):
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        if "is still running" not in done.stdout:
            return
        time.sleep(1)


def kill(training: "subprocess.Popen[str]", with_delivery: bool) -> None:
    """End a training as a power failure or the kernel's memory killer would."""
    if training.poll() is not None:
        return
    children = psutil.Process(training.pid).children(recursive=True)
    training.kill()
    training.wait()
    for child in children if with_delivery else ():
        if child.is_running():
            child.kill()


def wait_for(path: Path) -> None:
    """Wait until a file is there."""
    for _ in range(600):
        if path.exists() and path.stat().st_size:
            return
        time.sleep(0.1)
    raise TimeoutError(f"{path.name} did not appear")


def metrics(run: Path) -> Iterator[tuple[str, int, float]]:
    """Name, step and value of every metric of a run's journal."""
    for record, _ in read(run / "journal.jsonl"):
        if isinstance(record, Metrics):
            for name, value in record.values.items():
                yield name, record.step, value


def report(what: str, found: Sequence[Verdict], status: str) -> bool:
    """Print an experiment's figures; whether the promise was kept."""
    right = sum(one.status == status and one.runs == 1 for one in found)
    lost, doubled = sum(one.lost for one in found), sum(one.doubled for one in found)
    points = sum(one.points for one in found)
    print(
        f"{what}: {right} of {len(found)} runs {status}, "
        f"{lost} of {points} metric values lost, {doubled} twice",
        flush=True,
    )
    return right == len(found) and not lost and not doubled


if __name__ == "__main__":
    sys.exit(main())
