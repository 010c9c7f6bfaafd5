from pathlib import Path

import pytest

from chipbench.ground.cache import Answer, cache_folder, kept
from chipbench.ground.errors import ConfigurationError

SETUP = ("AMD EPYC", 2, [], [("keras", "3.15")])


def test_an_answer_is_found_once_for_a_request_and_a_setup(tmp_path: Path) -> None:
    asked: list[int] = []

    def ask() -> Answer:
        asked.append(1)
        return {"number": len(asked)}

    assert kept(tmp_path, SETUP, {"a": 1}, ask) == {"number": 1}
    assert kept(tmp_path, SETUP, {"a": 1}, ask) == {"number": 1}
    assert kept(tmp_path, SETUP, {"a": 2}, ask) == {"number": 2}
    assert kept(tmp_path, ("another", *SETUP[1:]), {"a": 1}, ask) == {"number": 3}


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"{}", b'{"answer": 3}', b"\xff\xfe"])
def test_a_damaged_answer_is_asked_for_again(tmp_path: Path, damage: bytes) -> None:
    kept(tmp_path, SETUP, {}, lambda: {"a": 1})
    (path,) = tmp_path.iterdir()
    path.write_bytes(damage)
    assert kept(tmp_path, SETUP, {}, lambda: {"a": 2}) == {"a": 2}
    assert kept(tmp_path, SETUP, {}, lambda: {"a": 3}) == {"a": 2}


def test_a_cache_that_cannot_be_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cache_dir=.*name a folder"):
        cache_folder(str(tmp_path / "file" / "cache"))
