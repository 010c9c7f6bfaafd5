"""What a person reads of an epoch when it is over."""

from chipbench.ground import metrics
from chipbench.ground.metrics import metric
from chipbench.ground.training_extent import Extent
from chipbench.measure.epochs import Epoch
from chipbench.measure.example_kinds import Examples

_SHOWN = (metrics.TOKENS_PER_SECOND, metrics.LOSS, metrics.VAL_ACCURACY)


def epoch_line(epoch: Epoch, extent: Extent, of: Examples, passed_s: float = 0.0) -> str:
    """What `epoch` gave, and the time that those after it will take.

    `passed_s`: what all epochs up to it took.
    """
    values = epoch.values(of)
    parts = [
        f"{'' if metric(name).unit else name} {metric(name).format(values[name])}".strip()
        for name in (of.rate, *_SHOWN)
        if name in values
    ]
    left_s = extent.left_s(epoch.number, epoch.total_time_s, passed_s)
    validation = epoch.validation_time_s
    times = f"{epoch.epoch_time_s:.2f} s" + (
        f" + {validation:.2f} s validation" if validation else ""
    )
    return f"epoch {extent.place(epoch.number)}: {times}, {', '.join(parts)}" + (
        f", about {left_s:.0f} s left" if left_s else ""
    )
