"""`conf/`: where it lies, and the options that its folders hold."""

from pathlib import Path

from omegaconf import DictConfig, OmegaConf

_PACKAGE = Path(__file__).parents[1]
_SOURCE_TREE = _PACKAGE.parent.parent

#: An installed copy carries `conf/` inside the package; a checkout has it at its top.
CONF_DIR = _PACKAGE / "conf" if (_PACKAGE / "conf").is_dir() else _SOURCE_TREE / "conf"


def options(group: str) -> list[str]:
    """The options of a group, such as `options("optimizer")`: one file each."""
    return sorted(path.stem for path in (CONF_DIR / group).glob("*.yaml"))


def option(group: str, name: str) -> DictConfig:
    """The file of one option, such as `option("optimizer", "sgd")`."""
    loaded = OmegaConf.load(CONF_DIR / group / f"{name}.yaml")
    assert isinstance(loaded, DictConfig)
    return loaded


def project_dir() -> Path:
    """The checkout that this package runs from, or the current folder for an installed copy."""
    return CONF_DIR.parent if (CONF_DIR.parent / "MLproject").is_file() else Path.cwd()
