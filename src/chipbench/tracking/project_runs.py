"""The runs that `mlflow run` makes for every entry point, before that begins.

A benchmark's journal joins the one that was made for it, unless MLflow put it into "Default", where
it puts what nobody placed. What no journal has joined is named after its entry point, and removed
by a later command: `mlflow run` itself still ends it, and fails if it is gone.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from getpass import getuser
from urllib.parse import urlsplit

import psutil
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from chipbench.config.options import project_dir
from chipbench.ground import tags
from chipbench.ground.storable_text import RUN_NAME_TAG
from chipbench.ground.tags import stored
from chipbench.tracking.client import PAGE, pages, unless_absent
from chipbench.tracking.database_file import address_of
from chipbench.tracking.journal_experiment import UNCHOSEN
from chipbench.tracking.ownership import KEY_TAG, PROJECT_TAG, RUNNING

DUPLICATE_TAG = stored(tags.DUPLICATE_OF)
_KIND_TAG = stored(tags.KIND)
#: The kind of a run in which nothing was recorded.
EMPTY = "empty"
_USER_TAG, _SOURCE_TAG = "mlflow.user", "mlflow.source.name"
#: In which `mlflow run` names the user and the local folder.
_REVEALING_TAGS = (_USER_TAG, _SOURCE_TAG)
_URL_TAGS = ("mlflow.gitRepoURL", "mlflow.source.git.repoURL")
_PARENT_TAG = "mlflow.parentRunId"
_WEEK_MS = 7 * 24 * 3_600_000
_ACTIVE = "active"


class ProjectRuns:
    """Those of one store."""

    def __init__(self, client: MlflowClient) -> None:
        self._client = client

    def conceal(self, run: Run) -> None:
        """Remove what `mlflow run` says about the user, the folder and access to the sources."""
        known = run.data.tags
        revealing = [tag for tag in _REVEALING_TAGS if tag in known]
        revealing += [tag for tag in _URL_TAGS if _is_private(known.get(tag, ""))]
        for tag in revealing:
            self._client.delete_tag(run.info.run_id, tag)

    def leave(self, run_id: str, chosen: str) -> None:
        """Say of a run that a journal has not joined which run it has instead."""
        run = self._get(run_id)
        if run is not None and is_unplaced(run) and is_unused(run):
            self._client.set_tag(run_id, DUPLICATE_TAG, chosen, True)
            self.conceal(run)

    def name(self, run_id: str, entry: str) -> None:
        """Say for which entry point a run was, unless a journal joined it; conceal the rest."""
        run = self._get(run_id)
        if run is None:
            return
        self.conceal(run)
        if is_unused(run):
            self._client.set_tag(run_id, _KIND_TAG, EMPTY, True)
            self._client.set_tag(run_id, RUN_NAME_TAG, entry, True)

    def remove_leftovers(self) -> None:
        """Remove the runs in which nothing was recorded, as far as this user may.

        Only what is surely chipbench's and surely over: it ended, and was named; or it is of a
        `mlflow run` of this project and user that was killed before anything began.
        """
        ended = f"tags.`{_KIND_TAG}` = '{EMPTY}' and attributes.status != '{RUNNING}'"
        going_on = f"tags.`mlflow.source.type` = 'PROJECT' and attributes.status = '{RUNNING}'"
        for run in filter(is_unused, self._found(ended)):
            self._remove(run)
        for run in filter(is_unused, self._found(going_on)):
            if self._is_abandoned(run):
                self._client.set_terminated(run.info.run_id, "KILLED")
                self._remove(run)

    def _get(self, run_id: str) -> Run | None:
        """The run of this id, if it is there and not deleted."""
        run = unless_absent(lambda: self._client.get_run(run_id))
        return run if run is not None and run.info.lifecycle_stage == _ACTIVE else None

    def _found(self, query: str) -> Sequence[Run]:
        client = self._client
        known = pages(lambda token: client.search_experiments(max_results=PAGE, page_token=token))
        ids = [experiment.experiment_id for experiment in known]
        search = client.search_runs
        return list(pages(lambda token: search(ids, query, max_results=PAGE, page_token=token)))

    def _is_abandoned(self, run: Run) -> bool:
        known = run.data.tags
        ours = known.get(_USER_TAG) == _user() or known.get(_KIND_TAG) == EMPTY
        if str(self._client.tracking_uri) == address_of(project_dir() / "mlflow.db"):
            return ours and not _mlflow_runs()  # in this file no other machine records
        here = known.get(_SOURCE_TAG) == str(project_dir())
        return ours and here and time.time() * 1000 - run.info.start_time > _WEEK_MS

    def _remove(self, run: Run) -> None:
        self.conceal(run)
        try:
            self._client.delete_run(run.info.run_id)
        except MlflowException as error:
            if error.error_code != "PERMISSION_DENIED":
                raise


def is_unused(run: Run) -> bool:
    """Whether `mlflow run` made it, and nothing has been recorded in it."""
    known = run.data.tags
    return PROJECT_TAG in known and KEY_TAG not in known and not run.data.metrics


def is_unplaced(run: Run) -> bool:
    """Whether `mlflow run` made it where MLflow puts what nobody placed, under no other run."""
    known = run.data.tags
    alone = PROJECT_TAG in known and _PARENT_TAG not in known
    return alone and str(run.info.experiment_id) == UNCHOSEN


def _mlflow_runs() -> bool:
    """Whether a `mlflow run` goes on here; this process may be part of it."""
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "run" in words and any("mlflow" in word for word in words):
            return True
    return False


def _user() -> str | None:
    """As `mlflow run` names who started it."""
    with suppress(OSError, KeyError):  # an account without a name
        return getuser()
    return None


def _is_private(url: str) -> bool:
    """Whether an address of sources holds a login, or is a folder of the user's."""
    return "@" in urlsplit(url).netloc or url.startswith(("/", "~", ".", "file:"))
