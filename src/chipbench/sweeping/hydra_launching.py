"""Hydra's multirun: its launchers run the jobs, here or elsewhere."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import hydra
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from chipbench.config.literal_text import literal_override
from chipbench.config.options import CONF_DIR
from chipbench.ground.errors import ConfigurationError
from chipbench.sweeping.job_start import close
from chipbench.sweeping.job_worker import work


def launch(folder: Path, numbers: Sequence[int], words: Sequence[str]) -> None:
    """Run these jobs of the plan in `folder`, by the launcher that `words` name."""
    if not numbers:
        return
    places = [
        literal_override("folder", str(folder)),
        literal_override("hydra.sweep.dir", str(folder / "launcher")),
    ]
    listed = "job=" + ",".join(map(str, numbers))
    multirun("sweep", work, [*places, listed, *words])


def multirun(config_name: str, task: Callable[[DictConfig], object], words: Sequence[str]) -> None:
    """Let Hydra call `task` with the config of each job.

    Raises ConfigurationError for what Hydra does not take.
    """
    sys.argv = [f"python -m chipbench.{config_name}", "--multirun", *words]
    os.environ["HYDRA_FULL_ERROR"] = "1"  # else Hydra prints its errors and exits
    main = hydra.main(version_base="1.3", config_path=str(CONF_DIR), config_name=config_name)
    try:
        main(task)()
    except (HydraException, OmegaConfBaseException) as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise ConfigurationError(f"the sweep's configuration is wrong: {said[0]}") from None
    finally:
        close()
