import json
import subprocess
import sys
from pathlib import Path

import pytest

from chipbench.backends.keras_start import say_what_is_not_heeded, without


def test_a_package_is_absent_for_the_moment_and_one_that_is_imported_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with without("colorsys", "sys"):
        with pytest.raises(ImportError):
            import colorsys
        assert sys.modules["sys"] is sys
    import colorsys

    assert sys.modules["colorsys"] is colorsys


def test_the_end_of_the_block_restores_after_an_error_too() -> None:
    with pytest.raises(KeyError), without("imghdr"):
        raise KeyError
    assert "imghdr" not in sys.modules


@pytest.mark.parametrize(
    ("variable", "file", "said"),
    [
        ("torch", "tensorflow", "KERAS_BACKEND=torch is not heeded: backend=jax decides"),
        (None, "torch", "keras.json's backend torch is not heeded: backend=jax decides"),
        ("jax", "jax", ""),
        (None, "tensorflow", ""),  # what Keras itself writes there
        (None, None, ""),
    ],
)
def test_what_keras_settings_say_otherwise_is_said(
    variable: str | None,
    file: str | None,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    if variable is not None:
        monkeypatch.setenv("KERAS_BACKEND", variable)
    if file is not None:
        (tmp_path / "keras.json").write_text(json.dumps({"backend": file}))
    say_what_is_not_heeded("jax")
    assert capsys.readouterr().err.strip() == said


def test_a_hidden_package_is_neither_found_nor_imported() -> None:
    code = """
import importlib.util, sys
from chipbench.backends.keras_start import hide
hide("colorsys")
assert importlib.util.find_spec("colorsys") is None and "colorsys" not in sys.modules
try:
    import colorsys
except ModuleNotFoundError:
    print("absent")
"""
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert asked.stdout == "absent\n", asked.stderr
