"""A sweep from its command line to its exit code."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from omegaconf import DictConfig

from chipbench.config.check import hold, may_be
from chipbench.config.compose import compose_config
from chipbench.config.options import project_dir
from chipbench.config.overrides import is_sweep, parse
from chipbench.ground import tags
from chipbench.ground.cache import writable
from chipbench.ground.errors import ConfigurationError
from chipbench.ground.plural import counted
from chipbench.sweeping.parent import Parent
from chipbench.sweeping.plan import Job, Plan, expand, order, swept_keys
from chipbench.sweeping.plan_execution import begin, carry_out
from chipbench.sweeping.plugins import check_plugins
from chipbench.sweeping.resuming import find_earlier
from chipbench.sweeping.sweeper_search import search

_FOLDER = "output_dir"


def conduct(entry: str, overrides: Sequence[str], own: Sequence[str] = ()) -> int:
    """Run every combination of `overrides` with `entry`; 0 if all are done, else 1.

    `own` are the overrides of `conf/sweep.yaml` and of Hydra. All jobs are checked before the
    first begins. Raises ConfigurationError.
    """
    hydra = [word for word in own if _is_hydras(word)]
    given, overrides = _own_folder(overrides)
    settings, configs = compose_jobs(entry, overrides, own)
    if _is_search(own):
        return _search(entry, overrides, configs[0], settings, hydra, given)
    combinations = expand(overrides)
    if settings.resume is not None:
        return _resume(entry, order(combinations, settings), configs[0], settings, hydra, given)
    folder = given or _new_folder()
    jobs = order(combinations, settings)
    recorder = begin(folder, configs[0], f"{entry}, {counted(len(jobs), 'job')}")
    recorder.tags({tags.KIND: "sweep", tags.ENTRY: entry, tags.JOBS: len(jobs)})
    recorder.params({"entry": entry} | {parse(o).key_or_group: _listed(o) for o in overrides})
    plan = _plan(entry, recorder.key, jobs, swept_keys(overrides), settings)
    return carry_out(folder, plan, Parent(folder, plan, recorder), hydra)


def _own_folder(overrides: Sequence[str]) -> tuple[Path | None, list[str]]:
    """The folder that `output_dir=` names, which is the sweep's and holds its jobs', and the rest.

    Raises ConfigurationError where there are several, or nothing can be written.
    """
    named = [override for override in overrides if parse(override).key_or_group == _FOLDER]
    rest = [override for override in overrides if override not in named]
    if not named:
        return None, rest
    if len(named) > 1 or is_sweep(named[0]):
        raise ConfigurationError(f"{named[-1]}: a sweep has one folder; its jobs have theirs in it")
    folder = Path(str(parse(named[0]).value())).absolute()
    return writable(_FOLDER, folder), rest


def compose_jobs(
    entry: str, overrides: Sequence[str], own: Sequence[str] = ()
) -> tuple[DictConfig, list[DictConfig]]:
    """The sweep's own settings, and the configuration of each job.

    A search has no jobs yet: one that it might choose stands for all. Raises ConfigurationError,
    and UnsupportedBenchmark for a launcher or sweeper that is not here.
    """
    check_plugins(own)
    settings = compose_config("sweep", [w for w in own if not _is_hydras(w)]).sweep
    listed = [override for override in overrides if not parse(override).is_interval_sweep()]
    combinations = expand(listed)[:1] if _is_search(own) else expand(overrides)
    configs = [compose_config(entry, [*job, "output_dir=none"]) for job in combinations]
    if any(config.get("strategy", {}).get("name") == "multi_worker" for config in configs):
        raise ConfigurationError(
            "strategy=multi_worker: a sweep starts its jobs on this machine alone; start each "
            "training on all machines, or sweep with strategy=mirrored"
        )
    return settings, configs


def _is_search(own: Sequence[str]) -> bool:
    """Whether a plug-in of Hydra's chooses the jobs."""
    return any(word.startswith("hydra/sweeper=") for word in own)


def _is_hydras(word: str) -> bool:
    """Whether it sets how Hydra launches the jobs, which a launcher's open settings do with +."""
    return word.lstrip("+").startswith(("hydra.", "hydra/"))


def split(entry: str, words: Sequence[str]) -> tuple[str, list[str], list[str]]:
    """A sweep's command line: the entry point, its overrides, and those of the sweep itself.

    `entry` is the module that was called; `sweep` takes the one that `entry=` names, or train.
    """
    _refuse_several(entry, words)
    entry = "train" if entry == "sweep" else entry
    overrides: list[str] = []
    own: list[str] = []
    for word in words:
        key, _, value = word.partition("=")
        if key == "entry":
            entry = "train" if value == "main" else value
        elif key == "repeats":
            if not is_sweep(word):
                hold(key, parse(word).value())
            own.append(f"sweep.{word}")
        elif key.startswith("sweep.") or _is_hydras(word):
            own.append(word)
        else:
            overrides.append(word)
    hold("entry", entry)
    return entry, overrides, own


def _refuse_several(entry: str, words: Sequence[str]) -> None:
    """Raise ConfigurationError where an entry point that runs once is given several values."""
    if entry != "sweep" and not may_be("entry", entry):
        listed = next((word for word in words if is_sweep(word)), words[0])
        raise ConfigurationError(
            f"{listed}: {entry} runs once, with one value for each key; a list is written [a,b]"
        )


def _resume(
    entry: str,
    jobs: tuple[Job, ...],
    config: DictConfig,
    settings: DictConfig,
    hydra: list[str],
    given: Path | None,
) -> int:
    """Go on with an earlier sweep of the same jobs, in its own folder and parent run."""
    below = given or project_dir() / "outputs"
    known = find_earlier(str(settings.resume), below, entry, jobs)
    name = f"{entry}, {counted(len(jobs), 'job')}"
    recorder = begin(known.journal_folder(), config, name, known.start)
    plan = _plan(entry, known.plan.key, jobs, known.plan.swept, settings)
    return carry_out(known.folder, plan, Parent(known.folder, plan, recorder), hydra)


def _search(
    entry: str,
    overrides: Sequence[str],
    config: DictConfig,
    settings: DictConfig,
    hydra: Sequence[str],
    given: Path | None,
) -> int:
    """Let a sweeper plug-in choose the jobs."""
    folder = given or _new_folder()
    recorder = begin(folder, config, f"{entry}, search for the best")
    recorder.tags({tags.KIND: "sweep", tags.ENTRY: entry, tags.OBJECTIVE: settings.objective})
    recorder.params({"entry": entry} | {parse(o).key_or_group: _listed(o) for o in overrides})
    jobs = search(entry, folder, recorder.key, overrides, settings, hydra)
    plan = _plan(entry, recorder.key, tuple(jobs), swept_keys(overrides), settings)
    plan.write(folder)
    return 0 if Parent(folder, plan, recorder).conclude(interrupted=False) else 1


def _plan(
    entry: str, key: str, jobs: tuple[Job, ...], swept: tuple[str, ...], settings: DictConfig
) -> Plan:
    return Plan(
        entry=entry,
        key=key,
        jobs=jobs,
        swept=swept,
        cooldown_s=settings.cooldown_s,
        job_timeout_s=settings.job_timeout_s,
        skip_after_out_of_memory=settings.after_out_of_memory == "skip",
    )


def _new_folder() -> Path:
    return project_dir() / "outputs" / f"{datetime.now():%Y-%m-%d/%H-%M-%S-%f}"


def _listed(override: str) -> str:
    return override.partition("=")[2]
