"""Whether a training learned at all: fast and wrong is wrong."""

import math
from collections.abc import Iterator, Sequence

from chipbench.ground.finding import Finding
from chipbench.measure.epochs import Epoch

#: A loss that moves by less of itself, over all epochs, does not.
_UNMOVED = 1e-4
#: Up to so much more than the share that guessing gets right. On the 360 digits that are validated,
#: chance alone reaches half of that share once in 400 times; of two classes that would be much.
_GUESSING_SHARE, _GUESSING_MOST = 0.5, 0.1
#: Before so many updates, a training need not have learned anything.
_FEWEST_UPDATES = 100
#: After so many, TinyVGG has three quarters of what generated images allow, and half is far below.
_LONG = 10_000
#: Of the least possible loss: what chance leaves of it on a thousand tokens is more.
_POSSIBLE_SHARE = 0.8
_MIXED_UP = "labels and examples may not belong together; remove the data set's folder in the cache"
_REMEDY = "the device or the optimizer may compute wrong results; see machine.accelerator=cpu"


def of_learning(
    epochs: Sequence[Epoch],
    classes: int,
    batch_size: int,
    best: float | None = None,
    least_loss: float | None = None,
) -> Iterator[Finding]:
    """What speaks against a training's having learned.

    `best` is the accuracy that its data are known to allow, of noise that is guessing; `least_loss`
    the loss below which no model can come that does not see what it is to tell.
    """
    updates = sum(math.ceil(epoch.examples / batch_size) for epoch in epochs)
    if updates < _FEWEST_UPDATES or (best is not None and best <= 1 / classes):
        return
    losses = [epoch.loss for epoch in epochs]
    if len(losses) > 1 and max(losses) - min(losses) <= _UNMOVED * max(losses):
        said = f"the loss did not move: {losses[0]:.4f} in the first of {len(losses)} epochs"
        yield Finding(f"{said}, {losses[-1]:.4f} in the last", _REMEDY)
    last = epochs[-1]
    if least_loss is not None and last.val_loss < _POSSIBLE_SHARE * least_loss:
        said = f"better than possible: val_loss {last.val_loss:.4f}, and the data allow"
        yield Finding(f"{said} {least_loss:.4f}: the model sees what it is to tell", _REMEDY)
    validated = math.isfinite(last.val_accuracy)
    accuracy = last.val_accuracy if validated else last.accuracy
    guessed = 1 / classes
    if accuracy <= guessed + min(_GUESSING_SHARE * guessed, _GUESSING_MOST):
        name = "val_accuracy" if validated else "accuracy"
        said = f"no better than guessing: {name} {accuracy:.3f} of {classes} classes"
        yield Finding(f"{said} after {updates:,} updates", _REMEDY)
    elif best is not None and updates >= _LONG and accuracy < best / 2:
        said = f"learned little: accuracy {accuracy:.3f} after {updates:,} updates"
        yield Finding(f"{said}, where these generated data allow {best:.2f}", _MIXED_UP)


def broken(epoch: Epoch, validated: bool) -> str | None:
    """Which loss of `epoch` is no number, in words; None if none is."""
    losses = {"loss": epoch.loss} | ({"val_loss": epoch.val_loss} if validated else {})
    for name, value in losses.items():
        if not math.isfinite(value):
            return f"the {name} of epoch {epoch.number} is {value}"
    return None
