"""What PyTorch gives to `protocol=tuned`: a loop of its own round the model as plain PyTorch."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from chipbench.backends.backend import Task
from chipbench.backends.held import extracted, images_of, orders_of
from chipbench.backends.torch.plain import Forward, plain
from chipbench.backends.tuned import Array, Epochs, Orders
from chipbench.ground import tags

_VALIDATION_BATCH = 500

#: Inputs [n, …] and labels [n] on the device.
Held = tuple[Tensor, Tensor]


class Eager:
    """Plain PyTorch where the model's layers are known, else the Keras model."""

    def __init__(self, task: Task, place: str) -> None:
        """`place`: PyTorch's word for the device."""
        self._task = task
        self._place = place
        self._plain = False

    @property
    def chosen(self) -> Mapping[str, object]:
        """Whether the layers are plain PyTorch's."""
        return {tags.LAYERS: "torch" if self._plain else "keras"}

    def prepare(self, examples: Held | None) -> None:
        """There is nothing to try."""

    def epochs(self, model: Any) -> Epochs:
        """A loop round the logits, or round the Keras model's probabilities."""
        forward = plain(model)
        self._plain = forward is not None
        return EagerLoop(model, forward, self._task.config.batch_size)

    def images(self, split: str) -> tuple[Any, Any]:
        """As arrays."""
        return images_of(self._task, split)

    def hold(self, inputs: Any, labels: Any) -> Held:
        """On the device."""
        held = torch.as_tensor(np.ascontiguousarray(inputs), device=self._place)
        return held, torch.as_tensor(labels, dtype=torch.int64, device=self._place)

    def extract(self, frozen: Any, split: str) -> tuple[Array, Array]:
        """Batch by batch, without gradients."""

        def call(images: Array) -> Array:
            with torch.no_grad():
                features: Array = frozen(images, training=False).float().cpu().numpy()
            return features

        return extracted(self._task, split, call)

    def orders(self) -> Orders:
        """Those of `model.fit`."""
        return orders_of(self._task)


class EagerLoop:
    """One model's epochs."""

    def __init__(self, model: Any, forward: Forward | None, batch_size: int) -> None:
        """`forward`: the model's logits; None: the Keras model itself."""
        self._model = model
        self._forward = forward
        self._batch_size = batch_size
        self._optimizer = model.optimizer
        self._optimizer.build(model.trainable_variables)
        self._scale = getattr(self._optimizer, "scale_loss", lambda loss: loss)

    def train(self, examples: Held, order: Array) -> tuple[float, float]:
        """Train on all examples once; mean loss and accuracy (share of 1) on the way."""
        variables = self._model.trainable_variables
        weights = [variable.value for variable in variables]
        rows = torch.as_tensor(order, device=examples[0].device)
        losses, rights = [], []
        for part in torch.split(rows, self._batch_size):
            summed, right = self._judged(examples[0][part], examples[1][part], training=True)
            penalty = sum(self._model.losses) if self._forward is None else 0.0
            scaled = self._scale(summed / len(part) + penalty)
            gradients = torch.autograd.grad(scaled, weights)
            with torch.no_grad():
                self._optimizer.apply(list(gradients), variables)
            losses.append(summed.detach())
            rights.append(right)
        return _mean(losses, len(order)), _mean(rights, len(order))

    def validate(self, examples: Held) -> tuple[float, float]:
        """Mean loss and accuracy (share of 1) of the model as it is."""
        losses, rights = [], []
        with torch.no_grad():
            for start in range(0, len(examples[1]), _VALIDATION_BATCH):
                part = slice(start, start + _VALIDATION_BATCH)
                summed, right = self._judged(examples[0][part], examples[1][part], training=False)
                losses.append(summed)
                rights.append(right)
        return _mean(losses, len(examples[1])), _mean(rights, len(examples[1]))

    def _judged(self, inputs: Tensor, labels: Tensor, training: bool) -> tuple[Tensor, Tensor]:
        """Summed loss, and how many are right."""
        if self._forward is not None:
            found = self._forward(inputs)
            loss = functional.cross_entropy(found, labels, reduction="sum")
        else:
            from keras.losses import sparse_categorical_crossentropy

            found = self._model(inputs, training=training)
            loss = sparse_categorical_crossentropy(labels, found).float().sum()
        return loss, (found.argmax(-1) == labels).sum()


def _mean(sums: list[Tensor], number: int) -> float:
    return float(torch.stack(sums).sum()) / number
