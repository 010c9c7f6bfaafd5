"""A training that is ready: its epochs, and what is said of them."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from chipbench.backends import Loop, Task, backend, text_generation
from chipbench.ground import metrics, signals, tags
from chipbench.ground.csv_file import write_table
from chipbench.ground.drawing.image_grid import draw_images
from chipbench.ground.finding import Finding
from chipbench.ground.metrics import metric
from chipbench.ground.plural import counted
from chipbench.ground.training_extent import Extent
from chipbench.hardware.computing_device import GPU, Used
from chipbench.hardware.machine import Machine
from chipbench.measure.epochs import Epoch, summary
from chipbench.measure.example_kinds import examples_of
from chipbench.measure.learning_check import broken, of_learning
from chipbench.measure.run_plots import plot_epochs
from chipbench.models.model_digest import layers_digest
from chipbench.published import learning_curve
from chipbench.published.beside_published import is_beside, plot_beside
from chipbench.terminal.epoch_bar import EpochBar
from chipbench.terminal.messages import announce, say
from chipbench.workloads.training.epoch_line import epoch_line
from chipbench.workloads.training.fastest_backend import faster_backend
from chipbench.workloads.training.limits.device_use import Peak, limited_by
from chipbench.workloads.training.limits.distance_to_limits import closeness, peak_of
from chipbench.workloads.training.limits.roofline import binding
from chipbench.workloads.training.sustained_speed import Lasting
from chipbench.workloads.workload import Report, Work, Write

_SHOWN = 16  # augmented images


class PreparedTraining:
    """Trains all epochs, or for the time that is given, each epoch validated."""

    def __init__(
        self, task: Task, machine: Machine, loop: Loop, found: Mapping[str, object]
    ) -> None:
        """`found`: the tags that preparing gave."""
        self._task = task
        self._machine = machine
        self._found = found
        self._examples = examples_of(task.config.dataset)
        extent = Extent(task.config.epochs, task.config.duration_s)
        self._lasting = Lasting(extent, self._examples)
        self._peak: Peak | None = None
        self._limits: dict[str, float] = {}
        self._faster: str | None = None
        self._generated: Mapping[str, float] = {}
        self._memory: Mapping[str, float] = {}
        self.loop = loop
        self.epochs: list[Epoch] = []

    @property
    def used(self) -> Used:
        """The device that was opened."""
        return self._task.device.used

    @property
    def tags(self) -> Mapping[str, object]:
        """The device and the optimizer that are used, where the data come from, the model."""
        model = layers_digest(self.loop.model)
        return {**self._found, **self.loop.tags(), tags.MODEL_LAYERS: model}

    def measure(self, report: Report) -> None:
        """Train; raises FloatingPointError once the loss is no number."""
        config, number, of = self._task.config, self._task.data.train_examples, self._examples
        extent, begin_s = self._lasting.extent, time.monotonic()
        announce(f"training {extent.of(f'{number:,} {of.name}')}")

        def take(epoch: Epoch) -> None:
            passed_s = time.monotonic() - begin_s
            self.epochs.append(epoch)
            self._lasting.take(epoch, passed_s)
            report(epoch.number, epoch.values(of))
            say(epoch_line(epoch, extent, of, passed_s))
            signals.check()
            self._refuse(broken(epoch, config.protocol.validate))

        with EpochBar(number, of.name, config.batch_size, extent) as bar:
            self.loop.train(take, bar)

    def finish(self) -> None:
        """See that the last update left numbers."""
        weights = self.loop.model.get_weights()
        if not all(np.isfinite(weight).all() for weight in weights):
            self._refuse("weights are no numbers after the last update")

    def extras(self) -> Mapping[str, Callable[[], None]]:
        """The GPU's memory; how fast it generates, how close it came to the limits, if another back
        end is faster."""
        found: dict[str, Callable[[], None]] = {}
        if self._task.device.kind == GPU:  # before what follows takes more of it
            found["reading the GPU's memory"] = self._take_memory
        if text_generation.generates(self._task, self.loop.model):
            found["measuring generation"] = self._take_generation
        if self._task.device.replicas > 1 or len(self.epochs) < 2:
            return found
        found["measuring the device's peak"] = self._take_peak
        found["telling what limited it"] = self._take_limits
        if self._task.config.protocol.name == "tuned":
            found["comparing the back ends"] = self._take_faster
        return found

    def _take_memory(self) -> None:
        self._memory = backend(self._task.config.backend.name).gpu_memory()

    def _take_peak(self) -> None:
        self._peak = peak_of(self._task, self._machine)

    def _take_generation(self) -> None:
        announce("measuring generation")
        opened = backend(self._task.config.backend.name)
        self._generated = text_generation.speeds(self._task, opened, self.loop.model)

    def _take_limits(self) -> None:
        self._limits = closeness(self._task, self.loop, self._peak, self._speed)

    def _take_faster(self) -> None:
        self._faster = faster_backend(self._task, self._machine, self.tags, self._speed)

    @property
    def _speed(self) -> float:
        """Examples per second after the first epoch, of which there is one."""
        return summary(self.epochs, of=self._examples)[self._examples.steady_rate]

    @staticmethod
    def _refuse(what: str | None) -> None:
        if what is not None:
            raise FloatingPointError(f"{what}: lower the learning rate or use precision=float32")

    def work(self) -> Work:
        """The epochs, their summary, and the model."""
        values = self._summary()
        shown = (metrics.TOTAL_TIME, self._examples.steady_rate)
        parts = [metric(name).format(values[name]) for name in shown if name in values]
        epochs = counted(len(self.epochs), "epoch")
        return Work(
            headline=f"**{', '.join(parts) or 'no epoch finished'}** ({epochs})",
            metrics=values,
            counted=self._examples.for_energy(sum(epoch.examples for epoch in self.epochs)),
            tags={
                **self.loop.tags(),
                tags.LEARNING_CURVE: learning_curve.verdict(self.epochs, self._task.config),
                tags.LIMITED_BY: limited_by(self._limits),
                tags.ROOFLINE_BINDS: binding(self._limits),
                tags.FASTER_BACKEND: self._faster,
            },
            caveats=tuple(self._doubts()),
            model=self.loop.model,
            files=self._files(),
            plots=self._lasting.plots(self._task.config.benchmark),
        )

    def _summary(self) -> dict[str, float]:
        """Summary of the epochs, the model's size, and what limited it."""
        values = summary(self.epochs, self._task.config.target_accuracy, self._examples)
        model, feed = self.loop.model, self.loop.feed
        trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
        values[metrics.PARAMETERS_TOTAL] = model.count_params()
        values[metrics.PARAMETERS_TRAINABLE] = trainable
        rates = {} if feed is None else feed.rates
        found = {
            **self._lasting.summary(),
            **self._memory,
            **self._generated,
            **self._limits,
            **self._scaling(values),
            **rates,
        }
        return values | found

    def _doubts(self) -> Iterator[Finding]:
        data, config = self._task.data, self._task.config
        best = None if config.model.frozen_backbone else data.best_accuracy
        known = best, data.least_loss
        yield from of_learning(self.epochs, data.classes, config.batch_size, *known)
        yield from self._lasting.doubts()

    def _scaling(self, values: Mapping[str, float]) -> dict[str, float]:
        """What more replicas bring: the speed, over that of one alone times their number."""
        single_rate, replicas = self.loop.single_rate, self._task.device.replicas
        speed = values.get(self._examples.steady_rate)
        if single_rate is None or speed is None:
            return {}
        return {
            self._examples.single_rate: single_rate,
            metrics.SCALING_EFFICIENCY: 100 * speed / (replicas * single_rate),
        }

    def _files(self) -> Mapping[str, Write]:
        """The epochs and their plots, and a picture of augmented images."""
        config, files = self._task.config, dict[str, Write]()
        if self.epochs:
            of = self._examples
            rows = [{"epoch": e.number, of.name: e.examples} | e.values(of) for e in self.epochs]
            files["epochs.csv"] = lambda path: write_table(path, rows)
            files["epoch_times.png"] = lambda path: plot_epochs(path, self.epochs, config.benchmark)
            if is_beside(config):
                time_s = summary(self.epochs)[metrics.TIME_PER_EPOCH]
                name = self.used.name_on(self._machine)
                files["beside_published.png"] = lambda path: plot_beside(path, config, name, time_s)
        if self._task.augmentation is not None and self.loop.feed is not None:
            files["augmented.png"] = self._draw_augmented
        return files

    def _draw_augmented(self, path: Path) -> None:
        assert self.loop.feed is not None
        shown = self.loop.feed.sample()[:_SHOWN] * self._task.config.model.pixel_scale
        draw_images(path, shown)
