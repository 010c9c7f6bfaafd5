"""An epoch of plain PyTorch: one step on rows of what lies on the device, again and again."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from chipbench.backends.torch.cuda_graph import captured
from chipbench.backends.torch.flat_weights import Flat
from chipbench.backends.torch.keras_to_torch import Plain
from chipbench.backends.torch.optimizer_updates import Rule
from chipbench.backends.tuned import Array, validation_batch

#: Inputs [n, …] and labels [n] on the device.
Held = tuple[Tensor, Tensor]
#: Weights, inputs and labels → summed loss, and how many are right.
Judge = Callable[[list[Tensor], Tensor, Tensor], tuple[Tensor, Tensor]]


def judge_of(form: Plain) -> Judge:
    """How a model's answers are counted."""

    def judge(leaves: list[Tensor], inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        found = form(leaves, inputs)
        loss = functional.cross_entropy(found, labels, reduction="sum")
        return loss, (found.argmax(-1) == labels).sum()

    return judge


class PlainLoop:
    """One model's epochs; its weights and the optimizer's state go back to Keras after each."""

    def __init__(
        self, model: Any, flat: Flat, rule: Rule, judges: tuple[Judge, Judge], batch_size: int
    ) -> None:
        """`judges`: of whole batches, which may be compiled for their size, and of any other."""
        self._model = model
        self._flat, self._rule = flat, rule
        self._of_batches, self._of_any = judges
        self._batch_size = batch_size
        place = flat.values.device
        self._loss, self._right = torch.zeros((), device=place), torch.zeros((), device=place)
        self._captured: tuple[Held, Callable[[Tensor], None] | None] | None = None
        model.optimizer.build(model.trainable_variables)
        flat.take()

    def train(self, examples: Held, order: Array) -> tuple[float, float]:
        """Train on all examples once; mean loss and accuracy (share of 1) on the way."""
        rows = torch.as_tensor(order, device=examples[0].device)
        whole = self._whole(examples)
        self._loss.zero_()
        self._right.zero_()
        for part in torch.split(rows, self._batch_size):
            if len(part) == self._batch_size:
                whole(part)
            else:
                self.step(examples, part, self._of_any)
        self._give()
        return float(self._loss) / len(order), float(self._right) / len(order)

    def validate(self, examples: Held) -> tuple[float, float]:
        """Mean loss and accuracy (share of 1) of the model as it is."""
        inputs, labels = examples
        loss, right = torch.zeros_like(self._loss), torch.zeros_like(self._right)
        with torch.no_grad():
            size = validation_batch(labels, self._batch_size)
            for start in range(0, len(labels), size):
                part = slice(start, start + size)
                summed, hits = self._of_any(self._flat.leaves, inputs[part], labels[part])
                loss += summed
                right += hits
        return float(loss) / len(labels), float(right) / len(labels)

    def step(self, examples: Held, rows: Tensor, judge: Judge | None = None) -> None:
        """One update, and its loss added up on the device."""
        inputs, labels = examples[0][rows], examples[1][rows]
        leaves = self._flat.leaves
        loss, right = (judge or self._of_batches)(leaves, inputs, labels)
        gradients = torch.autograd.grad(loss / len(rows), leaves)
        with torch.no_grad():
            self._rule.update(self._flat.values, self._flat.joined(gradients))
            self._loss += loss.detach()
            self._right += right

    def whole_batch(self, examples: Held) -> Callable[[], None]:
        """One step on the first batch, for those who try how long it takes."""
        rows = torch.arange(self._batch_size, device=examples[0].device)
        step = self._whole(examples)
        return lambda: step(rows)

    @property
    def state(self) -> list[Tensor]:
        """All that a step changes."""
        rule = self._rule
        return [self._flat.values, rule.steps, *rule.state.values(), self._loss, self._right]

    @property
    def has_graph(self) -> bool:
        """Whether a CUDA graph holds its steps."""
        return self._captured is not None and self._captured[1] is not None

    def _whole(self, examples: Held) -> Callable[[Tensor], None]:
        """What a whole batch of these examples goes through."""

        def step(rows: Tensor) -> None:
            self.step(examples, rows)

        if examples[0].device.type != "cuda":
            return step
        if self._captured is None or self._captured[0] is not examples:
            self._captured = examples, captured(step, self.state, self._batch_size)
        return self._captured[1] or step

    def _give(self) -> None:
        optimizer, variables = self._model.optimizer, self._model.trainable_variables
        with torch.no_grad():
            self._flat.give(self._flat.values, variables)
            for name, values in self._rule.state.items():
                self._flat.give(values, getattr(optimizer, name))
            optimizer.iterations.assign(int(self._rule.steps))
