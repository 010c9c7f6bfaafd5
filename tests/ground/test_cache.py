import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chipbench.terminal.messages  # noqa: F401 - tells what the ground floor has to say
from chipbench.ground import cache
from chipbench.ground.cache import Answer, cache_folder, kept
from chipbench.ground.errors import ConfigurationError

SETUP = ("AMD EPYC", 2, [], [("keras", "3.15")])
GOOD = {"a": 1, "b": [None, "c"], "d": 0.1}
property_test = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
json_values = (
    st.integers()
    | st.floats()
    | st.sampled_from([None, True, False, "", "c", "1", [], [None, "c"], [[]], {}, {"a": 1}])
)


def test_an_answer_is_found_once_for_a_request_and_a_setup(tmp_path: Path) -> None:
    asked: list[int] = []

    def ask() -> Answer:
        asked.append(1)
        return {"number": len(asked)}

    assert kept(tmp_path, SETUP, {"a": 1}, ask) == {"number": 1}
    assert kept(tmp_path, SETUP, {"a": 1}, ask) == {"number": 1}
    assert kept(tmp_path, SETUP, {"a": 2}, ask) == {"number": 2}
    assert kept(tmp_path, ("another", *SETUP[1:]), {"a": 1}, ask) == {"number": 3}


def made_again(folder: Path) -> bool:
    """Whether the answer is asked for again, and then kept."""
    again = {"again": True}
    found = kept(folder, SETUP, {}, lambda: again)
    assert found in (GOOD, again)
    assert kept(folder, SETUP, {}, lambda: {}) == found
    return found == again


def kept_file(folder: Path) -> Path:
    kept(folder, SETUP, {}, lambda: GOOD)
    (path,) = folder.iterdir()
    return path


DAMAGES = [b"", b"{", b"[]", b"{}", b'{"answer": 3}', b"\xff\xfe", b"[" * 100_000, b" " * 2**21]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: repr(damage[:20]))
def test_a_damaged_answer_is_made_again_and_told_in_a_line(
    tmp_path: Path, damage: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    kept_file(tmp_path / "trials").write_bytes(damage)
    assert made_again(tmp_path / "trials")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("trials/") and "in the cache is damaged (" in line
    assert line.endswith("): made again")


@property_test
@given(content=st.binary(max_size=200))
def test_no_content_stops_a_run(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("cache")
    kept_file(folder).write_bytes(content)
    assert made_again(folder)


@property_test
@given(data=st.data())
def test_no_changed_value_is_taken_for_the_answer(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    path = kept_file(folder)
    whole = json.loads(path.read_text())
    place = data.draw(st.sampled_from([whole, whole["answer"]]))
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(json_values)
    path.write_text(json.dumps(whole))
    changed = json.loads(path.read_text())["answer"] != GOOD
    assert made_again(folder) or not changed


@pytest.mark.parametrize("place", range(0, 170, 13))
def test_one_letter_that_turned_is_noticed(tmp_path: Path, place: int) -> None:
    path = kept_file(tmp_path)
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 1
    path.write_bytes(content)
    assert made_again(tmp_path) or json.loads(content)["answer"] == GOOD


def a_socket(path: Path) -> None:
    os.chdir(path.parent)  # its name must be short
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(path.name)


def a_full_folder(path: Path) -> None:
    path.mkdir()
    (path / "file").write_text("x")


def a_link(path: Path) -> None:
    path.symlink_to(path.parent.parent / "private")


IN_THE_WAY: list[Callable[[Path], Any]] = [Path.mkdir, a_full_folder, os.mkfifo, a_socket, a_link]


@pytest.mark.parametrize("make", IN_THE_WAY)
def test_what_is_no_file_is_cleared_away_and_no_link_followed(
    tmp_path: Path, make: Callable[[Path], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = kept_file(tmp_path / "trials")
    path.rename(tmp_path / "private")  # the link leads to what would do
    private = (tmp_path / "private").read_bytes()
    make(path)
    assert made_again(tmp_path / "trials")
    assert path.is_file() and not path.is_symlink()
    assert (tmp_path / "private").read_bytes() == private


@pytest.mark.parametrize("make", [Path.touch, os.mkfifo, a_link])
def test_a_folder_of_answers_that_is_none_is_made_again(
    tmp_path: Path, make: Callable[[Path], Any]
) -> None:
    folder = tmp_path / "cache" / "trials"
    folder.parent.mkdir()
    make(folder)
    assert made_again(folder)


def test_an_answer_that_cannot_be_kept_is_told_and_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", str(tmp_path))

    monkeypatch.setattr(cache, "write_whole", full)
    assert kept(tmp_path / "trials", SETUP, {}, lambda: GOOD) == GOOD
    said = capsys.readouterr().err
    assert said == "trials in the cache cannot be written (No space left on device)\n"


def test_an_answer_that_cannot_be_is_made_again(tmp_path: Path) -> None:
    def check(answer: Answer) -> None:
        if answer["a"] != 2:
            raise ValueError("a must be 2")

    kept_file(tmp_path)
    assert kept(tmp_path, SETUP, {}, lambda: {"a": 2}, check) == {"a": 2}
    assert kept(tmp_path, SETUP, {}, lambda: {"a": 3}, check) == {"a": 2}


def test_a_cache_that_cannot_be_a_folder_is_refused_if_it_was_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cache_dir=.*name a folder"):
        cache_folder(str(tmp_path / "file" / "cache"))
    with pytest.raises(ConfigurationError, match="cache_dir=~nobody-of-this-name"):
        cache_folder("~nobody-of-this-name/cache")


@pytest.mark.parametrize("home", ["file", "nowhere"])
def test_a_home_that_takes_no_cache_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    if home == "nowhere":

        def nobody(_: type[Path]) -> Path:
            raise RuntimeError("Could not determine home directory.")

        monkeypatch.setattr(Path, "home", classmethod(nobody))
    folder = cache_folder(None)
    assert folder.is_dir() and os.access(folder, os.W_OK) and cache_folder(None) == folder
