import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
import tree_sitter_swift
from omegaconf import DictConfig
from support.recorded_runs import recorded
from tree_sitter import Language, Parser

from chipbench import data, hardware
from chipbench.backends.tensorflow import feed
from chipbench.backends.tensorflow.augmentation import augmentation
from chipbench.backends.tensorflow.split_reading import images_of
from chipbench.comparison.run_consistency import contradicts_itself
from chipbench.config.compose import compose_config
from chipbench.config.recorded_params import recorded_params
from chipbench.createml import createml
from chipbench.ground.errors import UnsupportedBenchmark
from chipbench.measure.fingerprint import fingerprint
from chipbench.published.published_runs import published_runs
from chipbench.reference import complete
from chipbench.workloads.createml.swift_program import ProgramFailed, Training, run_program
from chipbench.workloads.createml.trainer import swift_program

NAMES = ("crop", "rotation", "blur", "exposure", "noise", "flip")
Composed = Callable[..., DictConfig]

# Speaks the protocol as createml.swift does, and checks what it was given to read.
FAKE = """
import json, pathlib, sys, time
train, test, session, model, iterations, revision, interval, augmentations = sys.argv[1:]
def say(event, **fields):
    print(json.dumps({"chipbench": 1, "event": event} | fields), flush=True)
images = list(pathlib.Path(train).glob("*/*.jpeg"))
assert len(images) == 101 and list(pathlib.Path(test).glob("*/*.jpeg")), images
resumed = any(pathlib.Path(session).iterdir())
pathlib.Path(session, "checkpoint").touch()
say("started", revision=int(revision), resumed=resumed)
print("CreateML says something of its own")
say("progress", phase="extractingFeatures", done=50, total=101, elapsed_s=2.0)
say("progress", phase="training", done=0, total=int(iterations), elapsed_s=4.0)
BEHAVIOUR
say("progress", phase="training", done=int(iterations), total=int(iterations), elapsed_s=9.0)
pathlib.Path(model).write_bytes(b"model")
say("done", total_time_s=10.0, training_error=0.1, validation_error=0.2, test_error=0.3)
"""


@pytest.fixture
def compose_createml(tmp_path: Path, cache: Path) -> Composed:
    def composed(*overrides: str) -> DictConfig:
        places = [f"output_dir={tmp_path / 'run'}", f"cache_dir={cache}", "tracking=none"]
        return compose_config("createml", [*places, *overrides])

    return composed


@pytest.fixture
def on_a_mac(
    compose_createml: Composed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cache: Path
) -> Callable[[str], Any]:
    """Runs the CreateML engine with the fake program, which behaves as told on its way."""

    def run(behaviour: str = "", *overrides: str) -> Any:
        source = tmp_path / "fake.py"
        source.write_text(FAKE.replace("BEHAVIOUR", behaviour))

        def compile_program(program: Path) -> None:
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{source}" "$@"\n')
            program.chmod(0o755)

        for program in (cache / "createml").glob("createml-*"):
            program.unlink()
        monkeypatch.setattr(swift_program, "require_macos", lambda: None)
        monkeypatch.setattr(swift_program, "compile_program", compile_program)
        words = ["createml.engine=createml", "dataset.source=generated", "epochs=5"]
        return createml(compose_createml(*words, "dataset.max_examples=101", *overrides))

    return run


def test_createml_is_timed_by_its_own_account(on_a_mac: Any, tmp_path: Path) -> None:
    result = on_a_mac()
    assert result.metrics["total_time_s"] == 10.0
    assert result.metrics["feature_extraction_time_s"] == 4.0
    assert result.metrics["iteration_time_s"] == 1.0
    assert result.metrics["time_per_epoch_s"] == 2.0
    assert result.metrics["compile_time_s"] > 0
    errors = [result.metrics[f"{part}_error"] for part in ("training", "validation", "test")]
    assert errors == [0.1, 0.2, 0.3]
    assert result.benchmark == "createml_food101_10pct"
    assert result.tags["engine"] == "createml" and "stand_in" not in result.tags
    assert result.tags["feature_extractor"] == "scenePrint, revision 2"
    assert (tmp_path / "run" / "classifier.mlmodel").read_bytes() == b"model"


def test_the_programs_own_error_is_the_reason(on_a_mac: Any) -> None:
    with pytest.raises(ProgramFailed, match="CreateML: no images"):
        on_a_mac('say("error", message="no images"); sys.exit(1)')


def test_an_interrupted_training_is_resumed_and_has_no_total_time(
    on_a_mac: Any, tmp_path: Path
) -> None:
    with pytest.raises(ProgramFailed, match="killed by signal 9"):
        on_a_mac("import os; os.kill(os.getpid(), 9)", f"output_dir={tmp_path / 'first'}")
    resumed = on_a_mac()
    assert resumed.tags["resumed"].startswith("from a checkpoint")
    assert "total_time_s" not in resumed.metrics and resumed.metrics["test_error"] == 0.3
    again = on_a_mac("", f"output_dir={tmp_path / 'again'}")
    assert again.metrics["total_time_s"] == 10.0


def test_a_checkpoint_that_is_damaged_begins_anew(
    on_a_mac: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ProgramFailed, match="killed by signal 9"):
        on_a_mac("import os; os.kill(os.getpid(), 9)", f"output_dir={tmp_path / 'first'}")
    refuses = 'if resumed: say("error", message="the checkpoint cannot be read"); sys.exit(1)'
    result = on_a_mac(refuses)
    assert "resumed" not in result.tags and result.metrics["total_time_s"] == 10.0
    assert "checkpoint cannot be read): it begins anew" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("program", "stall_timeout_s", "said"),
    [
        ("print('Killed: 9'); raise SystemExit(3)", 60, "ended with code 3 .* Killed: 9"),
        ("print('no line of ours')", 60, "ended with code 0 and gave no result"),
        ('print(\'{"chipbench": 1, "event": "done", "total\')', 60, "gave no result"),
        ('print(\'{"chipbench": 2, "event": "started"}\')', 60, "version 2 of the protocol"),
        ("import os; os.abort()", 60, "killed by signal 6"),
        ("import time; time.sleep(600)", 0.5, "said nothing for 0.5 s"),
    ],
)
def test_a_program_without_a_result_fails_with_its_last_words(
    program: str, stall_timeout_s: float, said: str
) -> None:
    with pytest.raises(ProgramFailed, match=said):
        run_program([sys.executable, "-c", program], lambda message: None, stall_timeout_s)


def test_only_lines_of_the_protocol_are_taken() -> None:
    lines = ["garbage", "[1]", "1", "{}", json.dumps({"chipbench": 1, "event": "done"}), "\xff"]
    taken: list[Any] = []
    code = f"import sys; sys.stdout.write({chr(10).join(lines)!r})"
    run_program([sys.executable, "-c", code], taken.append, 30)
    assert taken == [{"chipbench": 1, "event": "done"}]


def test_the_command_lines() -> None:
    training = Training(Path("a"), Path("b"), Path("s"), Path("m"), 25, 2, 5, NAMES)
    command = swift_program.run_command(Path("p"), training)
    assert command == ["p", "a", "b", "s", "m", "25", "2", "5", ",".join(NAMES)]
    none = Training(Path("a"), Path("b"), Path("s"), Path("m"), 25, 2, 5, ())
    assert swift_program.run_command(Path("p"), none)[-1] == "none"
    compiling = swift_program.compile_command(Path("p"))
    assert compiling == ["xcrun", "swiftc", "-O", str(swift_program.SOURCE), "-o", "p"]


def test_the_swift_program_has_no_syntax_error() -> None:
    parser = Parser(Language(tree_sitter_swift.language()))
    source = swift_program.SOURCE.read_bytes()
    assert not parser.parse(source).root_node.has_error
    assert parser.parse(source.replace(b"{", b"", 1)).root_node.has_error


@pytest.mark.parametrize(
    ("release", "xcrun", "remedy"),
    [
        (None, None, "use createml.engine=keras"),
        ("10.15.7", "/usr/bin/true", "needs macOS 11"),
        ("14.1", None, "xcode-select --install"),
    ],
)
def test_a_machine_that_cannot_says_what_to_do(
    release: str | None, xcrun: str | None, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "macos_release", lambda: release)
    monkeypatch.setattr(swift_program.shutil, "which", lambda name: xcrun)
    with pytest.raises(UnsupportedBenchmark, match=remedy):
        swift_program.require_macos()


def test_the_stand_in_is_a_training_and_never_called_createml(
    compose_createml: Composed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "_RATE_S", 0.2)
    config = compose_createml(
        "createml.engine=keras", "dataset=digits", "model=tiny_vgg", "epochs=2", "seed=1",
        "dataset.max_examples=160", "save_model=false",
    )  # fmt: skip
    result = createml(config)
    assert result.fingerprint and not contradicts_itself(recorded(result, config))
    assert result.benchmark == "keras_stand_in_digits"
    assert result.tags["stand_in"] == "for CreateML"
    assert result.metrics["input_images_per_second_unaugmented"] > 0
    assert result.metrics["input_images_per_second"] > 0
    assert result.metrics["total_time_s"] > 0
    assert {"augmented.png", "epochs.csv"} <= {p.name for p in (tmp_path / "run").iterdir()}


@pytest.mark.parametrize("only", NAMES)
def test_each_augmentation_changes_images_by_itself(only: str) -> None:
    images = tf.random.stateless_uniform((4, 32, 32, 3), (1, 2)) * 255
    switches = dict.fromkeys(NAMES, False)
    off = augmentation(switches, 32, seed=1)(images)
    np.testing.assert_array_equal(off, images)
    on = augmentation(switches | {only: True}, 32, seed=1)(images).numpy()
    assert on.shape == images.shape and on.min() >= 0 and on.max() <= 255
    assert np.abs(on - images).mean() > 1


def test_folders_hold_the_data_sets_own_bytes(cache: Path) -> None:
    words = ["dataset=food101_10pct", "dataset.source=generated", "dataset.max_examples=101"]
    config = compose_config("train", [*words, "output_dir=none"])
    folder = data.write_folders(config.dataset, cache)
    paths = sorted(folder.glob("train/*/*.jpeg"), key=lambda path: path.name)
    assert len(paths) == 101 and len(list(folder.glob("test/*/*.jpeg"))) == 34
    loaded = data.load(config.dataset, cache)
    for path, (image, label) in zip(
        paths[:3], images_of(loaded.train).as_numpy_iterator(), strict=False
    ):
        np.testing.assert_array_equal(tf.io.decode_jpeg(path.read_bytes()), image)
        assert path.parent.name == loaded.class_names[label]


def test_the_articles_training_compares_with_the_published_ones(
    compose_createml: Composed,
) -> None:
    def fingerprint_of(*words: str) -> str:
        config = compose_createml("createml.engine=createml", *words)
        return fingerprint(recorded_params(config), {"train_examples": 7575})

    own = fingerprint_of("experiment=createml_food101")
    published = [complete(run) for run in published_runs() if "createml" in run.key]
    assert len(published) >= 4 and {run.tags["fingerprint"] for run in published} == {own}
    # What Keras alone heeds defines no work of CreateML's.
    assert fingerprint_of("experiment=createml_food101", "batch_size=16", "model=resnet50") == own
    for word in ("augmentation.flip=false", "epochs=24", "createml.feature_extractor_revision=1"):
        assert fingerprint_of("experiment=createml_food101", word) != own
