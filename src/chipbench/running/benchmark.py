"""One benchmark from start to end: identify, record, prepare, measure, conclude."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from chipbench import hardware
from chipbench.config.options import project_dir
from chipbench.config.recorded import public_config, recorded_params
from chipbench.ground import metrics, tags
from chipbench.ground.cache import cache_folder, writable
from chipbench.ground.csv_file import write_table
from chipbench.ground.finding import Finding
from chipbench.hardware import Machine
from chipbench.hardware.used import CPU, GPU, Used
from chipbench.measure import result as results
from chipbench.measure.conditions import Conditions
from chipbench.measure.fingerprint import BENCHMARK_VERSION, fingerprint
from chipbench.measure.idle_gpu import of_gpus
from chipbench.measure.monitor import Monitor
from chipbench.measure.plots import plot_utilisation
from chipbench.measure.reading import Reading
from chipbench.measure.result import Result
from chipbench.published.claim import attribution, confirm
from chipbench.running.ending import COMPLETED, Ending, ending_of
from chipbench.terminal.lines import complain, note
from chipbench.tracking.delivered import delivered
from chipbench.tracking.recorder import JOB_VARIABLE, LOCAL_FILES, Recorder
from chipbench.tracking.saved_model import save_model
from chipbench.tracking.store import configured_store
from chipbench.workloads.workload import Prepared, Work, Workload

_MLFLOW_STATUS = {
    results.COMPLETED: "FINISHED",
    results.FAILED: "FAILED",
    results.SKIPPED: "FAILED",
    results.INTERRUPTED: "KILLED",
}


#: What the output folder holds for delivery and for Hydra, not for the reader.
_KEPT_LOCALLY = (*LOCAL_FILES, ".hydra", "command.log")


class Benchmark:
    """A workload on this machine, recorded; `run` does it and keeps what it measured."""

    def __init__(
        self, config: DictConfig, create: Callable[[DictConfig, Machine], Workload]
    ) -> None:
        """Identify the machine. Raises ConfigurationError if it is not the one claimed."""
        self.config = config
        self.machine = hardware.detect(_installation(config))
        confirm(config.machine, self.machine)
        self.workload = create(config, self.machine)
        self.folder = writable("output_dir", Path(config.output_dir))
        store = configured_store(config.tracking, project_dir())
        self._readings: list[Reading] = []
        self._utilisation: dict[str, float] = {}
        self._conditions = Conditions(self.machine)
        self._tags: dict[str, Any] = {}
        self._prepared: Prepared | None = None
        self._monitor: Monitor | None = None
        planned = Used(CPU) if config.machine.accelerator == CPU else None
        self._owner = attribution(config.machine, self.machine, planned)
        name = config.tracking.run_name or self._default_name()
        self._recorder = Recorder(
            self.folder, store, name=name, experiment=config.tracking.experiment_name
        )

    def run(self) -> Result:
        """Prepare and measure; whatever happens, what was measured is recorded."""
        hardware.raise_open_files_limit()
        try:
            self._describe()
            prepared = self._prepared = self.workload.prepare()
            self._attribute(prepared.used)
            self._tag(prepared.tags)
            self._tag({tags.FINGERPRINT: fingerprint(recorded_params(self.config), self._tags)})
            self._recorder.settle()
            self._measure(prepared)
            prepared.finish()
            self._write(self._save_model)
        except BaseException as error:
            self._conclude(ending_of(error))
            note(self.delivered())
            raise
        return self._conclude(COMPLETED)

    def _default_name(self) -> str:
        """Tells runs apart in MLflow's lists, which show some fifteen characters of it."""
        parts = [self.workload.variant, self.config.benchmark, str(self._owner[tags.MACHINE_NAME])]
        return " · ".join([*filter(None, [os.environ.get(JOB_VARIABLE)]), *parts])

    def _attribute(self, used: Used) -> None:
        """Say whose number it will be, now that the device is open."""
        before = self._default_name()
        self._owner = attribution(self.config.machine, self.machine, used)
        self._tag(self._owner)
        if self.config.tracking.run_name is None and self._default_name() != before:
            self._recorder.rename(self._default_name())

    def _describe(self) -> None:
        config = self.config
        self._recorder.params(recorded_params(config))
        self._tag(
            {
                tags.KIND: config.kind,
                **self._owner,
                tags.EXPERIMENT: config.benchmark,
                tags.PROTOCOL: config.protocol.name,
                tags.BENCHMARK_VERSION: BENCHMARK_VERSION,
                tags.CORES: self.machine.cpu_cores_logical,
                tags.OS: self.machine.os,
                **_software(self.machine),
                tags.POWER_SOURCE: self.machine.power_source,
                **self.workload.tags,
            }
        )

    def _measure(self, prepared: Prepared) -> None:
        def keep(step: int, reading: Reading) -> None:
            self._recorder.metrics(reading.values, step, reading.unix_time_ms)

        def report(step: int, values: Mapping[str, float]) -> None:
            self._recorder.metrics(values, step)
            for name in metrics.REPEATED & values.keys():
                self._conditions.repeated(values[name])

        interval_s, powers = self.config.monitor.interval_s, prepared.used.powers(self.machine)
        monitor = self._monitor = Monitor(hardware.sensors(), interval_s, keep, powers)
        with monitor.before_the_work():
            self._conditions.begin()
        try:
            with monitor:
                prepared.measure(report)
        finally:
            self._conditions.end()
            self._readings = monitor.readings
            self._utilisation = monitor.summary() | self._conditions.summary()

    def _work(self) -> Work:
        return Work() if self._prepared is None else self._prepared.work()

    def _save_model(self) -> None:
        model = self._work().model
        if model is not None:
            save_model(model, self.config.backend.name, self.folder / "model")

    def delivered(self) -> str:
        """Where the run is recorded, or how to deliver what could not be."""
        return delivered(self._recorder)

    def _conclude(self, ending: Ending) -> Result:
        """Record the summary, the artifacts and the end, and wait for their delivery."""
        work = self._work()
        summary = dict(work.metrics) | self._utilisation
        self._recorder.metrics(summary)
        conditions = self._conditions.caveats(self._utilisation, self._readings)
        caveats = (*work.caveats, *self._doubts(summary), *conditions)
        self._tag(
            {
                tags.REASON: ending.reason,
                tags.CAVEATS: "; ".join(map(str, caveats)) or None,
                tags.RULED_OUT: "; ".join(str(c) for c in caveats if c.rules_out) or None,
                tags.ENERGY_BASIS: None if self._monitor is None else self._monitor.energy_basis,
                **work.tags,
            }
        )
        result = Result(
            benchmark=self.config.benchmark,
            machine=str(self._owner[tags.MACHINE_NAME]),
            fingerprint=self._tags.get(tags.FINGERPRINT),
            status=ending.status,
            end=ending.kind,
            reason=ending.reason,
            metrics=summary,
            tags={key: str(value) for key, value in self._tags.items() if value is not None},
            caveats=caveats,
        )
        self._write(lambda: self._write_artifacts(result, work))
        self._recorder.description(work.headline)
        self._tag({tags.STATUS: ending.status})
        self._recorder.end(_MLFLOW_STATUS[ending.status])
        return result

    def _doubts(self, summary: Mapping[str, float]) -> Iterator[Finding]:
        """What speaks against the device's having computed, and against its readings."""
        if self._prepared is None or self._monitor is None:
            return
        used = self._prepared.used
        if used.doubt is not None:
            yield used.doubt
        if used.kind == GPU:
            yield from of_gpus(used.gpus, self._readings, summary.get(metrics.PEAK_TFLOPS))
        yield from self._monitor.doubts()

    def _write_artifacts(self, result: Result, work: Work) -> None:
        folder = self.folder
        OmegaConf.save(public_config(self.config), folder / "config.yaml")
        self.machine.write(folder / "machine.json")
        result.write(folder / "result.json")
        if self._readings:
            rows = [{"time_s": r.time_s} | dict(r.values) for r in self._readings]
            write_table(folder / "samples.csv", rows)
            plot_utilisation(folder / "utilisation.png", self._readings, result.benchmark)
        work.write(folder)
        for path in sorted(folder.iterdir()):
            if path.name not in _KEPT_LOCALLY:
                self._recorder.artifact(path)

    def _write(self, write: Callable[[], None]) -> None:
        """Write files of the result. What was measured counts without them, on a full disk too."""
        try:
            write()
        except OSError as error:
            why = f"files of the result are missing: {error.strerror or error}"
            complain(f"{self.folder}: {why}")
            self._tag({tags.ARTIFACTS: why})

    def _tag(self, values: Mapping[str, object]) -> None:
        self._tags |= values
        self._recorder.tags(values)


def _installation(config: DictConfig) -> str | None:
    """What tells this machine from another of its name; None where the user wants it untold."""
    if not config.machine.installation_id:
        return None
    return hardware.installation_id(cache_folder(config.cache_dir))


def _software(machine: Machine) -> dict[str, object]:
    """What computes, besides the back end: its versions may explain a difference."""
    drivers = sorted({gpu.driver for gpu in machine.training_gpus if gpu.driver})
    return {
        tags.TENSORFLOW: machine.versions.get("tensorflow"),
        tags.KERAS: machine.versions.get("keras"),
        tags.PLUG_IN: machine.versions.get("tensorflow-metal"),
        tags.DRIVER: ", ".join(drivers) or None,
    }
