"""`--help` of every entry point, and what a misspelt word is answered with."""

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from omegaconf import DictConfig
from support.process_fixtures import COLD

from chipbench.config import compose as compose_module
from chipbench.config.compose import compose_config
from chipbench.config.help import usage
from chipbench.config.options import CONF_DIR
from chipbench.config.overrides import command_line, parse
from chipbench.ground.errors import ConfigurationError
from chipbench.ground.invocation import as_here
from chipbench.running.command import _run

ENTRIES = [
    "train",
    "export",
    "createml",
    "forest",
    "limits",
    "sweep",
    "suite",
    "compare",
    "reference",
    "sync",
    "doctor",
]
#: Runs each module as `python -m` does, and says how it ended, what it printed, and which heavy
#: libraries are imported by then.
HELP = """
import contextlib, io, json, runpy, sys
heavy = {"tensorflow", "keras", "mlflow", "matplotlib"}
for entry in sys.argv[1:]:
    sys.argv = [f"chipbench.{entry}", "--help"]
    code, out = None, io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        except SystemExit as end:
            code = end.code
    found = {"code": code, "text": out.getvalue(), "heavy": sorted(heavy & set(sys.modules))}
    print(json.dumps({"entry": entry} | found))
"""


@pytest.fixture(scope="module")
def helps() -> dict[str, Any]:
    """What `--help` of each entry point does, in one process that only these have."""
    done = subprocess.run([COLD, "-c", HELP, *ENTRIES], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return {said.pop("entry"): said for said in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("entry", ENTRIES)
def test_help_shows_every_key_and_imports_nothing_heavy(entry: str, helps: dict[str, Any]) -> None:
    said = helps[entry]
    assert (said["code"], said["heavy"]) == (0, [])
    keys = [key for key in compose_config(entry, []) if key != "hydra"]
    for key in map(str, keys):
        assert re.search(rf"^  {key}(:|=| +)", said["text"], re.M), key
    assert "Exit codes\n  0 done\n  1 " in said["text"]
    assert "130 interrupted" in said["text"]


@pytest.mark.parametrize("entry", ENTRIES)
def test_the_example_of_the_help_is_a_command_that_works(entry: str) -> None:
    text = (CONF_DIR / f"{entry}.yaml").read_text()
    examples = [line for line in text.splitlines() if line.startswith("# Example: ")]
    assert len(examples) == 1
    words = shlex.split(examples[0])
    assert (words[words.index("-e") + 1] if "-e" in words else "train") == entry
    pairs = [word for i, w in enumerate(words) if w == "-P" for word in ("-P", words[i + 1])]
    own = [o for o in command_line(pairs).arguments if entry != "sweep" or o.startswith("sweep.")]
    compose_config(entry, [o for o in own if "=" in o])


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_own_setting_is_described(entry: str) -> None:
    _, _, text = (CONF_DIR / f"{entry}.yaml").read_text().partition("_self_")
    settings = text.partition("\nhydra:")[0].splitlines()
    commented = [line for line in settings if re.match(r"\w+:", line) and "#" not in line]
    sections = {line for line in commented if line.endswith(":")}
    assert set(commented) == sections


def test_help_shows_the_files_as_they_stand() -> None:
    text = usage(CONF_DIR, "train", ["dataset=digits"])
    assert "dataset=digits (conf/dataset/digits.yaml)" in text
    for line in (CONF_DIR / "dataset" / "digits.yaml").read_text().splitlines():
        assert as_here(f"  {line}".rstrip()) in text
    assert "  batch_size: 32 # images per step" in text
    assert "job_logging" not in text and "hydra/folder" not in text


def test_help_shows_what_a_config_builds_on() -> None:
    text = usage(CONF_DIR, "createml", [])
    assert "  batch_size: 32 # images per step" in text
    assert "dataset=food101_10pct (conf/dataset/food101_10pct.yaml)" in text


@pytest.mark.parametrize(
    "words", [["optimizer=sgd"], ["batch_size=1,2"], ["--cfg", "job"], ["repeats=3"]]
)
def test_help_comes_first_whatever_else_is_said(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("train", lambda config: None, ["--help", *words]) == 0
    assert "Exit codes" in capsys.readouterr().out


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
        ("forest", ["search.candidate=3"], "nearest: search.candidates"),
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
        ("sweep", ["--help", "sweep.repeat=3"], "nearest: sweep.repeats"),
        ("doctor", ["--help", "jsn=true"], "nearest: json"),
        ("train", ["--cgf", "job"], "unknown cgf; keys of this entry: backend, batch_size"),
    ],
)
def test_a_misspelt_word_is_answered_with_the_nearest(
    entry: str, words: list[str], said: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        _run(entry, lambda config: None, words)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--config-dir", "/tmp"], "--config-dir: the configuration is that of conf/ alone"),
        (["-cd", "/tmp", "epochs=1"], "add a file there"),
        (["--help", "--config-dir=/tmp"], "--config-dir: "),
        (["--config-name", "x"], "--config-name: "),
        (["-sc", "install=bash"], "-sc: the words of a shell are not completed; --help lists"),
        (["--experimental-rerun", "x.pickle"], "a run is not repeated from a file"),
        (["--help", "batchsize=3"], "unknown batchsize (nearest: batch_size)"),
        (["--help", "batchsize=3,4"], "unknown batchsize (nearest: batch_size)"),
        (["--help", "batch_size=x"], "batch_size=x: must be a whole number"),
        (["--help", "~optimizer"], "~optimizer: the benchmark needs this key"),
        (["--help", "+a=1"], "unknown a; keys of this entry: backend, batch_size"),
        (["--cfg", "job", "-p", "nonsense"], "--package nonsense: the configuration has no such"),
        (["--cfg", "job", "-p", "optimiser"], "(nearest: optimizer)"),
        (["--cfg", "all", "-p", "hydra.nonsense"], "--package hydra.nonsense: "),
        (["--cfg", "job", "-p", "hydra.run"], "--package hydra.run: "),
        (["--cfg", "nonsense"], "--cfg nonsense: must be one of job, hydra, all"),
        (["--info", "nonsense"], "must be one of all, config, defaults"),
        (["--cfg=job"], "write --cfg job"),
        (["--cfg", "job", "-m", "batch_size=1,2"], "one at a time"),
        (["--resolve"], "--resolve: goes with --cfg job alone"),
        (["-p", "optimizer"], "--package: goes with --cfg job alone"),
        (["--package"], "--package needs a value"),
        (["--cfg", "job", "modle=x"], "nearest: model"),
        (["--cfg", "job", "batch_size=x"], "batch_size=x: must be a whole number"),
        (["~optimizer"], "~optimizer: the benchmark needs this key"),
        (["hydra.output_subdir=.hydra"], "hydra.output_subdir: has no effect on a run"),
        (["hydra.verbose=true"], "verbose=true shows what the libraries say"),
        (["+hydra.job.name=x"], "hydra.job.name: has no effect on a run"),
        (["hydra/folder=none"], "hydra/folder: has no effect on a run"),
        (["hydra/launcher=joblib"], "hydra/launcher: has no effect on a run"),
    ],
)
def test_every_word_of_hydra_works_or_is_refused_in_one_line(words: list[str], said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        _run("train", lambda config: None, words)
    assert said in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize(
    "words",
    [
        ["--cfg", "job", "--resolve"],
        ["--cfg", "job", "-p", "_global_"],
        ["--cfg", "hydra", "-p", "hydra.run"],
        ["--info", "searchpath"],
    ],
)
def test_hydras_prints_are_printed(
    entry: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(entry, lambda config: None, words) == 0
    assert capsys.readouterr().out


def test_a_run_composes_once_and_reads_each_override_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    composed: list[str] = []
    original = compose_module.compose
    monkeypatch.setattr(
        compose_module, "compose", lambda *a, **k: composed.append(a[0]) or original(*a, **k)
    )
    parse.cache_clear()
    words = ["batch_size=64", "tracking=none", f"hydra.run.dir={tmp_path / 'run'}"]
    seen: list[DictConfig] = []
    assert _run("train", lambda config: seen.append(config), words) == 0
    assert composed == ["train"]
    assert parse.cache_info().misses == 3
    assert (seen[0].batch_size, seen[0].output_dir) == (64, str(tmp_path / "run"))
