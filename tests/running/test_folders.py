"""A folder that cannot be written is refused in one line, whose remedy works."""

from pathlib import Path

import pytest

from chipbench.compare import compare
from chipbench.config.compose import compose_run
from chipbench.ground.cache import writable
from chipbench.ground.errors import ConfigurationError
from chipbench.sweeping import sweep_command as conducting
from chipbench.tracking.recorder import Recorder


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where outputs/ would be, and not a folder."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "outputs"
    file.touch()
    return file


def refused(error: pytest.ExceptionInfo[ConfigurationError]) -> bool:
    text = str(error.value)
    remedy = "; name a folder of yours, output_dir=<folder>"
    return text.startswith("output_dir=/") and text.endswith(remedy)


def test_a_runs_own_folder_is_named(file: Path) -> None:
    config = compose_run("train", ["tracking=none"])
    with pytest.raises(ConfigurationError) as caught:
        Recorder(Path(config.output_dir), None, name="a", experiment="a")
    assert refused(caught)


def test_the_named_remedy_works(file: Path, tmp_path: Path) -> None:
    config = compose_run("train", ["tracking=none", f"output_dir={tmp_path / 'other'}"])
    Recorder(Path(config.output_dir), None, name="a", experiment="a")


def test_a_comparison_says_so_before_it_reads(file: Path, tmp_path: Path) -> None:
    store = f"tracking.uri=sqlite:///{tmp_path / 'absent' / 'mlflow.db'}"
    with pytest.raises(ConfigurationError) as caught:
        compare(compose_run("compare", [store]))
    assert refused(caught)


def test_a_sweep_says_so_before_its_first_job(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conducting, "project_dir", lambda: tmp_path)
    with pytest.raises(ConfigurationError) as caught:
        conducting.conduct("train", ["batch_size=16,32", "tracking=none"])
    assert refused(caught)


def test_what_writes_nothing_needs_no_folder(file: Path) -> None:
    for entry in ("reference", "sync", "doctor"):
        compose_run(entry, [])
    assert file.is_file()


def test_a_folder_that_may_only_be_read_is_refused_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system is asked, as a test that runs as root may write everywhere."""
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(ConfigurationError, match="Permission denied; name a folder") as caught:
        writable("output_dir", tmp_path)
    assert refused(caught)
