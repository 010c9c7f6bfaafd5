"""The Colab notebook is not run here: its commands are held against the program."""

import ast
import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from chipbench.config.compose import compose_config
from chipbench.config.overrides import command_line

PROJECT = Path(__file__).parents[2]
NOTEBOOK = json.loads((PROJECT / "src" / "colab.ipynb").read_text(encoding="utf-8"))
CELLS = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]
COMMANDS = [line for cell in CELLS for line in cell.splitlines() if line[:1] in ("!", "%")]


def python_of(cell: str) -> str:
    """A cell without what IPython adds to Python."""
    return re.sub(r"^[!%].*$", "pass", cell, flags=re.MULTILINE)


def test_the_notebook_holds_no_outputs_and_is_small() -> None:
    assert NOTEBOOK["nbformat"] == 4
    for cell in NOTEBOOK["cells"]:
        assert not cell.get("outputs") and cell.get("execution_count") is None
    assert sum(len(cell.splitlines()) for cell in CELLS) < 40


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_parses(cell: str) -> None:
    ast.parse(python_of(cell))


def test_its_mlflow_commands_are_ones_that_the_program_takes() -> None:
    entries = yaml.safe_load((PROJECT / "MLproject").read_text())["entry_points"]
    runs = [shlex.split(line[1:]) for line in COMMANDS if line.startswith("!mlflow run ")]
    assert len(runs) == 2
    for words in runs:
        assert words[2] == "." and words[3:5] == ["--env-manager", "local"]
        entry = words[words.index("-e") + 1] if "-e" in words else "main"
        assert entry in entries
        given = [word for i, word in enumerate(words) if words[i - 1] == "-P"]
        given = [word.replace("$BACKEND", "torch") for word in given]
        overrides = command_line([part for word in given for part in ("-P", word)]).arguments
        compose_config("train" if entry == "main" else entry, overrides)


def test_its_login_comes_from_colabs_secrets_alone() -> None:
    text = "\n".join(CELLS)
    assert "userdata.get(name)" in text
    assert not re.search(r"(PASSWORD|TOKEN)\W*=\s*[\"']", text)
    assert not re.search(r"://[^/\s]+@", text)


def test_it_leaves_colabs_own_frameworks_alone() -> None:
    """What it installs needs none of them; the one package that Colab has wrong is said."""
    (install,) = [shlex.split(line[1:]) for line in COMMANDS if line.startswith("!pip ")]
    assert install == ["pip", "install", "--quiet", "--editable", ".", "tensorflow-metadata<1.18"]
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    needed = {Requirement(word).name for word in project["dependencies"]}
    assert not needed & {"tensorflow", "torch", "jax", "keras-cv"}
    for extra in ("torch", "jax"):
        asked = {Requirement(word).name for word in project["optional-dependencies"][extra]}
        assert "tensorflow" not in asked


def test_it_offers_every_back_end() -> None:
    options = {path.stem for path in (PROJECT / "conf" / "backend").glob("*.yaml")}
    (line,) = [line for cell in CELLS for line in cell.splitlines() if line.startswith("BACKEND")]
    assert set(ast.literal_eval(line.split("@param ")[1])) == options
