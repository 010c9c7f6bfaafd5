"""The doctor: real runs in processes of their own, and its judgement of made-up machines."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from mlflow import MlflowClient
from support.journals import write_journal
from support.machines import INTEL_MAC, LINUX, M1_MAX, TITAN
from support.tracking_server import PASSWORD, USER, TrackingServer, free_port

from chipbench import hardware
from chipbench.checks import conditions, training
from chipbench.checks.check import OK, PROBLEM, WARNING, Check
from chipbench.checks.datasets import datasets_check
from chipbench.checks.diagnosis import verdict
from chipbench.checks.disk import disk_check
from chipbench.checks.machine import machine_check
from chipbench.checks.packages import packages_checks
from chipbench.checks.tracking import journals_check, start_probe, store_check
from chipbench.checks.training import Trial, backend_check, training_check
from chipbench.config.compose import compose_config
from chipbench.data import cifar10
from chipbench.data.dataset_folders import WRITTEN_VERSION, generated_folder
from chipbench.ground.invocation import command
from chipbench.ground.processes import Child, Exit, module_command
from chipbench.hardware.nvidia import driver_version
from chipbench.tracking.journal_writer import JournalWriter
from chipbench.tracking.store import configured_store

PROJECT = Path(__file__).parents[2]
Done = subprocess.CompletedProcess


@pytest.fixture
def environment(made_store: Path) -> dict[str, str]:
    return os.environ | {"MLFLOW_TRACKING_URI": f"sqlite:///{made_store}"}


@pytest.fixture
def broken_tensorflow(tmp_path: Path, cold: None, environment: dict[str, str]) -> Iterator[Path]:
    """A `tensorflow` that is imported in place of the real one; write what it shall do."""
    package = tmp_path / "broken" / "tensorflow"
    package.mkdir(parents=True)
    paths = [str(package.parent), str(PROJECT / "src")]
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    yield package / "__init__.py"


def run_doctor(environment: Mapping[str, str], folder: Path, *words: str) -> Done:
    return subprocess.run(
        [sys.executable, "-m", "chipbench.doctor", *words],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def checks_of(done: Done) -> dict[str, Check]:
    said = json.loads(done.stdout)
    assert set(said) == {"checks", "ok"}
    assert said["ok"] == (done.returncode == 0)
    return {check["name"]: Check(**check) for check in said["checks"]}


def test_a_machine_that_can_is_told_so_and_nothing_is_left_behind(
    environment: dict[str, str], tmp_path: Path
) -> None:
    done = run_doctor(environment, tmp_path, "--json")
    assert done.returncode == 0, done.stdout
    checks = checks_of(done)
    assert checks["TensorFlow"].found.startswith("TensorFlow 2.")
    assert "on the CPU" in checks["training"].found
    assert "libx264 (software)" in checks["encoders"].found
    assert all((check.status == OK) == (check.remedy is None) for check in checks.values())
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow.db"], "which was there before"


def test_the_table_shows_every_check_and_a_store_that_is_away_with_its_remedy(
    environment: dict[str, str], broken_tensorflow: Path, tmp_path: Path
) -> None:
    broken_tensorflow.write_text("raise ImportError")
    environment["MLFLOW_TRACKING_URI"] = f"http://127.0.0.1:{free_port()}"
    environment["COLUMNS"] = "300"
    done = run_doctor(environment, tmp_path)
    assert done.returncode == 1
    assert "the store cannot be reached: Connection refused" in done.stdout
    assert "→ check that it runs" in done.stdout
    assert "the main job cannot run here yet: TensorFlow, training, tracking store" in done.stdout
    for name in ("machine", "TensorFlow", "training", "power", "memory", "data sets", "encoders"):
        assert f" {name} " in done.stdout


@pytest.mark.parametrize(("password", "status"), [("a wrong one", PROBLEM), (PASSWORD, OK)])
def test_a_server_with_a_login_is_asked(
    password: str,
    status: str,
    login_server: TrackingServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", USER)
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", password)
    config = compose_config("doctor", ["tracking=server", f"tracking.uri={login_server.uri}"])
    store = configured_store(config.tracking, tmp_path)
    assert store is not None
    probe = start_probe(store, "chipbench")
    assert probe is not None
    with probe:
        check = store_check(store, probe.ended())
    assert check.status == status
    assert password not in str(check)
    if status == PROBLEM:
        assert "refuses the login" in check.found
        assert "MLFLOW_TRACKING_PASSWORD" in str(check.remedy)


def test_mlflow_run_leaves_a_labelled_finished_run(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mlflow", "run", str(PROJECT), "--env-manager", "local"]
        + ["-e", "doctor", "-P", "json=true"],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert checks_of(done)["tracking store"].status == OK
    (run,) = MlflowClient(environment["MLFLOW_TRACKING_URI"]).search_runs(["0"])
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "doctor" and run.data.tags["chipbench.kind"] == "empty"
    assert not {"mlflow.user", "mlflow.source.name"} & set(run.data.tags)


@pytest.mark.parametrize(
    ("behaviour", "timeout_s", "found"),
    [
        ("import os; os.abort()", 60, "killed by signal 6 (SIGABRT)"),
        ("import time; time.sleep(600)", 5, "no result within 5 s"),
        ("raise ImportError('a symbol is missing')", 60, "a symbol is missing"),
    ],
)
def test_a_plug_in_that_breaks_tensorflow_is_a_problem_and_the_rest_is_told(
    behaviour: str,
    timeout_s: int,
    found: str,
    environment: dict[str, str],
    broken_tensorflow: Path,
    tmp_path: Path,
) -> None:
    broken_tensorflow.write_text(behaviour)
    words = ["--json", f"training_timeout_s={timeout_s}", "tracking=none"]
    done = run_doctor(environment, tmp_path, *words)
    checks = checks_of(done)
    assert done.returncode == 1
    assert checks["TensorFlow"].status == PROBLEM
    assert found in checks["TensorFlow"].found
    assert checks["encoders"].status == OK


def test_a_process_that_aborts_while_it_trains_keeps_what_it_said(tmp_path: Path) -> None:
    (tmp_path / "aborting.py").write_text(
        "import os\nprint('{\"gpus\": 1}', flush=True)\nos.abort()\n"
    )
    with Child(module_command("aborting"), timeout_s=120, folder=tmp_path) as process:
        trial = training.read_trial(process.ended())
    assert (trial.started, trial.gpus) == (True, 1)
    assert backend_check(TITAN, "tensorflow", "auto", trial).status == OK
    found = training_check(trial)
    assert found.status == PROBLEM
    assert "SIGABRT" in found.found and "machine.accelerator=cpu" in str(found.remedy)


def test_no_process_is_left_when_its_block_ends(tmp_path: Path) -> None:
    (tmp_path / "sleeping.py").write_text("import time\ntime.sleep(600)\n")
    with Child(module_command("sleeping"), timeout_s=120, folder=tmp_path) as process:
        pid = process.process.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


RIGHT = {"cpu": (0.3, 0.91)}


@pytest.mark.parametrize(
    ("gpus", "results", "failure", "status", "said"),
    [
        (0, RIGHT, None, OK, "91% on the CPU"),
        (1, RIGHT | {"gpu": (0.3, 0.89)}, None, OK, "89% on the GPU, 91% on the CPU"),
        (0, {"cpu": (2.3, 0.1)}, None, PROBLEM, "learned nothing"),
        (1, RIGHT | {"gpu": (2.3, 0.1)}, None, PROBLEM, "on the GPU: it learned nothing"),
        (1, RIGHT | {"gpu": (0.7, 0.75)}, None, PROBLEM, "75% of the digits are right, and 91%"),
        (1, RIGHT | {"gpu": (float("nan"), 0.9)}, None, PROBLEM, "the loss on the GPU is nan"),
        (1, RIGHT, None, PROBLEM, "no result"),
        (0, {}, "no result within 9 s", PROBLEM, "no result within 9 s"),
    ],
)
def test_the_training_is_held_against_chance_and_the_cpu(
    gpus: int,
    results: dict[str, tuple[float, float]],
    failure: str | None,
    status: str,
    said: str,
) -> None:
    check = training_check(Trial(True, gpus, results, failure))
    assert check.status == status
    assert said in check.found
    assert (check.remedy is None) == (status == OK)


def test_a_gpu_that_only_adam_is_wrong_on_is_a_warning() -> None:
    wrong = Trial(True, 1, RIGHT | {"gpu": (2.3, 0.1)}, None)
    right = Trial(True, 1, RIGHT | {"gpu": (0.3, 0.9)}, None)
    check = training_check(wrong, right)
    assert check.status == WARNING
    assert "optimizer=sgd" in str(check.remedy)
    assert training_check(wrong, wrong).status == PROBLEM


def test_a_plug_in_of_another_tensorflow_is_told_before_anything_is_imported() -> None:
    versions = {"tensorflow-metal": "1.2.0", "tensorflow": "2.20.0"}
    machine = replace(M1_MAX, versions=versions)
    check = backend_check(machine, "tensorflow", "auto", None)
    assert check.status == PROBLEM
    assert "tensorflow-metal 1.2.0" in check.found
    assert "tensorflow>=2.18.1,<2.20" in str(check.remedy)
    assert training_check(None).status == PROBLEM


@pytest.mark.parametrize(
    ("machine", "versions", "said"),
    [
        (M1_MAX, {"tensorflow": "2.19.1"}, "TensorFlow 2.19.1 on Apple M1 Max"),
        (
            INTEL_MAC,
            {"tensorflow-macos": "2.12.0", "tensorflow-metal": "0.8.0"},
            "TensorFlow 2.12.0 (tensorflow-macos, tensorflow-metal 0.8.0) on AMD Radeon Pro 5500M",
        ),
    ],
)
def test_the_packages_behind_tensorflow_are_named(
    machine: hardware.Machine, versions: dict[str, str], said: str
) -> None:
    trial = Trial(True, 1, RIGHT | {"gpu": (0.3, 0.9)}, None)
    check = backend_check(replace(machine, versions=versions), "tensorflow", "auto", trial)
    assert (check.status, check.found) == (OK, said)


@pytest.mark.parametrize("absent", ["tensorflow", "torch"])
def test_a_framework_that_is_not_installed_is_told_with_those_that_are(
    absent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "find_spec", lambda name: None)
    check = backend_check(replace(LINUX, versions={"jax": "0.12.0"}), absent, "auto", None)
    assert (check.status, check.found) == (PROBLEM, f"{absent} is not installed")
    assert check.remedy == f"`pip install 'chipbench[{absent}]'`, or say backend=jax"


def test_a_plug_in_that_is_not_apples_is_a_warning() -> None:
    versions = {"tensorflow": "2.20.0", "tensorflow-metal-plugin": "0.4.1"}
    checks = packages_checks(replace(M1_MAX, versions=versions), "tensorflow", "auto")
    (check,) = [check for check in checks if check.name == "plug-in"]
    assert check.status == WARNING and "backend=torch" in str(check.remedy)


@pytest.mark.parametrize(
    ("machine", "remedy"), [(TITAN, "chipbench[cuda]"), (M1_MAX, "tensorflow-metal==1.2.0")]
)
def test_a_gpu_that_tensorflow_does_not_see_is_a_problem(
    machine: hardware.Machine, remedy: str
) -> None:
    trial = Trial(True, 0, RIGHT, None)
    check = backend_check(machine, "tensorflow", "auto", trial)
    assert check.status == PROBLEM
    assert remedy in str(check.remedy)
    assert backend_check(machine, "tensorflow", "cpu", trial).status == OK


@pytest.mark.parametrize(
    ("packages", "said"),
    [
        ({"macmon": "0.1"}, "macmon is installed, another one"),
        ({"macmon": "0.1", "macmon-lib": "0.7.2"}, "installed beside macmon-lib"),
        ({}, "no macmon-lib"),
        ({"macmon-lib": "0.7.2"}, None),
    ],
)
def test_the_two_macmon_packages(packages: dict[str, str], said: str | None) -> None:
    found = hardware.sensor_mismatch(replace(M1_MAX, versions=packages))
    assert found is None if said is None else said in str(found)
    assert hardware.sensor_mismatch(replace(INTEL_MAC, versions=packages)) is None


@pytest.mark.parametrize(
    ("metadata", "protobuf", "breaks"),
    [("1.21.0", "5.29.6", True), ("1.17.3", "5.29.6", False), ("1.21.0", "6.31.1", False)],
)
def test_the_metadata_that_needs_another_protobuf(
    metadata: str, protobuf: str, breaks: bool
) -> None:
    packages = {"tensorflow-datasets": "4.9.10", "tensorflow-metadata": metadata}
    machine = replace(LINUX, versions=packages | {"protobuf": protobuf})
    found = hardware.metadata_mismatch(machine)
    assert (found is not None) == breaks
    if found:
        assert "tensorflow-metadata>=1.13,<1.18" in str(found.remedy)


def test_cuda_libraries_that_are_missing_beside_a_driver(tmp_path: Path) -> None:
    file = tmp_path / "version"
    assert driver_version(file) is None
    file.write_text("NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5\n")
    assert driver_version(file) == "550.54.15"
    assert "chipbench[cuda]" in str(hardware.cuda_mismatch(TITAN, None, ["libcudnn.so.9"]))
    assert "nvidia-smi" in str(hardware.cuda_mismatch(LINUX, "550.54.15", []))
    assert hardware.cuda_mismatch(TITAN, "550.54.15", []) is None
    assert hardware.cuda_mismatch(LINUX, None, ["libcudnn.so.9"]) is None


@pytest.mark.parametrize(
    ("backend", "found"), [("tensorflow", ["CUDA"]), ("torch", []), ("jax", [])]
)
def test_cuda_libraries_are_missing_to_tensorflow_alone(
    backend: str, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a machine with PyTorch, whose wheels have their own."""
    monkeypatch.setattr(hardware, "missing_cuda_libraries", lambda: ("libcudnn.so.9",))
    assert [check.name for check in packages_checks(TITAN, backend, "auto")] == found


def test_conditions_that_slow_a_machine_are_warnings_with_a_remedy() -> None:
    laptop = replace(LINUX, power_source="battery", cpu_governor="powersave")
    checks = [
        conditions.power_check(laptop),
        conditions.governor_check(laptop),
        conditions.load_check(hardware.Load(40.0, None)),
        conditions.memory_check(3000),
        conditions.open_files_check(256),
    ]
    assert all(check.status == WARNING and check.remedy for check in checks)
    idle = replace(LINUX, power_source="mains", cpu_governor="performance")
    checks = [
        conditions.power_check(idle),
        conditions.governor_check(idle),
        conditions.governor_check(LINUX),
        conditions.load_check(hardware.Load(2.0, 0.0)),
        conditions.memory_check(9000),
        conditions.open_files_check(None),
    ]
    assert all(check.status == OK and check.remedy is None for check in checks)
    assert conditions.memory_check(1000).status == PROBLEM


def test_a_claimed_machine_that_this_is_not_is_a_problem() -> None:
    config = compose_config("doctor", ["machine=m1_max_mbp_14_2021"]).machine
    assert machine_check(LINUX, config).status == PROBLEM
    config.force = True
    assert machine_check(replace(LINUX, versions={"python": "3.11.7"}), config).status == OK


def test_a_folder_that_cannot_be_made_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    check = disk_check("cache folder", tmp_path / "file" / "cache", "cache_dir")
    assert check.status == PROBLEM and "cache_dir=<folder>" in str(check.remedy)
    assert disk_check("cache folder", tmp_path / "new" / "cache", "cache_dir").status == OK


def test_prepared_data_sets_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    assert "at first use, generated or downloaded: cifar10" in datasets_check(tmp_path).found
    folder = generated_folder(cifar10.ENTRY, 50_000, 10_000, tmp_path)
    (folder / "cifar10" / WRITTEN_VERSION).mkdir(parents=True)
    published = tmp_path / "tfds" / "food101" / "2.0.0"
    published.mkdir(parents=True)
    (published / "dataset_info.json").touch()
    found = datasets_check(tmp_path).found
    assert "cifar10 (generated in " in found
    assert f"food101 (published in {published})" in found


def test_runs_that_wait_are_counted_and_one_that_goes_on_is_not(tmp_path: Path) -> None:
    assert journals_check(tmp_path / "absent").status == OK
    write_journal(tmp_path / "one")
    write_journal(tmp_path / "deep" / "two")
    (tmp_path / "three").mkdir()
    running = JournalWriter(tmp_path / "three")
    check = journals_check(tmp_path)
    running.close()
    assert check.status == WARNING
    assert "2 runs wait" in check.found
    assert f"chipbench.sync journals={tmp_path}" in str(check.remedy)


def test_the_probes_failure_is_told_without_an_answer() -> None:
    from chipbench.checks.tracking import store_check
    from chipbench.tracking.store import Store

    store = Store("http://user:secret-word@example.org", Path(), 5, 60)
    check = store_check(store, Exit(None, 30.0, limit_s=30))
    assert check.status == PROBLEM
    assert check.found == "http://example.org: no result within 30 s"


def test_the_verdict_names_what_stops_the_main_job() -> None:
    fine, noted = Check("a", OK, ""), Check("b", WARNING, "", "c")
    assert verdict([fine]) == f"this machine can run the main job, `{command('train')}`"
    assert verdict([fine, noted]).endswith("mind b")
    assert "cannot run here yet: d" in verdict([noted, Check("d", PROBLEM, "", "e")])
