"""What a key's value can be: how to decide it, and how to say it."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from omegaconf import DictConfig, ListConfig

from chipbench.config.options import options
from chipbench.ground.storable_text import MAX_NAME

Accepts = Callable[[Any], bool]


@dataclass(frozen=True)
class Kind:
    """What a value must be: `accepts` decides, `words` and `choices` say it."""

    accepts: Accepts
    words: str
    choices: Callable[[], Sequence[str]] = tuple  # asked late: a folder may have got a file
    is_option: bool = False  # whether they are files of conf/, where others may have others

    @property
    def expected(self) -> str:
        """What the value must be, in words."""
        choices = ", ".join(self.choices())
        return f"{self.words} {choices}" if choices else self.words


def whole(what: str, minimum: int) -> Kind:
    """A whole number from `minimum` on, of what is counted."""
    words = f"a whole number{f' of {what}' if what else ''}, {minimum} or more"
    return Kind(lambda value: type(value) is int and value >= minimum, words)


def whole_up_to(maximum: int, minimum: int = 0) -> Kind:
    """A whole number between two limits."""
    return Kind(
        lambda value: type(value) is int and minimum <= value <= maximum,
        f"a whole number from {minimum} to {maximum}",
    )


def one_or_all(what: str) -> Kind:
    """A whole number from 1 on, or -1 for all."""
    return Kind(
        lambda value: type(value) is int and (value >= 1 or value == -1),
        f"a whole number of {what}, 1 or more, or -1 for all",
    )


def above_zero(what: str = "") -> Kind:
    """A number above 0, of a unit."""
    of = f" of {what}" if what else ""
    return Kind(lambda value: is_number(value) and value > 0, f"a number{of} above 0")


def from_zero(what: str) -> Kind:
    """A number of a unit that may be 0."""
    return Kind(lambda value: is_number(value) and value >= 0, f"a number of {what}, 0 or more")


def one_of(*choices: str) -> Kind:
    """One of these words."""
    return Kind(choices.__contains__, "one of", lambda: choices)


def option_of(group: str) -> Kind:
    """The name of a file in a folder of conf/."""
    return Kind(lambda value: value in options(group), "one of", lambda: options(group), True)


def or_null(kind: Kind) -> Kind:
    """The same, or nothing."""
    return replace(
        kind,
        accepts=lambda value: value is None or kind.accepts(value),
        words=f"null or {kind.words}",
    )


def or_auto(kind: Kind) -> Kind:
    """The same, or the word that leaves it to chipbench."""
    return replace(
        kind,
        accepts=lambda value: value == "auto" or kind.accepts(value),
        words=f"auto or {kind.words}",
    )


def text(what: str) -> Kind:
    """Some text."""
    return Kind(lambda value: isinstance(value, str) and bool(value.strip()), what)


def name(what: str) -> Kind:
    """Some text that every store's columns have room for."""
    return Kind(
        lambda value: text(what).accepts(value) and len(value) <= MAX_NAME,
        f"{what} of at most {MAX_NAME} characters",
    )


def word(what: str) -> Kind:
    """Some text that may look like a number to Hydra, as an id can."""
    return Kind(lambda value: is_number(value) or text(what).accepts(value), what)


def several(what: str, least: int = 1) -> Kind:
    """A list of some texts."""
    return Kind(
        lambda value: (
            isinstance(value, ListConfig)
            and len(value) >= least
            and all(isinstance(item, str | int) for item in value)
        ),
        what,
    )


def is_number(value: Any) -> bool:
    """A finite one: YAML reads `true` as a kind of integer, and `inf` and `nan` as numbers."""
    return type(value) in (int, float) and math.isfinite(value)


def _is_date(value: Any) -> bool:
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def _is_encoders(value: Any) -> bool:
    keys = {"name", "software", "arguments"}
    return isinstance(value, ListConfig) and all(
        isinstance(item, DictConfig) and set(item) == keys for item in value
    )


_ITEM_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ITEM_KEYS = {"name", "entry", "overrides"}
_ITEM_NUMBERS = {"expected_s", "download_mb", "disk_mb"}


def suite_items(entry: Kind) -> Kind:
    """The items of a suite; `entry` says what can run one."""
    return Kind(
        lambda value: (
            isinstance(value, ListConfig)
            and len(value) > 0
            and all(_is_item(item, entry) for item in value)
            and len({item.name for item in value}) == len(value)
        ),
        "a list of items of different names, each {name: small_letters, entry: "
        f"{'|'.join(entry.choices())}, overrides: [key=value, …]}}, and as numbers from 0 "
        "expected_s, download_mb and disk_mb if they are known",
    )


def _is_item(item: Any, entry: Kind) -> bool:
    return (
        isinstance(item, DictConfig)
        and _ITEM_KEYS <= set(item) <= _ITEM_KEYS | _ITEM_NUMBERS
        and bool(_ITEM_NAME.fullmatch(str(item.name)))
        and entry.accepts(item.entry)
        and isinstance(item.overrides, ListConfig)
        and all(isinstance(override, str) for override in item.overrides)
        and all(is_number(item[key]) and item[key] >= 0 for key in _ITEM_NUMBERS & set(item))
    )


SWITCH = Kind(lambda value: isinstance(value, bool), "true or false")
SHARE = Kind(
    lambda value: is_number(value) and 0 < value <= 1, "a share between 0 and 1, such as 0.6"
)
DATE = Kind(_is_date, "a date such as 2026-01-31")
#: Of a repository, whose issues lie below it.
WEB_ADDRESS = Kind(
    lambda value: (
        isinstance(value, str) and bool(re.fullmatch(r"https://[\w.:-]+(/[\w.~-]+)+", value))
    ),
    "an address such as https://github.com/user/chipbench",
)
#: What `_target_` names.
PYTHON_NAME = Kind(
    lambda value: isinstance(value, str) and bool(re.fullmatch(r"[A-Za-z_]\w*(\.\w+)+", value)),
    "the full name of a Python object, such as keras.optimizers.Adam",
)
ENCODERS = Kind(_is_encoders, "a list of encoders, each with name, software and arguments")
ANY = Kind(lambda value: True, "any value")
