"""Real tracking servers for tests and benchmarks: `mlflow server`, PostgreSQL, a login."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

#: The folder of what a server with a login holds requests against.
_RECORDING = Path(__file__).parents[2] / "conf" / "server"
USER, PASSWORD = "admin", "correct horse battery"
#: Ends PostgreSQL at once and lets it give back its memory.
END_POSTGRES = signal.SIGQUIT


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(
    what: str, ready: Callable[[], bool], process: "subprocess.Popen[bytes]", timeout_s: float
) -> None:
    """Wait until the process `what` is ready. Raises RuntimeError if it is not in time."""
    deadline_s = time.monotonic() + timeout_s
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline_s:
            raise RuntimeError(f"{what} did not start: exit code {process.poll()}")
        time.sleep(0.1)


def postgres_programs() -> Path | None:
    """The folder of initdb and postgres, as Debian or Homebrew install them."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    found = installed[-1:] or ([Path(on_path)] if on_path else [])
    return found[0].parent if found else None


@dataclass
class Postgres:
    """A PostgreSQL server on a loopback port; it refuses to run as root."""

    port: int = field(default_factory=free_port)
    _process: "subprocess.Popen[bytes] | None" = None

    def start(self, folder: Path) -> int:
        """Start the server, its data in `folder`, and wait until it answers; its process."""
        owner: dict[str, int] = {}
        if os.getuid() == 0:
            account = pwd.getpwnam("postgres")
            owner = {"user": account.pw_uid, "group": account.pw_gid}
            os.chown(folder, account.pw_uid, account.pw_gid)
            for parent in folder.parents:  # pytest makes its folders private
                parent.chmod(parent.stat().st_mode | 0o011)
        data = ["-D", str(folder / "data")]
        _run_program("initdb", *data, "-U", "chipbench", "-A", "trust", "--no-sync", **owner)
        options = ["-k", str(folder), "-p", str(self.port), "-c", "listen_addresses=127.0.0.1"]
        options += ["-c", "max_connections=200"]
        self._process = subprocess.Popen(
            [_program("postgres"), *data, *options],
            stdout=subprocess.DEVNULL,
            stderr=(folder / "log").open("wb"),
            cwd=folder,
            start_new_session=True,
            **owner,  # type: ignore[call-overload]
        )
        ready = [_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        wait_for("PostgreSQL", lambda: subprocess.call(ready) == 0, self._process, 120)
        return self._process.pid

    def database(self, name: str, template: str | None = None) -> str:
        """The address of a new database: empty, or a copy of another that nobody uses."""
        login = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "chipbench"]
        copied = [] if template is None else ["-T", template]
        _run_program("createdb", *login, *copied, name)
        return f"postgresql+psycopg2://chipbench@127.0.0.1:{self.port}/{name}"

    def stop(self) -> None:
        """End the server at once; its data is thrown away."""
        assert self._process is not None
        self._process.send_signal(END_POSTGRES)
        self._process.wait()


def _program(name: str) -> str:
    programs = postgres_programs()
    assert programs is not None
    return str(programs / name)


def _run_program(name: str, *arguments: str, **owner: int) -> None:
    subprocess.run(
        [_program(name), *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
        **owner,  # type: ignore[call-overload]
    )


@dataclass
class TrackingServer:
    """`mlflow server` on a loopback port; it can be killed and started again."""

    folder: Path
    database: str  # address of its database
    login: bool = False  # with --app-name basic-auth, as USER and PASSWORD
    port: int = field(default_factory=free_port)
    workers: int = 1
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def uri(self) -> str:
        """The server's address, without credentials."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> int:
        """Start the server and wait until it answers; its process, which leads a group."""
        self.folder.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "mlflow", "server", "--port", str(self.port)]
        command += ["--backend-store-uri", self.database, "--workers", str(self.workers)]
        command += ["--artifacts-destination", str(self.folder / "artifacts")]
        command += ["--app-name", "basic-auth"] if self.login else []
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=_plain_environment() | self._settings(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_for("mlflow server", self.answers, self._process, 120)
        return self._process.pid

    def kill(self) -> None:
        """End the server and its workers as a power failure would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def answers(self) -> bool:
        """Whether the server is up."""
        try:
            with urllib.request.urlopen(f"{self.uri}/health", timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    def _settings(self) -> Mapping[str, str]:
        settings = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        if self.login:
            config = self.folder / "auth.ini"
            users = self.folder / "users.db"
            config.write_text(
                "[mlflow]\ndefault_permission = NO_PERMISSIONS\nauth_cache_ttl_seconds = 60\n"
                "authorization_function = recording:authenticate\n"
                f"database_uri = sqlite:///{users}\nadmin_username = {USER}\n"
            )
            found = os.environ.get("PYTHONPATH", "")
            settings["PYTHONPATH"] = os.pathsep.join([str(_RECORDING), found])
            settings["MLFLOW_BASIC_AUTH_FAIL_CLOSED"] = "true"
            settings["MLFLOW_AUTH_CONFIG_PATH"] = str(config)
            settings["MLFLOW_AUTH_ADMIN_PASSWORD"] = PASSWORD
            settings["MLFLOW_FLASK_SERVER_SECRET_KEY"] = "a key for tests"
        return settings


def _plain_environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
