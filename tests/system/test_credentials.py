"""No password, token or user name of a store leaves the environment."""

import base64
import gc
import html
import os
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, unquote_plus

import psutil
import pytest
from mlflow import MlflowClient
from support.hostile_server import HostileServer
from support.journals import deliver, example, runs_of, start, write_journal
from support.tracking_server import PASSWORD, USER, Postgres, TrackingServer, free_port

from chipbench.tracking.delivery_state import DeliveryState
from chipbench.tracking.recorder import Recorder

TESTS = Path(__file__).parents[1]
NAME, SECRET = "zaphod@b", "h#nter/2?is@long enough"


def scan(folder: Path, *secrets: str) -> list[str]:
    """The files below `folder` that hold one of `secrets`."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found += [path.name for secret in secrets if secret.encode() in data]
    return found


def record(
    folder: Path, uri: str, patience_s: float, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Run something like a benchmark on the store at `uri`, with that in its environment too."""
    places = os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-m", "support.short_run", uri, str(patience_s)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"MLFLOW_TRACKING_URI": uri, "PYTHONPATH": places} | environment,
    )


def test_a_login_in_the_address_is_used_and_never_kept(
    login_server: TrackingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = PASSWORD.replace(" ", "%20")
    finished = record(
        tmp_path, login_server.uri.replace("//", f"//{USER}:{secret}@"), patience_s=60
    )
    key, error, address = finished.stdout.split()
    assert (error, address) == ("None", login_server.uri)
    assert scan(tmp_path, PASSWORD, secret, f"{USER}:") == []
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", USER)
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", PASSWORD)
    (run,) = runs_of(login_server.uri, key)
    stored = str(run.to_dictionary())
    assert PASSWORD not in stored and secret not in stored
    assert run.data.tags["chipbench.reason"].startswith("could not reach http://")


_SOON = "tracking.delivery_interval_s=0.2"
#: Refused once the run has begun; what has begun is delivered all the same.
_TOO_LARGE = ("dataset=digits", "batch_size=5000", _SOON, "tracking.drain_timeout_s=5")
_MANUAL = ("method=final_cut_manual", "export_time_s=60", _SOON, "tracking.drain_timeout_s=3")
#: Entry points that record a run, and the exit codes of these; one program delivers for all.
RECORDING = {
    "train": (_TOO_LARGE, 2),
    "createml": ((*_TOO_LARGE, "createml.engine=keras", "model=tiny_vgg"), 2),
    "export": (_MANUAL, 0),
    "forest": (("dataset.source=generated", "dataset.max_examples=20000", *_MANUAL[2:]), 2),
    "sweep": (("entry=export", *_MANUAL), 0),
    "limits": (_TOO_LARGE, 2),
}
ASKING: dict[str, tuple[tuple[str, ...], int]] = {
    "compare": ((), 3),
    "reference": ((), 1),
    "sync": (("tracking.drain_timeout_s=0",), 1),
    "doctor": (("training_timeout_s=0.1",), 1),
}


@dataclass(frozen=True)
class Stage:
    """Where an entry point is played: its folder, and the process list while it runs."""

    folder: Path
    seen: set[str]  # command lines of processes that it started

    def play(self, entry: str, words: Iterable[str]) -> int:
        """Run `python -m chipbench.<entry>` in this process; its exit code."""
        over = threading.Event()
        watch = threading.Thread(target=self._watch, args=(over,))
        watch.start()
        sys.argv = [entry, *words, f"hydra.run.dir={self.folder / entry}"]
        try:
            runpy.run_module(f"chipbench.{entry}", run_name="__main__")
        except SystemExit as ended:
            return int(str(ended.code))
        finally:
            over.set()
            watch.join()
        raise AssertionError("an entry point exits by the contract")

    def _watch(self, over: threading.Event) -> None:
        others = set(psutil.Process().children())  # a database, which names its users there itself
        while not over.wait(0.05):
            for started in set(psutil.Process().children()) - others:
                with suppress(psutil.Error):
                    for process in (started, *started.children(recursive=True)):
                        self.seen.add(" ".join(process.cmdline()))


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """What an entry point leaves in its process is undone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("chipbench.sweeping.sweep_command.project_dir", lambda: tmp_path)
    monkeypatch.setattr(sys, "argv", sys.argv)
    environment = dict(os.environ)
    drain = Recorder.drain

    def drain_once_it_asks(recorder: Recorder) -> DeliveryState:
        recorder.settle(120)  # a busy machine may start no program within the store's patience
        return drain(recorder)

    monkeypatch.setattr(Recorder, "drain", drain_once_it_asks)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield Stage(tmp_path, set())
    gc.unfreeze()
    gc.enable()
    for number, handler in handlers.items():
        signal.signal(number, handler)
    os.environ.clear()
    os.environ.update(environment)


@pytest.mark.parametrize(
    ("answer", "recording"),
    [
        ("400", ("train", "createml", "export", "sweep")),
        ("401", ("createml", "forest")),
        ("500", ("sweep", "limits")),
        ("away", ("export",)),
        ("postgresql", ("train",)),
    ],
)
def test_no_entry_point_says_the_login(
    answer: str,
    recording: Sequence[str],
    stage: Stage,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Whatever the store answers: not on the screen, in a file or in the list of processes."""
    server = HostileServer(int(answer), plain=answer == "500") if answer.isdigit() else None
    if server is not None:
        request.addfinalizer(server.stop)
    uri = _uri_of(answer, server, request)
    if answer == "401":
        monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", NAME)
        monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", SECRET)
    else:
        uri = uri.replace("//", f"//{quote(NAME)}:{quote(SECRET, safe='')}@")
    example(stage.folder / "outputs" / "waiting")
    for entry, (words, code) in ({name: RECORDING[name] for name in recording} | ASKING).items():
        asked = 0 if server is None else len(server.logins)
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        assert stage.play(entry, words) == code
        assert_hidden("".join(capfd.readouterr()), f"{entry}'s output")
        assert server is None or len(server.logins) > asked, f"{entry} asked"
    for path in stage.folder.rglob("*"):
        if path.is_file():
            assert_hidden(path.read_bytes().decode(errors="replace"), str(path))
    assert any("chipbench.tracking.delivery_process" in line for line in stage.seen)
    assert_hidden("\n".join(stage.seen), "the list of processes")
    assert server is None or set(server.logins) == {f"{NAME}:{SECRET}"}


@pytest.mark.parametrize("entry", [*RECORDING, *ASKING])
def test_a_configuration_that_is_printed_has_no_login(
    entry: str, stage: Stage, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    login = f"{quote(NAME)}:{quote(SECRET, safe='')}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://{login}@host:5000")
    words = ["createml.engine=keras"] if entry == "createml" else []
    assert stage.play(entry, ["--cfg", "job", "--resolve", *words]) == 0
    said = capfd.readouterr()
    assert_hidden(said.out + said.err, f"{entry} --cfg job")
    assert entry == "sweep" or "uri: http://host:5000" in said.out


def _uri_of(answer: str, server: HostileServer | None, request: pytest.FixtureRequest) -> str:
    if answer == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        return f"postgresql+psycopg2://127.0.0.1:{postgres.port}/none"
    return f"http://127.0.0.1:{free_port() if server is None else server.port}"


def assert_hidden(text: str, place: str) -> None:
    """Fail if the user or the password is there, in whatever spelling."""
    plain = html.unescape(unquote(unquote_plus(text))).replace("\\", "")
    token = base64.b64encode(f"{NAME}:{SECRET}".encode()).decode().rstrip("=")
    for hidden in (NAME, SECRET, SECRET.replace(" ", "+"), token):
        at = plain.find(hidden)
        assert at < 0 and hidden not in text, f"{place}: {plain[max(0, at - 80) : at + 80]}"


def test_a_token_is_never_kept(tmp_path: Path) -> None:
    uri = f"http://127.0.0.1:{free_port()}"
    assert record(tmp_path, uri, patience_s=0, MLFLOW_TRACKING_TOKEN=SECRET).returncode == 0
    assert scan(tmp_path, SECRET) == []


def test_what_mlflow_says_of_user_and_sources_is_removed(database: str, tmp_path: Path) -> None:
    client = MlflowClient(database)
    revealing = {
        "mlflow.user": NAME,
        "mlflow.source.name": f"/home/{NAME}/chipbench",
        "mlflow.gitRepoURL": f"https://{NAME}:{SECRET}@git.example.org/chipbench",
        "mlflow.source.git.repoURL": "https://git.example.org/chipbench",
    }
    run_id = client.create_run("0", tags=revealing).info.run_id
    deliver(write_journal(tmp_path / "run", start(run_id=run_id)), database)
    tags = client.get_run(run_id).data.tags
    assert SECRET not in str(tags) and NAME not in str(tags)
    assert tags["mlflow.source.git.repoURL"] == revealing["mlflow.source.git.repoURL"]
