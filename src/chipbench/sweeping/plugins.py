"""Hydra's launchers and sweepers: which there are, and whether one can work here."""

import shutil
from collections.abc import Sequence

from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins

from chipbench.config.spelling_suggestion import hint
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark

#: The extra of chipbench that installs each; what Hydra itself has is always there.
_EXTRAS = {
    "launcher": {
        "basic": None,
        "joblib": "joblib",
        "ray": "ray",
        "submitit_local": "slurm",
        "submitit_slurm": "slurm",
    },
    "sweeper": {"basic": None, "optuna": "optuna"},
}
_SLURM = "submitit_slurm"


def check_plugins(words: Sequence[str]) -> None:
    """Raise ConfigurationError for a plug-in that nobody knows, UnsupportedBenchmark for one
    that cannot work here; before anything is begun."""
    for word in words:
        group, _, name = word.partition("=")
        kind = group.removeprefix("hydra/")
        if group in ("hydra/launcher", "hydra/sweeper"):
            _check(word, name, _EXTRAS[kind], _installed(kind))


def _check(word: str, name: str, extras: dict[str, str | None], installed: set[str]) -> None:
    known = sorted({*extras, *installed})
    if name not in known:
        raise ConfigurationError(f"unknown {word}{hint(name, known)}; choices: {', '.join(known)}")
    if name not in installed:
        raise UnsupportedBenchmark(
            f"{word}: it is not installed; pip install 'chipbench[{extras[name]}]'"
        )
    if name == _SLURM and shutil.which("srun") is None:
        raise UnsupportedBenchmark(
            f"{word}: there is no Slurm here (no program srun); start the sweep on a machine of "
            "the cluster, or take hydra/launcher=submitit_local"
        )


def _installed(kind: str) -> set[str]:
    """The plug-ins that Hydra finds."""
    Plugins.instance()  # has them register themselves
    names = ConfigStore.instance().repo["hydra"].get(kind, {})
    return {name.removesuffix(".yaml") for name in names if name.endswith(".yaml")} | {"basic"}
