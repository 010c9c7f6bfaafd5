from pathlib import Path

import pytest
from omegaconf import DictConfig, OmegaConf

from chipbench.backends.trials.optimizer_trial import problem_with
from chipbench.config.compose import compose_config
from chipbench.config.options import option
from chipbench.ground.cache import Answer, kept
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.hardware.machine import Machine
from chipbench.workloads.training import device_trial
from chipbench.workloads.training.device_trial import _CHECK, checked_model, choose
from chipbench.workloads.training.limits import device_use
from chipbench.workloads.training.limits.device_use import Peak, device_peak

BACKEND = "tensorflow"
MACHINE = Machine(
    name="m",
    cpu="c",
    cpu_cores_physical=1,
    cpu_cores_logical=1,
    memory_mib=1,
    os="o",
    architecture="a",
    versions={"tensorflow": "1"},
)


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the trial's process import `faulty_optimizers`."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Verdicts shared by the tests: each trial starts TensorFlow, which takes seconds."""
    return tmp_path_factory.mktemp("cache")


def faulty(name: str, fallback: str | None = "sgd", timeout_s: float = 120) -> DictConfig:
    return OmegaConf.create(
        {
            "name": "adam",
            "fallback": fallback,
            "trial_timeout_s": timeout_s,
            "create": {"_target_": f"support.faulty_optimizers.{name}", "learning_rate": 0.01},
        }
    )


def test_adam_trains_here_and_is_used(cache: Path) -> None:
    choice = choose(option("optimizer", "adam"), BACKEND, MACHINE, "cpu", cache)
    assert (choice.requested, choice.used, choice.reason) == ("adam", "adam", None)
    assert choice.create["_target_"] == "keras.optimizers.Adam"


@pytest.mark.parametrize(
    ("name", "timeout_s", "reason"),
    [
        ("Raising", 120, "no kernel for this op"),
        ("Hanging", 5, "no result within 5 s"),
        ("Killing", 120, "killed by signal 9"),
        ("NotANumber", 120, "not finite"),
        ("NotLearning", 120, "did not fall"),
    ],
)
def test_a_failing_adam_falls_back_to_sgd(
    name: str, timeout_s: float, reason: str, cache: Path
) -> None:
    choice = choose(faulty(name, timeout_s=timeout_s), BACKEND, MACHINE, "cpu", cache)
    assert (choice.requested, choice.used) == ("adam", "sgd")
    assert choice.reason is not None and reason in choice.reason
    assert choice.create["_target_"] == "keras.optimizers.SGD"


@pytest.mark.parametrize(
    ("create", "said"),
    [
        ({"_target_": "keras.optimizers.Adamm"}, "Adamm"),
        ({"_target_": "kerass.optimizers.Adam"}, "No module named 'kerass'"),
        ({"_target_": "keras.optimizers.Adam", "learning_rat": 1}, "learning_rat"),
        ({"_target_": "os.getcwd"}, "that makes a str, and no Keras optimizer"),
    ],
)
def test_an_optimizer_that_cannot_be_made_is_a_mistake_and_no_reason_to_fall_back(
    create: dict[str, object], said: str, cache: Path
) -> None:
    config = {**faulty(""), "create": create}
    with pytest.raises(ConfigurationError) as caught:
        choose(OmegaConf.create(config), BACKEND, MACHINE, "cpu", cache)
    assert said in str(caught.value) and "\n" not in str(caught.value)
    assert str(caught.value).endswith("see `create` in conf/optimizer/adam.yaml")


VERDICT = {"problem": None, "faults": [], "kinds": 3}


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"problem": None},
        {"problem": None, "faults": []},  # nothing was held
        VERDICT | {"problem": 3},
        VERDICT | {"faults": None},
        VERDICT | {"faults": "none"},
        VERDICT | {"faults": [1]},
        VERDICT | {"kinds": "3"},
        VERDICT | {"kinds": -1},
        VERDICT | {"kinds": 10**9},
        VERDICT | {"unchecked": []},
        VERDICT | {"another": 1},
    ],
    ids=str,
)
def test_a_kept_verdict_that_no_trial_gives_is_asked_for_again(
    wrong: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adam, model = option("optimizer", "adam"), {"precision": "float32"}
    trial = {"backend": BACKEND, "create": dict(adam.create), "device": "cpu"}
    trial |= {"model": model, "check": _CHECK}
    kept(tmp_path / "optimizer_trials", MACHINE.setup, trial, lambda: wrong)
    asked: list[object] = []

    def run_trial(*words: object) -> Answer:
        asked.append(words)
        return VERDICT

    monkeypatch.setattr(device_trial, "run_trial", run_trial)
    choice = choose(adam, BACKEND, MACHINE, "cpu", tmp_path, model)
    assert choice.device_check == "passed: 3 kinds of layers against NumPy"
    assert choose(adam, BACKEND, MACHINE, "cpu", tmp_path, model) == choice
    assert len(asked) == 1


PEAK = {"tflops": 0.1, "gigabytes_per_s": 5.0, "processor_share": 0.99}


def test_a_trial_measures_the_peak_besides_where_none_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adam = option("optimizer", "adam")
    asked: list[Answer] = []

    def run_trial(module: str, trial: Answer, timeout_s: float) -> Answer:
        asked.append(trial)
        return VERDICT | ({"peak": PEAK} if "peak" in trial else {})

    monkeypatch.setattr(device_trial, "run_trial", run_trial)
    for build in ("one", "another"):
        model = {"precision": "mixed_bfloat16", "build": build}
        said = choose(adam, BACKEND, MACHINE, "gpu", tmp_path, model).device_check
        assert said == "passed: 3 kinds of layers against NumPy"
        assert choose(adam, BACKEND, MACHINE, "gpu", tmp_path, model).device_check == said
    assert [trial.get("peak") for trial in asked] == ["bfloat16", None]
    known = device_peak(MACHINE, BACKEND, "gpu", "bfloat16", tmp_path)
    assert known == Peak(0.1, 5.0)


def test_one_process_checks_the_device_and_measures_its_peak(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_use, "_UNDISTURBED", 0.0)  # whatever else this machine does
    config = compose_config("train", ["dataset=digits", "output_dir=none"])
    model = checked_model(config, classes=10)
    choose(config.optimizer, BACKEND, MACHINE, "cpu", tmp_path, model)
    monkeypatch.setattr(device_use, "run_trial", None)
    peak = device_peak(MACHINE, BACKEND, "cpu", "float32", tmp_path)
    assert peak is not None and 0.001 < peak.tflops < 50


def test_without_a_fallback_the_benchmark_is_unsupported(cache: Path) -> None:
    with pytest.raises(UnsupportedBenchmark, match="machine.accelerator=cpu"):
        choose(faulty("Raising", fallback=None), BACKEND, MACHINE, "cpu", cache)


def test_the_verdict_is_kept_per_device_and_software(cache: Path) -> None:
    choose(faulty("Raising"), BACKEND, MACHINE, "cpu", cache)
    kept = sorted((cache / "optimizer_trials").iterdir())
    stamps = [path.stat().st_mtime_ns for path in kept]
    choose(faulty("Raising"), BACKEND, MACHINE, "cpu", cache)
    assert sorted((cache / "optimizer_trials").iterdir()) == kept
    assert [path.stat().st_mtime_ns for path in kept] == stamps


def test_losses_that_differ_from_the_cpus_are_a_problem() -> None:
    falling = [1.0, 0.5, 0.1]
    assert problem_with(falling, falling, True) is None
    assert "differ" in str(problem_with([1.0, 0.7, 0.1], falling, True))
    assert "not finite" in str(problem_with([1.0, float("nan")], [1.0, 0.5], True))
    assert "weights" in str(problem_with(falling, falling, False))
    assert "did not fall" in str(problem_with([1.0, 0.9], [1.0, 0.9], True))
