"""The search for the largest batch that trains: each try a job, as a sweep has them."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from omegaconf import DictConfig

from chipbench.config.compose import compose_config
from chipbench.config.overrides import parse
from chipbench.config.recorded_params import recorded_params
from chipbench.ground import tags
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.ground.regular_files import read_bounded
from chipbench.ground.typed_json import json_object, whole_number
from chipbench.hardware import detect
from chipbench.measure.result import FILE_NAME as RESULT
from chipbench.published.machine_claim import confirm
from chipbench.sweeping.bisection import next_size
from chipbench.sweeping.job_outcome import Outcome, next_attempt
from chipbench.sweeping.job_start import close
from chipbench.sweeping.job_worker import Limit, run_job
from chipbench.sweeping.limit_parent import LimitParent
from chipbench.sweeping.limit_summary import too_large, trained, trouble
from chipbench.sweeping.plan import Job, Plan
from chipbench.sweeping.plan_execution import begin
from chipbench.terminal.messages import say

_ENTRY = "train"
#: Keys of the search, which a try has its own of, or none.
_OWN = ("batch_size", "epochs", "save_model", "output_dir", "hydra.run.dir", "tracking.run_name")
_TIMEOUT = "limits.try_timeout_s"
_MAX_BYTES = 2**24
#: What a try's exit code says of the words that all tries have.
_REFUSALS: Mapping[int | None, type[Exception]] = {2: ConfigurationError, 3: UnsupportedBenchmark}


def find_limit(config: DictConfig, overrides: Sequence[str]) -> int:
    """Search by trainings with `overrides`; 0 if some batch trains, else 1.

    The run has its tries nested under it, and a table and a chart of them. Raises
    ConfigurationError or UnsupportedBenchmark, where a try does as well.
    """
    _check(config)
    words = [word for word in overrides if not _is_own(word)]
    words += [f"epochs={config.epochs}", "save_model=false"]
    compose_config(_ENTRY, [*words, "output_dir=none"])
    parent = _begin(config)
    try:
        refusal = _search(config, words, parent)
    except BaseException:
        parent.conclude(interrupted=True)
        raise
    finally:
        close()
    found = parent.conclude(interrupted=False)
    if refusal is not None:
        raise refusal
    return 0 if found else 1


def _check(config: DictConfig) -> None:
    most = config.limits.max_batch_size
    if most is not None and most < config.batch_size:
        raise ConfigurationError(
            f"limits.max_batch_size={most}: the first try has batch_size={config.batch_size}; "
            "use a larger one, or a smaller batch_size"
        )
    confirm(config.machine, detect())
    if config.strategy.name != "none":
        raise ConfigurationError(
            f"strategy={config.strategy.name}: the largest batch is looked for on one device; "
            "use strategy=none"
        )


def _is_own(override: str) -> bool:
    key = parse(override).key_or_group
    return key in _OWN or key.startswith("limits.")


def _begin(config: DictConfig) -> LimitParent:
    folder = Path(config.output_dir)
    name = config.tracking.run_name or f"largest batch · {config.benchmark}"
    recorder = begin(folder, config, name)
    recorder.tags({tags.KIND: config.kind, tags.ENTRY: _ENTRY})
    recorder.params(recorded_params(config))
    plan = Plan(
        entry=_ENTRY,
        key=recorder.key,
        jobs=(),
        swept=("batch_size",),
        cooldown_s=0,
        job_timeout_s=config.limits.try_timeout_s,
        skip_after_out_of_memory=False,
    )
    return LimitParent(folder, plan, recorder, config.limits.slow_percent / 100)


def _search(config: DictConfig, words: Sequence[str], parent: LimitParent) -> Exception | None:
    """Try until the limit is known as exactly as was asked for, or a try fails otherwise.

    Returns what a try refused its words with.
    """
    asked: int | None = config.limits.max_batch_size
    examples: int | None = None  # the first try says how many there are
    tried = parent.jobs()
    while trouble(tried) is None:
        bounds = [bound for bound in (asked, examples) if bound is not None]
        size = next_size(
            trained(tried),
            list(too_large(tried)),
            config.batch_size,
            min(bounds) if examples is not None else config.batch_size,
            config.limits.precision_percent / 100,
        )
        if size is None:
            break
        folder, outcome = _try(config, words, parent, size)
        examples = examples or _examples(folder)
        tried = parent.update()
        if outcome.code in _REFUSALS:
            return _REFUSALS[outcome.code](outcome.reason)
    return None


def _try(
    config: DictConfig, words: Sequence[str], parent: LimitParent, size: int
) -> tuple[Path, Outcome]:
    """One training with batches of `size`: its folder, and how it ended."""
    job = parent.add(Job(len(parent.plan.jobs), (*words, f"batch_size={size}"), 1))
    say(f"try {job.number + 1}: batch_size={size}")
    folder = next_attempt(Path(config.output_dir), job.number)
    limit = Limit(_TIMEOUT, config.limits.try_timeout_s)
    outcome = run_job(_ENTRY, job, folder, parent.plan.key, limit, f"try {job.number + 1}")
    if outcome.reason is not None and outcome.code not in _REFUSALS:
        say(f"batch_size={size}: {outcome.reason}")
    return folder, outcome


def _examples(folder: Path) -> int | None:
    """How many examples the try in `folder` trained on; None if it did not say."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        found = json_object(read_bounded(folder / RESULT, _MAX_BYTES))
        return whole_number(str(found["tags"][tags.TRAIN_EXAMPLES]))
    return None
