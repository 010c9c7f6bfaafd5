"""Apple's CreateML: an image classifier trained by the Swift program, on labelled folders."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from chipbench import data
from chipbench.ground import metrics, tags
from chipbench.ground.cache import cache_folder
from chipbench.ground.metrics import metric
from chipbench.hardware.machine import Machine
from chipbench.measure.fingerprint import createml_fingerprint, fingerprint
from chipbench.measure.stopwatch import Stopwatch
from chipbench.terminal.bar import Bar
from chipbench.terminal.lines import announce
from chipbench.workloads.createml import swift_program
from chipbench.workloads.createml.swift_program import PROTOCOL, SOURCE
from chipbench.workloads.workload import Report

_ARTICLE = {"epochs": 25, "source": "tfds", "max_examples": None}
_EXTRACTING, _TRAINING = "extractingFeatures", "training"
_ERRORS = (metrics.TRAINING_ERROR, metrics.VALIDATION_ERROR, metrics.TEST_ERROR)


class CreateML:
    """Trains on `config.dataset` with Apple's feature extractor and classifier."""

    def __init__(self, config: DictConfig, machine: Machine) -> None:
        self._config = config
        self._values: dict[str, float] = {}
        self._phases: dict[str, dict[str, float]] = {}
        self._tags: dict[str, object] = {tags.ENGINE: "createml"}

    @property
    def variant(self) -> str:
        """The iterations."""
        return f"{self._config.epochs} iterations"

    def fingerprint(self) -> str:
        """The article's CreateML training, and all that this one has unlike it."""
        config = self._config
        settings = {
            "epochs": config.epochs,
            "source": config.dataset.source,
            "max_examples": config.dataset.max_examples,
        }
        deviations: dict[str, object] = {
            name: value for name, value in settings.items() if value != _ARTICLE[name]
        }
        if len(self._augmentations()) < len(config.augmentation):
            deviations["augmentation"] = self._augmentations()
        return createml_fingerprint(config.benchmark, deviations)

    def prepare(self) -> None:
        """Find the tools, write the folders of images, compile: none of it is timed as training.

        Raises UnsupportedBenchmark where CreateML cannot run.
        """
        config = self._config
        swift_program.require_macos()
        cache = cache_folder(config.cache_dir)
        self._folders = data.write_folders(config.dataset, cache)
        digest = fingerprint({"protocol": PROTOCOL, "source": SOURCE.read_text(encoding="utf-8")})
        self._program = cache / "createml" / f"createml-{digest}"
        if not self._program.is_file():
            stopwatch = Stopwatch()
            announce("compiling the Swift program")
            swift_program.compile_program(self._program)
            self._values[metrics.COMPILE_TIME] = stopwatch.lap()
        revision = config.createml.feature_extractor_revision
        self._tags |= {
            tags.DATA_SOURCE: config.dataset.source,
            tags.FEATURE_EXTRACTOR: f"scenePrint, revision {revision}",
        }

    def tags(self) -> Mapping[str, object]:
        """The engine, its feature extractor, and whether an earlier training was resumed."""
        return self._tags

    def measure(self, report: Report) -> None:
        """Run the program; a training that is interrupted resumes from its last checkpoint."""
        config = self._config
        session = cache_folder(config.cache_dir) / "createml" / f"session-{self.fingerprint()}"
        session.mkdir(parents=True, exist_ok=True)
        training = swift_program.Training(
            train_folder=self._folders / "train",
            test_folder=self._folders / "test",
            session_folder=session,
            model=Path(config.output_dir) / "classifier.mlmodel",
            iterations=config.epochs,
            revision=config.createml.feature_extractor_revision,
            checkpoint_interval=config.createml.checkpoint_interval,
            augmentations=self._augmentations(),
        )
        command = swift_program.run_command(self._program, training)
        with Bar("items") as bar:

            def take(message: Mapping[str, Any]) -> None:
                self._take(message)
                if message["event"] == "progress":
                    bar.show(f"CreateML: {message['phase']}", message["done"], message["total"])

            swift_program.run_program(command, take, config.createml.stall_timeout_s)
        shutil.rmtree(session, ignore_errors=True)

    def finish(self) -> None:
        """The program has evaluated the model."""

    def summary(self) -> dict[str, float]:
        """Total time, its parts, and the errors, as far as CreateML reported them."""
        return self._values | self._parts()

    def headline(self) -> str:
        """Total time."""
        time_s = self._values.get(metrics.TOTAL_TIME)
        if time_s is None:
            return "**no total time**"
        return f"**{metric(metrics.TOTAL_TIME).format(time_s)}** (CreateML)"

    def trained_model(self) -> None:
        """CreateML's model is a file of its own, among the artifacts."""

    def write_artifacts(self, folder: Path) -> None:
        """The model is there already."""

    def _augmentations(self) -> list[str]:
        return [str(name) for name, on in self._config.augmentation.items() if on]

    def _take(self, message: Mapping[str, Any]) -> None:
        if message["event"] == "started" and message["resumed"]:
            self._tags[tags.RESUMED] = "from a checkpoint: it has no total time"
        elif message["event"] == "progress":
            phase = self._phases.setdefault(str(message["phase"]), {"begin": message["elapsed_s"]})
            phase |= {"end": message["elapsed_s"], "done": message["done"]}
        elif message["event"] == "done":
            names = [*_ERRORS, *([] if tags.RESUMED in self._tags else [metrics.TOTAL_TIME])]
            self._values |= {name: float(message[name]) for name in names if name in message}

    def _parts(self) -> dict[str, float]:
        """Feature extraction and iterations, from what the program said along the way."""
        if tags.RESUMED in self._tags:
            return {}
        values = {}
        extracting, training = self._phases.get(_EXTRACTING), self._phases.get(_TRAINING)
        if extracting is not None and training is not None:
            values[metrics.EXTRACTION_TIME] = training["begin"]
        if training is not None and training["done"] > 0:
            length_s = training["end"] - training["begin"]
            values[metrics.ITERATION_TIME] = length_s / training["done"]
        total = self._values.get(metrics.TOTAL_TIME)
        if total is not None:
            values[metrics.TIME_PER_EPOCH] = total / self._config.epochs
        return values
