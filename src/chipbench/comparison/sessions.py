"""Runs of one machine, sorted into sessions: the repeats of one are not repeats of the machine.

What differs from day to day (temperature, updates, neighbours) is the same within a session, so
that its repeats agree better than the machine does with itself.
"""

from collections.abc import Sequence

from chipbench.measure.recorded_run import RecordedRun
from chipbench.measure.statistics import centre

#: Runs that began within so many hours of the one before belong to one session.
GAP_H = 6


def sessions(runs: Sequence[RecordedRun]) -> list[list[RecordedRun]]:
    """`runs` by session, oldest first."""
    found: list[list[RecordedRun]] = []
    for run in sorted(runs, key=lambda r: r.start_ms):
        if not found or run.start_ms - found[-1][-1].start_ms > GAP_H * 3_600_000:
            found.append([])
        found[-1].append(run)
    return found


def samples_of(times_s: Sequence[Sequence[float]]) -> list[float]:
    """What statistics are made on, of times by session: each session's mean, or one's own times."""
    if len(times_s) == 1:
        return list(times_s[0])
    return [centre(times) for times in times_s]
