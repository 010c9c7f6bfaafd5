"""A search that is ready: its fits under a stopwatch, then the score of the best."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from omegaconf import DictConfig

from chipbench.data.dataset import Array
from chipbench.ground import metrics, signals
from chipbench.ground.csv_file import write_table
from chipbench.ground.metrics import metric
from chipbench.hardware.computing_device import CPU, Used
from chipbench.measure.stopwatch import Stopwatch
from chipbench.terminal.messages import announce
from chipbench.terminal.progress_bar import Bar
from chipbench.workloads.workload import Report, Work, Write

#: What grows the trees, as its makers call it.
LIBRARY = "scikit-learn"
#: The settings that are searched. 1.0 is all features, which was called "auto" in 2021.
GRID: Mapping[str, list[Any]] = {
    "n_estimators": [100, 200, 500],
    "max_depth": [None, 5, 10, 20],
    "max_features": [1.0, "sqrt"],
    "min_samples_split": [2, 4],
    "min_samples_leaf": [1, 2],
}


class PreparedSearch:
    """Splits, searches and fits the best to all that it trains on, as the published notebook."""

    used = Used(CPU)

    def __init__(
        self,
        config: DictConfig,
        districts: Array,
        values: Array,
        test: int,
        found: Mapping[str, object],
    ) -> None:
        """`test`: how many districts the best is scored on; `found`: the tags of preparing."""
        import sklearn.ensemble
        import sklearn.model_selection

        self.tags = found
        self._selection, self._ensemble = sklearn.model_selection, sklearn.ensemble
        self._config = config
        self._data = districts, values, test
        self._test: tuple[Array, Array] = districts[:0], values[:0]
        self._search: Any = None
        self._values: dict[str, float] = {}
        self._fits_s: list[float] = []

    def measure(self, report: Report) -> None:
        """Search; each fit is reported as it ends, the last one being the best's to all."""
        search, n_jobs = self._config.search, self._config.n_jobs
        districts, values, test = self._data
        fits = search.candidates * search.folds + 1
        announce(f"searching: {search.candidates} candidates x {search.folds} folds, and the best")
        with Bar("forests") as bar:

            def take(time_s: float) -> None:
                self._fits_s.append(time_s)
                report(len(self._fits_s), {metrics.FIT_TIME: time_s})
                bar.show("growing forests", len(self._fits_s), fits)
                signals.check()

            stopwatch = Stopwatch()
            np.random.seed(search.seed)  # all that follows draws from NumPy's own generator
            split = self._selection.train_test_split(districts, values, test_size=test)
            self._test = split[1], split[3]
            found = self._selection.RandomizedSearchCV(
                _reporting(self._ensemble.RandomForestRegressor, take)(n_jobs=n_jobs),
                dict(GRID),
                n_iter=search.candidates,
                cv=search.folds,
                error_score="raise",
            ).fit(split[0], split[2])
            time_s = stopwatch.lap()
        self._search = found
        self._values = {metrics.SEARCH_TIME: time_s, metrics.FITS_PER_SECOND: fits / time_s}

    def finish(self) -> None:
        """Score the best on the districts that it has not seen; raises ValueError for no number."""
        score = float(self._search.score(*self._test))
        if not np.isfinite(score):
            raise ValueError("the score of the best forest is no number")
        self._values[metrics.R2] = score

    def extras(self) -> Mapping[str, Callable[[], None]]:
        """Nothing is measured besides."""
        return {}

    def work(self) -> Work:
        """The search's time and the best's score; none before it ended."""
        if not self._values:
            return Work(headline="**no search finished**")
        names = (metrics.SEARCH_TIME, metrics.FITS_PER_SECOND, metrics.R2)
        shown = ", ".join(metric(n).format(self._values[n]) for n in names if n in self._values)
        files: dict[str, Write] = {"candidates.csv": self._write_candidates}
        return Work(f"**{shown}** ({len(self._fits_s)} fits)", self._values, files=files)

    def _write_candidates(self, path: Path) -> None:
        """A row per candidate: its settings, the times of its fits and scorings, its score."""
        found = self._search.cv_results_
        write_table(
            path,
            [
                {
                    **{name: str(value) for name, value in sorted(settings.items())},
                    "fit_time_mean_s": found["mean_fit_time"][number],
                    "fit_time_deviation_s": found["std_fit_time"][number],
                    "score_time_mean_s": found["mean_score_time"][number],
                    "r2_validation_mean": found["mean_test_score"][number],
                    "rank": int(found["rank_test_score"][number]),
                }
                for number, settings in enumerate(found["params"])
            ],
        )


def _reporting(forest: Any, take: Callable[[float], None]) -> Any:
    """The class `forest`, whose objects say how long each of their fits took, in seconds."""

    class Reporting(forest):  # type: ignore[misc]
        def fit(self, *arguments: Any, **named: Any) -> Any:
            stopwatch = Stopwatch()
            fitted = super().fit(*arguments, **named)
            take(stopwatch.lap())
            return fitted

    return Reporting
