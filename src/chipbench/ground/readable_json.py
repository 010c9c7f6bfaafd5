"""JSON that a person reads: an object's fields on lines of their own, a list of numbers on one."""

import json
from typing import Any

_INDENT = "  "


def readable(value: Any, indent: str = "") -> str:
    """`value` as JSON text. Raises ValueError for a number that is not finite."""
    inner = indent + _INDENT
    if isinstance(value, dict) and value:
        lines = (f"{inner}{_scalar(str(k))}: {readable(v, inner)}" for k, v in value.items())
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if isinstance(value, list | tuple) and any(isinstance(item, dict | list) for item in value):
        return "[\n" + ",\n".join(f"{inner}{readable(v, inner)}" for v in value) + f"\n{indent}]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
