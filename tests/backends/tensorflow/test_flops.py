"""Operations counted by TensorFlow against those counted by hand."""

import keras
import pytest

from chipbench.backends.tensorflow.flops import flops_per_image
from chipbench.models import efficientnet_b0, tiny_vgg


def test_a_dense_layer_counts_its_products_and_what_surrounds_them() -> None:
    inputs, units = 64, 32
    model = keras.Sequential([keras.layers.Input((inputs,)), keras.layers.Dense(units)])
    products = 2 * inputs * units  # forward
    products *= 2  # the gradient of the weights; nobody asks for that of the inputs
    assert flops_per_image(model, 16) == pytest.approx(products, rel=0.1)


def test_tiny_vgg_counts_three_times_its_forward_products_but_the_first_gradient() -> None:
    convolutions = [30**2 * 10 * 27, 28**2 * 10 * 90, 12**2 * 10 * 90, 10**2 * 10 * 90, 250 * 10]
    forward = 2 * sum(convolutions)
    products = 3 * forward - 2 * convolutions[0]  # the images need no gradient
    counted = flops_per_image(tiny_vgg.build(10, 32, None), 32)
    assert products < counted < 1.2 * products, "pooling, biases and activations are few"


def test_what_is_frozen_needs_no_gradient() -> None:
    model = efficientnet_b0.build(101, 224, None)
    # 0.39 billion multiplications with an addition each (Tan and Le, 2019), forward alone.
    assert flops_per_image(model, 2) == pytest.approx(2 * 0.39e9, rel=0.05)
