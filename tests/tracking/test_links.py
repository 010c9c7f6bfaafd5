"""No link of an output folder is followed: it could lead to a private file."""

import os
from pathlib import Path

import pytest
from support.journals import deliver, write_journal

from chipbench.tracking.journal import Artifact

#: What lies in the output folder, where it leads, and which artifact is asked for.
LINKS = {
    "a file of a folder": ("model/a", "keys/id_rsa", "model"),
    "a file deep in a folder": ("model/deep/er/a", "keys/id_rsa", "model"),
    "a folder of a folder": ("model/a", "keys", "model"),
    "the artifact": ("a", "keys/id_rsa", "a"),
    "the artifact's folder": ("a", "keys", "a"),
    "a folder on the way": ("a", "keys", "a/id_rsa"),
    "to a file beside it": ("model/a", "run/model/weights", "model"),
    "to nothing": ("model/a", "nowhere", "model"),
    "to a device": ("model/a", "/dev/zero", "model"),
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An output folder, and private files elsewhere."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "id_rsa").write_text("a private key")
    (tmp_path / "run" / "model").mkdir(parents=True)
    (tmp_path / "run" / "model" / "weights").write_text("weights")
    return tmp_path / "run"


def delivered(run: Path, artifact: str, database: str) -> tuple[str, list[str]]:
    """Why something of the artifact was refused, and the names of the files that the store has."""
    (why,) = deliver(write_journal(run, Artifact(artifact)), database).state.refused.values()
    stored = (run.parent / "mlruns").rglob("*")
    return why, [path.name for path in stored if path.is_file()]


@pytest.mark.parametrize("case", LINKS)
def test_no_link_is_followed(case: str, run: Path, database: str) -> None:
    place, target, artifact = LINKS[case]
    (run / place).parent.mkdir(parents=True, exist_ok=True)
    (run / place).symlink_to(run.parent / target)
    why, stored = delivered(run, artifact, database)
    assert "is a link" in why or "is not in the output folder" in why
    assert stored == (["weights"] if artifact == "model" else [])


@pytest.mark.parametrize(
    "name",
    ["nul\0", "half a pair \ud800", "long" * 9999, "a/" * 3000, "/etc/passwd", "../run/model", ""],
)
def test_a_name_that_no_file_has_holds_up_nothing(name: str, run: Path, database: str) -> None:
    why, stored = delivered(run, name, database)
    assert why.endswith("is not in the output folder") and stored == []


def test_a_pipe_is_not_waited_for(run: Path, database: str) -> None:
    os.mkfifo(run / "model" / "a")
    assert delivered(run, "model", database) == ("a is a pipe", ["weights"])


def test_a_folder_that_may_not_be_looked_into_is_told(
    run: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run / "model" / "another's").mkdir()
    listed = os.scandir

    def scandir(folder: object) -> object:
        if str(folder).endswith("another's"):  # a number, where a folder is cleared away
            raise PermissionError(13, "Permission denied")
        return listed(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    why, stored = delivered(run, "model", database)
    assert why == "another's may not be looked into" and stored == ["weights"]
