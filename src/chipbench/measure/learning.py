"""Whether a training learned at all: fast and wrong is wrong."""

import math
from collections.abc import Iterator, Sequence

from chipbench.ground.finding import Finding
from chipbench.measure.epochs import Epoch

#: A loss that moves by less of itself, over all epochs, does not.
_UNMOVED = 1e-4
#: Up to so many times the share that guessing gets right. On the 360 digits that are validated,
#: chance alone reaches it once in 400 times.
_GUESSING = 1.5
#: Before so many updates, a training need not have learned anything.
_FEWEST_UPDATES = 100
_REMEDY = "the device or the optimizer may compute wrong results; see machine.accelerator=cpu"


def of_learning(epochs: Sequence[Epoch], classes: int, batch_size: int) -> Iterator[Finding]:
    """What speaks against a training's having learned."""
    updates = sum(math.ceil(epoch.images / batch_size) for epoch in epochs)
    if updates < _FEWEST_UPDATES:
        return
    losses = [epoch.loss for epoch in epochs]
    if len(losses) > 1 and max(losses) - min(losses) <= _UNMOVED * max(losses):
        said = f"the loss did not move: {losses[0]:.4f} in the first of {len(losses)} epochs"
        yield Finding(f"{said}, {losses[-1]:.4f} in the last", _REMEDY)
    last = epochs[-1]
    validated = math.isfinite(last.val_accuracy)
    accuracy = last.val_accuracy if validated else last.accuracy
    if accuracy <= _GUESSING / classes:
        name = "val_accuracy" if validated else "accuracy"
        said = f"no better than guessing: {name} {accuracy:.3f} of {classes} classes"
        yield Finding(f"{said} after {updates:,} updates", _REMEDY)


def broken(epoch: Epoch, validated: bool) -> str | None:
    """Which loss of `epoch` is no number, in words; None if none is."""
    losses = {"loss": epoch.loss} | ({"val_loss": epoch.val_loss} if validated else {})
    for name, value in losses.items():
        if not math.isfinite(value):
            return f"the {name} of epoch {epoch.number} is {value}"
    return None
