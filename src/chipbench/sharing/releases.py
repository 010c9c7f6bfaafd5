"""When the software of a result came out: nothing was measured with it before."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

from chipbench.measure.result import Result
from chipbench.published import read_published


def before_release(result: Result) -> Iterator[tuple[str, str]]:
    """The time of a run, where it is before the release of what it says it ran with."""
    begun = datetime.fromtimestamp(result.begun_ms / 1000, UTC).date()
    for package, version in result.hardware.get("versions", {}).items():
        released = _no_earlier_than(package, version)
        if released is not None and begun < released:
            yield "begun_ms", f"{begun} is before the release of {package} {version:.40}"


def _no_earlier_than(package: str, version: str) -> date | None:
    """The date of the newest listed release that `version` is not older than."""
    known = [row for row in read_published("releases") if row["package"] == package]
    reached = [row for row in known if _parts(row["version"]) <= _parts(version)]
    return max((date.fromisoformat(row["released"]) for row in reached), default=None)


def _parts(version: str) -> tuple[int, ...]:
    """The numbers of a version; a stranger's may be longer than any number."""
    return tuple(int(part[:9]) for part in re.findall(r"[0-9]+", version)[:2])
