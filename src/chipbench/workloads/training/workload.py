"""The training workload: one model, one data set, one optimizer, under a stopwatch."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from omegaconf import DictConfig

from chipbench import data
from chipbench.backends.loop import Loop
from chipbench.backends.optimizer import ChosenOptimizer
from chipbench.backends.tensorflow.building import build_model, seed
from chipbench.backends.tensorflow.device import Device, open_device, threads_for
from chipbench.backends.tensorflow.distributed.cluster import find_cluster
from chipbench.backends.tensorflow.distributed.replicas import open_replicas
from chipbench.ground import metrics, signals, tags
from chipbench.ground.cache import cache_folder
from chipbench.ground.errors import ConfigurationError
from chipbench.ground.metrics import metric
from chipbench.ground.tables import write_table
from chipbench.hardware.machine import Machine
from chipbench.measure.epochs import Epoch, summary
from chipbench.measure.fingerprint import training_fingerprint
from chipbench.measure.plots import plot_epochs
from chipbench.published import learning_curve
from chipbench.published.beside import plot_beside
from chipbench.terminal.epoch_bar import EpochBar
from chipbench.terminal.lines import announce, say
from chipbench.workloads.training.epoch_line import epoch_line
from chipbench.workloads.training.limits.share import limited_by
from chipbench.workloads.training.optimizer import choose
from chipbench.workloads.workload import Report


class Training:
    """Trains `config.model` on `config.dataset`; see the protocols in `conf/protocol/`."""

    def __init__(self, config: DictConfig, machine: Machine) -> None:
        self._config = config
        self._machine = machine
        self._tags: dict[str, object] = {}
        self._limits: dict[str, float] = {}
        self._cluster = find_cluster(config)
        self.epochs: list[Epoch] = []

    @property
    def variant(self) -> str:
        """The batch size."""
        return f"b{self._config.batch_size}"

    def fingerprint(self) -> str:
        """Hash of all that changes what one epoch computes, but for the optimizer."""
        workers = {} if self._cluster is None else {"workers": self._cluster.size}
        return training_fingerprint(self._config, **workers)

    def prepare(self) -> None:
        """Open the device, load the data, choose the optimizer, build and compile the model."""
        config = self._config
        if config.protocol.loop == "graph" and config.strategy.name != "none":
            raise ConfigurationError("protocol=tuned trains on one device; use strategy=none")
        threads = threads_for(config, self._machine)
        self._device = open_device(
            self._machine, config.machine.accelerator, config.verbose, threads
        )
        self._replicas = open_replicas(config.strategy, self._cluster, self.fingerprint())
        self._share = self._replicas.batch_size(config.batch_size)
        seed(config)
        self._data = data.load(config.dataset, cache_folder(config.cache_dir))
        if config.batch_size > self._data.train_examples:
            raise ConfigurationError(
                f"batch_size={config.batch_size}: the data set {self._data.name} has "
                f"{self._data.train_examples} training images; use that many or fewer"
            )
        cache = cache_folder(config.cache_dir)
        optimizer = choose(config.optimizer, self._machine, self._device.kind, cache)
        build = partial(build_model, config, self._data, optimizer)
        self._loop = self._open_loop(build, threads.operations or 1)
        self._tags = self._findings(self._device, optimizer)

    def tags(self) -> Mapping[str, object]:
        """The device and the optimizer that are used, and where the data come from."""
        chosen = self._loop.tags() if hasattr(self, "_loop") else {}
        limit = limited_by(self._limits)
        return {
            **self._tags,
            **chosen,
            tags.LEARNING_CURVE: self._learning_curve(),
            tags.LIMITED_BY: limit,
        }

    def measure(self, report: Report) -> None:
        """Train all epochs, each validated."""
        config = self._config
        images = self._data.train_examples
        announce(f"training {config.epochs} x {images:,} images")

        def take(epoch: Epoch) -> None:
            self.epochs.append(epoch)
            report(epoch.number, epoch.values())
            say(epoch_line(epoch, config.epochs))
            signals.check()
            if not math.isfinite(epoch.loss):
                raise FloatingPointError(
                    f"the loss of epoch {epoch.number} is {epoch.loss}: lower the learning rate "
                    "or use precision=float32"
                )

        with EpochBar(images, config.batch_size, config.epochs) as bar:
            self._loop.train(take, bar)

    def finish(self) -> None:
        """See how close it came to what the device can do; one device only."""
        from chipbench.workloads.training.limits.closeness import closeness

        if self._replicas.number == 1 and len(self.epochs) > 1:
            self._limits = closeness(
                self._loop, self._config, self._machine, self._device, summary(self.epochs)
            )

    def summary(self) -> dict[str, float]:
        """Summary of the epochs, and the model's size once it is built."""
        values = summary(self.epochs, self._config.target_accuracy)
        if hasattr(self, "_loop"):
            model = self._loop.model
            trainable = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
            values[metrics.PARAMETERS_TOTAL] = model.count_params()
            values[metrics.PARAMETERS_TRAINABLE] = trainable
        return values | self._scaling(values) | self._limits

    def _scaling(self, values: Mapping[str, float]) -> dict[str, float]:
        """How well several replicas work together."""
        speed = values.get(metrics.STEADY_IMAGES_PER_SECOND)
        single_rate = self._loop.single_rate if hasattr(self, "_loop") else None
        if single_rate is None or speed is None:
            return {}
        efficiency = 100 * speed / (self._replicas.number * single_rate)
        return {
            metrics.SINGLE_REPLICA_RATE: single_rate,
            metrics.SCALING_EFFICIENCY: efficiency,
        }

    def write_artifacts(self, folder: Path) -> None:
        """Write `epochs.csv` and its plot."""
        if self.epochs:
            rows = [{"epoch": e.number, "images": e.images} | e.values() for e in self.epochs]
            write_table(folder / "epochs.csv", rows)
            plot_epochs(folder / "epoch_times.png", self.epochs, self._config.benchmark)
            time_s = summary(self.epochs)[metrics.TIME_PER_EPOCH]
            path = folder / "beside_published.png"
            plot_beside(path, self._config, self._machine.name, time_s)

    def headline(self) -> str:
        """Total time and speed."""
        values = self.summary()
        shown = (metrics.TOTAL_TIME, metrics.STEADY_IMAGES_PER_SECOND)
        parts = [metric(name).format(values[name]) for name in shown if name in values]
        return f"**{', '.join(parts) or 'no epoch finished'}** ({len(self.epochs)} epochs)"

    def trained_model(self) -> Any:
        """The Keras model."""
        return self._loop.model

    def _open_loop(self, build: Callable[[], Any], threads: int) -> Loop:
        """The way of training that the protocol and the strategy ask for."""
        config, synchronize = self._config, self._device.synchronize
        if self._in_graph():
            from chipbench.backends.tensorflow.tuned import Tuned

            on_cpu = self._device.kind == "cpu"
            return Tuned(build, self._data, config, threads, on_cpu, synchronize)
        if self._cluster is not None:
            from chipbench.backends.tensorflow.distributed.multi_worker import MultiWorker

            return MultiWorker(build, self._data, config, self._replicas, self._cluster)
        from chipbench.backends.tensorflow.fit import Fit

        images = self._data.train_examples
        return Fit(build, self._feed(), images, config, self._replicas, synchronize)

    def _in_graph(self) -> bool:
        """Whether the graph loop applies: data held in memory, or a backbone that is frozen."""
        config = self._config
        if config.protocol.loop != "graph":
            return False
        return bool(config.dataset.in_memory or config.model.frozen_backbone)

    def _feed(self) -> tuple[dict[str, Any], Any]:
        """What `fit` takes: keyword arguments for training, and the validation data."""
        from chipbench.backends.tensorflow.feed import in_memory, streamed

        feed = in_memory if self._config.dataset.in_memory else streamed
        return feed(self._data, self._config)

    def _findings(self, device: Device, optimizer: ChosenOptimizer) -> dict[str, object]:
        return {
            tags.DEVICE: device.name,
            tags.REPLICAS: self._replicas.number if self._replicas.number > 1 else None,
            tags.BATCH_SIZE_PER_REPLICA: self._share if self._replicas.number > 1 else None,
            tags.WORKERS: None if self._cluster is None else self._cluster.size,
            tags.DATA_SOURCE: self._data.source,
            tags.WEIGHTS: self._weights(),
            tags.OPTIMIZER_REQUESTED: optimizer.requested,
            tags.OPTIMIZER_USED: optimizer.used,
            tags.OPTIMIZER_FALLBACK_REASON: optimizer.reason,
        }

    def _learning_curve(self) -> str | None:
        """The verdict on the published benchmark itself; no other run has a published curve."""
        config = self._config
        published = config.dataset.source == "tfds" and config.dataset.max_examples is None
        if not published or config.batch_size != 32:
            return None
        return learning_curve.verdict(self.epochs, config.model.name, config.dataset.name)

    def _weights(self) -> str:
        weights = self._config.model.weights
        if weights is None:
            return "random"
        return "imagenet" if weights == "imagenet" else "file"
