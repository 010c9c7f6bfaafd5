"""Which run of the store a journal belongs to: joined, found by its key, or created. Never two."""

import os
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from mlflow import MlflowClient
from mlflow.entities import Run, ViewType
from mlflow.exceptions import MlflowException

from chipbench.ground import tags
from chipbench.ground.tags import stored
from chipbench.tracking.client import PAGE, mark_as_training, pages
from chipbench.tracking.journal import Start

KEY_TAG = stored(tags.KEY)
PARENT_KEY_TAG = stored(tags.PARENT_KEY)
DUPLICATE_TAG = stored(tags.DUPLICATE_OF)
PARENT_TAG = "mlflow.parentRunId"
#: Tags in which `mlflow run` names the user and the local folder.
_REVEALING_TAGS = ("mlflow.user", "mlflow.source.name")
_URL_TAGS = ("mlflow.gitRepoURL", "mlflow.source.git.repoURL")
_DELETED = "deleted"


class RunReplacedError(Exception):
    """The run is gone from the store, or is a duplicate of another: deliver from the start."""


class RunDeletedError(Exception):
    """Someone deleted the run in the store; it is left so."""


class Runs:
    """The runs of one store.

    A run is created by a request whose answer may be lost, and two machines may deliver copies of
    one journal: so several runs can come to have one key. The one with the lowest id stays.
    """

    def __init__(self, client: MlflowClient) -> None:
        self._client = client

    def open(self, start: Start) -> Run:
        """The run of the journal that begins with `start`, labelled and nested."""
        run = self._joined(start) or self._found(start.key) or self._created(start)
        run_id = run.info.run_id
        if KEY_TAG not in run.data.tags:
            self._client.set_tag(run_id, KEY_TAG, start.key)
            self._client.set_tag(run_id, "mlflow.runName", start.name)
        if start.parent_key is not None:
            self._client.set_tag(run_id, PARENT_KEY_TAG, start.parent_key)
        self._nest(run_id, start)
        self._conceal(run)
        mark_as_training(self._client, run.info.experiment_id)
        return run

    def label(self, run_id: str, kind: str) -> None:
        """Say what a run that `mlflow run` made is for, and remove what it reveals."""
        run = self._get(run_id)
        if run is not None:
            self._client.set_tag(run_id, stored(tags.KIND), kind)
            self._client.set_tag(run_id, "mlflow.runName", kind)
            self._conceal(run)

    def check(self, run_id: str) -> None:
        """Raise RunReplacedError or RunDeletedError if this run takes no more records."""
        run = self._get(run_id)
        if run is None or DUPLICATE_TAG in run.data.tags:
            raise RunReplacedError
        if run.info.lifecycle_stage == _DELETED:
            raise RunDeletedError

    def confirm(self, start: Start, run_id: str) -> None:
        """Make sure that `run_id` is the only run of its journal; raises as `check` does."""
        self.check(run_id)
        if self._only(start, run_id) != run_id:
            raise RunReplacedError

    def _joined(self, start: Start) -> Run | None:
        """The run that `mlflow run` created, if this store has it and no other journal does."""
        run = self._get(start.run_id) if start.run_id else None
        if run is None or run.data.tags.get(KEY_TAG, start.key) != start.key:
            return None
        if run.info.lifecycle_stage == _DELETED:
            raise RunDeletedError
        return run

    def _found(self, key: str) -> Run | None:
        runs = self._with_tag(KEY_TAG, key)
        active = [run for run in runs if run.info.lifecycle_stage != _DELETED]
        if runs and not active:
            raise RunDeletedError
        return min(active, key=_id) if active else None

    def _experiment_for(self, start: Start) -> str:
        """The experiment that `mlflow run` chose for a job's parent, else the one by name."""
        chosen = os.environ.get("MLFLOW_EXPERIMENT_ID")
        if chosen is not None:
            return chosen
        experiment = self._client.get_experiment_by_name(start.experiment)
        if experiment is None:
            return str(self._client.create_experiment(start.experiment))
        return str(experiment.experiment_id)

    def _created(self, start: Start) -> Run:
        experiment_id = self._experiment_for(start)
        run = self._client.create_run(
            experiment_id, start.time_ms, tags={KEY_TAG: start.key}, run_name=start.name
        )
        only = self._only(start, _id(run))
        return run if only == _id(run) else self._client.get_run(only)

    def _only(self, start: Start, run_id: str) -> str:
        """Retire all runs of the journal but one; the id of that one.

        Raises ConnectionError if `run_id` is not among them: of an answer that is cut off in its
        head, MLflow's client understands that there is no run.
        """
        runs = self._with_tag(KEY_TAG, start.key)
        if run_id not in map(_id, runs):
            raise ConnectionError("the store's answer was cut off")
        active = [_id(run) for run in runs if run.info.lifecycle_stage != _DELETED]
        joined = [run_id for run_id in active if run_id == start.run_id]
        chosen = min(joined or active, default=run_id)
        for other in active:
            if other != chosen:
                self._retire(other, chosen)
        return chosen

    def _retire(self, run_id: str, chosen: str) -> None:
        """Take a duplicate out of the way; who may not delete it leaves it marked.

        Until it is, it keeps its key: what is interrupted is done again.
        """
        self._client.set_tag(run_id, DUPLICATE_TAG, chosen)
        self._client.set_terminated(run_id, "KILLED")
        try:
            self._client.delete_run(run_id)
        except MlflowException as error:
            if error.error_code != "PERMISSION_DENIED":
                raise
            self._client.delete_tag(run_id, KEY_TAG)

    def _nest(self, run_id: str, start: Start) -> None:
        """Nest under the parent, and the children that came before their parent under this run.

        A child is tagged before it looks for its parent, a parent before it looks for children:
        whichever order they are delivered in, one of them finds the other.
        """
        parent = start.parent_run_id if self._has(start.parent_run_id) else None
        if parent is None and start.parent_key is not None:
            found = self._found(start.parent_key)
            parent = None if found is None else _id(found)
        if parent is not None:
            self._client.set_tag(run_id, PARENT_TAG, parent)
        for child in self._with_tag(PARENT_KEY_TAG, start.key):
            if child.data.tags.get(PARENT_TAG) != run_id:
                self._client.set_tag(_id(child), PARENT_TAG, run_id)

    def _conceal(self, run: Run) -> None:
        """Remove what `mlflow run` says about the user, the folder and access to the sources."""
        known = run.data.tags
        revealing = [tag for tag in _REVEALING_TAGS if tag in known]
        revealing += [tag for tag in _URL_TAGS if _reveals_login(known.get(tag, ""))]
        for tag in revealing:
            self._client.delete_tag(_id(run), tag)

    def _has(self, run_id: str | None) -> bool:
        return run_id is not None and self._get(run_id) is not None

    def _get(self, run_id: str) -> Run | None:
        try:
            return self._client.get_run(run_id)
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            return None

    def _with_tag(self, tag: str, value: str) -> Sequence[Run]:
        """All runs whose `tag` is `value`, deleted ones too."""
        if not re.fullmatch(r"[\w-]+", value):
            raise ValueError(f"{tag}={value!r} is not a key")
        ids, query = self._experiments(), f"tags.`{tag}` = '{value}'"
        search = self._client.search_runs
        return list(pages(lambda token: search(ids, query, ViewType.ALL, PAGE, None, token)))

    def _experiments(self) -> list[str]:
        search = self._client.search_experiments
        found = pages(lambda token: search(ViewType.ALL, PAGE, page_token=token))
        return [str(experiment.experiment_id) for experiment in found]


def _id(run: Run) -> str:
    return str(run.info.run_id)


def _reveals_login(url: str) -> bool:
    return "@" in urlsplit(url).netloc
