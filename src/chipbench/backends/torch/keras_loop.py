"""An epoch of a Keras model whose layers, optimizer or precision plain PyTorch is not known for."""

from typing import Any

import torch
from torch import Tensor

from chipbench.backends.torch.loop import Held
from chipbench.backends.tuned import Array, answers, validation_batch


class KerasLoop:
    """One model's epochs, by Keras' layers and its optimizer."""

    def __init__(self, model: Any, batch_size: int) -> None:
        self._model = model
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
            known = examples[1][part]
            summed, right = self._judged(examples[0][part], known, training=True)
            scaled = self._scale(summed / known.numel() + sum(self._model.losses))
            gradients = torch.autograd.grad(scaled, weights)
            with torch.no_grad():
                self._optimizer.apply(list(gradients), variables)
            losses.append(summed.detach())
            rights.append(right)
        number = len(order) * answers(examples[1])
        return _mean(losses, number), _mean(rights, number)

    def validate(self, examples: Held) -> tuple[float, float]:
        """Mean loss and accuracy (share of 1) of the model as it is."""
        losses, rights = [], []
        with torch.no_grad():
            size = validation_batch(examples[1], self._batch_size)
            for start in range(0, len(examples[1]), size):
                part = slice(start, start + size)
                summed, right = self._judged(examples[0][part], examples[1][part], training=False)
                losses.append(summed)
                rights.append(right)
        number = examples[1].numel()
        return _mean(losses, number), _mean(rights, number)

    def _judged(self, inputs: Tensor, labels: Tensor, training: bool) -> tuple[Tensor, Tensor]:
        """Summed loss, and how many are right."""
        from keras.losses import sparse_categorical_crossentropy

        found = self._model(inputs, training=training)
        loss = sparse_categorical_crossentropy(labels, found).float().sum()
        return loss, (found.argmax(-1) == labels).sum()


def _mean(sums: list[Tensor], number: int) -> float:
    return float(torch.stack(sums).sum()) / number
