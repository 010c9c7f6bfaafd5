"""Every back end trains the same model from the same weights to the same numbers."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from chipbench.backends import backend
from chipbench.ground.errors import UnsupportedBenchmark

TRIAL = Path(__file__).parents[1] / "support" / "backend_trial.py"
OTHERS = [
    pytest.param(name, marks=pytest.mark.skipif(find_spec(name) is None, reason=f"no {name}"))
    for name in ("torch", "jax")
]
_said: dict[str, Any] = {}


def said(name: str) -> Any:
    """What the back end makes of it, asked once."""
    if name not in _said:
        asked = subprocess.run(
            [sys.executable, str(TRIAL), name],
            capture_output=True,
            text=True,
            # A busy machine makes threads that wait for each other tens of times slower.
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
        assert asked.returncode == 0, asked.stderr[-3000:]
        _said[name] = json.loads(asked.stdout.splitlines()[-1])
    return _said[name]


@pytest.mark.parametrize("name", OTHERS)
def test_it_begins_with_the_weights_of_tensorflow_and_takes_the_same_steps(name: str) -> None:
    reference, found = said("tensorflow"), said(name)
    assert found["weights"] == pytest.approx(reference["weights"], rel=1e-6)
    assert found["first_loss"] == pytest.approx(reference["first_loss"], abs=1e-4)
    for own, expected in zip(found["article"], reference["article"], strict=True):
        assert own == pytest.approx(expected, abs=1e-3)
    assert found["trained_weights"] == pytest.approx(reference["trained_weights"], rel=1e-3)


@pytest.mark.parametrize("name", OTHERS)
def test_it_counts_the_same_parameters_and_operations(name: str) -> None:
    for key in ("parameters", "flops"):
        assert said(name)[key] == said("tensorflow")[key]


@pytest.mark.parametrize("name", ["tensorflow", *OTHERS])
def test_tuned_makes_the_updates_of_fit(name: str) -> None:
    found = said(name)
    for own, expected in zip(found["tuned"], found["article"], strict=True):
        assert own == pytest.approx(expected, abs=1e-4)
    assert found["layers"] == ("torch" if name == "torch" else None)


@pytest.mark.parametrize("name", ["tensorflow", *OTHERS])
def test_a_stream_gives_what_arrays_give(name: str) -> None:
    found = said(name)
    for own, expected in zip(found["streamed"], found["article"], strict=True):
        assert own == pytest.approx(expected, abs=1e-4)
    assert found["sample"] == [16, 32, 32, 3]
    assert all(wait is None or 0 <= wait <= 100 for wait in found["waits"])


@pytest.mark.parametrize("name", OTHERS)
def test_it_imports_no_tensorflow(name: str) -> None:
    """Keras imports JAX for others too, where it is there."""
    assert name in said(name)["imported"] and "tensorflow" not in said(name)["imported"]


def test_one_that_is_not_installed_is_refused_with_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chipbench.backends.find_spec", lambda package: None)
    with pytest.raises(UnsupportedBenchmark, match=r"pip install 'chipbench\[torch\]'"):
        backend("torch")


@pytest.mark.parametrize("name", OTHERS)
def test_images_that_fit_are_decoded_once(name: str) -> None:
    kept, streamed = said(name)["decoded"]["1"], said(name)["decoded"]["0"]
    assert kept == 88 and streamed == 2 * 88
