"""What is read beside the timed work: the sensors, and what else used the machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from chipbench import hardware
from chipbench.ground.finding import Finding
from chipbench.hardware import Machine, Used
from chipbench.hardware.computing_device import GPU
from chipbench.measure.conditions import Conditions
from chipbench.measure.idle_gpu import of_gpus
from chipbench.measure.monitor import Monitor
from chipbench.measure.sensor_sample import Reading
from chipbench.terminal.extras import Extras


class Watch:
    """The readings of one benchmark's timed work; each that fails leaves the others."""

    def __init__(
        self,
        machine: Machine,
        used: Used,
        interval_s: float,
        keep: Callable[[int, Reading], None],
        extras: Extras,
    ) -> None:
        """`keep` takes each reading as it comes; `extras` notes what cannot be read."""
        self._machine, self._used, self._extras = machine, used, extras
        self._conditions = Conditions(machine)
        self._monitor = Monitor(hardware.sensors(), interval_s, keep, used.powers(machine))
        self.readings: list[Reading] = []
        self.summary: dict[str, float] = {}

    @contextmanager
    def beside_the_work(self) -> Iterator[None]:
        """The block is the timed work; the second before it is looked at as well."""
        with self._monitor.before_the_work():
            self._conditions.begin()
        try:
            with self._monitor:
                yield
        finally:
            self.readings = self._monitor.readings
            self._extras.attempt("reading the load of the machine", self._conditions.end)
            for summary in (self._monitor.summary, self._conditions.summary):
                self._extras.attempt("summing up the use", partial(self._sum_up, summary))

    def repeated(self, time_s: float) -> None:
        """Take the time of one of several equal pieces of work, such as an epoch."""
        self._conditions.repeated(time_s)

    def _sum_up(self, summary: Callable[[], dict[str, float]]) -> None:
        self.summary |= summary()

    @property
    def energy_basis(self) -> str | None:
        """What the energy is of; None if none was counted."""
        return self._monitor.energy_basis

    def judged(self, peak_tflops: float | None) -> list[Finding]:
        """What the device, its readings and the conditions give reason to doubt.

        `peak_tflops`: of the device; None if it was not measured.
        """
        found: list[Finding] = []
        doubts = partial(self._doubts, peak_tflops)
        judge = partial(self._conditions.caveats, self.summary, self.readings)
        self._extras.attempt("judging the device", lambda: found.extend(doubts()))
        self._extras.attempt("judging the conditions", lambda: found.extend(judge()))
        return found

    def _doubts(self, peak_tflops: float | None) -> Iterator[Finding]:
        """What speaks against the device's having computed, and against its readings."""
        if self._used.doubt is not None:
            yield self._used.doubt
        if self._used.kind == GPU:
            yield from of_gpus(self._used.gpus, self.readings, peak_tflops)
        yield from self._monitor.doubts()
