"""Fast and wrong is wrong: a learning curve held against the published one."""

from collections.abc import Sequence

from chipbench.measure.epochs import Epoch
from chipbench.published import curve_rows

OUTSIDE = "outside the published band"
#: Half the band's width in validation accuracy. Seeds differ by about 0.02 after some epochs, and
#: more after the first; the plug-ins that compute wrong results are off by far more.
FIRST_EPOCH_BAND = 0.10
LATER_EPOCHS_BAND = 0.05


def deviations(epochs: Sequence[Epoch], model: str, dataset: str) -> list[str] | None:
    """Where `val_accuracy` leaves the published band, in words; None if no curve is published."""
    published = {
        int(row["epoch"]): float(row["val_accuracy"]) for row in curve_rows(model, dataset)
    }
    if not published:
        return None
    found = []
    for epoch in epochs:
        expected = published.get(epoch.number)
        band = FIRST_EPOCH_BAND if epoch.number == 1 else LATER_EPOCHS_BAND
        if expected is not None and abs(epoch.val_accuracy - expected) > band:
            found.append(
                f"epoch {epoch.number}: val_accuracy {epoch.val_accuracy:.3f}, "
                f"published {expected:.3f} ± {band:g}"
            )
    return found


def verdict(epochs: Sequence[Epoch], model: str, dataset: str) -> str | None:
    """`deviations` as one line for a tag; None if no curve is published."""
    found = deviations(epochs, model, dataset)
    if found is None:
        return None
    return f"{OUTSIDE}: {'; '.join(found)}" if found else "within the published band"
