"""A time as a person reads it in a sentence or a narrow cell."""

_DIGITS = ((100, 0), (10, 1), (1, 2))


def duration(time_s: float) -> str:
    """ "7,349 s", "37.1 s", "3.71 s": three figures, and seconds always, so that times compare."""
    digits = next((digits for least, digits in _DIGITS if time_s >= least), 3)
    return f"{time_s:,.{digits}f} s"
