"""PyTorch, as all that trains with it sees it."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from omegaconf import DictConfig

from chipbench import hardware
from chipbench.backends.backend import Backend, Device, Task
from chipbench.backends.cluster import Cluster
from chipbench.backends.keras_start import start_keras
from chipbench.backends.single_device import open_single
from chipbench.backends.torch.thread_spinning import limit_spinning
from chipbench.backends.training_loop import Loop
from chipbench.ground import memory_metrics
from chipbench.hardware.machine import Machine

#: Keras' own variable for the device that it puts tensors on.
_DEVICE = "KERAS_TORCH_DEVICE"


class Torch:
    """On NVIDIA and AMD GPUs, on Apple's by Metal, or on the CPU."""

    name = "torch"
    title = hardware.TITLES[name]
    always_compiled = False

    def load(self, verbose: bool) -> None:
        """Without Keras, which looks for a GPU when it is imported."""
        limit_spinning()
        import torch  # noqa: F401 - Keras imports it in turn

    def start(self, verbose: bool, accelerator: str = "auto") -> None:
        """Import it; Keras takes the GPU unless it is told of the CPU."""
        self.load(verbose)
        os.environ.pop(_DEVICE, None)
        if accelerator == "cpu":
            os.environ[_DEVICE] = "cpu"
        start_keras(self.name, verbose)

    def gpus(self) -> int:
        """One, whichever there are: Keras computes on the first."""
        return int(self._place("gpu") != "cpu")

    def gpu_names(self) -> Sequence[str | None]:
        """CUDA's and ROCm's; Metal tells none."""
        import torch

        known = {"cuda": [torch.cuda.get_device_name], "mps": [lambda: None]}
        return [name() for name in known.get(self._place("gpu"), [])]

    def open(
        self, config: DictConfig, machine: Machine, cluster: Cluster | None, fingerprint: str
    ) -> Device:
        """The one device, and on the CPU as many threads as are asked for."""
        device = open_single(self, config, machine)
        import torch

        within, at_a_time = config.protocol.intra_op_threads, config.protocol.inter_op_threads
        if isinstance(within, int):
            torch.set_num_threads(within)
        if isinstance(at_a_time, int) and torch.get_num_interop_threads() != at_a_time:
            torch.set_num_interop_threads(at_a_time)
        return device

    def synchronize(self, kind: str) -> None:
        """On the CPU a call returns when it is done."""
        import torch

        if kind == "gpu":
            (torch.mps if self._place(kind) == "mps" else torch.cuda).synchronize()

    def gpu_memory(self) -> Mapping[str, float]:
        """CUDA's and ROCm's peak; Metal counts none, and says what it recommends (PyTorch 2.5)."""
        import torch

        place = self._place("gpu")
        if place == "cuda":
            return memory_metrics.in_use(torch.cuda.max_memory_allocated())
        recommended = getattr(torch.mps, "recommended_max_memory", None) if place == "mps" else None
        return memory_metrics.recommended(recommended() if recommended else None)

    def seed(self, config: DictConfig) -> None:
        """Keras' own seeds, and PyTorch's deterministic kernels where they are asked for."""
        import keras
        import torch

        keras.utils.set_random_seed(config.seed)
        if config.deterministic:
            os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS asks for it
            torch.use_deterministic_algorithms(True)

    def loop(self, task: Task) -> Loop:
        """`model.fit`, or a loop round the model as plain PyTorch."""
        from chipbench.backends.batches import feed_of
        from chipbench.backends.fit import Fit

        if task.keeps_features:
            from chipbench.backends.torch.tuned import Eager
            from chipbench.backends.tuned import Tuned

            return Tuned(task, Eager(task, self._place(task.device.kind)))
        return Fit(task, task.build(), feed_of(task))

    def on(self, device: str) -> AbstractContextManager[Any]:
        """Keras' own scope."""
        import keras

        scope: AbstractContextManager[Any] = keras.device(self._place(device))
        return scope

    def compiled(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Operation by operation, as PyTorch computes what nobody compiles."""
        return call

    def peak_work(
        self, device: str, edge: int, elements: int, dtype: str
    ) -> tuple[Callable[[], object], Callable[[], object], Callable[[], None]]:
        """Into tensors that are there already."""
        import torch

        place = self._place(device)
        matrix = torch.rand(edge, edge, device=place).to(getattr(torch, dtype))
        made = torch.empty_like(matrix)
        one, other = (torch.ones(elements, device=place) for _ in range(2))
        total = torch.empty_like(one)

        def product() -> object:
            return torch.matmul(matrix, matrix, out=made)

        def add() -> object:
            return torch.add(one, other, out=total)

        return product, add, lambda: self.synchronize(device)

    def _place(self, kind: str) -> str:
        """PyTorch's word for "cpu" or "gpu", as far as it is there and may be used."""
        import torch

        if kind == "cpu" or os.environ.get(_DEVICE) == "cpu":
            return "cpu"
        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else "cpu"


BACKEND: Backend = Torch()
