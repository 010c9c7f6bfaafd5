"""When the software of a result came out: nothing was measured with it before, nor is yet to be."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache

from chipbench.ground import metrics
from chipbench.measure.result import Result
from chipbench.measure.sampled_columns import TIME
from chipbench.published import read_published

#: Clocks differ, and a version may be there a day before it is on PyPI.
_A_DAY = timedelta(days=1)
#: What was tried before it came out, such as 2.14.0.dev20260701 or 2.21.0rc1.
_BEFORE = re.compile(r"[0-9.]+(a|b|rc|dev|-)")


def impossible_time(result: Result) -> Iterator[tuple[str, str]]:
    """The time of a run that is before the release of what it says it ran with, or ahead."""
    begun = datetime.fromtimestamp(result.begun_ms / 1000, UTC)
    left_s = (datetime.now(UTC) + _A_DAY - begun).total_seconds()
    if left_s < 0:
        yield "begun_ms", f"{begun.date()} is yet to come, by the clock of this machine"
    for field, time_s in _times(result):
        if time_s > left_s:
            yield field, f"{time_s:,.6g} s from {begun.date()} on are not over yet"
    for package, version in result.hardware.get("versions", {}).items():
        released = _no_earlier_than(package, version)
        if released is not None and begun.date() + _A_DAY < released:
            yield "begun_ms", f"{begun.date()} is before the release of {package} {version:.40}"


def _times(result: Result) -> Iterator[tuple[str, float]]:
    """How long the work took, as far as it began when the run did."""
    for name in (metrics.TOTAL_TIME, metrics.SEARCH_TIME):
        if name in result.metrics:
            yield f"metrics.{name}", result.metrics[name]
    for time_s in result.utilisation.get(TIME, ())[-1:]:
        yield f"utilisation.{TIME}", time_s or 0.0


def _no_earlier_than(package: str, version: str) -> date | None:
    """The date of the newest listed release that `version` is not older than."""
    known = {} if _BEFORE.match(version) else _releases().get(package, {})
    return max((day for one, day in known.items() if one <= _parts(version)), default=None)


@cache
def _releases() -> dict[str, dict[tuple[int, ...], date]]:
    """Package → version → when it came out: when its first file came to PyPI."""
    found: dict[str, dict[tuple[int, ...], date]] = {}
    for row in read_published("releases"):
        day = date.fromisoformat(row["released"])
        found.setdefault(row["package"], {})[_parts(row["version"])] = day
    return found


def _parts(version: str) -> tuple[int, ...]:
    """The numbers of a version; a stranger's may be longer than any number."""
    return tuple(int(part[:9]) for part in re.findall(r"[0-9]+", version)[:2])
