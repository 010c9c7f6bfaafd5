"""Operations counted from the layers against those counted by hand."""

import keras
import pytest

from chipbench.backends.flops import flops_per_example
from chipbench.models import efficientnet_b0, gpt, resnet50, small_transformer, tiny_vgg


def test_a_dense_layer_counts_its_products() -> None:
    inputs, units = 64, 32
    model = keras.Sequential([keras.layers.Input((inputs,)), keras.layers.Dense(units)])
    # Forward, and the gradient of the weights; nobody asks for that of the inputs.
    assert flops_per_example(model) == 2 * 2 * inputs * units


def test_tiny_vgg_counts_three_times_its_forward_products_but_the_first_gradient() -> None:
    convolutions = [30**2 * 10 * 27, 28**2 * 10 * 90, 12**2 * 10 * 90, 10**2 * 10 * 90, 250 * 10]
    products = 3 * 2 * sum(convolutions) - 2 * convolutions[0]  # the images need no gradient
    assert flops_per_example(tiny_vgg.build(10, 32, None)) == products == 6_538_200


def test_what_is_frozen_needs_no_gradient() -> None:
    # 0.39 billion multiplications with an addition each (Tan and Le, 2019), forward alone.
    counted = flops_per_example(efficientnet_b0.build(101, 224, None))
    assert counted == pytest.approx(769.6e6, rel=0.01)


def test_resnet50_counts_what_its_paper_counts() -> None:
    """3.8 billion multiplications forward (He et al., 2015); Keras' has them in other places."""
    counted = flops_per_example(resnet50.build(1000, 224, None))
    assert counted / 3 / 2 == pytest.approx(3.8e9, rel=0.01)


def test_a_transformer_counts_its_projections_and_the_products_between_places() -> None:
    length, width, heads = 200, 128, 8
    projections = 4 * length * width * heads * width  # each head is as wide as the whole
    between = 2 * length**2 * heads * width  # queries with keys, and shares with values
    forward = 2 * length * width**2
    head = width * width + width * 2
    # All have a gradient to their weights and inputs: the embedding, a look-up, trains before them.
    products = 3 * 2 * (projections + between + forward + head)
    counted = flops_per_example(small_transformer.build(2, length, 20_000, None))
    assert counted == products == 1_160_087_040


def test_a_gpt_counts_all_pairs_of_each_block() -> None:
    length, width, vocabulary = 256, 384, 256
    projections, forward = 4 * length * width**2, 2 * length * width * 4 * width
    between = 2 * length**2 * width
    products = 3 * 2 * (6 * (projections + forward + between) + length * width * vocabulary)
    counted = flops_per_example(gpt.build(vocabulary, length, None))
    assert counted == products == 18_270_388_224


def test_a_layer_that_is_not_known_is_not_guessed() -> None:
    layers = [keras.layers.Input((8, 8, 3)), keras.layers.Conv2DTranspose(2, 3)]
    with pytest.raises(NotImplementedError, match="Conv2DTranspose"):
        flops_per_example(keras.Sequential(layers))
