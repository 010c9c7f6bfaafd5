"""The published headline claims, recomputed from the data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chipbench.ground import metrics, tags
from chipbench.measure.recorded_run import RecordedRun
from chipbench.measure.statistics import time_saved_percent
from chipbench.published import read_published


@dataclass(frozen=True)
class Claim:
    """One claim: what was said, whether the data bear it out, and the numbers."""

    text: str
    holds: bool | None  # None: the data for it are not there
    numbers: str

    @property
    def verdict(self) -> str:
        """`holds` as a word."""
        return {True: "holds", False: "does not hold", None: "cannot be checked"}[self.holds]


def check_claims(runs: Iterable[RecordedRun]) -> list[Claim]:
    """Each claim of the published table, checked against the published runs among `runs`."""
    times = {
        (run.tags.get(tags.EXPERIMENT, ""), run.tags.get(tags.MACHINE, "")): value
        for run in runs
        if run.is_reference
        for name in (metrics.TOTAL_TIME, metrics.EXPORT_TIME)
        if (value := run.metric(name)) is not None
    }
    return [_checked(row, times) for row in read_published("claims")]


def _checked(row: Mapping[str, str], times: Mapping[tuple[str, str], float]) -> Claim:
    time_s = times.get((row["benchmark"], row["machine"]))
    other_s = times.get((row["benchmark"], row["other"]))
    if time_s is None or other_s is None:
        return Claim(row["claim"], None, "import the published results first: -e reference")
    saved, speed = time_saved_percent(time_s, other_s), other_s / time_s
    value = saved if row["quantity"] == "time_saved_percent" else speed
    less = f"{abs(saved):.1f} % {'less' if saved >= 0 else 'more'} time"
    numbers = f"{less}, {speed:.2f} times as fast: {time_s:,.0f} s against {other_s:,.0f} s"
    return Claim(row["claim"], float(row["low"]) <= value <= float(row["high"]), numbers)
