"""One benchmark from start to end: identify, record, prepare, measure, conclude."""

import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from chipbench import hardware
from chipbench.config.options import project_dir
from chipbench.config.recorded_params import public_config, recorded_params
from chipbench.ground import metrics, tags
from chipbench.ground.csv_file import write_table
from chipbench.ground.finding import Finding
from chipbench.ground.reason import reason_of
from chipbench.hardware import Machine
from chipbench.hardware.computing_device import CPU, ELSEWHERE, Used
from chipbench.measure import result as results
from chipbench.measure.energy import per_thousand
from chipbench.measure.fingerprint import fingerprint
from chipbench.measure.result import FILE_NAME as RESULT
from chipbench.measure.result import Result
from chipbench.measure.run_plots import plot_utilisation
from chipbench.measure.sensor_sample import Reading
from chipbench.published.machine_claim import attribution, confirm
from chipbench.running.result_files import ResultFiles
from chipbench.running.run_account import Account
from chipbench.running.run_description import description, installation
from chipbench.running.run_ending import COMPLETED, Ending, ending_of
from chipbench.running.run_page import note_of
from chipbench.running.sensor_watch import Watch
from chipbench.terminal.extras import Extras
from chipbench.terminal.messages import note
from chipbench.tracking.recorder import JOB_VARIABLE, Recorder
from chipbench.tracking.run_location import delivered
from chipbench.tracking.saved_model import save_model
from chipbench.tracking.store import configured_store
from chipbench.workloads.workload import Draw, Prepared, Work, Workload, Write

_MLFLOW_STATUS = {
    results.COMPLETED: "FINISHED",
    results.FAILED: "FAILED",
    results.SKIPPED: "FAILED",
    results.INTERRUPTED: "KILLED",
}


class Benchmark:
    """A workload on this machine, recorded; `run` does it and keeps what it measured."""

    def __init__(
        self,
        config: DictConfig,
        create: Callable[[DictConfig, Machine], Workload],
        beside: Callable[[Result, DictConfig], Iterable[str]],
    ) -> None:
        """Identify the machine. Raises ConfigurationError if it is not the one claimed.

        `beside` says of a whole result how it stands beside the published ones.
        """
        self.config = config
        self.machine = hardware.detect(installation(config))
        confirm(config.machine, self.machine)
        self._beside = beside
        self.workload = create(config, self.machine)
        self.folder = Path(config.output_dir)
        store = configured_store(config.tracking, project_dir())
        self._extras = Extras()
        self._files = ResultFiles(self.folder, self._extras)
        self._prepared: Prepared | None = None
        self._watch: Watch | None = None
        planned = Used(CPU) if config.machine.accelerator == CPU else None
        self._owner = attribution(config.machine, self.machine, planned)
        name = config.tracking.run_name or self._default_name()
        self._recorder = Recorder(
            self.folder, store, name=name, experiment=config.tracking.experiment_name
        )
        self._account = Account(self._recorder, self.machine)

    def run(self) -> Result:
        """Prepare and measure; whatever happens, what was measured is recorded."""
        hardware.raise_open_files_limit()
        try:
            self._describe()
            prepared = self._prepared = self.workload.prepare()
            self._attribute(prepared.used)
            self._account.tag(prepared.tags)
            known = fingerprint(recorded_params(self.config), self._account.tags)
            self._account.tag({tags.FINGERPRINT: known})
            self._recorder.settle()
            self._measure(prepared)
            prepared.finish()
        except BaseException as error:
            self._conclude(ending_of(error))
            note(self.delivered())
            raise
        return self._complete(prepared)

    def _complete(self, prepared: Prepared) -> Result:
        """Record the numbers, only then do what is done besides: none of it undoes them."""
        self._keep_numbers()
        self._files.write({RESULT: self._result(COMPLETED).write})  # what kills it leaves that
        try:
            for what, do in prepared.extras().items():
                self._extras.attempt(what, do)
            self._save_model()
        except BaseException as error:  # a person does not want to wait
            self._extras.fail("what follows the measurement", reason_of(error))
            self._conclude(COMPLETED)
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
        self._account.tag(self._owner)
        if self.config.tracking.run_name is None and self._default_name() != before:
            self._recorder.rename(self._default_name())

    def _describe(self) -> None:
        config = self.config
        self._account.params(recorded_params(config))
        self._account.tag(
            description(config, self.machine) | self._owner | dict(self.workload.tags)
        )

    def _measure(self, prepared: Prepared) -> None:
        if prepared.used.kind == ELSEWHERE:  # what can be read now is not of that work
            prepared.measure(self._account.step)
            return
        self._account.tag({tags.POWER_SOURCE: self.machine.power_source})

        def keep(step: int, reading: Reading) -> None:
            self._recorder.metrics(reading.values, step, reading.unix_time_ms)

        interval_s = self.config.monitor.interval_s
        watch = Watch(self.machine, prepared.used, interval_s, keep, self._extras)
        self._watch = watch

        def report(step: int, values: Mapping[str, float]) -> None:
            self._account.step(step, values)
            for name in metrics.REPEATED & values.keys():
                watch.repeated(values[name])

        with watch.beside_the_work():
            prepared.measure(report)

    def _work(self) -> Work:
        return Work() if self._prepared is None else self._prepared.work()

    def _save_model(self) -> None:
        model = self._work().model
        if model is not None and self.config.save_model:
            name = self.config.backend.name
            self._files.write_folder("model", lambda folder: save_model(model, name, folder))

    def delivered(self) -> str:
        """Where the run is recorded, or how to deliver what could not be."""
        return delivered(self._recorder)

    def _conclude(self, ending: Ending) -> Result:
        """Record the summary, the artifacts and the end."""
        work = self._keep_numbers()
        self._files.write(self._written() | dict(work.files) | self._drawn(work))
        peak, watch = self._account.metrics.get(metrics.PEAK_TFLOPS), self._watch
        judged = [] if watch is None else watch.judged(peak)
        doubts = [*work.caveats, *judged, *self._extras.failed]
        self._account.tag(
            {
                tags.REASON: ending.reason,
                tags.CAVEATS: "; ".join(map(str, doubts)) or None,
                tags.RULED_OUT: "; ".join(str(d) for d in doubts if d.rules_out) or None,
                tags.ENERGY_BASIS: None if watch is None else watch.energy_basis,
                tags.ARTIFACTS: self._files.loss,
            }
        )
        result = self._result(ending, *doubts)
        self._files.write({RESULT: result.write})
        for path in self._files:
            self._recorder.artifact(path)
        self._extras.attempt(
            "describing the run", lambda: self._note(result, ending, work.headline)
        )
        self._account.tag({tags.STATUS: ending.status})
        self._recorder.end(_MLFLOW_STATUS[ending.status])
        return result

    def _note(self, result: Result, ending: Ending, headline: str) -> None:
        beside = self._beside(result, self.config) if ending == COMPLETED else ()
        self._recorder.description(note_of(result, headline, beside))

    def _keep_numbers(self) -> Work:
        """Record what was measured, as far as it is not recorded yet."""
        work = self._work()
        used = {} if self._watch is None else self._watch.summary
        self._account.sum_up(dict(work.metrics) | used | per_thousand(used, work.counted))
        self._account.tag(work.tags)
        return work

    def _result(self, ending: Ending, *doubts: Finding) -> Result:
        readings = [] if self._watch is None else self._watch.readings
        return self._account.result(self.config.benchmark, ending, doubts, readings)

    def _drawn(self, work: Work) -> dict[str, Write]:
        """What the work shows beside the sensors' readings."""
        readings = [] if self._watch is None else self._watch.readings

        def bound(draw: Draw) -> Write:
            return lambda path: draw(path, readings)

        return {name: bound(draw) for name, draw in work.plots.items()}

    def _written(self) -> dict[str, Write]:
        """What every workload's run writes, by the names of the files."""
        files: dict[str, Write] = {
            "config.yaml": partial(OmegaConf.save, public_config(self.config)),
            "machine.json": self.machine.write,
        }
        readings = [] if self._watch is None else self._watch.readings
        if readings:
            rows = [{"time_s": r.time_s} | dict(r.values) for r in readings]
            title = self.config.benchmark
            files["samples.csv"] = lambda path: write_table(path, rows)
            files["utilisation.png"] = lambda path: plot_utilisation(path, readings, title)
        return files
