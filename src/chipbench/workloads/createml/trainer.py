"""Apple's CreateML: an image classifier trained by the Swift program, on labelled folders."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from chipbench import data
from chipbench.config.recorded_params import recorded_params
from chipbench.ground import metrics, tags
from chipbench.ground.cache import cache_folder
from chipbench.ground.files import clear, digest, make_folder
from chipbench.ground.metrics import metric
from chipbench.ground.processes import ProgramFailed
from chipbench.ground.sealed_files import made
from chipbench.hardware.computing_device import CHIP, Used
from chipbench.hardware.machine import Machine
from chipbench.measure.fingerprint import fingerprint
from chipbench.measure.stopwatch import Stopwatch
from chipbench.terminal.messages import announce, note
from chipbench.terminal.progress_bar import Bar
from chipbench.workloads.createml import swift_program
from chipbench.workloads.createml.swift_program import PROTOCOL, SOURCE
from chipbench.workloads.workload import Report, Work

_EXTRACTING, _TRAINING = "extractingFeatures", "training"
_ERRORS = (metrics.TRAINING_ERROR, metrics.VALIDATION_ERROR, metrics.TEST_ERROR)


class CreateML:
    """Trains on `config.dataset` with Apple's feature extractor and classifier."""

    def __init__(self, config: DictConfig, _machine: Machine) -> None:
        self._config = config

    @property
    def variant(self) -> str:
        """The iterations."""
        return f"{self._config.epochs} iterations"

    @property
    def tags(self) -> Mapping[str, object]:
        """The engine."""
        return {tags.ENGINE: "createml"}

    def prepare(self) -> "PreparedCreateML":
        """Find the tools, write the folders of images, compile: none of it is timed as training.

        Raises UnsupportedBenchmark where CreateML cannot run.
        """
        config = self._config
        swift_program.require_macos()
        cache = cache_folder(config.cache_dir)
        folders = data.write_folders(config.dataset, cache)
        version = digest([PROTOCOL, SOURCE.read_text(encoding="utf-8")], 12)
        times_s: list[float] = []

        def compile_program(program: Path) -> None:
            stopwatch = Stopwatch()
            announce("compiling the Swift program")
            swift_program.compile_program(program)
            times_s.append(stopwatch.lap())

        program = made(cache / "createml" / f"createml-{version}", compile_program)
        compile_s = times_s[0] if times_s else None
        asked_for = fingerprint(recorded_params(config), {})
        training = swift_program.Training(
            train_folder=folders / "train",
            test_folder=folders / "test",
            session_folder=cache / "createml" / f"session-{asked_for}",
            model=Path(config.output_dir) / "classifier.mlmodel",
            iterations=config.epochs,
            revision=config.createml.feature_extractor_revision,
            checkpoint_interval=config.createml.checkpoint_interval,
            augmentations=_switched_on(config),
        )
        return PreparedCreateML(config, program, training, compile_s)


def _switched_on(config: DictConfig) -> list[str]:
    return [str(name) for name, on in config.augmentation.items() if on]


class PreparedCreateML:
    """The compiled program and what it is given."""

    def __init__(
        self,
        config: DictConfig,
        program: Path,
        training: swift_program.Training,
        compile_s: float | None,
    ) -> None:
        """`compile_s`: seconds that compiling took; None if it was compiled before."""
        self._config = config
        self._program = program
        self._training = training
        self._resumed = False
        self._values = {} if compile_s is None else {metrics.COMPILE_TIME: compile_s}
        self._phases: dict[str, dict[str, float]] = {}

    @property
    def used(self) -> Used:
        """Apple's library chooses: processor, GPU or neural engine."""
        return Used(CHIP)

    @property
    def tags(self) -> Mapping[str, object]:
        """Where the images come from, and the feature extractor."""
        return {
            tags.DATA_SOURCE: self._config.dataset.source,
            tags.TRAIN_EXAMPLES: sum(1 for _ in self._training.train_folder.glob("*/*")),
            tags.FEATURE_EXTRACTOR: f"scenePrint, revision {self._training.revision}",
        }

    def measure(self, _report: Report) -> None:
        """Run the program; a training that is interrupted resumes from its last checkpoint.

        One that fails behind a checkpoint begins anew: what was kept may be damaged.
        """
        session = self._training.session_folder
        make_folder(session)
        resumes = any(session.iterdir())
        try:
            self._run()
        except ProgramFailed as error:
            if not resumes:
                raise
            note(f"the training did not go on from its checkpoint ({error}): it begins anew")
            clear(session)
            make_folder(session)
            self._resumed = False
            self._phases.clear()
            self._run()
        shutil.rmtree(session, ignore_errors=True)

    def _run(self) -> None:
        command = swift_program.run_command(self._program, self._training)
        with Bar("items") as bar:

            def take(message: Mapping[str, Any]) -> None:
                self._take(message)
                if message["event"] == "progress":
                    bar.show(f"CreateML: {message['phase']}", message["done"], message["total"])

            swift_program.run_program(command, take, self._config.createml.stall_timeout_s)

    def finish(self) -> None:
        """The program has evaluated the model."""

    def extras(self) -> Mapping[str, Callable[[], None]]:
        """Nothing is measured besides."""
        return {}

    def work(self) -> Work:
        """Total time, its parts, and the errors, as far as CreateML reported them."""
        time_s = self._values.get(metrics.TOTAL_TIME)
        headline = "**no total time**"
        if time_s is not None:
            headline = f"**{metric(metrics.TOTAL_TIME).format(time_s)}** (CreateML)"
        resumed = "from a checkpoint: it has no total time" if self._resumed else None
        values = self._values | self._parts()
        return Work(headline=headline, metrics=values, tags={tags.RESUMED: resumed})

    def _take(self, message: Mapping[str, Any]) -> None:
        if message["event"] == "started" and message["resumed"]:
            self._resumed = True
        elif message["event"] == "progress":
            phase = self._phases.setdefault(str(message["phase"]), {"begin": message["elapsed_s"]})
            phase |= {"end": message["elapsed_s"], "done": message["done"]}
        elif message["event"] == "done":
            names = [*_ERRORS, *([] if self._resumed else [metrics.TOTAL_TIME])]
            self._values |= {name: float(message[name]) for name in names if name in message}

    def _parts(self) -> dict[str, float]:
        """Feature extraction and iterations, from what the program said along the way."""
        if self._resumed:
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
