"""The suites of conf/suite/, and what of a command line their items get."""

from itertools import product

import pytest

from chipbench.config.compose import compose_config
from chipbench.config.options import options
from chipbench.config.recorded_params import recorded_params
from chipbench.ground.errors import ConfigurationError
from chipbench.measure.fingerprint import work
from chipbench.sweeping.plan import Job
from chipbench.sweeping.suites.items import configs_of, items_of, jobs_of

EXPORT = '{name: a, entry: export, overrides: ["codec=h264"]}'


def jobs(*words: str) -> tuple[Job, ...]:
    return jobs_of(items_of(compose_config("suite", list(words))), words)


@pytest.mark.parametrize("suite", options("suite"))
def test_every_suite_of_ours_can_be_composed_and_says_how_long_it_takes(suite: str) -> None:
    items = items_of(compose_config("suite", [f"suite={suite}"]))
    assert all(item.expected_s for item in items)
    assert len(configs_of(jobs_of(items, []))) == len(items) >= 6


def test_the_quick_suite_needs_no_network() -> None:
    quick = configs_of(jobs("suite=quick"))
    assert {config.dataset.source for config in quick if "dataset" in config} == {"generated"}
    assert {config.model.weights for config in quick if "model" in config} == {None}


def test_nothing_of_the_quick_suite_is_ranked_with_the_full_one() -> None:
    """Whatever a run finds: its settings alone say that it is other work."""
    quick, full = (configs_of(jobs(f"suite={suite}")) for suite in ("quick", "full"))
    assert {config.benchmark for config in quick} == {config.benchmark for config in full}
    for one, other in product(quick, full):
        assert work(recorded_params(one), {}) != work(recorded_params(other), {})
    for config in quick:
        assert config.get("dataset", {"max_examples": 1})["max_examples"] is not None


def test_each_item_gets_the_words_that_its_entry_point_has() -> None:
    train = '{name: b, entry: train, overrides: ["dataset=digits"]}'
    words = [f"suite.items=[{EXPORT},{train}]", "backend=jax", "tracking=none", "output_dir=x"]
    export, training = jobs(*words)
    assert export == Job(0, ("codec=h264", "tracking=none"), 1, "a", "export")
    assert training == Job(1, ("dataset=digits", "backend=jax", "tracking=none"), 1, "b", "train")


def test_a_wrong_item_is_refused_with_its_name() -> None:
    wrong = '{name: b, entry: train, overrides: ["dataset=digit"]}'
    with pytest.raises(ConfigurationError, match="suite.items, b: unknown dataset=digit"):
        configs_of(jobs(f"suite.items=[{EXPORT},{wrong}]"))


@pytest.mark.parametrize(
    "items",
    [
        "[]",
        "3",
        f"[{EXPORT},{EXPORT}]",
        "[{name: a, entry: export}]",
        "[{name: A b, entry: export, overrides: []}]",
        "[{name: a, entry: compare, overrides: []}]",
        "[{name: a, entry: export, overrides: [1]}]",
        "[{name: a, entry: export, overrides: [], expected_s: -1}]",
        "[{name: a, entry: export, overrides: [], more: 1}]",
    ],
)
def test_items_are_of_one_form(items: str) -> None:
    with pytest.raises(ConfigurationError, match="must be a list of items of different names"):
        compose_config("suite", [f"suite.items={items}"])
