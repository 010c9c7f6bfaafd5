"""What a run says of itself: recorded as it is said, and kept for the run's result."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from chipbench.ground import tags
from chipbench.ground.finding import Finding
from chipbench.ground.path_redaction import without_folders
from chipbench.ground.storable_text import stored_param, stored_tag
from chipbench.hardware import Machine
from chipbench.measure.result import Result
from chipbench.measure.sampled_columns import by_step, by_time
from chipbench.measure.sensor_sample import Reading
from chipbench.running.run_ending import Ending
from chipbench.tracking.recorder import Recorder, recorded_text


class Account:
    """One run's settings, tags and numbers, which go to its recorder."""

    def __init__(self, recorder: Recorder, machine: Machine) -> None:
        self._recorder = recorder
        self._machine = machine
        self._params: dict[str, str] = {}
        self._steps: dict[int, dict[str, float]] = {}
        self.tags: dict[str, Any] = {}
        self.metrics: dict[str, float] = {}

    def params(self, values: Mapping[str, object]) -> None:
        """The settings that matter to the result."""
        self._params |= {key: stored_param(recorded_text(one)) for key, one in values.items()}
        self._recorder.params(values)

    def tag(self, values: Mapping[str, object]) -> None:
        """What no metric can say; a value that is None is absent."""
        public = {k: without_folders(v) if isinstance(v, str) else v for k, v in values.items()}
        self.tags |= public
        self._recorder.tags(public)

    def step(self, step: int, values: Mapping[str, float]) -> None:
        """The metrics of one step of the work, such as an epoch."""
        self._steps.setdefault(step, {}).update(_finite(values))
        self._recorder.metrics(values, step)

    def sum_up(self, values: Mapping[str, float]) -> None:
        """Summary metrics, as far as they are not recorded yet."""
        new = {name: value for name, value in values.items() if name not in self.metrics}
        self._recorder.metrics(new)
        self.metrics |= new

    def result(
        self,
        benchmark: str,
        ending: Ending,
        doubts: Sequence[Finding],
        readings: Sequence[Reading],
    ) -> Result:
        """The record of the run that ended so."""
        known = {key: value for key, value in self.tags.items() if value is not None}
        return Result(
            benchmark=benchmark,
            machine=str(self.tags[tags.MACHINE_NAME]),
            fingerprint=self.tags.get(tags.FINGERPRINT),
            status=ending.status,
            end=ending.kind,
            reason=ending.reason and recorded_text(ending.reason),
            metrics=_finite(self.metrics),
            tags={key: stored_tag(key, recorded_text(value)) for key, value in known.items()},
            caveats=tuple(map(_public, doubts)),
            begun_ms=self._recorder.begun_ms,
            params=self._params,
            series=by_step(self._steps),
            utilisation=by_time(readings),
            hardware=self._machine.as_dict(),
        )


def _public(doubt: Finding) -> Finding:
    remedy = None if doubt.remedy is None else recorded_text(doubt.remedy)
    return Finding(recorded_text(doubt.what), remedy, doubt.rules_out)


def _finite(values: Mapping[str, float]) -> dict[str, float]:
    """What every store and every file keeps alike."""
    return {name: float(value) for name, value in values.items() if math.isfinite(value)}
