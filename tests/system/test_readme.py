"""Every command that a document shows is one that the program takes; links lead to files."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from chipbench.config.compose import compose_config
from chipbench.config.options import CONF_DIR
from chipbench.config.overrides import command_line
from chipbench.ground.errors import ConfigurationError
from chipbench.sweeping.plan import expand
from chipbench.sweeping.sweep_command import split

PROJECT = Path(__file__).parents[2]
DOCUMENTS = (
    "README.md",
    ".github/CONTRIBUTING.md",
    "conf/server/README.md",
    "conf/strategy/README.md",
    "src/chipbench/comparison/README.md",
    "src/chipbench/published/README.md",
    "src/chipbench/workloads/createml/README.md",
    "src/chipbench/workloads/video/README.md",
    "tests/benchmarks/README.md",
)
TEXTS = {name: (PROJECT / name).read_text(encoding="utf-8") for name in DOCUMENTS}
BLOCKS = re.findall(r"```sh\n(.*?)```", "\n".join(TEXTS.values()), flags=re.S)
LINES = [line for block in BLOCKS for line in block.replace("\\\n", " ").splitlines() if line]
COMMANDS = list(dict.fromkeys(LINES))
TARGETS = set(re.findall(r"^([a-z.]+):.*## ", (PROJECT / "Makefile").read_text(), flags=re.M))


def words_of(command: str) -> list[str]:
    return shlex.split(command, comments=True)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("mlflow run ")])
def test_an_mlflow_command_names_entry_points_and_keys_that_exist(command: str) -> None:
    words = words_of(command)
    entries = yaml.safe_load((PROJECT / "MLproject").read_text())["entry_points"]
    entry = words[words.index("-e") + 1] if "-e" in words else "main"
    assert entry in entries
    parameters = [words[i + 1] for i, word in enumerate(words) if word == "-P"]
    pairs = [part for p in parameters for part in ("--" + p.split("=", 1)[0], p.split("=", 1)[1])]
    compose_as(entry, command_line(pairs).arguments)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("python -m chipbench.")])
def test_a_module_command_takes_its_words(command: str) -> None:
    words = words_of(command)
    arguments = [word for word in command_line(words[3:]).arguments if "=" in word]
    compose_as(words[2].removeprefix("chipbench."), arguments)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("make")])
def test_a_make_target_exists(command: str) -> None:
    words = [word for word in words_of(command)[1:] if "=" not in word]
    assert set(words) <= TARGETS


def compose_as(entry: str, overrides: list[str]) -> None:
    name = "train" if entry == "main" else entry
    if name in ("sweep", "train", "export", "createml"):
        name, overrides, own = split(name, overrides)
        compose_config("sweep", [word for word in own if not word.startswith("hydra")])
    records = "output_dir:" in (CONF_DIR / f"{name}.yaml").read_text(encoding="utf-8")
    for job in expand(overrides):
        compose_config(name, [*job, *(["output_dir=out"] if records else [])])


@pytest.mark.parametrize("command", [c for c in COMMANDS if re.match(r"(python|bash) [^-]", c)])
def test_a_script_exists(command: str) -> None:
    assert (PROJECT / words_of(command)[1]).is_file()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_link_leads_to_a_file(name: str) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", TEXTS[name])
    assert [t for t in targets if not ((PROJECT / name).parent / t).is_file()] == []


def test_contributing_names_every_room() -> None:
    named = set(re.findall(r"^\| `(\w+)/` \|", TEXTS[".github/CONTRIBUTING.md"], flags=re.M))
    rooms = (PROJECT / "src/chipbench").glob("*/__init__.py")
    assert named == {path.parent.name for path in rooms}


def test_a_readme_in_a_group_is_no_option() -> None:
    assert (CONF_DIR / "strategy" / "README.md").is_file()
    with pytest.raises(ConfigurationError, match=": mirrored, multi_worker, none$"):
        compose_config("train", ["output_dir=out", "strategy=README"])


def test_the_documents_show_commands() -> None:
    assert len(COMMANDS) > 20
