"""The command line adapter: MLflow's `--key value` and Hydra's `key=value`, made one.

MLflow hands an undeclared project parameter over as `--key value`; Hydra wants `key=value`.
A value that Hydra's grammar cannot read as it stands is quoted, never evaluated.
"""

import difflib
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from chipbench.ground.errors import ConfigurationError

# Hydra's own options, each under its long name, by whether the next word belongs to them.
_FLAGS = {
    "-h": "--help",
    "-m": "--multirun",
    "-r": "--run",
    "--hydra-help": "--hydra-help",
    "--version": "--version",
    "--resolve": "--resolve",
}
_OPTIONS = {"-c": "--cfg", "-i": "--info", "-p": "--package"}
_FLAGS |= {long: long for long in _FLAGS.values()}
_OPTIONS |= {long: long for long in _OPTIONS.values()}
_OTHER_FILES = "the configuration is that of conf/ alone; add a file there, or give key=value"
_COMPLETION = "the words of a shell are not completed; --help lists the keys"
#: Hydra's options that chipbench has no use for, and what serves instead.
_REFUSED = dict.fromkeys(
    ("-cd", "--config-dir", "-cp", "--config-path", "-cn", "--config-name"), _OTHER_FILES
)
_REFUSED |= dict.fromkeys(("-sc", "--shell-completion"), _COMPLETION)
_REFUSED |= dict.fromkeys(
    ("-e", "--entry-point"),
    "it is mlflow run's own; an entry point is a module here: -m chipbench.…",
)
_REFUSED["--experimental-rerun"] = (
    "a run is not repeated from a file; give its keys again, as its config.yaml has them"
)
_CHOICES = {
    "--cfg": ("job", "hydra", "all"),
    "--info": ("all", "config", "defaults", "defaults-tree", "plugins", "searchpath"),
}
#: One of these at a time: each says what is to be done.
_DEEDS = ("--help", "--hydra-help", "--version", "--cfg", "--info", "--multirun")
#: Keys that may stand alone, meaning true: `--json` is `json=true`.
_SWITCHES = {"json"}
#: So like an option, by difflib's measure, is what was mistyped; --verbose is not --version.
_ALIKE = 0.8


@dataclass(frozen=True)
class CommandLine:
    """What a command line says: Hydra's own options by their long names, and the overrides."""

    options: Mapping[str, str | None]
    overrides: tuple[str, ...]  # in Hydra's grammar

    @property
    def deed(self) -> str | None:
        """The option that says what is to be done in place of the entry point's own work."""
        return next((option for option in _DEEDS if option in self.options), None)

    @property
    def arguments(self) -> list[str]:
        """All words as Hydra takes them."""
        words = [word for pair in self.options.items() for word in pair if word is not None]
        return [*words, *self.overrides]


def command_line(words: Sequence[str]) -> CommandLine:
    """The words of a command line, read once.

    `-P key=value` is what `mlflow run` takes. `--overrides "+a=1 ~b"` is split as a shell would
    split it; no shell is involved.
    Raises ConfigurationError for a word that is neither an option nor an override, and for options
    that do not go together.
    """
    options: dict[str, str | None] = {}
    overrides: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in _FLAGS:
            options[_FLAGS[word]] = None
        elif word in _OPTIONS:
            options[_OPTIONS[word]] = _value_of(word, rest)
        elif word.partition("=")[0] in _REFUSED:
            option = word.partition("=")[0]
            raise ConfigurationError(f"{option}: {_REFUSED[option]}")
        elif word == "-P":
            key, _, value = _value_of(word, rest).partition("=")
            overrides += _pair(key, value)
        elif word.startswith("--"):
            overrides += _long(word, rest)
        else:
            key, equals, value = word.partition("=")
            overrides += _pair(key, value) if equals else [_parsed(word)]
    _hold_together(options)
    return CommandLine(options, tuple(overrides))


def _long(word: str, rest: list[str]) -> list[str]:
    """`--key value` or `--key=value`, as MLflow appends a parameter."""
    key, equals, value = word.removeprefix("--").partition("=")
    if f"--{key}" in _OPTIONS and equals:
        raise ConfigurationError(f"{word}: write --{key} {value}")
    if not equals:
        alone = key in _SWITCHES and rest[:1] not in (["true"], ["false"])
        value = "true" if alone else _value_of(word, rest)
    return _pair(key, value)


def _hold_together(options: Mapping[str, str | None]) -> None:
    """Raise ConfigurationError for options that mean nothing, or not together."""
    for option, choices in _CHOICES.items():
        if option in options and options[option] not in choices:
            raise ConfigurationError(
                f"{option} {options[option]}: must be one of {', '.join(choices)}"
            )
    deeds = [deed for deed in _DEEDS if deed in options]
    if len(deeds) > 1 and deeds[0] != "--help":
        raise ConfigurationError(f"{' '.join(deeds)}: one at a time")
    for option in ("--package", "--resolve"):
        if option in options and "--cfg" not in options and "--help" not in options:
            key = "; a key is set with -P key=value" if option == "--package" else ""
            raise ConfigurationError(f"{option}: goes with --cfg job alone{key}")


@cache
def parse(override: str) -> Override:
    """One override in Hydra's grammar. Raises ConfigurationError if it is malformed."""
    try:
        parsed = OverridesParser.create().parse_override(override)
        reason = "" if parsed.key_or_group else "it has no key"
    except (HydraException, RecursionError) as error:
        reason = str(error).strip().splitlines()[0]
    if reason:
        # What Hydra's grammar says of a word without its = is of the grammar.
        blank = re.search(r"^[^=]*\s=", override) is not None
        reason = "no blank stands beside the =" if blank else reason
        why = f": {reason}" if "=" in override else ""
        raise ConfigurationError(f"cannot read the override {override!r}{why}; write key=value")
    return parsed


def is_sweep(argument: str) -> bool:
    """Whether `argument` lists several values, such as `batch_size=16,32`."""
    return not argument.startswith("-") and parse(argument).is_sweep_override()


def is_several(overrides: Sequence[str]) -> bool:
    """Whether `overrides` ask for more than one job: a list of values, or repeats."""
    repeated = any(word.startswith("repeats=") and word != "repeats=1" for word in overrides)
    return repeated or any(map(is_sweep, overrides))


def _value_of(option: str, rest: list[str]) -> str:
    if not rest:
        known = [*_FLAGS, *_OPTIONS, *(f"--{key}" for key in _SWITCHES)]
        near = difflib.get_close_matches(option, known, n=1, cutoff=_ALIKE)
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
        return _parsed(f"{key}={quoted(value)}")
    unchanged = (
        override.is_sweep_override()
        or value[:1] in ("'", '"')
        or (not isinstance(override.value(), str) or override.value() == value)
    )
    return f"{key}={value}" if unchanged else _parsed(f"{key}={quoted(value)}")


def refuse_both(overrides: Sequence[str]) -> None:
    """Raise ConfigurationError where a training's time and its epochs are given at once."""
    given = {override.key_or_group: override for override in map(parse, overrides)}
    time, epochs = given.get("duration_s"), given.get("epochs")
    if time is not None and epochs is not None and time.value() is not None:
        raise ConfigurationError(
            f"{time.input_line}: it takes the place of epochs; drop {epochs.input_line} to train "
            f"for that time, or {time.input_line} to train so many epochs"
        )


def is_plain(key: str, text: str) -> bool:
    """Whether Hydra reads `key=text` as this text and nothing else."""
    try:
        override = parse(f"{key}={text}")
    except ConfigurationError:
        return False
    return not override.is_sweep_override() and override.value() == text


def quoted(value: str) -> str:
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
