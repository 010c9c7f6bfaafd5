"""`--help` of every entry point, and what a misspelt word is answered with."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from chipbench.config.compose import CONF_DIR, compose_config
from chipbench.config.help import usage
from chipbench.config.overrides import hydra_arguments
from chipbench.config.settings import Settings, settings_of
from chipbench.ground.errors import ConfigurationError
from chipbench.running.command import _run

ENTRIES = ["train", "export", "createml", "sweep", "compare", "reference", "sync", "doctor"]
#: Runs the module as `python -m` does, then says which heavy libraries that imported.
HELP = """
import runpy, sys
sys.argv = [sys.argv[1], "--help"]
try:
    runpy.run_module(sys.argv[0], run_name="__main__")
finally:
    heavy = {"tensorflow", "keras", "mlflow", "matplotlib"}
    print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize("entry", ENTRIES)
def test_help_shows_every_key_and_imports_nothing_heavy(entry: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HELP, f"chipbench.{entry}"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == "[]"
    keys = [key for key in compose_config(entry, []) if key != "hydra"]
    for key in map(str, keys):
        assert f"  {key}=" in done.stdout or f"  {key}." in done.stdout, key
    assert "Exit codes\n  0 done\n  1 " in done.stdout
    assert "130 interrupted" in done.stdout


@pytest.mark.parametrize("entry", ENTRIES)
def test_the_example_of_the_help_is_a_command_that_works(entry: str) -> None:
    examples = [line for line in settings_of(CONF_DIR, entry, {}).header if "Example: " in line]
    assert len(examples) == 1
    words = shlex.split(examples[0])
    assert (words[words.index("-e") + 1] if "-e" in words else "train") == entry
    pairs = [word for i, w in enumerate(words) if w == "-P" for word in ("-P", words[i + 1])]
    own = [o for o in hydra_arguments(pairs) if entry != "sweep" or o.startswith("sweep.")]
    compose_config(entry, [o for o in own if "=" in o])


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_own_setting_is_described(entry: str) -> None:
    settings = settings_of(CONF_DIR, entry, {})
    own = {path: key for path, key in settings.keys.items() if not group_of(settings, path)}
    undescribed = [path for path, key in (own | settings.groups).items() if not key.comment]
    assert undescribed == []


def group_of(settings: Settings, path: str) -> bool:
    return path.partition(".")[0] in settings.groups


def test_settings_are_those_that_hydra_composes() -> None:
    found = settings_of(CONF_DIR, "createml", {})
    config = compose_config("createml", ["output_dir=out"])
    assert found.groups["dataset"].default == config.dataset.name == "food101_10pct"
    assert found.keys["epochs"].default == str(config.epochs)
    assert yaml.safe_load(found.keys["dataset.shuffle_buffer"].default) == 1000
    assert "images; 0: not shuffled" in found.keys["dataset.shuffle_buffer"].comment


def test_help_shows_the_chosen_option() -> None:
    text = usage(CONF_DIR, "train", {"dataset": "digits"})
    assert "Settings of dataset=digits" in text
    assert "dataset.source=bundled" in text
    assert "epochs=20" in text


def test_a_comment_needs_no_second_description(tmp_path: Path) -> None:
    (tmp_path / "thing.yaml").write_text(
        "# Does a thing.\n# Example: x\n\ndefaults:\n  - _self_\n\nwait_s: 3 # seconds # of both\n"
        "text: 'a # b' # quoted\nsection: # of two\n  one: 1\n  two: 2 # the other\n"
    )
    keys = settings_of(tmp_path, "thing", {}).keys
    assert {path: (key.default, key.comment) for path, key in keys.items()} == {
        "wait_s": ("3", "seconds # of both"),
        "text": ("'a # b'", "quoted"),
        "section.one": ("1", "of two"),
        "section.two": ("2", "the other"),
    }


@pytest.mark.parametrize(
    ("entry", "words", "said"),
    [
        ("train", ["optimizer.learning_rat=1"], "nearest: optimizer.learning_rate"),
        ("train", ["modle=tiny_vgg"], "nearest: model"),
        ("train", ["-P", "optimizr=adam"], "nearest: optimizer"),
        ("train", ["--optimizr", "adam"], "nearest: optimizer"),
        ("train", ["model=tiny_vg"], "nearest: tiny_vgg"),
        ("export", ["clip.duratoin_s=3"], "nearest: clip.duration_s"),
        ("export", ["codek=h264"], "nearest: codec"),
        ("createml", ["createml.engin=keras"], "nearest: createml.engine"),
        ("createml", ["augmentation.blurr=true"], "nearest: augmentation.blur"),
        ("sweep", ["sweep.repeat=3", "batch_size=1,2"], "nearest: sweep.repeats"),
        ("sweep", ["batchsize=1,2"], "nearest: batch_size"),
        ("sweep", ["entry=exprot"], "nearest: export"),
        ("sweep", ["entry=export", "codek=h264,prores"], "nearest: codec"),
        ("compare", ["basline=x"], "nearest: baseline"),
        ("reference", ["tracking.urii=x"], "nearest: tracking.uri"),
        ("sync", ["journal=x"], "nearest: journals"),
        ("doctor", ["machine.accelerater=cpu"], "nearest: machine.accelerator"),
        ("doctor", ["training_timeout=3"], "nearest: training_timeout_s"),
        ("train", ["--hepl"], "nearest: --help"),
        ("train", ["--cgf", "job"], "unknown cgf; keys of this entry: batch_size"),
    ],
)
def test_a_misspelt_word_is_answered_with_the_nearest(
    entry: str, words: list[str], said: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        _run(entry, lambda config: None, words)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
