"""Planted faults of a device are caught and named, on every back end; what is right is not."""

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from support.process_fixtures import Trial

from chipbench.backends.trials.layer_trials import _unlike
from chipbench.backends.trials.tolerance import fault_in, of_layer, of_steps

Found = Callable[[str], Any]
BACKENDS = [
    pytest.param(name, marks=pytest.mark.skipif(find_spec(name) is None, reason=f"no {name}"))
    for name in ("tensorflow", "torch", "jax")
]


@pytest.fixture
def found(trial: Trial) -> Found:
    """What a back end's check finds."""
    return partial(trial, "device_trial")


@pytest.mark.parametrize("name", BACKENDS)
def test_each_wrong_layer_is_named_and_the_right_one_is_not(name: str, found: Found) -> None:
    verdict = found(name)["layers"]
    assert "unchecked" not in verdict
    said = dict(fault.split(": ", 1) for fault in verdict["faults"])
    assert said.keys() == {
        "zeros (ZeroConv2D)",
        "channels (OneChannelConv2D)",
        "gradient (WrongGradientNormalization)",
        "depthwise (ShiftedDepthwise)",
        "maximum (MeanOfMaximum)",
        "fused (ReluBeforeBias)",
    }
    assert said["zeros (ZeroConv2D)"] == "its output is zero"
    assert said["gradient (WrongGradientNormalization)"].startswith("the gradient to its input is")
    assert said["depthwise (ShiftedDepthwise)"].startswith("its output is off by")


@pytest.mark.parametrize("name", BACKENDS)
def test_each_wrong_layer_of_sequences_is_named(name: str, found: Found) -> None:
    verdict = found(name)["sequences"]
    assert "unchecked" not in verdict
    said = dict(fault.split(": ", 1) for fault in verdict["faults"])
    assert said.keys() == {
        "row (NextRowEmbedding)",
        "scale (UnscaledAttention)",
        "mask (BlindAttention)",
        "moments (ConstantMoments)",
    }
    assert said["moments (ConstantMoments)"].startswith("the gradient to its input is off by")


@pytest.mark.parametrize("name", BACKENDS)
def test_every_kind_of_layer_of_a_transformer_is_tried_but_dropout(name: str, found: Found) -> None:
    probed = {
        "Embedding", "Positions", "MultiHeadAttention", "Add", "LayerNormalization", "Dense",
        "GlobalAveragePooling1D",
    }  # fmt: skip
    assert set(found(name)["probed"]) == probed


@pytest.mark.parametrize("name", BACKENDS)
def test_a_right_device_is_not_doubted_in_half_precision_either(name: str, found: Found) -> None:
    assert found(name)["right"] == [] and found(name)["scaled"] == []


@pytest.mark.parametrize("name", BACKENDS)
def test_a_loss_that_is_not_scaled_in_float16_is_named(name: str, found: Found) -> None:
    said = found(name)
    assert said["underflow"] == ["the loss is not scaled, and gradients underflow in float16"]
    if name != "jax":  # whose compiler computes half precision in float32 on the CPU
        (fault,) = said["unscaled"]
        assert fault.startswith("the gradient to ")


@pytest.mark.parametrize("name", BACKENDS)
def test_each_weight_that_an_optimizer_moves_wrong_is_named(name: str, found: Found) -> None:
    said = found(name)
    assert said["Adam"] == [] and said["SGD"] == []
    assert said["Frozen"] == ["the weights first/bias do not move"]
    assert said["NotLearning"] == ["it moves no weights"]
    assert said["Forgetful"][0] == "the weights first/kernel move by what is off by 100%"


def test_a_fault_is_told_by_its_kind() -> None:
    right = np.arange(1.0, 9.0)
    assert fault_in(right * 1.001, right, of_layer("float32")) is None
    assert fault_in(right * 0, right, 0.01) == "zero"
    assert fault_in(right * np.nan, right, 0.01) == "not finite"
    assert fault_in(np.where(right > 4, 0, right), right, 0.01) == "zero in 50% of its values"
    assert fault_in(right * 1.2, right, 0.01) == "off by 20%"
    assert of_layer("float32") < of_layer("mixed_bfloat16") < of_steps("mixed_bfloat16") < 1


@pytest.mark.parametrize("shape", [(2, 8, 8, 4), (2, 7, 7, 3), (2, 4, 16, 1), (2, 256), (2, 7)])
def test_no_input_is_zero_where_relu_has_no_gradient(shape: tuple[int, ...]) -> None:
    """The differences that stand for the gradient would find half of one there."""
    values = _unlike(shape, np.random.default_rng(0))
    assert values.shape == shape and values.all()
