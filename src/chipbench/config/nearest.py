"""What a mistyped word was meant to be."""

import difflib
from collections.abc import Iterable, Sequence

#: difflib's measure of likeness, from 0 to 1; chance reaches 0.5 with short words.
_ALIKE = 0.6


def hint(word: str, choices: Iterable[str]) -> str:
    """The choice that `word` is most like, as the end of a message; empty if it is like none."""
    return _said(_nearest(word, sorted(set(choices))))


def key_hint(key: str, keys: Iterable[str]) -> str:
    """The same for a dotted key: looked for in its own section first, then everywhere."""
    known = sorted(set(keys))
    section, _, last = key.rpartition(".")
    beside = {_last(other): other for other in known if other.rpartition(".")[0] == section}
    near = _nearest(last, list(beside))
    if near is not None:
        return _said(beside[near])
    anywhere = {_last(other): other for other in known}
    near = _nearest(last, list(anywhere))
    if near is not None:
        return _said(anywhere[near])
    return "" if section and beside else _said(_nearest(key, known))


def _nearest(word: str, choices: Sequence[str]) -> str | None:
    near = difflib.get_close_matches(word, choices, n=1, cutoff=_ALIKE)
    return near[0] if near and near[0] != word else None


def _last(key: str) -> str:
    return key.rpartition(".")[2]


def _said(near: str | None) -> str:
    return "" if near is None else f" (nearest: {near})"
