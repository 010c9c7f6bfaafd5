"""Numbers of a result that others of it give: they have to agree."""

import math
from collections.abc import Iterator
from statistics import median

from chipbench.config.effect import is_createml
from chipbench.ground import metrics, tags
from chipbench.ground.typed_json import whole_number
from chipbench.measure import result as results
from chipbench.measure.example_kinds import IMAGES, SEQUENCES, Examples
from chipbench.measure.result import Result
from chipbench.measure.sampled_columns import MOST_STEPS, STEP
from chipbench.measure.sustained import lasting

#: Sums of floating-point numbers in another order.
_AS_EQUAL = 1e-6


def wrong_sums(result: Result) -> Iterator[tuple[str, str]]:
    """Fields whose number is not what the rest gives, and what that is."""
    if result.status != results.COMPLETED:
        return
    if metrics.TOTAL_TIME in result.metrics and not is_createml(result.params):
        yield from _of_epochs(result)
    yield from _of_parts(result)
    yield from _of_export(result)
    yield from _of_search(result)


def _of_epochs(result: Result) -> Iterator[tuple[str, str]]:
    """A training's summary, made again from its epochs."""
    timed = result.params.get("duration_s", "None") != "None"
    key = "duration_s" if timed else "epochs"
    epochs = _steps(result) if timed else whole_number(result.params.get(key, ""))
    if epochs is None:
        yield f"params.{key}", "it must be a number of epochs"
        return
    if epochs > MOST_STEPS:
        yield f"params.{key}", f"a shared training has {MOST_STEPS:,} epochs at most"
        return
    if list(result.series.get(STEP, ())) != list(range(1, epochs + 1)):
        yield f"series.{STEP}", f"it must count the {epochs} epochs"
        return
    trained = result.series.get(metrics.EPOCH_TIME, ())
    validated = result.series.get(metrics.VALIDATION_TIME, [0.0] * epochs)
    times_s = [value for value in trained if value is not None and value > 0]
    if len(times_s) != epochs:
        yield f"series.{metrics.EPOCH_TIME}", "each epoch must have a time above 0"
        return
    total_s = sum(times_s) + sum(value or 0 for value in validated)
    yield from _held(result, metrics.TOTAL_TIME, total_s, "the epochs add up to")
    yield from _held(result, metrics.TIME_PER_EPOCH, total_s / epochs, "the epochs give")
    if epochs > 1:
        steady_s = median(times_s[1:])
        yield from _held(result, metrics.STEADY_EPOCH_TIME, steady_s, "the epochs give")
        yield from _held(result, metrics.WARMUP_TIME, times_s[0] - steady_s, "the epochs give")
    if timed:
        rests_s = [value or 0.0 for value in validated]
        for name, given in lasting(times_s, rests_s).items():
            yield from _held(result, name, given, "the epochs give")
    yield from _of_target(result, [a + (b or 0) for a, b in zip(times_s, validated, strict=True)])
    for examples in (IMAGES, SEQUENCES):
        yield from _of_examples(result, examples, times_s)


def _steps(result: Result) -> int | None:
    """How many epochs ended in the time that was given; None without one."""
    last = next(reversed(result.series.get(STEP, ())), None)
    return None if last is None else int(last)


def _of_target(result: Result, times_s: list[float]) -> Iterator[tuple[str, str]]:
    """The time until an accuracy was reached, which the epochs tell."""
    target = _number(result, "target_accuracy")
    reached = result.series.get(metrics.VAL_ACCURACY, ())
    if metrics.TIME_TO_TARGET not in result.metrics:
        return
    place = next((n for n, a in enumerate(reached) if a and target and a >= target), None)
    if place is None:
        yield f"metrics.{metrics.TIME_TO_TARGET}", "no epoch reached target_accuracy"
    else:
        taken_s = sum(times_s[: place + 1])
        yield from _held(result, metrics.TIME_TO_TARGET, taken_s, "the epochs give")


def _of_examples(result: Result, of: Examples, times_s: list[float]) -> Iterator[tuple[str, str]]:
    """Images and sequences are counted: no epoch has more of them than there are."""
    there = whole_number(result.tags.get(tags.TRAIN_EXAMPLES, ""))
    speeds = result.series.get(of.rate, ())
    known = [value for value in speeds if value is not None]
    if there is not None and len(known) == len(times_s):
        for speed, time_s in zip(known, times_s, strict=True):
            if speed * time_s > there * (1 + _AS_EQUAL):
                yield (
                    f"series.{of.rate}",
                    f"{speed:,.0f} /s for {time_s:,.2f} s are more than the {there:,} {of.name}",
                )
                return
    if len(known) > 1:
        steady = median(known[1:])
        yield from _held(result, of.steady_rate, steady, "the epochs give")


def _of_parts(result: Result) -> Iterator[tuple[str, str]]:
    """Products and quotients of two other metrics."""
    known = result.metrics
    for of in (IMAGES, SEQUENCES):
        if of.steady_rate in known and of.megaflop in known:
            achieved, how = known[of.megaflop] * known[of.steady_rate] / 1e6, "operations x speed"
            yield from _held(result, metrics.ACHIEVED_TFLOPS, achieved, f"{how} is", needed=True)
    for name in known.keys() & result.series.keys():
        last = next((one for one in reversed(result.series[name]) if one is not None), known[name])
        yield from _held(result, name, last, "the last epoch has")
    if metrics.ACHIEVED_TFLOPS in known and known.get(metrics.PEAK_TFLOPS, 0) > 0:
        share = 100 * known[metrics.ACHIEVED_TFLOPS] / known[metrics.PEAK_TFLOPS]
        yield from _held(result, metrics.FLOPS_UTILIZATION, share, "achieved / peak is")
    if metrics.ACHIEVED_TFLOPS in known and known.get(metrics.ROOFLINE_TFLOPS, 0) > 0:
        share = 100 * known[metrics.ACHIEVED_TFLOPS] / known[metrics.ROOFLINE_TFLOPS]
        yield from _held(result, metrics.ROOFLINE_PERCENT, share, "achieved / ceiling is")


def _of_export(result: Result) -> Iterator[tuple[str, str]]:
    """An export's speeds, by the clip's length where it is a generated one."""
    time_s = result.metrics.get(metrics.EXPORT_TIME, 0.0)
    clip = result.params.get("clip.path", "None") == "None"
    length_s, fps = (_number(result, f"clip.{key}") for key in ("duration_s", "fps"))
    if time_s <= 0 or not clip or length_s is None:
        return
    yield from _held(
        result, metrics.REALTIME_FACTOR, length_s / time_s, "clip.duration_s / export_time_s is"
    )
    if fps is not None:
        frames = length_s * fps / time_s
        close = 1 / (length_s * fps) + _AS_EQUAL  # the last frame may fall away
        name = metrics.FRAMES_PER_SECOND
        yield from _held(result, name, frames, "the clip's frames give", close)


def _of_search(result: Result) -> Iterator[tuple[str, str]]:
    """A search's fits are counted: each candidate in each fold, and the best to all."""
    time_s = result.metrics.get(metrics.SEARCH_TIME, 0.0)
    candidates, folds = (
        whole_number(result.params.get(f"search.{key}", "")) for key in ("candidates", "folds")
    )
    if time_s <= 0 or candidates is None or folds is None:
        return
    fits = candidates * folds + 1
    yield from _held(result, metrics.FITS_PER_SECOND, fits / time_s, "the search's fits give")
    if fits <= MOST_STEPS and list(result.series.get(STEP, ())) != list(range(1, fits + 1)):
        yield f"series.{STEP}", f"it must count the {fits} fits"
    fitted_s = sum(value or 0 for value in result.series.get(metrics.FIT_TIME, ()))
    if fitted_s > time_s * (1 + _AS_EQUAL):
        yield f"series.{metrics.FIT_TIME}", f"the fits took {fitted_s:,.6g} s, longer than all"


def _held(
    result: Result,
    name: str,
    given: float,
    how: str,
    close: float = _AS_EQUAL,
    needed: bool = False,
) -> Iterator[tuple[str, str]]:
    said = result.metrics.get(name)
    if said is None and needed:
        yield f"metrics.{name}", f"it is missing, and {how} {given:,.6g}"
    if said is not None and not math.isclose(said, given, rel_tol=close, abs_tol=1e-9):
        yield f"metrics.{name}", f"it is {said:,.6g}, and {how} {given:,.6g}"


def _number(result: Result, key: str) -> float | None:
    try:
        value = float(result.params.get(key, ""))
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None
