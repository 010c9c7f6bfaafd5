"""Every back end trains the same model from the same weights to the same numbers."""

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any

import pytest
from support.process_fixtures import Trial

from chipbench.backends import backend
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark

Said = Callable[[str], Any]
OTHERS = [
    pytest.param(name, marks=pytest.mark.skipif(find_spec(name) is None, reason=f"no {name}"))
    for name in ("torch", "jax")
]


@pytest.fixture
def said(trial: Trial) -> Said:
    """What a back end makes of the trial."""
    return partial(trial, "backend_trial")


@pytest.mark.parametrize("name", OTHERS)
def test_it_begins_with_the_weights_of_tensorflow_and_takes_the_same_steps(
    name: str, said: Said
) -> None:
    reference, found = said("tensorflow"), said(name)
    assert found["weights"] == pytest.approx(reference["weights"], rel=1e-6)
    assert found["first_loss"] == pytest.approx(reference["first_loss"], abs=1e-4)
    for own, expected in zip(found["article"], reference["article"], strict=True):
        assert own == pytest.approx(expected, abs=1e-3)
    assert found["trained_weights"] == pytest.approx(reference["trained_weights"], rel=1e-3)


@pytest.mark.parametrize("name", OTHERS)
def test_weights_that_no_layer_names_are_the_same_too(name: str, said: Said) -> None:
    drawn = said(name)["drawn_in_a_cell"]
    assert drawn == said("tensorflow")["drawn_in_a_cell"] and len(set(drawn)) > 10


@pytest.mark.parametrize("name", OTHERS)
def test_it_counts_the_same_parameters_and_operations(name: str, said: Said) -> None:
    for key in ("parameters", "flops"):
        assert said(name)[key] == said("tensorflow")[key]


@pytest.mark.parametrize("name", ["tensorflow", *OTHERS])
def test_tuned_makes_the_updates_of_fit(name: str, said: Said) -> None:
    found = said(name)
    for own, expected in zip(found["tuned"], found["article"], strict=True):
        assert own == pytest.approx(expected, abs=1e-4)
    assert found["layers"] == ("torch" if name == "torch" else None)


@pytest.mark.parametrize("name", OTHERS)
def test_a_frozen_model_gives_keras_features(name: str, said: Said) -> None:
    difference = said(name)["frozen_difference"]
    assert difference < 1e-5
    assert difference > 0, "that would be Keras' own way"


@pytest.mark.skipif(find_spec("jax") is None, reason="no jax")
def test_a_scan_does_what_single_steps_do(said: Said) -> None:
    assert said("jax")["scan_difference"] < 1e-4


@pytest.mark.skipif(find_spec("torch") is None, reason="no torch")
def test_updates_of_all_weights_at_once_are_those_of_keras(said: Said) -> None:
    for optimizer, difference in said("torch")["rule_differences"].items():
        assert difference < 1e-4, optimizer


@pytest.mark.skipif(find_spec("torch") is None, reason="no torch")
def test_a_step_says_how_it_runs_and_why_not_otherwise(said: Said) -> None:
    assert said("torch")["step"].startswith("eager, 1 thread, torch.compile switched off by ")


@pytest.mark.parametrize("name", ["tensorflow", *OTHERS])
def test_a_stream_gives_what_arrays_give(name: str, said: Said) -> None:
    found = said(name)
    for own, expected in zip(found["streamed"], found["article"], strict=True):
        assert own == pytest.approx(expected, abs=1e-4)
    assert found["sample"] == [16, 32, 32, 3]
    assert all(wait is None or 0 <= wait <= 100 for wait in found["waits"])


@pytest.mark.parametrize("name", OTHERS)
def test_it_imports_no_tensorflow(name: str, said: Said) -> None:
    """Keras imports JAX for others too, where it is there."""
    assert name in said(name)["imported"] and "tensorflow" not in said(name)["imported"]


def test_one_that_is_not_installed_is_refused_with_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chipbench.backends.find_spec", lambda package: None)
    with pytest.raises(UnsupportedBenchmark, match=r"pip install 'chipbench\[torch\]'"):
        backend("torch")


def test_one_that_nobody_says_how_to_install_is_named_with_the_file_that_should() -> None:
    with pytest.raises(ConfigurationError, match=r"^backend=mlx: src/chipbench/backends/__init__"):
        backend("mlx")


@pytest.mark.parametrize("name", OTHERS)
def test_images_that_fit_are_decoded_once(name: str, said: Said) -> None:
    kept, streamed = said(name)["decoded"]["1"], said(name)["decoded"]["0"]
    assert kept == 88 and streamed == 2 * 88
