import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chipbench.ground import sealed_files
from chipbench.ground.sealed_files import flaw, made

CONTENT = b"0123456789"


class Maker:
    """Makes a file, or a folder with two in it, and counts how often."""

    def __init__(self, path: Path, folder: bool) -> None:
        self.path, self.times, self._folder = path, 0, folder

    def __call__(self, path: Path) -> None:
        self.times += 1
        for name in ("a", "deep/b") if self._folder else (".",):
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(CONTENT)

    def made(self) -> Path:
        return made(self.path, self)


@pytest.fixture(params=[False, True], ids=["file", "folder"])
def maker(request: pytest.FixtureRequest, tmp_path: Path) -> Maker:
    return Maker(tmp_path / "cache" / "kept", request.param)


def one(path: Path) -> Path:
    """A file that was made: the path itself, or one deep in it."""
    return path / "deep" / "b" if path.is_dir() else path


def turned(path: Path) -> None:
    """Other content of the same size."""
    one(path).write_bytes(CONTENT[::-1])


def replaced(path: Path, make: Callable[[Path], Any]) -> None:
    file = one(path)
    file.unlink()
    make(file)


def seal(path: Path) -> Path:
    return path.with_name("kept.seal")


DAMAGES: dict[str, Callable[[Path], Any]] = {
    "cut": lambda path: os.truncate(one(path), 3),
    "empty": lambda path: os.truncate(one(path), 0),
    "longer": lambda path: os.truncate(one(path), 11),
    "turned": turned,
    "a folder": lambda path: replaced(path, Path.mkdir),
    "a pipe": lambda path: replaced(path, os.mkfifo),
    "a link": lambda path: replaced(path, lambda file: file.symlink_to("/etc/hostname")),
    "gone": lambda path: one(path).unlink(),
    "no seal": lambda path: seal(path).unlink(),
    "empty seal": lambda path: seal(path).write_bytes(b""),
    "seal of a list": lambda path: seal(path).write_bytes(b"[]"),
    "seal of nothing": lambda path: seal(path).write_bytes(b"{}"),
    "seal of null": lambda path: seal(path).write_text(seal(path).read_text().replace("[", "[[")),
    "seal of text": lambda path: seal(path).write_bytes(b'{".": "x", "a": 1, "deep/b": null}'),
    "deep seal": lambda path: seal(path).write_bytes(b"[" * 100_000),
    "seal is a folder": lambda path: (seal(path).unlink(), seal(path).mkdir()),
    "seal is a pipe": lambda path: (seal(path).unlink(), os.mkfifo(seal(path))),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_made_again_and_told_in_a_line(
    damage: str, maker: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    path = maker.made()
    assert maker.made() == path and maker.times == 1
    assert not capsys.readouterr().err
    DAMAGES[damage](path)
    assert flaw(path) is not None
    assert maker.made() == path and maker.times == 2
    assert one(path).read_bytes() == CONTENT and flaw(path) is None
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1 or (not said and damage == "gone")
    assert all("kept in the cache is damaged (" in line for line in said)
    maker.made()
    assert maker.times == 2


@pytest.mark.parametrize(
    "make",
    [Path.mkdir, os.mkfifo, Path.touch, lambda path: path.symlink_to("/etc/hostname")],
    ids=["folder", "pipe", "file", "link"],
)
@pytest.mark.parametrize("name", ["kept.lock", "kept", "kept.seal"])
def test_whatever_stands_in_the_way_is_cleared_away(
    maker: Maker, name: str, make: Callable[[Path], Any]
) -> None:
    maker.path.parent.mkdir()
    make(maker.path.with_name(name))
    before = Path("/etc/hostname").read_bytes()
    assert one(maker.made()).read_bytes() == CONTENT
    assert maker.made() == maker.path and maker.times == 1
    assert Path("/etc/hostname").read_bytes() == before


def test_a_file_where_the_folder_should_be_is_cleared_away(maker: Maker) -> None:
    maker.path.parent.write_text("")
    assert maker.made() == maker.path and maker.times == 1


def test_what_was_interrupted_is_made_again(maker: Maker) -> None:
    def fail(path: Path) -> None:
        maker(path)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made(maker.path, fail)
    assert flaw(maker.path) == "it was not finished"
    maker.made()
    assert maker.times == 2


def test_an_excess_file_is_a_damage_and_a_hidden_one_is_the_systems(tmp_path: Path) -> None:
    maker = Maker(tmp_path / "kept", folder=True)
    path = maker.made()
    (path / ".DS_Store").touch()
    maker.made()
    assert maker.times == 1
    (path / "deep" / "c").touch()
    assert flaw(path) == "deep/c is in excess"
    maker.made()
    assert maker.times == 2


def test_a_copy_is_as_good_and_its_checksums_are_taken_once(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker.made()
    shutil.copytree(tmp_path / "cache", tmp_path / "copied")
    maker.path = tmp_path / "copied" / "kept"
    maker.made()
    monkeypatch.setattr(sealed_files, "sha256", None)
    maker.made()
    assert maker.times == 1


def test_where_nothing_can_be_written_it_is_made_for_this_process(
    maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed_files, "_writable", lambda folder: folder != maker.path.parent)
    elsewhere = maker.made()
    assert elsewhere != maker.path and one(elsewhere).read_bytes() == CONTENT
    assert maker.made() == elsewhere and maker.times == 1


def test_what_is_whole_is_used_where_nothing_can_be_written(
    maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker.made()
    monkeypatch.setattr(sealed_files, "_writable", lambda _: False)
    assert maker.made() == maker.path and maker.times == 1
