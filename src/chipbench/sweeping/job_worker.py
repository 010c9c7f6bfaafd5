"""One job of a sweep, in a process of its own, wherever Hydra's launcher calls this."""

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

from omegaconf import DictConfig

from chipbench.config.compose import compose_config
from chipbench.config.options import project_dir
from chipbench.ground import tags
from chipbench.ground.signals import JOB_TIMEOUT_VARIABLE
from chipbench.sweeping import job_outcome as outcomes
from chipbench.sweeping.job_outcome import Outcome, next_attempt, outcome_of
from chipbench.sweeping.job_start import start
from chipbench.sweeping.plan import Job, Plan, read_plan
from chipbench.terminal.messages import say
from chipbench.tracking.recorder import JOB_VARIABLE, PARENT_VARIABLE, Recorder
from chipbench.tracking.store import configured_store

_GRACE_S = 60.0  # for a job to record how it was stopped


def work(config: DictConfig) -> str:
    """Run the job that `config` names of the plan in its folder; returns the outcome."""
    folder = Path(config.folder)
    plan = read_plan(folder)
    job = plan.jobs[config.job]
    why = _skipped(folder, plan, job)
    if why is not None:
        outcome = _skip(folder, plan, job, why)
    else:
        if job.number > 0 and plan.cooldown_s:
            time.sleep(plan.cooldown_s)
        say(f"job {job.number + 1} of {len(plan.jobs)}: {job.text}")
        attempt = next_attempt(folder, job.number)
        limit = Limit(f"{plan.kind}.job_timeout_s", plan.job_timeout_s)
        outcome = run_job(plan.entry_of(job), job, attempt, plan.key, limit, plan.run_name(job))
    if outcome.reason is not None:
        say(f"job {job.number + 1} {outcome.what}: {outcome.reason}")
    return outcome.what


@dataclass(frozen=True)
class Limit:
    """How long a job may take."""

    key: str  # what sets it
    seconds: float | None  # None: as long as it likes

    def __str__(self) -> str:
        return f"{self.key}={self.seconds:g}"


def run_job(
    entry: str, job: Job, folder: Path, parent_key: str, limit: Limit, name: str
) -> Outcome:
    """Run `job` in `folder`; it makes a run of its own and never writes to its parent's.

    `name` is what the run's name begins with.
    """
    environment = {PARENT_VARIABLE: parent_key, JOB_VARIABLE: name}
    if limit.seconds is not None:
        environment[JOB_TIMEOUT_VARIABLE] = str(limit)
    limit_s = None if limit.seconds is None else limit.seconds + _GRACE_S
    begun_s = time.monotonic()
    with start(entry, job, folder, environment, limit_s) as child:
        try:
            end = child.ended()
        except BaseException:
            child.terminate(_GRACE_S)
            raise
    if end.code is None:
        outcome = Outcome(outcomes.TIMED_OUT, f"longer than {limit}")
    else:
        outcome = outcomes.ended(folder, end.code)
    outcome = replace(outcome, took_s=time.monotonic() - begun_s, code=end.code)
    outcome.write(folder)
    return outcome


def _skipped(folder: Path, plan: Plan, job: Job) -> str | None:
    """Why this job need not run: a batch as large or smaller ran out of memory."""
    if not plan.skip_after_out_of_memory or job.batch_size is None:
        return None
    for other in plan.jobs:
        if (
            other.batch_size is not None
            and other.number != job.number
            and other.batch_size <= job.batch_size
            and other.without_batch_size() == job.without_batch_size()
            and outcome_of(folder, other.number).what == outcomes.OUT_OF_MEMORY
        ):
            return f"batch_size={other.batch_size} ran out of memory"
    return None


def _skip(folder: Path, plan: Plan, job: Job, why: str) -> Outcome:
    """Record a run that says why nothing was run."""
    attempt = next_attempt(folder, job.number)
    config = compose_config(plan.entry_of(job), [*job.overrides, "output_dir=none"])
    os.environ.pop("MLFLOW_RUN_ID", None)
    recorder = Recorder(
        attempt,
        configured_store(config.tracking, project_dir()),
        name=f"{plan.run_name(job)} · skipped",
        experiment=config.tracking.experiment_name,
        parent_key=plan.key,
    )
    recorder.params({"batch_size": job.batch_size})
    recorder.tags({tags.KIND: "skipped job", tags.STATUS: "skipped", tags.REASON: why})
    recorder.end("FAILED")
    recorder.drain()
    outcome = Outcome(outcomes.SKIPPED, why)
    outcome.write(attempt)
    return outcome
