"""The command line adapter: MLflow's `--key value` and Hydra's `key=value`, made one.

MLflow hands an undeclared project parameter over as `--key value`; Hydra wants `key=value`.
A value that Hydra's grammar cannot read as it stands is quoted, never evaluated.
"""

import difflib
import shlex
from collections.abc import Sequence

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from chipbench.ground.errors import ConfigurationError

# Hydra's own options, by whether the next word belongs to them.
_FLAGS = {"-m", "--multirun", "-r", "--run", "-h", "--help", "--hydra-help", "--version"}
_FLAGS |= {"--resolve"}
#: Keys that may stand alone, meaning true: `--json` is `json=true`.
_SWITCHES = {"json"}
_OPTIONS = {"-c", "--cfg", "-p", "--package", "-i", "--info", "-cd", "--config-dir"}


def hydra_arguments(words: Sequence[str]) -> list[str]:
    """`words` of a command line as Hydra takes them.

    `-P key=value` is what `mlflow run` takes. `--overrides "+a=1 ~b"` is split as a shell would
    split it; no shell is involved.
    Raises ConfigurationError for a word that is neither an option nor an override.
    """
    translated: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in _FLAGS:
            translated.append(word)
        elif word in _OPTIONS:
            translated += [word, _value_of(word, rest)]
        elif word == "-P":
            key, _, value = _value_of(word, rest).partition("=")
            translated += _pair(key, value)
        elif word.startswith("--"):
            key, equals, value = word.removeprefix("--").partition("=")
            if not equals:
                alone = key in _SWITCHES and rest[:1] not in (["true"], ["false"])
                value = "true" if alone else _value_of(word, rest)
            translated += _pair(key, value)
        else:
            key, equals, value = word.partition("=")
            translated.append(_override(key, value) if equals else _parsed(word))
    return translated


def parse(override: str) -> Override:
    """One override in Hydra's grammar. Raises ConfigurationError if it is malformed."""
    try:
        parsed = OverridesParser.create().parse_override(override)
        reason = "" if parsed.key_or_group else "it has no key"
    except (HydraException, RecursionError) as error:
        reason = str(error).strip().splitlines()[0]
    if reason:
        raise ConfigurationError(
            f"cannot read the override {override!r}: {reason}; write key=value"
        )
    return parsed


def is_sweep(argument: str) -> bool:
    """Whether `argument` lists several values, such as `batch_size=16,32`."""
    return not argument.startswith("-") and parse(argument).is_sweep_override()


def _value_of(option: str, rest: list[str]) -> str:
    if not rest:
        near = difflib.get_close_matches(option, _FLAGS | _OPTIONS, n=1)
        nearest = f"; nearest: {near[0]}" if near and near[0] != option else ""
        raise ConfigurationError(f"{option} needs a value: {option} VALUE{nearest}")
    return rest.pop(0)


def _pair(key: str, value: str) -> list[str]:
    if key == "overrides":
        return [_parsed(word) for word in _split(value)]
    return [_override(key, value)]


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ConfigurationError(
            f"overrides={text!r} cannot be split into words ({error}); "
            "quote it as a shell would, such as overrides='+a=1 ~b'"
        ) from None


def _parsed(word: str) -> str:
    parse(word)
    return word


def _override(key: str, value: str) -> str:
    """`key=value`, with `value` quoted where Hydra's grammar would refuse or change its text."""
    try:
        override = parse(f"{key}={value}")
    except ConfigurationError:
        return _parsed(f"{key}={_quoted(value)}")
    unchanged = (
        override.is_sweep_override()
        or value[:1] in ("'", '"')
        or (not isinstance(override.value(), str) or override.value() == value)
    )
    return f"{key}={value}" if unchanged else _parsed(f"{key}={_quoted(value)}")


def _quoted(value: str) -> str:
    """`value` as a Hydra quoted string; backslashes escape only before a quote and at the end."""
    out: list[str] = []
    backslashes = 0
    for character in value + "'":
        if character == "\\":
            backslashes += 1
            continue
        doubled = 2 * backslashes if character == "'" else backslashes
        out.append("\\" * doubled + ("\\'" if character == "'" else character))
        backslashes = 0
    quoted = "".join(out)
    return "'" + quoted[:-2] + "'"
