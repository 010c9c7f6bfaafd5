import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chipbench.ground.errors import ConfigurationError
from chipbench.tracking.journal import Metrics, read
from chipbench.tracking.journal_writer import JournalWriter, writer_is_alive


def point(step: int) -> Metrics:
    return Metrics({"loss": 1 / step}, step, step)


@contextmanager
def full_disk(room_bytes: int) -> Iterator[None]:
    """No file of this process can grow beyond `room_bytes`, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("room_bytes", range(150, 260, 11))
def test_a_full_disk_damages_nothing_and_loses_nothing(tmp_path: Path, room_bytes: int) -> None:
    """The line at the limit is written in part, wherever the limit lies."""
    writer = JournalWriter(tmp_path)
    with full_disk(room_bytes):
        for step in range(1, 10):
            writer.append(point(step))
        on_disk = [record for record, _ in read(writer.path)]
        assert on_disk == [point(step) for step in range(1, len(on_disk) + 1)]
        assert writer.path.read_bytes().endswith(b"\n")
        assert writer.error is not None
        assert writer.unwritten.count(b"\n") == 9 - len(on_disk)
    writer.append(point(10))
    assert writer.error is None and writer.unwritten == b""
    writer.close()
    assert [record for record, _ in read(writer.path)] == [point(step) for step in range(1, 11)]


def test_what_does_not_fit_at_the_end_is_still_in_memory(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path)
    writer.append(point(1))
    with full_disk(writer.path.stat().st_size):
        writer.append(point(2))
        writer.close()
    assert writer.unwritten.count(b"\n") == 1
    assert not writer_is_alive(writer.path)


def test_the_lock_says_whether_the_writer_lives(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path)
    assert writer_is_alive(writer.path)
    writer.close()
    assert not writer_is_alive(writer.path)


def test_a_killed_writer_is_not_alive(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path;"
        "from chipbench.tracking.journal_writer import JournalWriter;"
        "writer = JournalWriter(Path(sys.argv[1])); print('open', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"open\n"
    assert writer_is_alive(tmp_path / "journal.jsonl")
    process.kill()
    process.wait()
    assert not writer_is_alive(tmp_path / "journal.jsonl")


def test_an_output_folder_holds_one_run(tmp_path: Path) -> None:
    JournalWriter(tmp_path).close()
    with pytest.raises(ConfigurationError, match="output_dir=.*holds the journal of another run"):
        JournalWriter(tmp_path)


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ConfigurationError, match="can be written"):
        JournalWriter(tmp_path)


def test_threads_do_not_mix_their_lines(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path)
    threads = [
        threading.Thread(target=lambda: [writer.append(point(n)) for n in range(1, 300)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    assert sum(1 for _ in read(writer.path)) == 4 * 299
