"""Where runs are recorded: an MLflow tracking store, and the process that delivers to it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from omegaconf import DictConfig

from chipbench.configuration import project_dir
from chipbench.errors import ConfigurationError

DELIVERY_LOG = "delivery.log"
_SCHEMES = ("http", "https", "sqlite", "postgresql", "postgresql+psycopg2", "mysql", "file")


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
        credentials, at, _ = urlsplit(self.uri).netloc.rpartition("@")
        return self.uri.replace(credentials + at, "", 1)

    def environment(self) -> dict[str, str]:
        """Environment variables that point MLflow here and let it fail fast: delivery retries."""
        return {
            "MLFLOW_TRACKING_URI": self.uri,
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
            "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
        }

    def start_delivery(self, journal: Path) -> "subprocess.Popen[bytes]":
        """Deliver `journal` from a process of its own, which also outlives a crash of this one.

        It gets the lowest priority, and a session of its own so that Ctrl-C does not reach it.
        """
        numbers = [str(self.delivery_interval_s), str(self.drain_timeout_s)]
        module = ["-m", "chipbench.tracking.delivery"]
        command = [sys.executable, *module, str(journal.absolute()), *numbers]
        nice = shutil.which("nice")
        with (journal.parent / DELIVERY_LOG).open("ab") as log:
            return subprocess.Popen(
                [nice, "-n", "19", *command] if nice else command,
                cwd=self.folder,
                env=os.environ | self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def configured_store(tracking: DictConfig) -> Store | None:
    """The store that the options of `tracking/` mean; None for `tracking=none`.

    Without a `uri` it is a SQLite file in the project folder. Raises ConfigurationError for an
    address that MLflow does not know.
    """
    if tracking.name == "none":
        return None
    uri, folder = tracking.uri, Path.cwd()
    if uri is None:
        folder = project_dir()
        uri = f"sqlite:///{folder / 'mlflow.db'}"
    store = Store(uri, folder, tracking.delivery_interval_s, tracking.drain_timeout_s)
    if urlsplit(uri).scheme not in _SCHEMES:
        known = ", ".join(f"{scheme}://" for scheme in _SCHEMES)
        raise ConfigurationError(f"tracking.uri={store.address}: must begin with one of {known}")
    return store
