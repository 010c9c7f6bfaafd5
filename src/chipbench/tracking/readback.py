"""Reading back what a run of the store has: returned is not kept."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import RunData

from chipbench.ground.storable_text import stored_tag
from chipbench.ground.tags import PREFIX
from chipbench.tracking.artifact_delivery import ArtifactStore
from chipbench.tracking.journal import Entry, Metrics, Params, Tags

Point = tuple[int, int]  # step and time
_AT_ONCE = 4  # series that are asked for


class NotKeptError(Exception):
    """The store took a record and does not have it."""


class Readback:
    """Holds one run of the store against a journal. What was found there is not asked for again."""

    def __init__(self, client: MlflowClient, run_id: str) -> None:
        self._client = client
        self._run_id = run_id
        self._found: set[str] = set()

    def check(
        self,
        entries: Iterable[Entry],
        refused: Mapping[str, str],
        folder: Path,
        files: Iterable[str],
    ) -> None:
        """Raise NotKeptError unless all of `entries` but those in `refused` are there, and `files`.

        `files` are those of `folder` that were delivered.
        """
        params: set[str] = set()
        tags: dict[str, str] = {}
        points: defaultdict[str, dict[Point, float]] = defaultdict(dict)
        for entry in entries:
            match entry.record if str(entry.start) not in refused else None:
                case Params(values):
                    params |= values.keys()
                case Tags(values):
                    tags |= values
                case Metrics(floats, step, time_ms):
                    for name, value in floats.items():
                        points[name][step, time_ms] = value
        single = {name: next(iter(of.values())) for name, of in points.items() if len(of) == 1}
        _twice(lambda: self._facts(params, tags, single))
        series = sorted(points.keys() - single.keys() - self._found)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for _ in pool.map(lambda name: self._series(name, points[name]), series):
                pass  # but for what it raises
        _twice(lambda: self._files(folder, files))

    def _facts(
        self, params: Iterable[str], tags: Mapping[str, str], single: Mapping[str, float]
    ) -> list[str]:
        """The params, tags and single values that are missing.

        A param may have had a value before, and keeps it; and so may what people change.
        """
        data: RunData = self._client.get_run(self._run_id).data
        missing = [name for name in params if name not in data.params]
        for tag, text in tags.items():
            known = data.tags.get(tag)
            if known != stored_tag(tag, text) and (known is None or tag.startswith(PREFIX)):
                missing.append(tag)
        return missing + [n for n, value in single.items() if not _same(value, data.metrics.get(n))]

    def _series(self, name: str, expected: Mapping[Point, float]) -> None:
        _twice(lambda: self._points(name, expected))
        self._found.add(name)

    def _points(self, name: str, expected: Mapping[Point, float]) -> list[str]:
        """The metric's name for each of its values that is missing."""
        stored: defaultdict[Point, list[float]] = defaultdict(list)
        for point in self._client.get_metric_history(self._run_id, name):
            stored[point.step, point.timestamp].append(point.value)
        kept = [any(_same(v, one) for one in stored[place]) for place, v in expected.items()]
        return [name] * kept.count(False)

    def _files(self, folder: Path, files: Iterable[str]) -> list[str]:
        sizes = {f: (folder / f).stat().st_size for f in files if (folder / f).is_file()}
        return ArtifactStore(self._client, self._run_id).lacking(sizes) if sizes else []


def _same(value: float, stored: float | None) -> bool:
    """A database may keep fewer digits."""
    return stored is not None and math.isclose(value, stored, rel_tol=1e-9)


def _twice(missing: Callable[[], list[str]]) -> None:
    """Of an answer that is cut off in its head, MLflow's client understands that nothing is there.

    So what is missing is asked for once more.
    """
    names = missing() and missing()
    if names:
        raise NotKeptError(
            f"the store took and did not keep {len(names)} values or files, such as {names[0]}"
        )
