"""Which Python `make` takes for its environment, on machines that are made up of small programs."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "environment.sh"
_PYTHON = """#!/bin/sh
case "$*" in
  *version_info*) echo {version} ;;
  *ensurepip*) exit {code} ;;
  *"-m pip --version"*) exit {code} ;;
  --version) echo Python {version}.0 ;;
  *"-m venv"*) for folder in "$@"; do :; done; mkdir -p "$folder" ;;
esac
"""
LINUX, APPLE, INTEL = "Linux x86_64", "Darwin arm64", "Darwin x86_64"


def program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def make_environment(
    folder: Path, system: str, pythons: Mapping[str, str], given: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Run the script where `pythons` are: name → version, with `!` where it can make none."""
    programs = folder / "bin"
    programs.mkdir()
    for tool in ("sh", "mkdir"):
        found = shutil.which(tool)
        assert found
        (programs / tool).symlink_to(found)
    program(programs / "uname", f"#!/bin/sh\necho {system}\n")
    for name, version in pythons.items():
        code = int(version.endswith("!"))
        program(programs / name, _PYTHON.format(version=version.rstrip("!"), code=code))
    return subprocess.run(
        ["sh", str(SCRIPT), "made", *given.split()],
        capture_output=True,
        text=True,
        cwd=folder,
        env={"PATH": str(programs)},
    )


ALL = {"python3.11": "3.11", "python3.12": "3.12", "python3.13": "3.13", "python3": "3.11"}


@pytest.mark.parametrize(
    ("system", "pythons", "given", "taken"),
    [
        (LINUX, ALL, "", "3.13"),
        (APPLE, ALL, "", "3.12"),
        (INTEL, ALL, "", "3.11"),
        ("Linux aarch64", {"python3": "3.12"}, "", "3.12"),
        (LINUX, ALL | {"python3.13": "3.13!"}, "", "3.12"),
        (LINUX, {"python3": "3.14", "python": "3.12"}, "", "3.12"),
        (APPLE, {"python3.13": "3.13", "python3.11": "3.11"}, "", "3.11"),
        (APPLE, {"python3.13": "3.13"}, "", "3.13"),
        (LINUX, ALL, "python3.11", "3.11"),
        (APPLE, ALL, "python3.13", "3.13"),
    ],
)
def test_it_takes_the_newest_python_that_fits_the_machine_and_says_which(
    system: str, pythons: Mapping[str, str], given: str, taken: str, tmp_path: Path
) -> None:
    done = make_environment(tmp_path, system, pythons, given)
    assert done.returncode == 0, done.stderr
    assert f"with Python {taken}.0" in done.stdout
    assert (tmp_path / "made").is_dir()


@pytest.mark.parametrize(
    ("pythons", "given", "said"),
    [
        ({"python3": "3.14"}, "", "Python 3.11 to 3.13 was not found"),
        ({}, "", "python3-venv"),
        ({"python3.12": "3.12!"}, "", "apt-get install python3.12-venv"),
        (ALL | {"python3.9": "3.9"}, "python3.9", "PYTHON=python3.9 is Python 3.9: give the path"),
        (ALL, "/nowhere/python3", "PYTHON=/nowhere/python3 is no Python that runs"),
        ({"python3.13": "3.13!"}, "python3.13", "apt-get install python3.13-venv"),
    ],
)
def test_where_none_fits_one_line_tells_the_remedy(
    pythons: Mapping[str, str], given: str, said: str, tmp_path: Path
) -> None:
    failed = make_environment(tmp_path, LINUX, pythons, given)
    assert failed.returncode == 1
    assert not failed.stdout and not (tmp_path / "made").exists()
    (line,) = failed.stderr.splitlines()
    assert said in line
