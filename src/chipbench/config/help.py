"""`--help` of an entry point: what it does, its parameters, an example, the exit codes."""

import shutil
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path

from chipbench.config.settings import Key, Settings, settings_of

_EXAMPLE = "Example: "
_WIDTH = (72, 110)  # characters: what reads well, within the terminal's own
_COLUMN = 40  # where what is said of a key begins

_ARGUMENTS = """
Several values run each in turn under one parent: batch_size=16,32. For syntax beyond key=value:
-P overrides="+tags.a=1 ~b". `--cfg job` prints the whole configuration, `group=option --help`
the settings of another option.
"""
_EXIT_CODES = """
0 done
1 it failed; the message names the remedy
2 wrong configuration or arguments; the message names the key and the choices
3 this machine cannot do it; the message says what is missing
130 interrupted; what was measured so far is kept
"""


def usage(conf: Path, entry: str, chosen: Mapping[str, str]) -> str:
    """The help of `entry`, with the settings of the `chosen` options (group → option)."""
    settings = settings_of(conf, entry, chosen)
    columns = shutil.get_terminal_size((100, 24)).columns
    width = max(_WIDTH[0], min(columns, _WIDTH[1]))
    said = "\n".join(line for line in settings.header if not line.startswith(_EXAMPLE))
    examples = [ln.removeprefix(_EXAMPLE) for ln in settings.header if ln.startswith(_EXAMPLE)]
    parts = [
        said.strip(),
        _titled("Usage", _usage_lines(entry)),
        _titled("Example", examples),
        _titled("Choices", _choices(conf, settings, width)),
        *_sections(settings, width),
        _filled(_ARGUMENTS, width),
        _titled("Exit codes", _EXIT_CODES.strip().splitlines()),
    ]
    return "\n\n".join(part for part in parts if part)


def _usage_lines(entry: str) -> list[str]:
    return [
        f"mlflow run . -e {entry} -P key=value -P key=value …",
        f"python -m chipbench.{entry} key=value key=value …",
    ]


def _choices(conf: Path, settings: Settings, width: int) -> list[str]:
    """The configuration groups, each with its options."""
    lines: list[str] = []
    for group, key in settings.groups.items():
        options = sorted(path.stem for path in (conf / group).glob("*.yaml"))
        said = f"{key.comment}: " if key.comment else ""
        lines += _row(group, Key(key.default, said + ", ".join(options)), width)
    return lines


def _sections(settings: Settings, width: int) -> Iterable[str]:
    """The root's own settings, then those of each group's option."""

    def group_of(path: str) -> str:
        first = path.partition(".")[0]
        return first if first in settings.groups else ""

    for group in ("", *settings.groups):
        keys = {path: key for path, key in settings.keys.items() if group_of(path) == group}
        title = f"Settings of {group}={settings.groups[group].default}" if group else "Settings"
        lines = [line for path, key in keys.items() for line in _row(path, key, width)]
        yield _titled(title, lines)


def _row(path: str, key: Key, width: int) -> list[str]:
    """`path=default` and what is said of it, below where it does not fit beside."""
    shown = f"{path}={key.default}"
    said = textwrap.wrap(key.comment, width - _COLUMN - 2, break_on_hyphens=False)
    if not said:
        return [shown]
    indented = [f"{'':{_COLUMN}}{line}" for line in said]
    if len(shown) >= _COLUMN:
        return [shown, *indented]
    return [f"{shown:{_COLUMN}}{said[0]}", *indented[1:]]


def _titled(title: str, lines: Iterable[str]) -> str:
    body = "\n".join(f"  {line}" for line in lines)
    return f"{title}\n{body}" if body else ""


def _filled(text: str, width: int) -> str:
    return textwrap.fill(" ".join(text.split()), width, break_on_hyphens=False)
