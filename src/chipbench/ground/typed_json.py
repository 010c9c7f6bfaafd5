"""JSON that others wrote, held against the types that it should have."""

import codecs
import json
import math
from collections import Counter
from dataclasses import MISSING, fields
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

_MAX_INT = 2**63  # what a database keeps
_MOST_DIGITS = 12
_LONGEST_NUMBER = 400  # digits, as the largest float has
_WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}

T = TypeVar("T")


def json_object(data: bytes | str) -> dict[str, Any]:
    """The JSON object that `data` is, in UTF-8. Raises ValueError for anything else."""
    text = data if isinstance(data, str) else _decoded(data)
    try:
        found = json.loads(text, parse_constant=_refuse, parse_int=_whole, object_pairs_hook=_once)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("it is no JSON object")
    return found


def whole_number(text: str) -> int | None:
    """The number from 1 on that `text` is in plain digits; None for all else, or beyond reason."""
    plain = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) or None if plain else None


def encodable(text: str) -> str:
    """`text` as every file and stream takes it: half of a surrogate pair is no character."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def unknown_fields(kind: type[Any], values: dict[str, Any]) -> list[str]:
    """The names in `values` that the dataclass `kind` does not have."""
    return sorted(values.keys() - {field.name for field in fields(kind)})


def typed(kind: type[T], values: dict[str, Any]) -> T:
    """The dataclass `kind` with these fields. Raises ValueError, which names a wrong one."""
    hints = get_type_hints(kind)
    unknown = unknown_fields(kind, values)
    if unknown:
        raise ValueError(f"{unknown[0]!r:.40} is not known")
    given = {}
    for field in fields(kind):  # type: ignore[arg-type]  # T is a dataclass
        if field.name in values:
            given[field.name] = _value(hints[field.name], values[field.name], field.name)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise ValueError(f"{field.name} is missing")
    return kind(**given)


def _value(hint: Any, value: Any, name: str) -> Any:
    """`value` as `hint` has it: str, int, float, bool, these in a dict or list, or one or None."""
    if type(None) in get_args(hint):
        (hint,) = (one for one in get_args(hint) if one is not type(None))
        return None if value is None else _value(hint, value, name)
    if get_origin(hint) is dict:
        if type(value) is not dict:
            raise ValueError(f"{name} must be an object")
        return {
            key: _value(get_args(hint)[1], one, f"{name}.{key:.40}") for key, one in value.items()
        }
    if get_origin(hint) is list:
        if type(value) is not list:
            raise ValueError(f"{name} must be a list")
        return [_value(get_args(hint)[0], one, name) for one in value]
    if hint is float and type(value) is int and abs(value) < _MAX_INT:
        return float(value)
    finite = type(value) is not float or math.isfinite(value)
    if type(value) is not hint or not finite or (hint is int and abs(value) >= _MAX_INT):
        raise ValueError(f"{name} must be {_WORDS[hint]}")
    return value


def _decoded(data: bytes) -> str:
    """Bytes that two readers could read as two texts are none."""
    if data.startswith(codecs.BOM_UTF8):
        raise ValueError("it begins with a byte order mark; save it as plain UTF-8")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"it is no UTF-8 from byte {error.start:,} on") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of these fields; of one that stands there twice, readers take either."""
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise ValueError(f"{twice:.60} stands there twice")
    return found


def _whole(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError(f"{digits[:20]}… is too long a number")
    return int(digits)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")
