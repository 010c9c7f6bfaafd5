"""Hydra's multirun: its launchers run the jobs, here or elsewhere."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import hydra
from hydra.errors import HydraException
from omegaconf import DictConfig

from chipbench.config.options import CONF_DIR
from chipbench.config.overrides import command_line
from chipbench.ground.errors import ConfigurationError
from chipbench.sweeping.worker import work

#: Hydra's plug-in packages and the extra of chipbench that installs each.
_EXTRAS = {"joblib": "joblib", "submitit": "slurm", "ray": "ray", "optuna": "optuna"}


def launch(folder: Path, numbers: Sequence[int], words: Sequence[str]) -> None:
    """Run the jobs with these numbers of the plan in `folder`, by the launcher that `words` name.

    Raises ConfigurationError if that launcher is not installed.
    """
    if not numbers:
        return
    places = command_line([f"folder={folder}", f"hydra.sweep.dir={folder / 'launcher'}"]).arguments
    listed = "job=" + ",".join(map(str, numbers))
    multirun("sweep", work, [*places, listed, *words], words)


def multirun(
    config_name: str,
    task: Callable[[DictConfig], object],
    overrides: Sequence[str],
    words: Sequence[str],
) -> None:
    """Let Hydra call `task` with the config of each job; `words` name the plug-ins."""
    sys.argv = [f"python -m chipbench.{config_name}", "--multirun", *overrides]
    # Hydra prints its errors and exits; here they are raised.
    main = hydra.main(version_base="1.3", config_path=str(CONF_DIR), config_name=config_name)
    try:
        main(task)()
    except (HydraException, SystemExit) as error:
        raise ConfigurationError(_explanation(words, error)) from None


def _explanation(words: Sequence[str], error: BaseException) -> str:
    for word in words:
        for plugin, extra in _EXTRAS.items():
            if word.startswith(("hydra/launcher=", "hydra/sweeper=")) and plugin in word:
                return f"{word}: not usable here; install it with pip install '.[{extra}]'"
    return f"the sweep's configuration is wrong: {error}"
