"""The run that `mlflow run` makes for every entry point, also for one that records none.

It names the account and the project's folder, until delivery has joined it or this has labelled it.
"""

import os
from contextlib import suppress
from pathlib import Path

from chipbench.tracking.reason import unlogged
from chipbench.tracking.store import Store

_RUN_VARIABLE, _STORE_VARIABLE = "MLFLOW_RUN_ID", "MLFLOW_TRACKING_URI"


class OwnRun:
    """That run, as the environment named it when this process began; there may be none."""

    def __init__(self) -> None:
        self._id = os.environ.get(_RUN_VARIABLE)
        self._uri = os.environ.get(_STORE_VARIABLE)

    def label(self, kind: str) -> None:
        """Say what it is for unless it is a benchmark's, and remove what it reveals.

        The store may be away, or not let this user: that is no fault of what was done.
        """
        if self._id is None or self._uri is None:
            return
        with suppress(Exception), unlogged():  # MLflow's, requests', SQLAlchemy's: whatever is away
            client = Store(self._uri, Path.cwd(), 0.0, 0.0).client()
            from chipbench.tracking.runs import Runs

            Runs(client).label(self._id, kind)
