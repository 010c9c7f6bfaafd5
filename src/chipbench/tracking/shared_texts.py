"""Runs with each text once in memory: those of a store repeat the same few thousand."""

from collections.abc import Mapping

from chipbench.ground import tags
from chipbench.ground.typed_json import encodable
from chipbench.measure.frozen_params import FrozenParams
from chipbench.measure.recorded_run import RecordedRun


class SharedTexts:
    """Texts as every file takes them; equal ones are one object, and so are params."""

    def __init__(self) -> None:
        self._params: dict[FrozenParams, FrozenParams] = {}
        self._known: dict[str, str] = {}
        self._names: dict[str, str | None] = {}

    def one(self, text: str) -> str:
        """`text`, or the equal one that is there."""
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = encodable(text)
        return found

    def tag(self, key: str) -> str | None:
        """chipbench's name of a stored tag; None for another program's."""
        if key not in self._names:
            ours = key.startswith(tags.PREFIX)
            self._names[key] = self.one(key.removeprefix(tags.PREFIX)) if ours else None
        return self._names[key]

    def run(
        self,
        row: tuple[str, str | None, str, int | None],
        tags: Mapping[str, str],
        params: FrozenParams,
        metrics: Mapping[str, float],
    ) -> RecordedRun:
        """The run of this id, name, status and start in Unix milliseconds."""
        run_id, name, status, start_ms = row
        return RecordedRun(
            run_id=run_id,
            name=self.one(name or run_id),
            status=self.one(status),
            start_ms=start_ms or 0,
            tags=tags,
            params=params,
            metrics=metrics,
        )

    def params(self, known: Mapping[str, str]) -> FrozenParams:
        """`known` with its texts shared, or the equal params that are there."""
        params = FrozenParams({self.one(key): self.one(value) for key, value in known.items()})
        return self._params.setdefault(params, params)
