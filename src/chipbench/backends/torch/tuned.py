"""What PyTorch gives to `protocol=tuned`: a loop of its own round the model as plain PyTorch."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from chipbench.backends.backend import Task
from chipbench.backends.torch import compile_trial, threads
from chipbench.backends.torch.flat_weights import Flat
from chipbench.backends.torch.frozen import frozen_call
from chipbench.backends.torch.keras_loop import KerasLoop
from chipbench.backends.torch.keras_to_torch import plain
from chipbench.backends.torch.loop import Held, PlainLoop, judge_of
from chipbench.backends.torch.optimizer_updates import rule_of
from chipbench.backends.tuned import Array, Epochs, Orders
from chipbench.backends.tuned_data import extracted, images_of, orders_of
from chipbench.ground import tags
from chipbench.ground.cache import cache_folder
from chipbench.ground.plural import counted
from chipbench.models.model_digest import layers_digest


class Eager:
    """Plain PyTorch where the model's layers and its optimizer are known, else Keras'."""

    def __init__(self, task: Task, place: str) -> None:
        """`place`: PyTorch's word for the device."""
        self._task = task
        self._place = place
        self._compiled = False
        self._why: str | None = None
        self._company: str | None = None
        self._loop: PlainLoop | KerasLoop | None = None

    @property
    def chosen(self) -> Mapping[str, object]:
        """Whose layers, and how a step runs."""
        plainly = isinstance(self._loop, PlainLoop)
        graph = isinstance(self._loop, PlainLoop) and self._loop.has_graph
        parts = ["compiled" if self._compiled else "eager", "CUDA graph" if graph else None]
        if self._place == "cpu":
            parts.append(counted(torch.get_num_threads(), "thread"))
        step = ", ".join(filter(None, [*parts, self._company, self._why]))
        return {tags.LAYERS: "torch" if plainly else "keras", tags.STEP: step}

    def prepare(self, examples: Held | None) -> None:
        """Try the threads and the compiler on models that are thrown away."""
        if examples is None:
            return
        task = self._task
        if self._plain_loop(task.build(), False) is None or (
            len(examples[1]) < task.config.batch_size
        ):
            return
        if self._place == "cpu" and task.config.protocol.intra_op_threads == "auto":
            self._company = threads.choose(self._stepper(examples)(False))
        self._why = compile_trial.hindrance(self._place)
        if self._why is None:
            self._try_compiler(examples)

    def epochs(self, model: Any) -> Epochs:
        """A loop round the logits, or round the Keras model's probabilities."""
        self._loop = self._plain_loop(model, self._compiled)
        if self._loop is None:
            self._compiled, self._why = False, None
            self._loop = KerasLoop(model, self._task.config.batch_size)
        return self._loop

    def images(self, split: str) -> tuple[Any, Any]:
        """As arrays."""
        return images_of(self._task, split)

    def hold(self, inputs: Any, labels: Any) -> Held:
        """On the device."""
        held = torch.as_tensor(np.ascontiguousarray(inputs), device=self._place)
        return held, torch.as_tensor(labels, dtype=torch.int64, device=self._place)

    def extract(self, frozen: Any, split: str) -> tuple[Array, Array]:
        """Batch by batch, by the frozen model as PyTorch runs it fast."""
        run = frozen_call(frozen, self._place)

        def call(images: Array) -> Array:
            features: Array = run(torch.as_tensor(images, device=self._place)).cpu().numpy()
            return features

        return extracted(self._task, split, call)

    def orders(self) -> Orders:
        """Those of `model.fit`."""
        return orders_of(self._task)

    def _plain_loop(self, model: Any, compiled: bool) -> PlainLoop | None:
        form = plain(model)
        if form is None:
            return None
        flat = Flat(form, self._place)
        rule = rule_of(model.optimizer, flat.values)
        if rule is None:
            return None
        judge = judge_of(form)
        whole = torch.compile(judge, dynamic=False) if compiled else judge
        return PlainLoop(model, flat, rule, (whole, judge), self._task.config.batch_size)

    def _stepper(self, examples: Held) -> compile_trial.Stepper:
        """Steps on one batch, on a model of their own."""

        def made(compiled: bool) -> Callable[[], None]:
            loop = self._plain_loop(self._task.build(), compiled)
            assert loop is not None, "the model is plain, and its optimizer known"
            return loop.whole_batch(examples)

        return made

    def _try_compiler(self, examples: Held) -> None:
        task = self._task
        request = {
            "model": layers_digest(task.build()),
            "batch_size": task.config.batch_size,
            "device": task.device.name,
            "threads": torch.get_num_threads(),
        }
        folder = cache_folder(task.config.cache_dir)
        stepper = self._stepper(examples)
        found, self._why = compile_trial.gain(folder, request, stepper, task.device.synchronize)
        self._compiled = compile_trial.pays(found)
