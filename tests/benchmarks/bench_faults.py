"""What "nothing lost, nothing twice" holds against, in figures: kills, a crowd, a full disk.

    python tests/benchmarks/bench_faults.py                    # everything, about two hours
    python tests/benchmarks/bench_faults.py server_kills -n 3  # one experiment, three times

Needs PostgreSQL and the extra `server`; `full_disk` needs to be root, to mount a small disk. One
line of figures per experiment; exit code 1 if a record was lost or doubled, or a run left open.
Take a machine that does nothing else: `server_away` compares times.
"""

import argparse
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))  # the servers and journals of the tests stand beside this folder

from fault_runs import (  # noqa: E402
    MORTAL,
    closed,
    kill,
    metrics,
    report,
    started,
    sync,
    train,
    unharmed,
    wait_for,
)
from mortal_training import PHASES  # noqa: E402
from rows import keep  # noqa: E402
from support.fault_proxy import Fault, FaultProxy  # noqa: E402
from support.journals import Verdict, history, runs_of, verdict  # noqa: E402
from support.tracking_server import Postgres, free_port  # noqa: E402

from chipbench.tracking.journal import read, read_start  # noqa: E402

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
    return _server_kills("server_kills", "server killed and restarted", folder, postgres, times)


def logging_beside(folder: Path, postgres: Postgres, times: int) -> bool:
    """The same, where the environment asks MLflow to return before the store has anything."""
    asked = {"MLFLOW_ENABLE_ASYNC_LOGGING": "true"}
    what = "the same with asynchronous logging on"
    return _server_kills("logging_beside", what, folder, postgres, times, asked)


def _server_kills(
    name: str,
    what: str,
    folder: Path,
    postgres: Postgres,
    times: int,
    environment: Mapping[str, str] | None = None,
) -> bool:
    found, befell = [], []
    with started(folder / "server", postgres.database(name)) as server:
        duration_s = unharmed(folder / name, server.uri)
        for number in range(times):
            run = folder / f"{name}{number}"
            training = train(run, server.uri, environment=environment)
            wait_for(run / "journal.jsonl")
            killed_s, away_s = random.uniform(0.0, duration_s), random.uniform(0.0, 3.0)
            time.sleep(killed_s)
            server.kill()
            time.sleep(away_s)
            server.start()
            training.wait()
            found.append(verdict(server.uri, run / "journal.jsonl"))
            befell.append({"killed_after_s": killed_s, "away_s": away_s})
    return report(name, what, found, "FINISHED", befell)


def half_answers(folder: Path, postgres: Postgres, times: int) -> bool:
    """A proxy cuts off a fifth of the server's answers in the middle."""

    def choose() -> Fault:
        return Fault.TRUNCATE if random.random() < 0.2 else Fault.NONE

    found, befell = [], []
    with started(folder / "server", postgres.database("half_answers")) as server:
        proxy = FaultProxy(server.port, choose)
        for number in range(times):
            run = folder / f"half_answers{number}"
            before = Counter(proxy.faults)
            train(run, proxy.uri).wait()
            seen = Counter(proxy.faults) - before
            befell.append({"answers_cut_off": seen[Fault.TRUNCATE], "pieces": seen.total()})
            found.append(verdict(server.uri, run / "journal.jsonl"))
        proxy.close()
    kept = report("half_answers", "a fifth of the answers cut off", found, "FINISHED", befell)
    print(f"  {proxy.faults[Fault.TRUNCATE]} of {proxy.faults.total()} pieces of requests")
    return kept


def client_kills(folder: Path, postgres: Postgres, times: int) -> bool:
    """The benchmark dies at a random moment, every second time with its delivery; then sync."""
    found, befell = [], []
    with started(folder / "server", postgres.database("client_kills")) as server:
        duration_s = unharmed(folder / "client_kills", server.uri)
        for number in range(times):
            run = folder / f"client_kills{number}"
            training = train(run, server.uri)
            wait_for(run / "journal.jsonl")
            killed_s, with_delivery = random.uniform(0.0, duration_s), bool(number % 2)
            time.sleep(killed_s)
            kill(training, with_delivery)
            sync(run, server.uri)
            found.append(closed(server.uri, run))
            befell.append({"killed_after_s": killed_s, "with_delivery": with_delivery})
    return report("client_kills", "client killed, then sync", found, "closed", befell)


def phase_kills(folder: Path, postgres: Postgres, times: int) -> bool:
    """The same in each phase of a run, half of `times` in each."""
    found: list[Verdict] = []
    befell: list[dict[str, object]] = []
    with started(folder / "server", postgres.database("phase_kills")) as server:
        for phase in PHASES:
            for number in range(times // 2):
                run = folder / f"{phase}{number}"
                delay_s = random.uniform(0.0, 2.0 if phase in ("trial", "training") else 0.2)
                moment = (phase, str(delay_s), "all" if number % 2 else "alone")
                words = [f"cache_dir={folder / 'cache'}{number}"] if phase == "trial" else []
                train(run, server.uri, *words, program=(str(MORTAL), *moment)).wait()
                sync(run, server.uri)
                found.append(closed(server.uri, run))
                befell.append({"phase": phase, "killed_after_s": delay_s})
                befell[-1]["with_delivery"] = bool(number % 2)
    return report("phase_kills", "client killed in each phase, then sync", found, "closed", befell)


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
        written = [sum(1 for _ in read(run / "journal.jsonl")) for run in runs]
        found = [verdict(server.uri, run / "journal.jsonl") for run in runs]
    befell = [{"records": number, "all_clients_time_s": took_s} for number in written]
    kept = report("many_clients", f"{CLIENTS} clients at once", found, "FINISHED", befell)
    records = sum(written)
    print(
        f"  {records} records in {took_s:.0f} s, starting {CLIENTS} clients and their deliveries "
        f"included: {records / took_s:.0f} records/s delivered"
    )
    return kept


def server_away(folder: Path, postgres: Postgres, _times: int) -> bool:
    """Epoch times with the server there and away, in turn."""
    away = f"http://127.0.0.1:{free_port()}"
    medians: dict[str, list[float]] = {"there": [], "away": []}
    rows: list[dict[str, object]] = []
    longer = ("epochs=15", "tracking.drain_timeout_s=5")
    with started(folder / "server", postgres.database("server_away")) as server:
        for repeat in range(5):
            for which, uri in (("there", server.uri), ("away", away)):
                run = folder / f"{which}{repeat}"
                train(run, uri, *longer).wait()
                times = [value for name, _, value in metrics(run) if name == "epoch_time_s"]
                medians[which].append(statistics.median(times[1:]))
                rows += [
                    {"turn": repeat + 1, "server": which, "epoch": epoch, "time_s": time_s}
                    for epoch, time_s in enumerate(times, 1)
                ]
    keep("faults_server_away", rows)
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
    shown = re.search(r" s for \d+ epochs", said) is not None
    told = complained.count("records are kept in memory")
    print(
        f"full disk: exit code {training.returncode}, result printed: {shown}, said {told} x, "
        f"{len(on_disk)} whole records on disk, run {stored.info.status} with {len(epochs)} epochs"
    )
    row = {
        "exit_code": training.returncode,
        "result_printed": shown,
        "said": told,
        "records_on_disk": len(on_disk),
        "status": stored.info.status,
        "epochs": len(epochs),
    }
    keep("faults_full_disk", [row])
    whole = training.returncode == 0 and shown and told == 1 and len(epochs) == 5
    return whole and stored.info.status == "FINISHED"


EXPERIMENTS: dict[str, Callable[[Path, Postgres, int], bool]] = {
    "server_kills": server_kills,
    "logging_beside": logging_beside,
    "half_answers": half_answers,
    "client_kills": client_kills,
    "phase_kills": phase_kills,
    "many_clients": many_clients,
    "server_away": server_away,
    "full_disk": full_disk,
}


if __name__ == "__main__":
    sys.exit(main())
