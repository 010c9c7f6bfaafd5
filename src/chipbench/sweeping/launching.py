"""Hydra's multirun: its launchers run the jobs here or elsewhere, its sweepers may choose them."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import DictConfig

from chipbench.config.compose import CONF_DIR
from chipbench.config.overrides import hydra_arguments
from chipbench.ground.errors import ConfigurationError
from chipbench.sweeping import outcome as outcomes
from chipbench.sweeping.outcome import next_attempt
from chipbench.sweeping.plan import Job
from chipbench.sweeping.worker import run_job, work
from chipbench.terminal.lines import say

#: Hydra's plug-in packages and the extra of chipbench that installs each.
_EXTRAS = {"joblib": "joblib", "submitit": "slurm", "ray": "ray", "optuna": "optuna"}


def launch(folder: Path, numbers: Sequence[int], words: Sequence[str]) -> None:
    """Run the jobs with these numbers of the plan in `folder`, by the launcher that `words` name.

    Raises ConfigurationError if that launcher is not installed.
    """
    if not numbers:
        return
    places = hydra_arguments([f"folder={folder}", f"hydra.sweep.dir={folder / 'launcher'}"])
    listed = "job=" + ",".join(map(str, numbers))
    _multirun("sweep", work, [*places, listed, *words], words)


def search(
    entry: str,
    folder: Path,
    parent_key: str,
    overrides: Sequence[str],
    settings: DictConfig,
    words: Sequence[str],
) -> list[Job]:
    """Let a sweeper plug-in choose `entry`'s jobs by what each gives; returns those it chose."""
    jobs: list[Job] = []

    def trial(config: DictConfig) -> float:
        chosen = tuple(HydraConfig.get().overrides.task)
        job = Job(len(jobs), chosen, 1 + sum(known.overrides == chosen for known in jobs))
        jobs.append(job)
        say(f"trial {len(jobs)}: {job.text}")
        attempt = next_attempt(folder, job.number)
        outcome = run_job(entry, job, attempt, parent_key, settings.job_timeout_s)
        memory = outcome.metrics.get("memory_peak_mib", 0.0)
        limit = settings.memory_limit_mib
        if outcome.what != outcomes.DONE or (limit is not None and memory > limit):
            return 0.0
        return outcome.metrics.get(settings.objective, 0.0)

    quiet = ["hydra/hydra_logging=none", "hydra/job_logging=none"]
    places = hydra_arguments([f"hydra.sweep.dir={folder / 'sweeper'}"])
    direction = ["hydra.sweeper.direction=maximize"]
    if any(word.startswith("hydra.sweeper.direction=") for word in words):
        direction = []
    _multirun(entry, trial, [*overrides, *places, *quiet, *words, *direction], words)
    return jobs


def _multirun(
    config_name: str,
    task: Callable[[DictConfig], object],
    overrides: Sequence[str],
    words: Sequence[str],
) -> None:
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
