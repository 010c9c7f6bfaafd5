"""One list of dependencies that resolves everywhere; entry points that run the checkout's code."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from sysconfig import get_path
from typing import Any

import pytest
import yaml
from filelock import FileLock
from mlflow.utils.conda import _get_conda_env_name
from mlflow.utils.environment import _PythonEnv
from mlflow.utils.virtualenv import _get_virtualenv_name
from support.conda_digest import dependency_digest, recorded_digest, write_digest

PROJECT = Path(__file__).parents[2]
LINUX, LINUX_ARM = "x86_64-manylinux_2_28", "aarch64-manylinux_2_28"
APPLE, INTEL = "aarch64-apple-darwin", "x86_64-apple-darwin"
NO_PLUGIN: Mapping[str, str | None] = {"tensorflow-metal": None}
NO_TENSORFLOW: Mapping[str, str | None] = {"tensorflow": None, "tensorflow-macos": None}
# Pure Python that was never published as a wheel.
SOURCE_ONLY = ("antlr4-python3-runtime", "promise")
#: A user's settings of uv: what the index said holds for some minutes, also where it does not say
#: so itself, and each resolution would ask again for all that the one before it knows.
SETTINGS = """[[index]]
url = "https://pypi.org/simple"
default = true
cache-control = { api = "max-age=600" }
"""
#: From a Python, a platform and extras to uv's exit code and what it said.
Resolve = Callable[[str, str, str], dict[str, Any]]


def uv_compile(
    requirements: str, *options: str, python: str = "3.11", settings: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """What uv says to `requirements`, taking wheels alone, so that no machine has to compile.

    `settings`: a folder in place of the user's own settings.
    """
    sources = [f"--no-binary={name}" for name in SOURCE_ONLY]
    command = [shutil.which("uv") or f"{get_path('scripts')}/uv"]
    command += ["pip", "compile", "--quiet", "--no-header", "--no-annotate", "--only-binary=:all:"]
    in_place = {"XDG_CONFIG_HOME": str(settings)} if settings else {}
    return subprocess.run(
        [*command, *sources, f"--python-version={python}", *options, requirements],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        input="packaging",
        env={**os.environ, **in_place, "MACOSX_DEPLOYMENT_TARGET": "14.0"},
    )


@pytest.fixture(scope="session")
def package_index() -> None:
    """Skip where no package index answers."""
    if os.environ.get("UV_OFFLINE"):
        pytest.skip("UV_OFFLINE is set")
    answer = uv_compile("-", "--refresh")
    if "Failed to fetch" in answer.stderr:
        pytest.skip(f"no package index is reachable: {answer.stderr.splitlines()[-1].strip()}")
    assert answer.returncode == 0, answer.stderr


def copy_environment_files(folder: Path) -> Path:
    for name in ("pyproject.toml", "conda.yaml", "MLproject"):
        shutil.copy(PROJECT / name, folder)
    return folder


def environment_names(folder: Path) -> tuple[str, str]:
    """What MLflow calls the environment in `folder`: for uv and virtualenv, and for conda."""
    conda = folder / "conda.yaml"
    # MLflow's own names, which it has no public way to ask for, are untyped.
    python_env = _PythonEnv.from_conda_yaml(conda)  # type: ignore[no-untyped-call]
    virtualenv = _get_virtualenv_name(python_env, folder)  # type: ignore[no-untyped-call]
    return virtualenv, _get_conda_env_name(conda)  # type: ignore[no-untyped-call]


TENSORFLOW: Mapping[str, str | None] = {"tensorflow": "2.21.", **NO_PLUGIN}
METAL: Mapping[str, str | None] = {"tensorflow": "2.19.", "tensorflow-metal": "1.2.0"}
#: What each machine gets: Python, platform and extras → releases; None is not there at all.
RESOLVED = [
    ("3.11", LINUX, "dev cuda", {**TENSORFLOW, "nvidia-cudnn-cu12": "9."}),
    ("3.12", LINUX, "dev", {**TENSORFLOW, "jax": "0."}),
    ("3.13", LINUX, "dev", {**TENSORFLOW, "jax": "0."}),
    ("3.12", LINUX, "torch jax", {"torch": "2.", "jax": "0.", **NO_TENSORFLOW}),
    ("3.11", LINUX_ARM, "dev", TENSORFLOW),
    ("3.12", LINUX_ARM, "tensorflow", {**TENSORFLOW, "torch": None, "jax": None}),
    ("3.13", LINUX_ARM, "dev", TENSORFLOW),
    ("3.11", APPLE, "dev", METAL),
    (
        "3.11",
        APPLE,
        "article",
        {"tensorflow-macos": "2.15.0", "tensorflow-metal": "1.1.0", "tensorflow": None},
    ),
    ("3.12", APPLE, "dev", METAL),
    ("3.13", APPLE, "tensorflow", TENSORFLOW),
    ("3.13", APPLE, "torch jax", {"torch": "2.", "jax": "0.", **NO_TENSORFLOW}),
    (
        "3.11",
        INTEL,
        "dev",
        {"tensorflow-macos": "2.12.0", "tensorflow-metal": "0.8.0", "mlflow": "3.17."},
    ),
    (
        "3.12",
        INTEL,
        "torch",
        {"torch": "2.2.", "numpy": "1.26.", "keras": "3.11.", **NO_TENSORFLOW},
    ),
    ("3.13", INTEL, "jax", {"jax": "0.4.", **NO_TENSORFLOW}),
]


def settings_in(folder: Path) -> Path | None:
    """A folder with `SETTINGS`, unless there are settings here, which may name another index."""
    own = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    systems = os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    if any(Path(place, "uv", "uv.toml").exists() for place in (own, *systems.split(":"), "/etc")):
        return None
    (folder / "uv").mkdir()
    (folder / "uv" / "uv.toml").write_text(SETTINGS)
    return folder


@pytest.fixture(scope="session")
def resolved_for(
    package_index: None, session_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Resolve:
    """What uv resolves for a machine: of what it asked for the first, the others know most."""
    settings = settings_in(tmp_path_factory.mktemp("settings"))

    def ask(machine: list[str]) -> dict[str, Any]:
        python, platform, extras = machine
        options = [f"--extra={extra}" for extra in extras.split()]
        options.append(f"--python-platform={platform}")
        ended = uv_compile("pyproject.toml", *options, python=python, settings=settings)
        return {"code": ended.returncode, "stdout": ended.stdout, "stderr": ended.stderr}

    path = session_folder / "resolved.json"
    with FileLock(f"{path}.lock"):
        if not path.exists():
            machines = [machine for *machine, _ in RESOLVED]
            first, *others = machines
            answers = [ask(first)]
            with ThreadPoolExecutor(3) as together:
                answers += together.map(ask, others)
            path.write_text(json.dumps([*zip(machines, answers, strict=True)]))
    known = {tuple(machine): answer for machine, answer in json.loads(path.read_text())}
    return lambda *machine: known[machine]


@pytest.mark.network
@pytest.mark.parametrize(("python", "platform", "extras", "expected"), RESOLVED)
def test_every_machine_resolves_to_wheels(
    python: str,
    platform: str,
    extras: str,
    expected: Mapping[str, str | None],
    resolved_for: Resolve,
) -> None:
    answer = resolved_for(python, platform, extras)
    assert answer["code"] == 0, answer["stderr"]
    resolved = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", answer["stdout"], re.MULTILINE))
    for name, release in expected.items():
        assert resolved.get(name, "").startswith(release or "") and bool(release) == (
            name in resolved
        ), f"{name} {resolved.get(name)}"
    assert resolved["tensorflow-metadata"].startswith("1.17."), "newer ones need protobuf 6"


def test_digest_in_conda_yaml_is_current() -> None:
    current = dependency_digest(PROJECT / "pyproject.toml")
    assert recorded_digest(PROJECT / "conda.yaml") == current, "run `make conda.yaml`"


def test_changed_dependency_makes_new_environment(tmp_path: Path) -> None:
    folder = copy_environment_files(tmp_path)
    before = environment_names(folder)
    pyproject = folder / "pyproject.toml"
    text = pyproject.read_text()
    pyproject.write_text(text.replace('"psutil>=', '"psutil!=6.0.0,>='))
    assert pyproject.read_text() != text
    write_digest(folder)
    after = environment_names(folder)
    assert before[0] != after[0], "uv and virtualenv would reuse the old environment"
    assert before[1] != after[1], "conda would reuse the old environment"


def test_unchanged_dependencies_keep_environment(tmp_path: Path) -> None:
    folder = copy_environment_files(tmp_path)
    before = environment_names(folder)
    pyproject = folder / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace("line-length = 100", "line-length = 99"))
    write_digest(folder)
    assert environment_names(folder) == before


def test_conda_yaml_brings_the_project_and_no_second_list() -> None:
    environment = yaml.safe_load((PROJECT / "conda.yaml").read_text())
    *conda_packages, pip = environment["dependencies"]
    assert conda_packages == ["python=3.11", "pip"]
    assert [line.split("#")[0].strip() for line in pip["pip"]] == ["-e .[tensorflow]"]


def test_entry_points_are_modules_that_take_any_parameter() -> None:
    entry_points = yaml.safe_load((PROJECT / "MLproject").read_text())["entry_points"]
    assert entry_points["main"] == entry_points["train"]
    for name, entry_point in entry_points.items():
        assert set(entry_point) == {"command"}, f"{name} declares parameters"
        module = re.search(r"python -m (\S+)$", entry_point["command"])
        assert module and find_spec(module.group(1)), f"{name} has no module"


def test_entry_point_runs_the_checkout_with_quoted_parameters(tmp_path: Path) -> None:
    """Also where the environment holds the chipbench of another checkout, as this one does."""
    folder = copy_environment_files(tmp_path)
    package = folder / "src" / "chipbench"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "train.py").write_text("import sys\nprint(['ran', __file__, *sys.argv[1:]])\n")
    finished = subprocess.run(
        [sys.executable, "-m", "mlflow", "run", ".", "--env-manager", "local"]
        + ["-P", "batch_size=64", "-P", "overrides=a='$(touch bad)' b;c"],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "MLFLOW_TRACKING_URI": "sqlite:///mlflow.db"},
    )
    assert finished.returncode == 0, finished.stderr
    ran = ["ran", str(package / "train.py"), "--batch_size", "64"]
    ran += ["--overrides", "a='$(touch bad)' b;c"]
    assert str(ran) in finished.stdout
    assert not (folder / "bad").exists()


def test_make_help_lists_every_target() -> None:
    rules = (PROJECT / "Makefile").read_text()
    listed = subprocess.run(["make", "help"], capture_output=True, text=True, cwd=PROJECT)
    phony = re.search(r"^\.PHONY: (.+)$", rules, re.MULTILINE)
    assert phony
    assert set(re.findall(r"^  make (\S+)", listed.stdout, re.MULTILINE)) == set(
        phony.group(1).split()
    )


@pytest.mark.parametrize(
    ("target", "extra"),
    [("run", "tensorflow"), ("doctor", "tensorflow"), ("compare", "tensorflow"), ("test", "dev")],
)
def test_a_target_installs_what_it_needs_alone(target: str, extra: str, tmp_path: Path) -> None:
    command = ["make", "-n", f"VENV={tmp_path / 'fresh'}", "CUDA=", target]
    planned = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT).stdout
    assert set(re.findall(r"-e '\.\[(.+?)\]'", planned)) == {extra}
    everything = "touch" in planned and f"{tmp_path}/fresh/.installed " in planned
    assert everything == (extra == "dev")  # after which a run installs nothing more


@pytest.mark.parametrize("target", ["run", "test", "lint", "ui", "compare", "bench", "clean"])
def test_make_target_exists(target: str) -> None:
    planned = subprocess.run(["make", "-n", target], capture_output=True, text=True, cwd=PROJECT)
    assert planned.returncode == 0, planned.stderr


def test_missing_python_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    """A make that finds no Python on its PATH."""
    shutil.copy(PROJECT / "Makefile", tmp_path)
    shutil.copytree(PROJECT / ".ci", tmp_path / ".ci")
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "bin").mkdir()
    for name in ("make", "sh", "awk"):
        tool = shutil.which(name)
        assert tool
        (tmp_path / "bin" / name).symlink_to(tool)
    failed = subprocess.run(
        ["make", "env"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PATH": str(tmp_path / "bin")},
    )
    assert failed.returncode == 2
    said = [line for line in failed.stderr.splitlines() if not line.startswith("make:")]
    assert len(said) == 1
    assert "Python 3.11 to 3.13 was not found" in said[0] and "python3-venv" in said[0]
