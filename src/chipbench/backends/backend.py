"""What a framework is to all that trains with it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from omegaconf import DictConfig

from chipbench.backends.cluster import Cluster
from chipbench.backends.training_loop import Loop
from chipbench.data import DataSet
from chipbench.hardware.computing_device import CPU, Used
from chipbench.hardware.machine import Machine


@dataclass(frozen=True)
class Device:
    """Where the computation runs, as the framework sees it."""

    kind: str  # "cpu" or "gpu"
    name: str  # what is recorded
    synchronize: Callable[[], None]  # returns when all queued work is done
    replicas: int = 1  # copies of the model, each with its share of every batch
    used: Used = Used(CPU)  # what of the machine that is


@dataclass(frozen=True)
class Task:
    """One training: what a way of training needs to know."""

    config: DictConfig
    data: DataSet
    build: Callable[[], Any]  # a compiled Keras model, with the same weights at each call
    device: Device
    cluster: Cluster | None  # the machines that train together; None: this one alone
    augmentation: Mapping[str, bool] | None = None  # of the training images; None: none

    @property
    def keeps_features(self) -> bool:
        """Whether the protocol's own loop applies: images in memory, or a frozen backbone.

        Augmented images have other features in every epoch.
        """
        config = self.config
        if config.protocol.loop != "graph" or self.augmentation is not None:
            return False
        return bool(config.dataset.in_memory or config.model.frozen_backbone)


class Backend(Protocol):
    """One framework."""

    name: str
    """As `conf/backend/` has it."""

    title: str
    """As its makers write it."""

    always_compiled: bool
    """Whether Keras' steps are compiled whatever the protocol says: by itself each operation of
    JAX would take as long as a step."""

    def load(self, verbose: bool) -> None:
        """Import of the framework what opens no device and starts no thread: forks may use it."""

    def start(self, verbose: bool, accelerator: str = "auto") -> None:
        """Import the framework and Keras on it, quietly unless `verbose`.

        With `accelerator` "cpu" it is not to use a GPU.
        """

    def gpus(self) -> int:
        """How many GPUs it will use, once started."""

    def gpu_names(self) -> Sequence[str | None]:
        """What it calls them; None where it does not know."""

    def open(
        self, config: DictConfig, machine: Machine, cluster: Cluster | None, fingerprint: str
    ) -> Device:
        """Start, and open the device that `machine.accelerator` and `strategy` mean.

        Raises UnsupportedBenchmark if that cannot be had: the wrong thing is never measured
        silently. `fingerprint` is what the machines of a `cluster` must agree on.
        """

    def synchronize(self, kind: str) -> None:
        """Return when all queued work on a device of this kind is done."""

    def gpu_memory(self) -> Mapping[str, float]:
        """What is known of the first GPU's memory, in MiB by metric name; nothing of a CPU's."""

    def seed(self, config: DictConfig) -> None:
        """Seed what is random, and see that the same seed gives the same where that is asked."""

    def loop(self, task: Task) -> Loop:
        """The way of training that the protocol and the strategy ask for."""

    def on(self, device: str) -> AbstractContextManager[Any]:
        """The context in which Keras computes on "cpu" or "gpu"."""

    def compiled(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """`call` of Keras' operations on nested tensors, as one piece where it compiles any."""

    def peak_work(
        self, device: str, edge: int, elements: int, dtype: str
    ) -> tuple[Callable[[], object], Callable[[], object], Callable[[], None]]:
        """A matrix product, a sum of two float32 arrays, and what waits for the device.

        `edge`: of the square matrices of `dtype`; `elements`: of each array.
        """
