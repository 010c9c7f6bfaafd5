"""Which batch size to try next, and what the tried ones tell. Arithmetic alone."""

from collections.abc import Collection, Mapping


def next_size(
    fitted: Collection[int], failed: Collection[int], first: int, most: int, precision: float
) -> int | None:
    """Double until one fails, or `most` fits; then halve the gap to the smallest that failed.

    None once the gap is `precision` (a share) of the largest that fits, or nothing lies in it.
    """
    largest, smallest = max(fitted, default=0), min(failed, default=None)
    if smallest is None:
        wanted = 2 * largest if fitted else first
        return None if largest >= most else min(wanted, most)
    gap = smallest - largest
    return None if gap <= max(1, precision * largest) else largest + gap // 2


def slow_from(speeds: Mapping[int, float], share: float) -> int | None:
    """The smallest size above the fastest whose speed is below `share` of the fastest's.

    None if none is, or nothing is known.
    """
    if not speeds:
        return None
    fastest = max(speeds, key=lambda size: speeds[size])
    slow = [n for n, speed in speeds.items() if n > fastest and speed < share * speeds[fastest]]
    return min(slow, default=None)
