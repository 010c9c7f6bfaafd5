"""Where the runs that are compared come from: a tracking store, shared files, or both."""

from collections.abc import Sequence

from chipbench.measure.recorded_run import RecordedRun, SeriesPoint
from chipbench.published.completed_settings import published_recorded
from chipbench.sharing.believed_runs import believed, shipped
from chipbench.sharing.shared_run import SharedRun
from chipbench.terminal.messages import announce
from chipbench.tracking.store import Store
from chipbench.tracking.stored_runs import StoredRuns, once


class Sources:
    """The runs of `store` and of what `files=` names; at least one of them is there."""

    def __init__(self, store: Store | None, files: str | None) -> None:
        self._shared: dict[str, SharedRun] = {}
        self._stored: StoredRuns | None = None
        if files is not None:
            announce(f"reading the shared results of {files}")
            self._shared = {run.recorded().run_id: run for run in believed(files).runs}
        if store is not None:
            announce(f"reading the runs of {store.address}")
            self._stored = StoredRuns(store)

    def read(self, experiments: Sequence[str] | None) -> list[RecordedRun]:
        """All runs, those of the named experiments (None: of all) of the store.

        What is in both is one run. Without a store the published results are there all the same.
        Raises as `StoredRuns.read` does.
        """
        if self._stored is None:
            stored = [*published_recorded(), *(run.recorded() for run in shipped())]
        else:
            stored = self._stored.read(experiments)
        return once([*stored, *(run.recorded() for run in self._shared.values())])

    def histories(self, wanted: Sequence[tuple[str, str]]) -> list[list[SeriesPoint]]:
        """The points of metrics, each named by its run's id and its own name."""
        kept = [(run_id, metric) for run_id, metric in wanted if run_id not in self._shared]
        stored = iter([] if self._stored is None else self._stored.histories(kept))
        return [
            self._shared[run_id].history(metric) if run_id in self._shared else next(stored, [])
            for run_id, metric in wanted
        ]
