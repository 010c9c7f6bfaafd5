"""Whether a speed lasted: that of a training's last minute against its first. Arithmetic alone."""

from collections.abc import Iterable, Sequence
from statistics import fmean

from chipbench.ground import sustained_metrics
from chipbench.measure.drift import step_of

_WINDOW_S = 60.0
#: Of runs that are too short for a minute at each end.
_WINDOW_SHARE = 0.2
#: The first, and two that can be held against each other.
FEWEST_EPOCHS = 3


def lasting(times_s: Sequence[float], rests_s: Sequence[float]) -> dict[str, float]:
    """How much of its speed was left at the end, and when it was lost, as metrics by name.

    `times_s`: of all epochs, each on equally many examples; `rests_s`: what came after each that
    is not its speed, such as a validation. Nothing with fewer than three epochs; a training that
    did not slow down has no time at which it did.
    """
    if len(times_s) < FEWEST_EPOCHS:
        return {}
    whole_s = [time_s + rest_s for time_s, rest_s in zip(times_s, rests_s, strict=True)]
    steady_s = times_s[1:]
    first, last = _ends(whole_s[1:])
    early_s, late_s = (fmean(steady_s[place] for place in part) for part in (first, last))
    found = {sustained_metrics.SUSTAINED: 100 * early_s / late_s}
    step = step_of(steady_s)
    if step is not None and step.is_told:
        found[sustained_metrics.SLOWED_AFTER] = sum(whole_s[: 1 + step.after])
    return found


def _ends(whole_s: Sequence[float]) -> tuple[list[int], list[int]]:
    """Which epochs are of the first and of the last minute: their middles lie in it."""
    total_s = sum(whole_s)
    window_s = min(_WINDOW_S, _WINDOW_SHARE * total_s)
    middles_s = list(_middles(whole_s))
    first = [place for place, at_s in enumerate(middles_s) if at_s <= window_s]
    last = [place for place, at_s in enumerate(middles_s) if at_s >= total_s - window_s]
    return first or [0], last or [len(whole_s) - 1]


def _middles(whole_s: Iterable[float]) -> Iterable[float]:
    passed_s = 0.0
    for time_s in whole_s:
        yield passed_s + time_s / 2
        passed_s += time_s
