"""A user whom the system does not know: no entry in its list, and no HOME."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chipbench.backends.keras_start import say_what_is_not_heeded
from chipbench.checks.disk import shown
from chipbench.data.cifar10 import ENTRY
from chipbench.data.dataset_folders import published_folder
from chipbench.ground.cache import cache_folder, named_folder
from chipbench.ground.errors import ConfigurationError
from chipbench.ground.path_redaction import home_folder, without_folders
from chipbench.hardware.library_settings import library_settings
from chipbench.workloads.video.source_clip import own_clip


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "TFDS_DATA_DIR", "KERAS_HOME"):
        monkeypatch.delenv(name, raising=False)

    def unknown(_: object) -> object:
        raise KeyError("getpwuid(): uid not found: 4242")

    monkeypatch.setattr("pwd.getpwuid", unknown)
    monkeypatch.setattr("pwd.getpwnam", unknown)


def test_nothing_needs_a_home() -> None:
    assert home_folder() is None
    assert without_folders("open /data/jane/a.txt") == "open a.txt"
    assert shown(Path("/data/a")) == "/data/a"
    assert published_folder(ENTRY, None) is None
    assert library_settings({}) is None
    assert cache_folder(None).is_dir()
    say_what_is_not_heeded("jax")


@pytest.mark.parametrize(
    ("named", "ask"),
    [
        ("cache_dir=~/x", lambda: cache_folder("~/x")),
        ("clip.path=~/a.mp4", lambda: own_clip("~/a.mp4", decoded=False)),
        ("clip.path=~jane/a.mp4", lambda: own_clip("~jane/a.mp4", decoded=False)),
        ("dataset.data_dir=~/x", lambda: published_folder(ENTRY, "~/x")),
        ("journals=~/x", lambda: named_folder("journals", "~/x")),
    ],
)
def test_a_folder_of_nobodys_home_is_named_with_its_key(
    named: str, ask: Callable[[], object]
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        ask()
    assert named in str(refused.value) and "\n" not in str(refused.value)
