"""A frozen Keras model as PyTorch runs it fast.

Kernels are turned once instead of at each call, and images stay as they lie: [n, height, width,
channels] is PyTorch's `channels_last`.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from chipbench.backends.folded_convolutions import Call, Convolution, Folded, is_foldable


def frozen_call(model: Any, place: str) -> Callable[[Tensor], Tensor]:
    """The model's inference on the device `place`; by Keras itself where its graph is unknown."""
    run: Callable[[Tensor], Tensor] = lambda images: model(images, training=False)  # noqa: E731
    if is_foldable(model):
        run = Folded(model, lambda convolution: _call(convolution, place))

    def call(images: Tensor) -> Tensor:
        with torch.no_grad():
            return run(images)

    return call


def _call(convolution: Convolution, place: str) -> Call:
    kernel = torch.as_tensor(convolution.kernel, device=place).permute(3, 2, 0, 1)
    kernel = kernel.contiguous(memory_format=torch.channels_last)
    bias = torch.as_tensor(convolution.bias, device=place)
    settings = (
        convolution.strides,
        convolution.padding,
        convolution.dilation,
        convolution.groups,
    )

    def call(images: Tensor, **_: object) -> Tensor:
        made = functional.conv2d(images.permute(0, 3, 1, 2), kernel, bias, *settings)
        return made.permute(0, 2, 3, 1)

    return call
