"""A search for the best: one of Hydra's sweepers chooses the jobs by what the earlier ones gave."""

from collections.abc import Sequence
from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from chipbench.config.literal_text import literal_override
from chipbench.ground import metrics
from chipbench.sweeping import job_outcome as outcomes
from chipbench.sweeping.hydra_launching import multirun
from chipbench.sweeping.job_outcome import next_attempt
from chipbench.sweeping.job_worker import Limit, run_job
from chipbench.sweeping.plan import Job
from chipbench.terminal.messages import say


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
        limit = Limit("sweep.job_timeout_s", settings.job_timeout_s)
        outcome = run_job(entry, job, attempt, parent_key, limit, f"trial {len(jobs)}")
        memory = outcome.metrics.get(metrics.PROCESS_MEMORY_PEAK, 0.0)
        limit = settings.memory_limit_mib
        if outcome.what != outcomes.DONE or (limit is not None and memory > limit):
            return 0.0
        return outcome.metrics.get(settings.objective, 0.0)

    quiet = ["hydra/hydra_logging=none", "hydra/job_logging=none"]
    places = [literal_override("hydra.sweep.dir", str(folder / "sweeper"))]
    direction = ["hydra.sweeper.direction=maximize"]
    if any(word.startswith("hydra.sweeper.direction=") for word in words):
        direction = []
    multirun(entry, trial, [*overrides, *places, *quiet, *words, *direction])
    return jobs
