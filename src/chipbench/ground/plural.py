"""Numbers with the word for what is counted."""


def counted(number: int, one: str, several: str | None = None) -> str:
    """ "1 run", "2 runs"; with `several`, where it takes more than an s, "2 runs wait"."""
    if number == 1:
        return f"1 {one}"
    return f"{number:,} {f'{one}s' if several is None else several}"
