"""What a mistyped word was meant to be."""

import difflib
import re
from collections.abc import Iterable, Sequence

#: difflib's measure of likeness, from 0 to 1; chance reaches 0.5 with short words.
_ALIKE = 0.6
#: Letters that say which one is meant where it begins or ends with them.
_PART = 3


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
    sections = {other.rpartition(".")[0] for other in known} if section else set()
    anywhere = {_last(other): other for other in known if other not in sections}
    near = last if last in anywhere and not section else _nearest(last, list(anywhere))
    if near is not None:
        return _said(anywhere[near])
    return "" if section and beside else _said(_nearest(key, known))


def _nearest(word: str, choices: Sequence[str]) -> str | None:
    """Written otherwise, a part of it (`m1_max`), like it, or its initials (`lr`)."""
    if word in choices:
        return None
    plain = {_plain(choice): choice for choice in choices}
    wanted = _plain(word)
    parts = [
        p for p in plain if len(wanted) >= _PART and (p.startswith(wanted) or p.endswith(wanted))
    ]
    if parts or wanted in plain:
        return plain[min(parts, key=len, default=wanted)]
    lower = {choice.lower(): choice for choice in choices}
    like = difflib.get_close_matches(word.lower(), lower, n=1, cutoff=_ALIKE)
    if like:
        return lower[like[0]]
    initials = {"".join(part[:1] for part in choice.split("_")): choice for choice in choices}
    return initials.get(word) if len(word) > 1 else None


def _plain(word: str) -> str:
    return re.sub(r"[\W_]", "", word.lower())


def _last(key: str) -> str:
    return key.rpartition(".")[2]


def _said(near: str | None) -> str:
    return "" if near is None else f" (nearest: {near})"
