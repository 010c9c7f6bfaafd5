"""The conditions that a run was measured under, watched beside the work."""

from collections.abc import Sequence

from chipbench.ground import metrics
from chipbench.ground.finding import Finding
from chipbench.hardware import Load, Machine, OtherLoad, load_now
from chipbench.measure import caveats
from chipbench.measure.drift import drift_of
from chipbench.measure.sensor_sample import Reading


class Conditions:
    """What else used the processor, before the timed work (`begin`) and during it (to `end`)."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._before: Load | None = None
        self._during: Load | None = None
        self._times_s: list[float] = []
        self._watch: OtherLoad | None = None

    def begin(self) -> None:
        """Look for a second at an idle program's machine, then watch it work."""
        self._before = load_now()
        self._watch = OtherLoad()

    def end(self) -> None:
        """The timed work is over."""
        assert self._watch is not None, "begin comes first"
        self._during = self._watch.so_far()

    def repeated(self, time_s: float) -> None:
        """Take the time of one of several equal pieces of work, such as an epoch."""
        self._times_s.append(time_s)

    def summary(self) -> dict[str, float]:
        """Metrics by name; the unknown is absent."""
        values: dict[str, float] = {}
        if self._before is not None:
            values[metrics.OTHER_LOAD_BEFORE] = self._before.others_percent
        if self._during is not None:
            values[metrics.OTHER_LOAD] = self._during.others_percent
            if self._during.stolen_percent is not None:
                values[metrics.CPU_STEAL] = self._during.stolen_percent
        drift = drift_of(self._steady_s)
        if drift is not None:
            values[metrics.EPOCH_DRIFT] = drift.percent
        return values

    def caveats(self, utilisation: dict[str, float], readings: Sequence[Reading]) -> list[Finding]:
        """What a reader must know before trusting the times."""
        return [
            *caveats.of_machine(self._machine),
            *caveats.of_load(self._before, "before the work"),
            *caveats.of_load(self._during, "during the work"),
            *caveats.of_times(self._steady_s, readings),
            *caveats.of_memory(utilisation),
        ]

    @property
    def _steady_s(self) -> list[float]:
        """All but the first, which compiles and warms up."""
        return self._times_s[1:]
