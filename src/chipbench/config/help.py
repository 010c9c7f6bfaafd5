"""`--help` of an entry point: what it does, an example, the choices, and `conf/` as it stands."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import yaml

from chipbench.ground.invocation import as_here

_EXAMPLE = "Example: "
#: Lines that are between Hydra and the file.
_HYDRAS = ("# @package", "  - hydra/", "  - override hydra/")

_ARGUMENTS = """\
Several values run each in turn under one parent: batch_size=16,32. For syntax beyond key=value:
-P overrides="+tags.a=1 +tags.b=2". `--cfg job` prints the whole configuration, and
`group=option --help` shows another option's file. HYDRA_FULL_ERROR=1 in the environment shows
where a failure happened."""
_EXIT_CODES = """\
Exit codes
  0 done
  1 it failed; the message names the remedy
  2 wrong configuration or arguments; the message names the key and the choices
  3 this machine cannot do it; the message says what is missing
  130 interrupted; what was measured so far is kept"""


def usage(conf: Path, entry: str, overrides: Sequence[str]) -> str:
    """The help of `entry`, with the files of the options that `overrides` choose."""
    header, settings = _parts(conf / f"{entry}.yaml")
    examples = [line.removeprefix(_EXAMPLE) for line in header if line.startswith(_EXAMPLE)]
    said = [line for line in header if not line.startswith(_EXAMPLE)]
    groups = _groups(conf, entry)
    pairs = (word.partition("=") for word in overrides)
    chosen = groups | {group: option for group, _, option in pairs if group in groups}
    parts = [
        "\n".join(said).strip(),
        _titled("Usage", [f"mlflow run . -e {entry} -P key=value -P key=value …",
                          f"python -m chipbench.{entry} key=value key=value …"]),
        _titled("Example", examples),
        _titled("Choices", _choices(conf, chosen)),
        _titled(f"Settings (conf/{entry}.yaml)", settings),
        *_bases(conf, entry),
        *_options(conf, chosen),
        _ARGUMENTS,
        _EXIT_CODES,
    ]  # fmt: skip
    return as_here("\n\n".join(part for part in parts if part))


def _parts(path: Path) -> tuple[list[str], list[str]]:
    """The comment that a file opens with, and the rest but for what is Hydra's own."""
    lines = path.read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if not line.startswith(_HYDRAS)]
    number = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    rest = lines[number:]
    if "hydra:" in rest:
        rest = rest[: rest.index("hydra:")]
    header = [line.removeprefix("#").strip() for line in lines[:number]]
    return header, "\n".join(rest).strip("\n").splitlines()


def _defaults(path: Path) -> list[str | dict[str, str | None]]:
    found: list[str | dict[str, str | None]] = yaml.safe_load(path.read_text(encoding="utf-8"))[
        "defaults"
    ]
    return found


def _groups(conf: Path, entry: str) -> dict[str, str]:
    """The configuration groups of a root config and of those it builds on, with their options."""
    groups: dict[str, str] = {}
    for item in _defaults(conf / f"{entry}.yaml"):
        if isinstance(item, str):
            groups |= {} if item == "_self_" else _groups(conf, item)
        else:
            ((key, option),) = item.items()
            name = key.removeprefix("override ").lstrip("/")
            if not name.startswith("hydra"):
                groups[name] = str(option or "null")
    return groups


def _choices(conf: Path, chosen: Mapping[str, str]) -> Iterable[str]:
    for group, option in chosen.items():
        options = sorted(path.stem for path in (conf / group).glob("*.yaml"))
        yield f"{f'{group}={option}':30}{', '.join(options)}"


def _bases(conf: Path, entry: str) -> Iterable[str]:
    """The root configs that this one builds on."""
    for item in _defaults(conf / f"{entry}.yaml"):
        if isinstance(item, str) and item != "_self_":
            yield _titled(f"Settings (conf/{item}.yaml)", _parts(conf / f"{item}.yaml")[1])


def _options(conf: Path, chosen: Mapping[str, str]) -> Iterable[str]:
    """The file of each chosen option, whole."""
    for group, option in chosen.items():
        path = conf / group / f"{option}.yaml"
        if path.is_file():
            lines = path.read_text(encoding="utf-8").strip().splitlines()
            yield _titled(f"{group}={option} (conf/{group}/{option}.yaml)", lines)


def _titled(title: str, lines: Iterable[str]) -> str:
    body = "\n".join(f"  {line}".rstrip() for line in lines)
    return f"{title}\n{body}" if body else ""
