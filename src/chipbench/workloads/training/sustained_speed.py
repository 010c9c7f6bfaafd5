"""What a training that goes on for a given time shows besides: whether its speed lasted."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from chipbench.ground.finding import Finding
from chipbench.ground.plural import counted
from chipbench.ground.training_extent import Extent
from chipbench.measure.epochs import Epoch
from chipbench.measure.example_kinds import Examples
from chipbench.measure.run_plots import plot_speed
from chipbench.measure.sustained import FEWEST_EPOCHS, lasting
from chipbench.workloads.workload import Draw


class Lasting:
    """The epochs as they end, each with the seconds from the training's beginning to its end."""

    def __init__(self, extent: Extent, of: Examples) -> None:
        self.extent = extent
        self._of = of
        self._epochs: list[Epoch] = []
        self._ends_s: list[float] = []

    def take(self, epoch: Epoch, passed_s: float) -> None:
        """An epoch has ended."""
        self._epochs.append(epoch)
        self._ends_s.append(passed_s)

    def summary(self) -> dict[str, float]:
        """Metrics by name; of a number of epochs there are none."""
        return self._summary() if self._is_timed else {}

    def doubts(self) -> Iterator[Finding]:
        """Whether there were enough epochs to tell."""
        number = len(self._epochs)
        if self._is_timed and number < FEWEST_EPOCHS:
            yield Finding(
                f"{counted(number, 'epoch')} in duration_s={self.extent.duration_s:g}: too few to "
                "tell whether the speed lasted",
                "give it more time, or fewer examples",
            )

    def plots(self, title: str) -> Mapping[str, Draw]:
        """The speed over time, with what the sensors read below it."""
        if not self._is_timed or not self._epochs:
            return {}
        return {"speed.png": partial(plot_speed, self._speeds(), f"{self._of.name}/s", title)}

    @property
    def _is_timed(self) -> bool:
        return self.extent.duration_s is not None

    def _summary(self) -> dict[str, float]:
        times_s = [epoch.epoch_time_s for epoch in self._epochs]
        return lasting(times_s, [epoch.validation_time_s for epoch in self._epochs])

    def _speeds(self) -> Sequence[tuple[float, float]]:
        """Each epoch's speed at its middle."""
        return [
            (end_s - epoch.total_time_s / 2, epoch.examples_per_second)
            for epoch, end_s in zip(self._epochs, self._ends_s, strict=True)
        ]
