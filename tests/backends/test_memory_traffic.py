"""Bytes counted from the layers against those counted by hand."""

from collections.abc import Callable

import keras
import pytest

from chipbench.backends.flops import flops_per_example
from chipbench.backends.memory_traffic import bytes_per_example
from chipbench.models import efficientnet_b0, small_transformer, tiny_vgg

INPUTS, UNITS, BATCH = 64, 32, 8


def dense(trainable: bool = True, dtype: str = "float32") -> keras.Model:
    layer = keras.layers.Dense(UNITS, trainable=trainable, dtype=dtype)
    return keras.Sequential([keras.layers.Input((INPUTS,)), layer])


def test_a_dense_layer_moves_its_inputs_outputs_and_weights_once_a_product() -> None:
    weights = INPUTS * UNITS + UNITS
    once = INPUTS + UNITS + weights / BATCH
    # Forward, and the gradient of the weights, each in float32; then the update of the weights.
    assert bytes_per_example(dense(), BATCH) == 2 * 4 * once + 12 * weights / BATCH
    assert bytes_per_example(dense(trainable=False), BATCH) == 4 * once, "forward alone"
    half = bytes_per_example(dense(dtype="mixed_bfloat16"), BATCH)
    assert half == 2 * 2 * once + 12 * weights / BATCH


def test_a_larger_batch_reads_the_weights_less_often() -> None:
    model = dense()
    moved = [bytes_per_example(model, size) for size in (1, 8, 1024)]
    assert moved == sorted(moved, reverse=True)
    assert moved[-1] > 2 * 4 * (INPUTS + UNITS)


def test_tiny_vgg_by_hand() -> None:
    images = [32**2 * 3, 30**2 * 10, 14**2 * 10, 12**2 * 10, 250]  # what each product reads
    results = [30**2 * 10, 28**2 * 10, 12**2 * 10, 10**2 * 10, 10]  # and writes
    weights = [280, 910, 910, 910, 2510]
    passes = [2, 3, 3, 3, 3]  # the images need no gradient
    moved = sum(
        4 * n * (x + y + w / 32)
        for n, x, y, w in zip(passes, images, results, weights, strict=True)
    )
    counted = bytes_per_example(tiny_vgg.build(10, 32, None), 32)
    assert counted == pytest.approx(moved + 12 * sum(weights) / 32)


@pytest.mark.parametrize(
    ("build", "sizes", "low", "high"),
    [
        (tiny_vgg.build, (10, 32), 10, 20),
        (efficientnet_b0.build, (101, 224), 4, 40),
        (small_transformer.build, (2, 200, 20_000), 50, 1000),
    ],
    ids=["tiny_vgg", "efficientnet_b0", "small_transformer"],
)
def test_the_models_make_a_plausible_number_of_operations_per_byte(
    build: Callable[..., keras.Model], sizes: tuple[int, ...], low: float, high: float
) -> None:
    model = build(*sizes, None)
    assert low < flops_per_example(model) / bytes_per_example(model, 32) < high
