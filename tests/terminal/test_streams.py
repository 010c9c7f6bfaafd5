import errno
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest
from support.process_fixtures import COLD

from chipbench.terminal.console import console
from chipbench.terminal.messages import announce, complain, note, say
from chipbench.terminal.streams import Lasting
from chipbench.terminal.table import Column, show_table


def ascii_stream() -> IO[str]:
    return io.TextIOWrapper(io.BytesIO(), encoding="ascii")


def closed() -> IO[str]:
    stream = io.StringIO()
    stream.close()
    return stream


def left() -> IO[str]:
    """A pipe whose reader has gone."""
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "w")


def full() -> IO[str]:
    return Path("/dev/full").open("w", encoding="utf-8")


STREAMS: list[Callable[[], IO[str] | None]] = [ascii_stream, closed, left, full, lambda: None]


@pytest.mark.parametrize("make", STREAMS)
def test_whatever_is_said_ends_nothing(
    make: Callable[[], IO[str] | None], monkeypatch: pytest.MonkeyPatch, wide_terminal: None
) -> None:
    monkeypatch.setattr(sys, "stdout", make())
    monkeypatch.setattr(sys, "stderr", make())
    for _ in range(2):
        say("± 3 % · \udcff", style="bold")
        show_table([Column("Größe …")], [["→ é"]], title="✓")
        for tell in (announce, note, complain):
            tell("it is · over →")
    monkeypatch.undo()


def test_what_an_encoding_has_no_letters_for_is_spelled_out(
    monkeypatch: pytest.MonkeyPatch, wide_terminal: None
) -> None:
    stream = ascii_stream()
    monkeypatch.setattr(sys, "stdout", stream)
    say("5 µs")
    show_table([Column("time")], [["±1"]])
    console().file.flush()
    stream.seek(0)
    text = stream.read()
    monkeypatch.undo()
    assert text.startswith("5 \\xb5s\n") and "\\xb11" in text and "┃" not in text


def test_a_loss_is_known_and_the_stream_leads_nowhere_from_then_on() -> None:
    pipe = left()
    stream = Lasting(lambda: pipe)
    stream.write("word\n")
    stream.flush()
    assert stream.lost is not None and stream.lost.errno == errno.EPIPE
    os.write(pipe.fileno(), b"native code is not ended either")
    pipe.close()


#: How the streams of a program stand, as a shell says it, and whether a reader is told of a loss.
SHELLS = [
    ("| head -c 1", False), ("> /dev/full", True), (">&- 2>&-", False), ("<&- 2>/dev/full", False),
]  # fmt: skip


@pytest.mark.parametrize(("streams", "told"), SHELLS)
def test_help_ends_well_whatever_reads_it(streams: str, told: bool) -> None:
    command = f'set -o pipefail; "{COLD}" -m chipbench.train --help {streams}'
    end = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert end.returncode == 0, end.stderr
    assert "Traceback" not in end.stderr and "Exception ignored" not in end.stderr
    assert ("not all could be shown: No space left on device" in end.stderr) == told


def test_help_is_there_without_utf_8() -> None:
    poor = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"}
    command = [COLD, "-m", "chipbench.compare", "--help"]
    end = subprocess.run(command, env=os.environ | poor, capture_output=True, text=True)
    assert end.returncode == 0 and end.stdout.isascii() and "interrupted" in end.stdout
