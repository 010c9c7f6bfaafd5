"""A frozen Keras model as JAX runs it fast: compiled once, for batches of one size.

XLA has no kernel of its own for a depthwise convolution on the CPU and takes ten times as long as
the sum over the kernel's places takes, which it makes one loop of.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from chipbench.backends.folded_convolutions import Call, Convolution, Folded, is_foldable

Array = np.ndarray[Any, Any]


def frozen_call(model: Any, batch_size: int) -> Callable[[Array], Array]:
    """The model's inference for up to so many images: a last batch that is smaller is filled up."""
    weights = [variable.value for variable in model.variables]

    def by_keras(images: jax.Array) -> Any:
        return model.stateless_call([], weights, images, training=False)[0]

    run = jax.jit(Folded(model, _call) if is_foldable(model) else by_keras)

    def call(images: Array) -> Array:
        missing = batch_size - len(images)
        if missing > 0:
            images = np.concatenate([images, np.zeros((missing, *images.shape[1:]), images.dtype)])
        features: Array = np.asarray(run(images), "float32")
        return features[: batch_size - missing]

    return call


def _call(convolution: Convolution) -> Call:
    depthwise = convolution.kernel.shape[2] == 1 and convolution.kernel.shape[3] == (
        convolution.groups
    )
    on_cpu = jax.default_backend() == "cpu"
    compute = _summed if on_cpu and depthwise and convolution.groups > 1 else _convolved

    def call(images: jax.Array, **_: object) -> jax.Array:
        return compute(images, convolution) + convolution.bias

    return call


def _convolved(images: jax.Array, convolution: Convolution) -> jax.Array:
    rows, columns = convolution.padding
    return jax.lax.conv_general_dilated(
        images,
        jnp.asarray(convolution.kernel),
        convolution.strides,
        [(rows, rows), (columns, columns)],
        rhs_dilation=convolution.dilation,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        feature_group_count=convolution.groups,
    )


def _summed(images: jax.Array, convolution: Convolution) -> jax.Array:
    """A depthwise convolution, place by place of its kernel."""
    height, width = convolution.kernel.shape[:2]
    (down, across), (rows, columns) = convolution.dilation, convolution.padding
    step_down, step_across = convolution.strides
    padded = jnp.pad(images, ((0, 0), (rows, rows), (columns, columns), (0, 0)))
    tall = padded.shape[1] - down * (height - 1)
    wide = padded.shape[2] - across * (width - 1)
    total = jnp.zeros(())
    for row in range(height):
        for column in range(width):
            top, left = row * down, column * across
            part = padded[:, top : top + tall : step_down, left : left + wide : step_across]
            total = total + part * convolution.kernel[row, column, 0]
    return total
