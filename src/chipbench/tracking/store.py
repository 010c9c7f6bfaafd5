"""Where runs are recorded: an MLflow tracking store, and the process that delivers to it."""

import hashlib
import os
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from omegaconf import MISSING, DictConfig

from chipbench.ground import standby_fork
from chipbench.ground.errors import ConfigurationError
from chipbench.ground.processes import module_command, with_import_path
from chipbench.ground.regular_files import open_regular
from chipbench.tracking.address import (
    check_address,
    is_server,
    login_of,
    quoted_login,
    without_login,
)
from chipbench.tracking.client import connect
from chipbench.tracking.database_file import address_of, as_meant, check_folder

if TYPE_CHECKING:  # MLflow takes seconds to import
    from mlflow import MlflowClient

DELIVERY_LOG = "delivery.log"
_DELIVERY = "chipbench.tracking.delivery_process"
_NICENESS = 19
REFUSED = 4  # exit code of the process that delivers: no further one would be taken more of


@dataclass(frozen=True)
class Store:
    """A tracking store. `uri` may hold credentials: it is never recorded or printed."""

    uri: str
    folder: Path  # what a relative `uri` and MLflow's default artifact folder are relative to
    delivery_interval_s: float
    drain_timeout_s: float

    @property
    def address(self) -> str:
        """`uri` without user and password."""
        return without_login(self.uri)

    @property
    def digest(self) -> str:
        """Twelve hex digits that tell this store from others, and nothing about where it is."""
        return hashlib.sha256(self.address.encode()).hexdigest()[:12]

    def environment(self) -> dict[str, str]:
        """Environment variables that point MLflow here and let it fail fast: delivery retries.

        What changes the meaning of a call is set here: MLflow's own retries would create a run
        twice when an answer is lost, and logging beside would lose what it had taken. What says
        where the store is and how to reach it stays, but a server's user and password leave its
        address, which MLflow puts into its error messages.
        """
        server = is_server(self.uri)
        environment = {
            "MLFLOW_TRACKING_URI": self.address if server else quoted_login(self.uri),
            "MLFLOW_DISABLE_TELEMETRY": os.environ.get("MLFLOW_DISABLE_TELEMETRY", "true"),
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
            "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
            "MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER": "false",
            "MLFLOW_ENABLE_ASYNC_LOGGING": "false",
            "MLFLOW_TRUNCATE_LONG_VALUES": "true",
            "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING": "false",
            "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
            "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
        }
        login = login_of(self.uri) if server else None
        if login is not None:
            environment["MLFLOW_TRACKING_USERNAME"], environment["MLFLOW_TRACKING_PASSWORD"] = login
        return environment

    def client(self) -> "MlflowClient":
        """MLflow's client of this store, which from now on is the one of this process."""
        os.environ.update(self.environment())
        return connect()

    def start_delivery(self, journal: Path) -> "subprocess.Popen[bytes] | standby_fork.Program":
        """Deliver `journal` from a process of its own, which also outlives a crash of this one.

        It gets the lowest priority, and a session of its own so that Ctrl-C does not reach it.
        When the writer has ended, it reads from its stdin what the disk did not take.
        """
        numbers = [str(self.delivery_interval_s), str(self.drain_timeout_s)]
        arguments = [str(journal.absolute()), self.digest, *numbers]
        environment = with_import_path(os.environ) | self.environment()
        nice = shutil.which("nice")
        log_flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        with os.fdopen(open_regular(journal.parent / DELIVERY_LOG, log_flags), "ab") as log:
            waiting = standby_fork.take()
            if waiting is not None:
                with suppress(OSError):
                    return waiting.run(
                        _DELIVERY,
                        arguments,
                        environment=environment,
                        folder=self.folder,
                        output=log,
                        niceness=_NICENESS,
                    )
            command = module_command(_DELIVERY, *arguments)
            return subprocess.Popen(
                [nice, "-n", str(_NICENESS), *command] if nice else command,
                cwd=self.folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def configured_store(tracking: DictConfig, project_dir: Path) -> Store | None:
    """The store that the config's `tracking` means; None for `tracking=none`.

    Without a `uri` it is a SQLite file in `project_dir`. Raises ConfigurationError for an address
    that MLflow does not know, and for a password outside of the environment, where it stays.
    """
    if tracking.name == "none":
        return None
    uri, folder = tracking.uri, Path.cwd()
    if uri == MISSING:
        raise ConfigurationError(
            f"tracking={tracking.name}: it has no address; set MLFLOW_TRACKING_URI or "
            "tracking.uri=https://<server>"
        )
    if uri is None:
        uri, folder = address_of(project_dir / "mlflow.db"), project_dir
    elif uri.startswith("sqlite:"):
        uri = as_meant(uri)
    check_address(uri)
    if not is_server(uri):
        check_folder(folder)
    store = Store(uri, folder, tracking.delivery_interval_s, tracking.drain_timeout_s)
    if store.address != uri != os.environ.get("MLFLOW_TRACKING_URI"):
        raise ConfigurationError(
            f"tracking.uri={store.address}: a user or password on the command line is recorded by "
            "`mlflow run` and the shell; put the whole address into MLFLOW_TRACKING_URI"
        )
    return store
