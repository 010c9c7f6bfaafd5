"""Published results with the settings of a run that is compared with them, and a fingerprint."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from chipbench.config.compose import compose_config
from chipbench.config.options import options
from chipbench.config.recorded_params import recorded_params
from chipbench.ground import tags
from chipbench.measure.fingerprint import BENCHMARK_VERSION, fingerprint
from chipbench.measure.recorded_run import RecordedRun
from chipbench.published.forests import BENCHMARK as FORESTS
from chipbench.published.published_run import PublishedRun
from chipbench.published.published_runs import published_runs


@cache
def published_recorded() -> tuple[RecordedRun, ...]:
    """All published results as they are read back from a store that has them."""
    return tuple(complete(run).recorded() for run in published_runs())


def complete(run: PublishedRun) -> PublishedRun:
    """`run` with the settings and the fingerprint of a run that a user would compare with it."""
    params = {**_settings(run), **run.params}
    known = {
        tags.BENCHMARK_VERSION: str(BENCHMARK_VERSION),
        tags.FINGERPRINT: fingerprint(params, run.tags),
    }
    return replace(run, params=params, tags={**run.tags, **known})


def _settings(run: PublishedRun) -> Mapping[str, str]:
    experiment = run.tags[tags.EXPERIMENT]
    if run.tags.get(tags.ENGINE) == "createml":
        return _configured("createml", "experiment=createml_food101", "createml.engine=createml")
    if experiment == FORESTS:
        return _configured("forest", "dataset.source=sklearn")
    if experiment in options("experiment"):
        return _configured("train", f"experiment={experiment}")
    return {}


@cache
def _configured(entry: str, *choices: str) -> Mapping[str, str]:
    config = compose_config(entry, [*choices, "output_dir=none"])
    return {key: str(value) for key, value in recorded_params(config).items()}
