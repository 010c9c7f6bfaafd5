import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chipbench.ground.drawing.figure import heading, short_name

DRAWN = """
import sys
from pathlib import Path
from chipbench.ground.drawing.line_chart import draw_lines
draw_lines(Path(sys.argv[1]), {"a": [(1, 2), (2, 3)]}, "title", "x", "y")
"""


@pytest.mark.parametrize("backend", ["module://matplotlib_of_a_notebook.inline", "nonsense", "pdf"])
def test_the_environments_backend_does_not_matter(backend: str, tmp_path: Path) -> None:
    path = tmp_path / "drawn.png"
    variables = {**os.environ, "MPLBACKEND": backend}
    subprocess.run([sys.executable, "-c", DRAWN, str(path)], env=variables, check=True)
    assert path.read_bytes().startswith(b"\x89PNG")


#: As on a machine that takes more than five seconds to look for its fonts, the first time.
SLOW = """
import logging, threading
logging.basicConfig()
threading.Timer = lambda delay_s, say: type("", (), {"start": lambda _: say(), "cancel": int})()
"""


def test_a_first_picture_says_nothing_of_fonts(tmp_path: Path) -> None:
    variables = {**os.environ, "MPLCONFIGDIR": str(tmp_path)}
    command = [sys.executable, "-c", SLOW + DRAWN, str(tmp_path / "drawn.png")]
    drawn = subprocess.run(command, env=variables, check=True, capture_output=True, text=True)
    assert drawn.stderr == ""


def test_text_is_cut_to_the_room_that_there_is() -> None:
    assert short_name("x" * 40) == "x" * 40
    assert short_name("x" * 41) == "x" * 39 + "…"
    assert heading("two\n words") == "two words"
    assert short_name("$" * 41) == r"\$" * 39 + "…", "no escape is cut in two"


@given(st.text(st.characters()))
def test_any_text_is_one_line_without_formulas(text: str) -> None:
    written = heading(text)
    assert written.isprintable()
    assert "$" not in written.replace(r"\$", "")
