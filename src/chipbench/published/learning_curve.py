"""Fast and wrong is wrong: a learning curve held against the published ones."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from omegaconf import DictConfig

from chipbench.measure.epochs import Epoch
from chipbench.published import curve_rows

OUTSIDE = "outside the published band"
WITHIN = "within the published band"
NOT_CHECKED = "not checked"
#: How far from the logged curves the band reaches, in validation accuracy. Those of two machines
#: stay within 0.016 of each other; the plug-ins that compute wrong results are off by far more.
#: After the first epoch, seeds differ by more.
FIRST_EPOCH_BAND = 0.10
LATER_EPOCHS_BAND = 0.03
#: That the published curves were logged with.
_BATCH_SIZE = 32


def deviations(epochs: Sequence[Epoch], curves: Mapping[int, Sequence[float]]) -> list[str]:
    """Where `val_accuracy` leaves the band around `curves`, published values by epoch, in words."""
    found = []
    for epoch in epochs:
        published = curves.get(epoch.number)
        if not published:
            continue
        low, high = min(published), max(published)
        band = FIRST_EPOCH_BAND if epoch.number == 1 else LATER_EPOCHS_BAND
        if not low - band <= epoch.val_accuracy <= high + band:
            known = f"{low:.3f}" if low == high else f"{low:.3f} to {high:.3f}"
            found.append(
                f"epoch {epoch.number}: val_accuracy {epoch.val_accuracy:.3f}, "
                f"published {known} ± {band:g}"
            )
    return found


def verdict(epochs: Sequence[Epoch], config: DictConfig) -> str | None:
    """How a training so configured learned, in one line; None if no curve of it is published."""
    curves = published_curves(config.model.name, config.dataset.name)
    if not curves or config.dataset.source != "tfds":
        return None
    reason = _why_not(epochs, config)
    if reason is not None:
        return f"{NOT_CHECKED}: {reason}"
    found = deviations(epochs, curves)
    return f"{OUTSIDE}: {'; '.join(found)}" if found else WITHIN


def published_curves(model: str, dataset: str) -> dict[int, list[float]]:
    """The published validation accuracies of all machines by epoch."""
    found: dict[int, list[float]] = defaultdict(list)
    for row in curve_rows(model, dataset):
        found[int(row["epoch"])].append(float(row["val_accuracy"]))
    return dict(found)


def _why_not(epochs: Sequence[Epoch], config: DictConfig) -> str | None:
    """Why the published curves say nothing of a training; None if they do."""
    if config.dataset.max_examples is not None:
        return "dataset.max_examples is set"
    if config.batch_size != _BATCH_SIZE:
        return f"batch size {config.batch_size}, the published curves are of {_BATCH_SIZE}"
    if not epochs:
        return "no epoch finished"
    if all(math.isnan(epoch.val_accuracy) for epoch in epochs):
        return "no epoch was validated"
    return None
