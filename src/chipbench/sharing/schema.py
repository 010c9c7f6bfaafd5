"""The shape of a shared file: its JSON Schema, and what does not fit it in words."""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

#: What a value must be, by the word of the schema that it does not fit.
_MUST = {
    "type": "it must be of type {}",
    "const": "it must be {}",
    "enum": "it must be one of {}",
    "minimum": "it must be {} or more",
    "exclusiveMinimum": "it must be above {}",
    "maximum": "it must be {} or less",
    "minLength": "it must have {} characters or more",
    "maxLength": "it must have {} characters or fewer",
    "minItems": "it must have {} items or more",
    "maxItems": "it must have {} items or fewer",
    "maxProperties": "it must have {} fields or fewer",
    "pattern": "its text is not what this field holds",
    "anyOf": "it is none of what this field holds",
}


def misfit(document: Any) -> str | None:
    """The first field of `document` that does not fit the schema, and why; None if all do."""
    error = next(_validator().iter_errors(document), None)
    return None if error is None else _words(error)


@cache
def _validator() -> Any:
    """JSON Schema takes 3.0 for an integer, of which Python makes another kind of number."""
    whole = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, one: type(one) is int)
    known = schema()
    return extend(Draft202012Validator, type_checker=whole)(_spelled_out(known, known["$defs"]))


def _spelled_out(part: Any, known: dict[str, Any]) -> Any:
    """`part` with each reference replaced by what it names.

    Looked up for each value of each file, they would take half of the time.
    """
    if isinstance(part, list):
        return [_spelled_out(one, known) for one in part]
    if not isinstance(part, dict):
        return part
    found = {key: _spelled_out(one, known) for key, one in part.items() if key != "$ref"}
    if "$ref" in part:
        found |= _spelled_out(known[part["$ref"].rpartition("/")[2]], known)
    return found


def schema() -> dict[str, Any]:
    """The JSON Schema of a file of shared results."""
    text = files("chipbench.sharing").joinpath("schema.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def _words(error: ValidationError) -> str:
    path, stated = list(error.absolute_path), error.validator_value
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return f"{field([*path, missing])}: it is missing"
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        unknown = next(name for name in error.instance if name not in known)
        return f"{field([*path, unknown])}: no such field is known"
    if error.schema_path and "propertyNames" in error.schema_path:
        return f"{field([*path, error.instance])}: no field can have this name"
    if error.validator == "pattern" and "description" in error.schema:
        return f"{field(path)}: it must be {error.schema['description']}"
    listed = ", ".join(map(str, stated)) if isinstance(stated, list) else stated
    said = _MUST.get(str(error.validator), str(error.message)[:100])
    return f"{field(path)}: {said.format(listed)}"


def field(path: Sequence[str | int]) -> str:
    """`runs[0].metrics.total_time_s`; a name that a stranger chose is cut."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part:.60}" for part in path)
    return "".join(parts).lstrip(".") or "the file"
