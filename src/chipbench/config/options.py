"""`conf/`: where it lies, and the options that its folders hold."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from omegaconf import DictConfig, OmegaConf
from yaml import YAMLError

_PACKAGE = Path(__file__).parents[1]
_SOURCE_TREE = _PACKAGE.parent.parent

#: An installed copy carries `conf/` inside the package; a checkout has it at its top.
CONF_DIR = _PACKAGE / "conf" if (_PACKAGE / "conf").is_dir() else _SOURCE_TREE / "conf"


def options(group: str) -> list[str]:
    """The options of a group, such as `options("optimizer")`: one file each."""
    return sorted(path.stem for path in (CONF_DIR / group).glob("*.yaml") if path.is_file())


def option(group: str, name: str) -> DictConfig:
    """The file of one option, such as `option("optimizer", "sgd")`."""
    loaded = OmegaConf.load(CONF_DIR / group / f"{name}.yaml")
    assert isinstance(loaded, DictConfig)
    return loaded


def unreadable(first: Sequence[str]) -> Iterator[str]:
    """The files of `conf/` that cannot be read as they are, and why; those of `first` before."""
    others = (str(path.relative_to(CONF_DIR)) for path in sorted(CONF_DIR.rglob("*.yaml")))
    for name in [*first, *others]:
        path = CONF_DIR / name
        if not path.is_file():
            continue
        try:
            OmegaConf.load(path)
        except (OSError, ValueError, YAMLError) as error:
            mark = getattr(error, "problem_mark", None)
            line = "" if mark is None else f", line {mark.line + 1}"
            why = " ".join(str(getattr(error, "problem", None) or error).split())
            yield f"conf/{name}{line}: the file cannot be read: {why}"


def project_dir() -> Path:
    """The checkout that this package runs from, or the current folder for an installed copy."""
    return CONF_DIR.parent if (CONF_DIR.parent / "MLproject").is_file() else Path.cwd()
