"""Which run of the store a journal belongs to: joined, found by its key, or created. Never two."""

import re
from collections.abc import Sequence

from mlflow import MlflowClient
from mlflow.entities import Run, ViewType
from mlflow.exceptions import MlflowException

from chipbench.ground import tags
from chipbench.ground.storable_text import RUN_NAME_TAG, run_name
from chipbench.ground.tags import stored
from chipbench.tracking.client import PAGE, pages, unless_absent
from chipbench.tracking.experiment_page import lay_out
from chipbench.tracking.journal import Start
from chipbench.tracking.journal_experiment import UNCHOSEN_NAME, experiment_of
from chipbench.tracking.ownership import (
    KEY_TAG,
    ForeignRunError,
    is_own,
    is_own_child,
    may_join,
    seal,
)
from chipbench.tracking.project_runs import DUPLICATE_TAG, ProjectRuns, is_unplaced
from chipbench.tracking.store_errors import UndeliverableError

PARENT_KEY_TAG = stored(tags.PARENT_KEY)
PARENT_TAG = "mlflow.parentRunId"
_DELETED = "deleted"


class RunReplacedError(Exception):
    """The run is gone from the store, or is a duplicate of another: deliver from the start."""


class RunDeletedError(Exception):
    """Someone deleted the run in the store; it is left so."""


class Runs:
    """The runs of one store.

    A run is created by a request whose answer may be lost, and two machines may deliver copies of
    one journal: so several runs can come to have one key. The one with the lowest id stays. Runs
    with the key that this journal and this login did not make are left as they are.
    """

    def __init__(self, client: MlflowClient, store: str | None = None) -> None:
        """`store` is the digest of its address."""
        self._client = client
        self._projects = ProjectRuns(client)
        self._store = store
        self._address = str(client.tracking_uri)

    def open(self, start: Start) -> Run:
        """The run of the journal that begins with `start`, labelled and nested."""
        run = self._joined(start) or self._found(start) or self._created(start)
        run_id = run.info.run_id
        if KEY_TAG not in run.data.tags:
            self._set(run_id, RUN_NAME_TAG, run_name(start.name))
        self._seal(run, start)
        if start.parent_key is not None:
            self._set(run_id, PARENT_KEY_TAG, start.parent_key)
        self._nest(run_id, start)
        self._projects.conceal(run)
        if start.run_id not in (None, run_id):
            self._projects.leave(start.run_id, run_id)
        lay_out(self._client, run.info.experiment_id)
        return run

    def check(self, run_id: str) -> None:
        """Raise RunReplacedError or RunDeletedError if this run takes no more records."""
        run = self._get(run_id)
        if run is None or DUPLICATE_TAG in run.data.tags:
            raise RunReplacedError
        if run.info.lifecycle_stage == _DELETED:
            raise RunDeletedError

    def verify(self, start: Start, run_id: str) -> None:
        """Raise RunReplacedError unless this run is the journal's: a state may be a stranger's."""
        run = self._get(run_id)
        if run is None or not is_own(run, start, self._address):
            raise RunReplacedError

    def confirm(self, start: Start, run_id: str) -> None:
        """Make sure that `run_id` is the only run of its journal; raises as `check` does."""
        self.check(run_id)
        if self._only(start, run_id) != run_id:
            raise RunReplacedError

    def _joined(self, start: Start) -> Run | None:
        """The run that `mlflow run` created, if this store has it and no other journal does.

        Not where nobody placed it, while the journal has its experiment.
        """
        run = self._get(start.run_id) if start.run_id else None
        if run is None:
            return None
        if KEY_TAG not in run.data.tags:
            placed = not is_unplaced(run) or start.experiment == UNCHOSEN_NAME
            return run if placed and may_join(run) else None
        if not is_own(run, start, self._address):
            return None
        if run.info.lifecycle_stage == _DELETED:
            raise RunDeletedError
        return run

    def _found(self, start: Start) -> Run | None:
        known = self._with_tag(KEY_TAG, start.key)
        runs = [run for run in known if is_own(run, start, self._address)]
        if known and not runs:
            raise ForeignRunError
        active = [run for run in runs if run.info.lifecycle_stage != _DELETED]
        if runs and not active:
            raise RunDeletedError
        return min(active, key=_id) if active else None

    def _created(self, start: Start) -> Run:
        experiment_id = experiment_of(start, self._client, self._store)
        marks = seal(start, self._address)
        name = run_name(start.name)
        run = self._client.create_run(experiment_id, start.time_ms, tags=marks, run_name=name)
        only = self._only(start, _id(run))
        return run if only == _id(run) else self._client.get_run(only)

    def _only(self, start: Start, run_id: str) -> str:
        """Retire all runs of the journal but one; the id of that one.

        Raises ConnectionError if `run_id` is not among them: of an answer that is cut off in its
        head, MLflow's client understands that there is no run.
        """
        known = self._with_tag(KEY_TAG, start.key)
        runs = [run for run in known if is_own(run, start, self._address)]
        if run_id not in map(_id, runs):
            raise ConnectionError("the store's answer was cut off")
        active = {_id(run): run for run in runs if run.info.lifecycle_stage != _DELETED}
        joined = [run_id for run_id in active if run_id == start.run_id]
        chosen = min(joined or active, default=run_id)
        for other, run in active.items():
            if other != chosen:
                self._seal(
                    run, start
                )  # or, once it is closed, it would not be known as a duplicate
                self._retire(other, chosen)
        return chosen

    def _retire(self, run_id: str, chosen: str) -> None:
        """Take a duplicate out of the way; who may not delete it leaves it marked.

        Until it is, it keeps its key: what is interrupted is done again.
        """
        self._set(run_id, DUPLICATE_TAG, chosen)
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
            parent = self._parent(start.parent_key)
        if parent is not None:
            self._set(run_id, PARENT_TAG, parent)
        for child in self._with_tag(PARENT_KEY_TAG, start.key):
            nested = child.data.tags.get(PARENT_TAG) == run_id
            if not nested and is_own_child(child, self._address):
                self._set(_id(child), PARENT_TAG, run_id)

    def _parent(self, key: str) -> str | None:
        """The run that has the key of a parent. Raises RunDeletedError if someone deleted it."""
        runs = self._with_tag(KEY_TAG, key)
        active = [_id(run) for run in runs if run.info.lifecycle_stage != _DELETED]
        if runs and not active:
            raise RunDeletedError
        return min(active, default=None)

    def _seal(self, run: Run, start: Start) -> None:
        """Mark a run as this journal's."""
        for tag, value in seal(start, self._address).items():
            if run.data.tags.get(tag) != value:
                self._set(_id(run), tag, value)

    def _set(self, run_id: str, tag: str, value: str) -> None:
        """Set a tag before returning, whatever MLflow's environment says."""
        self._client.set_tag(run_id, tag, value, True)

    def _has(self, run_id: str | None) -> bool:
        return run_id is not None and self._get(run_id) is not None

    def _get(self, run_id: str) -> Run | None:
        return unless_absent(lambda: self._client.get_run(run_id))

    def _with_tag(self, tag: str, value: str) -> Sequence[Run]:
        """All runs whose `tag` is `value`, deleted ones too."""
        if not re.fullmatch(r"[\w-]{1,250}", value):
            raise UndeliverableError(f"{tag}={value!r:.60} is not a key")
        ids, query = self._experiments(), f"tags.`{tag}` = '{value}'"
        search = self._client.search_runs
        return list(pages(lambda token: search(ids, query, ViewType.ALL, PAGE, None, token)))

    def _experiments(self) -> list[str]:
        search = self._client.search_experiments
        found = pages(lambda token: search(ViewType.ALL, PAGE, page_token=token))
        return [str(experiment.experiment_id) for experiment in found]


def _id(run: Run) -> str:
    return str(run.info.run_id)
