"""Every back end trains a GPT to the same numbers, by both protocols, and generates with it."""

import math
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any

import pytest
from support.process_fixtures import Trial

Said = Callable[[str], Any]
BACKENDS = [
    pytest.param(name, marks=pytest.mark.skipif(find_spec(name) is None, reason=f"no {name}"))
    for name in ("tensorflow", "torch", "jax")
]


@pytest.fixture
def said(trial: Trial) -> Said:
    """What a back end makes of the trial."""
    return partial(trial, "text_trial")


@pytest.mark.parametrize("name", BACKENDS)
def test_tuned_makes_the_updates_of_fit(name: str, said: Said) -> None:
    found = said(name)
    for own, expected in zip(found["tuned"], found["article"], strict=True):
        assert own == pytest.approx(expected, abs=1e-4)
    assert found["sample"] == [16, 12]
    assert 0 <= found["waits"] <= 100


@pytest.mark.parametrize("name", BACKENDS)
def test_its_losses_are_tensorflows_and_begin_at_knowing_nothing(name: str, said: Said) -> None:
    reference, found = said("tensorflow")["article"], said(name)["article"]
    for own, expected in zip(found, reference, strict=True):
        assert own == pytest.approx(expected, abs=1e-3)
    first, second = (loss for loss, *_ in found)
    assert second < first < 1.2 * math.log(16)


@pytest.mark.parametrize("name", BACKENDS)
def test_a_cache_gives_the_text_that_reading_all_again_gives(name: str, said: Said) -> None:
    found = said(name)["generated"]
    assert found["with_cache"] == found["without"] and len(found["without"]) == 12
    assert found["difference"] < 1e-5


@pytest.mark.parametrize("name", BACKENDS)
def test_a_text_that_the_model_would_not_say_has_no_speed(name: str, said: Said) -> None:
    assert said(name)["generated"]["wrong"].startswith("what was generated with a cache is off by")


@pytest.mark.parametrize("name", BACKENDS)
def test_prompt_and_generation_have_each_a_speed(name: str, said: Said) -> None:
    speeds = said(name)["generated"]["speeds"]
    assert speeds.keys() == {
        "prompt_tokens_per_second", "generated_tokens_per_second", "first_generation_time_s",
    }  # fmt: skip
    assert all(value > 0 for value in speeds.values())
