"""Bars on a real terminal: a pseudo-terminal's other end reads what is drawn."""

import os
import pty
import subprocess
import sys

import pytest

from chipbench.terminal import progress_bar
from chipbench.terminal.progress_bar import Bar

COUNTED = """
import time
from chipbench.terminal.progress_bar import Bar
with Bar("frames") as bar:
    for done in range(5):
        bar.show("[red]rendering", done, 5)
        time.sleep(0.15)
"""
TRAINED = """
import time
from chipbench.ground.training_extent import Extent
from chipbench.terminal.epoch_bar import EpochBar
from chipbench.terminal.messages import say
with EpochBar(1000, "images", batch_size=100, extent=Extent(2)) as bar:
    for epoch in (1, 2):
        bar.epoch(epoch)
        for batch in range(3):
            time.sleep(0.3)
            bar.batch(batch)
        say(f"epoch {epoch} is over")
"""


def drawn(program: str) -> str:
    """What `program` writes to a terminal of 100 columns."""
    end, terminal = pty.openpty()
    variables = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen([sys.executable, "-c", program], stdout=terminal, env=variables):
        os.close(terminal)
        pieces = []
        while piece := _read(end):
            pieces.append(piece)
    os.close(end)
    return b"".join(pieces).decode()


def _read(end: int) -> bytes:
    try:
        return os.read(end, 4096)
    except OSError:  # Linux's word for the other side having been closed
        return b""


def test_a_terminal_shows_the_stage_as_it_is_called() -> None:
    assert "[red]rendering" in drawn(COUNTED)


def test_a_training_shows_its_epoch_and_speed_and_its_lines_stay() -> None:
    out = drawn(TRAINED)
    assert "epoch 2/2" in out and "images/s" in out
    assert "epoch 1 is over\r\n" in out and "epoch 2 is over\r\n" in out


@pytest.mark.usefixtures("wide_terminal")
def test_without_a_terminal_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress_bar, "_LINE_EVERY_S", 0.0)
    with Bar("frames", stderr=True) as shown:
        shown.show("rendering", 0, 1000)
        shown.show("rendering", 500, 1000)
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "rendering: 500 of 1,000 frames, about 0 s left\n"
