"""A suite from its configuration to its exit code."""

from collections.abc import Sequence
from pathlib import Path

from omegaconf import DictConfig

from chipbench.config.options import project_dir
from chipbench.config.overrides import parse
from chipbench.ground import tags
from chipbench.ground.plural import counted
from chipbench.sweeping.plan import SUITE, Job, Plan
from chipbench.sweeping.plan_execution import begin, carry_out
from chipbench.sweeping.resuming import find_earlier
from chipbench.sweeping.suites.announcement import announce_suite
from chipbench.sweeping.suites.estimate import estimates
from chipbench.sweeping.suites.items import configs_of, items_of, jobs_of
from chipbench.sweeping.suites.parent import SuiteParent


def conduct_suite(config: DictConfig, words: Sequence[str]) -> int:
    """Run the suite's items one after the other; 0 if all are done, else 1.

    `words` are the overrides that `config` was composed with. All items are checked before the
    first begins. Raises ConfigurationError.
    """
    items = items_of(config)
    jobs = jobs_of(items, words)
    configs = configs_of(jobs)
    folder = Path(config.output_dir)
    outputs = project_dir() / "outputs"
    name = f"suite={config.suite.name}, {counted(len(jobs), 'item')}"
    if config.suite.resume is None:
        announce_suite(name, jobs, estimates(items, jobs, configs, outputs), config.cache_dir)
        recorder = begin(folder, config, name)
        recorder.tags({tags.KIND: SUITE, tags.ENTRY: SUITE, tags.JOBS: len(jobs)})
        recorder.params({"suite": config.suite.name} | _params(jobs, words))
        key = recorder.key
    else:
        below = folder if _names_a_folder(words) else outputs
        known = find_earlier(str(config.suite.resume), below, SUITE, jobs)
        recorder = begin(known.journal_folder(), config, name, known.start)
        folder, key = known.folder, known.plan.key
    plan = _plan(key, jobs, config.suite)
    return carry_out(folder, plan, SuiteParent(folder, plan, recorder, configs))


def _plan(key: str, jobs: tuple[Job, ...], settings: DictConfig) -> Plan:
    return Plan(
        entry=SUITE,
        key=key,
        jobs=jobs,
        swept=(),
        cooldown_s=settings.cooldown_s,
        job_timeout_s=settings.job_timeout_s,
        skip_after_out_of_memory=False,
    )


def _params(jobs: Sequence[Job], words: Sequence[str]) -> dict[str, str]:
    """What is run, and on what, as far as the command line said it."""
    given = {str(parse(word).key_or_group): word.partition("=")[2] for word in words}
    named = {key: value for key, value in given.items() if key.startswith(("backend", "machine"))}
    return {"items": ", ".join(job.item for job in jobs)} | named


def _names_a_folder(words: Sequence[str]) -> bool:
    return any(parse(word).key_or_group == "output_dir" for word in words)
