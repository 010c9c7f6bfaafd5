"""Signals that come where an exception would do harm."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SUPPORT = Path(__file__).parents[1]


def test_a_signal_inside_tensorflows_native_code_ends_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An exception there is taken for an address: one training in dozens died of SIGSEGV."""
    monkeypatch.setenv("PYTHONPATH", str(SUPPORT), prepend=os.pathsep)
    command = [sys.executable, "-m", "support.signalled_program"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (ended.returncode, ended.stdout) == (0, "1.0\nterminated\n"), ended.stderr
