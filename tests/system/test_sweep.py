"""Several values of a key: planned, run in processes of their own, summarised, resumed."""

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient
from support.checkouts import PROJECT, checkout
from support.process_fixtures import COLD
from support.sweeps import attempts_in, runs_of, wait_for_delivery, writer_of

from chipbench.config.compose import compose_config
from chipbench.config.overrides import is_several
from chipbench.ground.errors import ConfigurationError
from chipbench.sweeping import job_outcome as outcomes
from chipbench.sweeping.job_outcome import Outcome, attempts, next_attempt, outcome_of
from chipbench.sweeping.plan import Job, Plan, expand, order, read_plan, swept_keys
from chipbench.sweeping.sweep_command import conduct, split

pytestmark = pytest.mark.usefixtures("made_store")

SUPPORT = PROJECT / "tests" / "support"
LAUNCHED = SUPPORT / "launched"
#: How a job begins here.
FORKED_HERE = "forked" if sys.platform == "linux" else "cold"
MANUAL = ("method=final_cut_manual", "codec=h264")  # real runs that take no time


def test_every_combination_in_the_order_given() -> None:
    assert expand(["codec=h264,prores", "seed=1", "clip=large,small"]) == [
        ["codec=h264", "seed=1", "clip=large"],
        ["codec=h264", "seed=1", "clip=small"],
        ["codec=prores", "seed=1", "clip=large"],
        ["codec=prores", "seed=1", "clip=small"],
    ]
    assert expand(["seed=range(1,4)"]) == [["seed=1"], ["seed=2"], ["seed=3"]]
    assert expand(["sizes=[1,2]"]) == [["sizes=[1,2]"]]
    assert swept_keys(["codec=h264,prores", "seed=1"]) == ("codec",)


def test_a_glob_takes_the_choices_of_a_group() -> None:
    jobs = expand(["codec=glob(h*)"])
    assert jobs == [["codec=h264"], ["codec=hevc"]]


def test_repeats_are_interleaved_and_shuffled_alike_each_time() -> None:
    sweep = compose_config("sweep", ["sweep.repeats=2"]).sweep
    jobs = order([["a=1"], ["a=2"], ["a=3"]], sweep)
    assert [job.text for job in jobs] == ["a=1", "a=2", "a=3"] * 2
    assert [job.repeat for job in jobs] == [1, 1, 1, 2, 2, 2]
    sweep.shuffle = True
    shuffled = order([[f"a={n}"] for n in range(9)], sweep)
    assert shuffled == order([[f"a={n}"] for n in range(9)], sweep)
    first, second = [j.text for j in shuffled[:9]], [j.text for j in shuffled[9:]]
    assert sorted(first) == sorted(second) and first != second


def test_a_sweeps_own_keys_are_told_from_the_jobs() -> None:
    own = ["sweep.repeats=2", "hydra/launcher=ray", "+hydra.launcher.ray.init.num_cpus=1"]
    words = ["entry=export", "codec=h264,av1", *own]
    assert split("sweep", words) == ("export", ["codec=h264,av1"], own)
    assert split("createml", ["epochs=1,2"]) == ("createml", ["epochs=1,2"], [])
    with pytest.raises(ConfigurationError, match="machines=a,b: compare runs once, with one"):
        split("compare", ["machines=a,b"])
    with pytest.raises(ConfigurationError, match="entry=compare: must be one of train, export"):
        split("sweep", ["entry=compare"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["codec=h264,h265"], "unknown codec=h265"),
        (["codec=h264", "sweep.repeats=0"], "sweep.repeats=0: must be a whole number"),
        (["codec=h264", "sweep.cooldwon_s=1"], "nearest: sweep.cooldown_s"),
        (["codec=h264", "sweep.resume=0123"], "no such sweep in outputs/"),
        (["clip.duration_s=interval(1,2)"], "an interval needs hydra/sweeper=optuna"),
        (["codec=h264", "output_dir=a,b"], "output_dir=a,b: a sweep has one folder"),
        (["codec=h264", "hydra/launcher=slurm"], "unknown hydra/launcher=slurm"),
    ],
)
def test_a_wrong_sweep_is_refused_before_any_job_begins(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "chipbench.sweeping.sweep_command.project_dir", lambda: tmp_path / "project"
    )
    with pytest.raises(ConfigurationError, match=said):
        conduct(*split("export", [*words, "tracking=none"]))
    assert not (tmp_path / "project").exists()


@pytest.mark.parametrize("status", ["interrupted", "failed"])
def test_how_a_job_ended_is_a_field_and_not_its_message(tmp_path: Path, status: str) -> None:
    for end, what in (
        ("out_of_memory", outcomes.OUT_OF_MEMORY),
        ("timed_out", outcomes.TIMED_OUT),
        (status, outcomes.FAILED),
    ):
        folder = next_attempt(tmp_path, 0)
        folder.mkdir(parents=True)
        told = "out of memory: longer than sweep.job_timeout_s=1"
        result = {"status": status, "end": end, "reason": told, "metrics": {}}
        (folder / "result.json").write_text(json.dumps(result))
        assert outcome_of(tmp_path, 0) == Outcome(what, told)


def test_an_outcome_is_the_jobs_own_word(tmp_path: Path) -> None:
    assert outcome_of(tmp_path, 0).what == outcomes.MISSING
    for status, reason, what in (  # as release 0.1.0 wrote them, without a kind of end
        ("interrupted", "Terminated", outcomes.FAILED),
        ("failed", "out of memory: use a smaller batch_size", outcomes.OUT_OF_MEMORY),
        ("failed", "TimeoutError: longer than sweep.job_timeout_s=1", outcomes.TIMED_OUT),
        ("completed", None, outcomes.DONE),
    ):
        folder = next_attempt(tmp_path, 0)
        folder.mkdir(parents=True)
        result = {"status": status, "reason": reason, "metrics": {"total_time_s": 1}}
        (folder / "result.json").write_text(json.dumps(result))
        assert outcome_of(tmp_path, 0).what == what
    (folder / "epochs.csv").write_text("epoch,val_accuracy\n1,0.25\n2,0.5\n")
    assert outcome_of(tmp_path, 0).metrics == {"total_time_s": 1.0, "val_accuracy": 0.5}
    cut = next_attempt(tmp_path, 0)
    cut.mkdir()
    (cut / "result.json").write_text('{"status": "comp')
    assert outcomes.ended(cut, -9).reason == "the process was killed by signal 9"
    assert outcome_of(tmp_path, 0).what == outcomes.DONE, "what is done stays done"
    assert [path.name for path in attempts(tmp_path, 0)] == [f"000.{n}" for n in range(1, 6)]


def test_a_plan_survives_its_file(tmp_path: Path) -> None:
    plan = Plan("train", "k", (Job(0, ("a='b c'",), 1),), ("a",), 0.5, None, True)
    plan.write(tmp_path)
    assert read_plan(tmp_path) == plan


def environment(folder: Path, **more: str) -> dict[str, str]:
    store = {"MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}"}
    return os.environ | store | {"PYTHONPATH": f"{PROJECT / 'src'}{os.pathsep}{SUPPORT}"} | more


def sweep(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """A sweep of a checkout whose top is `folder`, so that its outputs are its own."""
    checkout(folder)
    found = os.pathsep.join(map(str, (folder / "src", SUPPORT, LAUNCHED)))
    return subprocess.run(
        [sys.executable, "-m", "chipbench.sweep", *words],
        env=environment(folder, PYTHONPATH=found, CHIPBENCH_TEST_PYTHON=sys.executable),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


#: Signs that mean something in an address, to Hydra and OmegaConf, or to a shell.
ODD = "it's ${a} ? 50%, b=c #"


def test_any_entry_point_takes_repeats_in_any_folder(tmp_path: Path, made_store: Path) -> None:
    tmp_path = tmp_path / ODD
    tmp_path.mkdir()
    shutil.copy(made_store, tmp_path)
    checkout(tmp_path)
    words = [*MANUAL[:1], "export_time_s=100", "codec=av1", "repeats=2", "output_dir=here"]
    ended = subprocess.run(
        [sys.executable, "-m", "chipbench.export", *words],
        env=environment(tmp_path, PYTHONPATH=f"{tmp_path / 'src'}"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "2 of 2 jobs done, export_time_s 100.00 s, 95 % interval" in ended.stdout
    assert {path.name for path in (tmp_path / "here" / "jobs").iterdir()} == {"000.1", "001.1"}
    assert (tmp_path / "here" / "sweep.csv").is_file() and not (tmp_path / "outputs").exists()
    parent, children = runs_of(tmp_path)
    assert len(children) == 2
    assert len({run.data.tags["chipbench.fingerprint"] for run in children}) == 1
    assert not any("repeats" in run.data.params for run in children)
    assert is_several(["repeats=2"]) and not is_several(["repeats=1", "epochs=2"])


def test_under_mlflow_run_onto_a_server_the_projects_run_is_the_parent(
    tmp_path: Path, server: Any
) -> None:
    checkout(tmp_path)
    words = ["entry=export", "method=final_cut_manual", "export_time_s=300,100", "codec=av1"]
    parameters = [part for word in words for part in ("-P", word)]
    command = [sys.executable, "-m", "mlflow", "run", str(tmp_path), "-e", "sweep"]
    ended = subprocess.run(
        [*command, "--env-manager", "local", "--experiment-name", "sweeps", *parameters],
        env=environment(tmp_path, MLFLOW_TRACKING_URI=server.uri),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    client = MlflowClient(server.uri)
    experiment = client.get_experiment_by_name("sweeps")
    runs = client.search_runs([experiment.experiment_id])
    (parent,) = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    children = [run for run in runs if run is not parent]
    assert {r.data.tags["mlflow.parentRunId"] for r in children} == {parent.info.run_id}
    assert {run.info.status for run in runs} == {"FINISHED"} and len(children) == 2
    assert {r.data.tags["chipbench.process"] for r in children} == {FORKED_HERE}
    assert {run.data.params["export_time_s"] for run in children} == {"100", "300"}
    assert parent.data.params["export_time_s"] == "300,100"
    assert "2 of 2 jobs done, fastest: export_time_s=100" in ended.stdout
    assert parent.data.tags["mlflow.note.content"].startswith("2 of 2 jobs done")
    assert parent.data.tags["chipbench.kind"] == "sweep"
    assert "export_time_s=100" in parent.data.tags["chipbench.best"]
    assert parent.data.metrics["export_time_s_best"] == 100
    assert parent.data.metrics["export_time_s_median"] == 200
    page = f"{server.uri}/#/experiments/{experiment.experiment_id}/runs/{parent.info.run_id}"
    assert page in ended.stdout and "sweep.csv" in ended.stdout
    assert {file.path for file in client.list_artifacts(parent.info.run_id)} == {
        "combinations.csv",
        "sweep.csv",
    }


def test_a_failed_job_is_named_and_the_others_are_done(tmp_path: Path) -> None:
    missing = ("ffmpeg.path=missing", "export_time_s=100", "codec=h264")
    methods = "method=transcode,final_cut_manual"  # the second starts no ffmpeg
    ended = sweep(tmp_path, "entry=export", methods, *missing)
    assert ended.returncode == 1
    assert "1 of 2 jobs done, failed: method=transcode" in ended.stdout
    parent, children = runs_of(tmp_path)
    assert parent.info.status == "FAILED"
    assert sorted(r.info.status for r in children) == ["FAILED", "FINISHED"]


#: Two jobs of epochs that take seconds, and of these little of the processor.
SLOW = (
    "dataset=digits", "dataset.max_examples=96", "batch_size=32", "optimizer=sgd",
    "model.build._target_=faulty_models.slow",
)  # fmt: skip
TWO = (*SLOW, "epochs=4", "seed=1,2")


def wait_for_epochs(folder: Path, name: str) -> None:
    deadline_s = time.monotonic() + 200
    while time.monotonic() < deadline_s:
        for journal in folder.glob(f"outputs/*/*/jobs/{name}/journal.jsonl"):
            if "epoch_time_s" in journal.read_text():
                return
        time.sleep(0.1)
    raise AssertionError(f"job {name} did not train")


def begin(folder: Path) -> "subprocess.Popen[str]":
    checkout(folder)
    return subprocess.Popen(
        [sys.executable, "-m", "chipbench.sweep", *TWO],
        env=environment(folder, PYTHONPATH=f"{folder / 'src'}{os.pathsep}{SUPPORT}"),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@pytest.mark.first
@pytest.mark.timeout(600)  # several whole jobs one after the other
def test_what_was_killed_is_done_by_resume_and_nothing_twice(tmp_path: Path) -> None:
    """First a job, which fails alone, then the sweep itself, which ends its job."""
    running = begin(tmp_path)
    wait_for_epochs(tmp_path, "000.1")
    writer_of(tmp_path, "jobs/000.1").kill()
    wait_for_epochs(tmp_path, "001.1")
    child = writer_of(tmp_path, "jobs/001.1")
    running.kill()
    running.wait()
    child.wait(timeout=200)
    wait_for_delivery(tmp_path)
    again = sweep(tmp_path, *TWO, "sweep.resume=last")
    assert again.returncode == 0, again.stderr
    tried = ["000.1", "000.2", "001.1", "001.2"]
    assert attempts_in(tmp_path) == tried
    parent, children = runs_of(tmp_path)
    assert parent.info.status == "FINISHED"
    assert parent.data.tags["mlflow.note.content"].startswith("2 of 2 jobs done")
    statuses = sorted((r.data.params["seed"], r.info.status) for r in children)
    assert statuses == [("1", "FAILED"), ("1", "FINISHED"), ("2", "FINISHED"), ("2", "KILLED")]
    nothing_left = sweep(tmp_path, *TWO, f"sweep.resume={parent.info.run_id}")
    assert nothing_left.returncode == 0 and attempts_in(tmp_path) == tried
    other = sweep(tmp_path, *SLOW, "epochs=1,2", "sweep.resume=last")
    assert other.returncode == 2 and "that sweep was another one" in other.stderr


@pytest.mark.first
@pytest.mark.timeout(600)  # several whole jobs one after the other
def test_a_job_that_crashes_or_runs_out_of_memory_is_named(tmp_path: Path) -> None:
    """And batches larger than one that ran out of memory are skipped."""
    words = ["dataset=digits", "dataset.max_examples=320", "epochs=1", "optimizer=sgd"]
    words.append("model.build._target_=faulty_models.limited")
    ended = sweep(tmp_path, *words, "batch_size=64,96,128,256")
    assert ended.returncode == 1, ended.stderr
    assert "1 of 4 jobs done, " in ended.stdout
    parent, children = runs_of(tmp_path)
    assert parent.info.status == "FAILED"
    for said in ("crashed: batch_size=96", "out of memory: ", "skipped: batch_size=256"):
        assert said in ended.stdout and said in parent.data.tags["chipbench.reason"]
    by_size = {run.data.params["batch_size"]: run for run in children}
    assert by_size["64"].info.status == "FINISHED" and by_size["96"].info.status == "FAILED"
    reasons = {size: run.data.tags.get("chipbench.reason") for size, run in by_size.items()}
    assert reasons["64"] is None
    assert "process died" in reasons["96"]
    assert reasons["128"] == "out of memory: use a smaller batch_size"
    assert by_size["256"].data.tags["chipbench.status"] == "skipped"
    assert reasons["256"] == "batch_size=128 ran out of memory"


@pytest.mark.first
def test_a_job_that_takes_too_long_is_stopped_and_says_so(tmp_path: Path) -> None:
    ended = sweep(tmp_path, *SLOW, "epochs=100000,1", "sweep.job_timeout_s=25")
    assert ended.returncode == 1
    assert "1 of 2 jobs done, timed out: epochs=100000" in ended.stdout
    _, children = runs_of(tmp_path)
    (stopped,) = [run for run in children if run.data.params["epochs"] == "100000"]
    assert stopped.info.status == "FAILED"
    assert "longer than sweep.job_timeout_s=25" in stopped.data.tags["chipbench.reason"]
    assert stopped.data.metrics["epoch_time_s"] > 0


#: A training whose losses are the same each time.
SAME = (
    "dataset=digits", "dataset.max_examples=320", "epochs=2", "optimizer=sgd", "deterministic=true",
)  # fmt: skip


def computed(folder: Path) -> dict[str, Any]:
    """What a run's folder says of what was computed, apart from when, how fast and how it began."""
    result = json.loads((folder / "result.json").read_text())
    with (folder / "epochs.csv").open() as lines:
        epochs = [
            {key: value for key, value in row.items() if "loss" in key or "accuracy" in key}
            for row in csv.DictReader(lines)
        ]
    counted = ("parameters_total", "parameters_trainable", "training_megaflop_per_image")
    counts = {name: result["metrics"][name] for name in counted}
    aside = ("process", "caveats", "limited_by")
    tags = {name: value for name, value in result["tags"].items() if name not in aside}
    return {"epochs": epochs, "counts": counts, "metrics": set(result["metrics"]), "tags": tags}


@pytest.mark.first
def test_a_forked_job_computes_what_one_started_cold_does(tmp_path: Path, cache: Path) -> None:
    words = (*SAME, "tracking=none", f"cache_dir={cache}")
    assert sweep(tmp_path, *words, f"output_dir={tmp_path / 'sweep'}").returncode == 0
    command = [COLD, "-m", "chipbench.train", *words, f"output_dir={tmp_path / 'cold'}"]
    cold = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True)
    assert cold.returncode == 0, cold.stderr
    forked = computed(tmp_path / "sweep" / "jobs" / "000.1")
    assert len(forked["epochs"]) == 2
    assert forked == computed(tmp_path / "cold")


@pytest.mark.parametrize(
    ("launcher", "settings"),
    [
        ("joblib", []),
        ("submitit_local", []),
        ("ray", ["+hydra.launcher.ray.init.include_dashboard=false"]),
    ],
)
def test_jobs_run_where_the_launcher_says(
    launcher: str, settings: list[str], tmp_path: Path
) -> None:
    words = ["entry=export", *MANUAL, "export_time_s=100,200", f"hydra/launcher={launcher}"]
    ended = sweep(tmp_path, *words, *settings)
    assert ended.returncode == 0, ended.stderr
    parent, children = runs_of(tmp_path)
    assert {run.info.status for run in (parent, *children)} == {"FINISHED"}
    assert sorted(run.data.params["export_time_s"] for run in children) == ["100", "200"]
    assert parent.data.params["export_time_s"] == "100,200"


def test_optuna_finds_the_fastest(tmp_path: Path) -> None:
    words = ["entry=export", *MANUAL, "export_time_s=choice(400,200)", "hydra/sweeper=optuna"]
    objective = ["sweep.objective=realtime_factor", "hydra.sweeper.n_trials=3"]
    ended = sweep(tmp_path, *words, *objective, "hydra.sweeper.sampler.seed=1")
    assert ended.returncode == 0, ended.stderr
    parent, children = runs_of(tmp_path)
    assert {run.info.status for run in (parent, *children)} == {"FINISHED"}
    assert len(children) == 3
    assert "export_time_s=200" in parent.data.tags["chipbench.best"]
