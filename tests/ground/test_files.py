import subprocess
import sys
from pathlib import Path

import pytest

from chipbench.ground.files import digest, free_bytes, locked, locked_if_free, whole, write_whole


def test_a_file_is_the_old_one_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_whole(path, "old")
    with pytest.raises(RuntimeError), whole(path) as new:
        new.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_lock_is_held_by_one_and_goes_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = (
        "import sys, time; from pathlib import Path; from chipbench.ground.files import locked\n"
        "with locked(Path(sys.argv[1])): print('held', flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
        with locked_if_free(path) as free:
            assert not free
        holder.kill()
    with locked_if_free(path) as free:
        assert free
    with locked(path):
        pass


def test_a_digest_depends_on_what_is_said_and_not_on_its_order() -> None:
    assert digest({"a": 1, "b": 2}, 12) == digest({"b": 2, "a": 1}, 12) != digest({"a": 1}, 12)
    assert len(digest({}, 20)) == 20


def test_the_room_of_a_folder_that_is_not_there_yet_is_its_disks(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "a" / "b") == pytest.approx(free_bytes(tmp_path), rel=0.2)
