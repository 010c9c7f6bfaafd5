"""The published results as a store gives them back, and runs that compare with them."""

from dataclasses import replace
from functools import cache

from support.recorded_runs import run

from chipbench.comparison.grouping import sort_runs
from chipbench.comparison.summary import Summary, summarise
from chipbench.config.compose import compose_config
from chipbench.config.recorded_params import recorded_params
from chipbench.measure.fingerprint import fingerprint
from chipbench.measure.recorded_run import RecordedRun
from chipbench.published.published_runs import published_runs
from chipbench.reference import complete


@cache
def published_recorded() -> tuple[RecordedRun, ...]:
    """All of them, as `reference` imports them."""
    return tuple(
        RecordedRun(f"p{number}", run.name, "FINISHED", number, run.tags, run.params, run.metrics)
        for number, run in enumerate(map(complete, published_runs()))
    )


HERE = "0123456789ab"


def mine(
    *overrides: str, time_s: float = 70.0, machine: str = "Mine", here: str = HERE
) -> RecordedRun:
    """A run of the article's TinyVGG by this chipbench."""
    words = ["experiment=tinyvgg_cifar10", "output_dir=none", *overrides]
    params = {k: str(v) for k, v in recorded_params(compose_config("train", words)).items()}
    found = {"train_examples": "50000", "model_layers": "1f546ae8fbab10f4"}
    said = {"benchmark_version": "2", "data_source": params["dataset.source"]}
    known = {
        **found,
        **said,
        "machine_fingerprint": here,
        "fingerprint": fingerprint(params, found),
    }
    made = run(machine, time_s, **known)
    return replace(made, params=params)


def summary_with(*runs: RecordedRun) -> Summary:
    """The published results with some runs, as the machine with `HERE` sees them."""
    found = summarise(sort_runs([*published_recorded(), *runs]), HERE)
    assert found is not None
    return found
