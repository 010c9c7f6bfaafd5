"""Every key of a root config with its default and its comment, read from `conf/` itself.

The comments in `conf/` are the one description of the keys; Hydra's composition drops them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

_SELF = "_self_"
#: Keys of an option that build it, and are not for a command line.
_INTERNAL = ("_target_", "create", "build")


@dataclass(frozen=True)
class Key:
    """One key: what it is by default, as the file writes it, and what the file says of it."""

    default: str
    comment: str


@dataclass
class Settings:
    """A root config as its files describe it."""

    header: list[str] = field(default_factory=list)  # the comment that the file opens with
    groups: dict[str, Key] = field(default_factory=dict)  # configuration group → its option
    keys: dict[str, Key] = field(default_factory=dict)  # dotted path → key


def settings_of(conf: Path, name: str, chosen: Mapping[str, str]) -> Settings:
    """Those of the root config `name`, with the options that `chosen` has in place of the default.

    Keys of a group's option come after the root's own.
    """
    settings = Settings()
    _read(settings, conf, conf / f"{name}.yaml", "")
    for group, option in list(settings.groups.items()):
        names = dict.fromkeys([option.default, chosen.get(group, option.default)])
        settings.groups[group] = Key(list(names)[-1], option.comment)
        for each in names:
            if (conf / group / f"{each}.yaml").is_file():
                _read(settings, conf, conf / group / f"{each}.yaml", group)
    return settings


def _read(settings: Settings, conf: Path, path: Path, group: str) -> None:
    """Add what `path` says; a key that it repeats without a comment keeps the earlier one."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    document = yaml.compose(text)
    assert isinstance(document, yaml.MappingNode)
    glob = bool(lines) and lines[0].startswith("# @package _global_")
    for key, value in document.value:
        if key.value == "defaults":
            _read_defaults(settings, conf, value, lines, group)
    for found, entry in _keys(document, lines, "" if glob or not group else f"{group}."):
        earlier = settings.keys.get(found)
        comment = entry.comment or (earlier.comment if earlier else "")
        settings.keys[found] = Key(entry.default, comment)
    if not group:
        settings.header = _header(lines)


def _read_defaults(
    settings: Settings, conf: Path, defaults: yaml.Node, lines: list[str], group: str
) -> None:
    for item in defaults.value:
        if isinstance(item, yaml.ScalarNode):
            if item.value != _SELF:
                _read(settings, conf, conf / group / f"{item.value}.yaml", group)
        elif not group:
            ((key, value),) = item.value
            name = key.value.removeprefix("override ").lstrip("/")
            if not name.startswith("hydra"):
                earlier = settings.groups.get(name)
                comment = _comment(lines, value) or (earlier.comment if earlier else "")
                settings.groups[name] = Key(value.value, comment)


def _keys(node: yaml.MappingNode, lines: list[str], prefix: str) -> Iterator[tuple[str, Key]]:
    """Every leaf below `node` but for Hydra's own; a section's comment serves as a fallback."""
    for key, value in node.value:
        path = f"{prefix}{key.value}"
        if path in ("defaults", "hydra") or key.value in _INTERNAL:
            continue
        if isinstance(value, yaml.MappingNode) and value.value:
            said = _comment(lines, key)
            for child, found in _keys(value, lines, f"{path}."):
                yield child, Key(found.default, found.comment or said)
        elif value.start_mark.line == value.end_mark.line:
            yield path, Key(_source(lines, value), _comment(lines, value))
        else:  # a list over several lines
            yield path, Key("[…]", _comment(lines, key))


def _source(lines: list[str], node: yaml.Node) -> str:
    """The value as the file writes it."""
    return lines[node.start_mark.line][node.start_mark.column : node.end_mark.column]


def _comment(lines: list[str], node: yaml.Node) -> str:
    """What stands after `#` on the line where `node` ends."""
    rest = lines[node.end_mark.line][node.end_mark.column :]
    return rest.partition("#")[2].strip()


def _header(lines: list[str]) -> list[str]:
    """The comment lines at the top of a file."""
    header = []
    for line in lines:
        if not line.startswith("#"):
            break
        header.append(line.removeprefix("#").strip())
    return header
