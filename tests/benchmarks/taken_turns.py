"""What trainings that took turns gave: a table, ratios with intervals, and the raw rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median

from scipy.stats import bootstrap
from turns import Trainer, images_per_second, total_s, untimed_s

WARM_UP = 4  # epochs


class Ratio:
    """Of one trainer's epochs to another's: median and its 95 % interval (percentile bootstrap)."""

    def __init__(
        self, trainer: Trainer, baseline: Trainer, value: Callable[[Mapping[str, float]], float]
    ) -> None:
        pairs = zip(measured(trainer), measured(baseline), strict=True)
        ratios = [value(epoch) / value(other) for epoch, other in pairs]
        self.median = median(ratios)
        found = bootstrap((ratios,), median, vectorized=False, method="percentile", rng=0)
        self.low, self.high = found.confidence_interval

    def __str__(self) -> str:
        return f"{self.median:.3f} (95 % interval {self.low:.3f} to {self.high:.3f})"


def measured(trainer: Trainer) -> Sequence[Mapping[str, float]]:
    """The epochs after those that warm up."""
    return trainer.epochs[WARM_UP:]


def print_table(title: str, trainers: Iterable[Trainer], unit: str = "images/s") -> None:
    """Of each trainer the medians, and its last validation loss."""
    print(f"\n{title:18} {unit:>11} {'epoch (s)':>10} {'untimed (s)':>12} {'val_loss':>9}")
    for trainer in trainers:
        speed = median(map(images_per_second, measured(trainer)))
        whole_s = median(map(total_s, measured(trainer)))
        left_out_s = median(map(untimed_s, measured(trainer)))
        last = trainer.epochs[-1]["val_loss"]
        print(
            f"{trainer.name:18} {speed:>11,.0f} {whole_s:>10.2f} {left_out_s:>12.2f} {last:>9.4f}"
        )


def rows_of(trainers: Iterable[Trainer]) -> list[dict[str, object]]:
    """A row per epoch, those that warm up too."""
    return [
        {"trainer": trainer.name, "epoch": number, **epoch}
        for trainer in trainers
        for number, epoch in enumerate(trainer.epochs, 1 - WARM_UP)
    ]
