"""The run that `mlflow run` made for this process, which may record none, or one of its own.

It names the account and the project's folder, until delivery has joined it or this has named it.
"""

import os
from contextlib import suppress
from pathlib import Path

from chipbench.tracking.store import Store
from chipbench.tracking.store_errors import unlogged

_RUN_VARIABLE, _STORE_VARIABLE = "MLFLOW_RUN_ID", "MLFLOW_TRACKING_URI"


class OwnRun:
    """That run, as the environment named it when this process began; there may be none."""

    def __init__(self) -> None:
        self._id = os.environ.get(_RUN_VARIABLE)
        self._uri = os.environ.get(_STORE_VARIABLE)

    def name(self, entry: str) -> None:
        """Say what it was for unless a journal has joined it, and remove what it reveals.

        So are leftovers of earlier calls. The store may be away, or not let this user: that is no
        fault of what was done.
        """
        if self._id is None or self._uri is None:
            return
        with suppress(Exception), unlogged():  # MLflow's, requests', SQLAlchemy's: whatever is away
            client = Store(self._uri, Path.cwd(), 0.0, 0.0).client()
            from chipbench.tracking.project_runs import ProjectRuns

            runs = ProjectRuns(client)
            runs.name(self._id, entry)
            runs.remove_leftovers()
