import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from chipbench.workloads.video import source_clip

SMALL = OmegaConf.create(
    {"path": None, "resolution": "1080p", "fps": 30, "duration_s": 2, "rendered_s": 1}
)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: os.truncate(path, 2),
        lambda path: os.truncate(path, 0),
        lambda path: path.write_bytes(b"egatoof"),
        lambda path: (path.unlink(), path.mkdir()),
        lambda path: (path.unlink(), os.mkfifo(path)),
        lambda path: path.with_name(f"{path.name}.seal").unlink(),
    ],
)
def test_a_damaged_clip_of_the_cache_is_rendered_again(
    damage: Callable[[Path], Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(source_clip, "write_footage", lambda path, *_: path.write_bytes(b"footage"))
    path = source_clip.open_clip(SMALL, "ffmpeg", tmp_path, print).path
    damage(path)
    again = source_clip.open_clip(SMALL, "ffmpeg", tmp_path, print)
    assert again.path.read_bytes() == b"footage" and (again.frames, again.loops) == (60, 2)
    assert f"{path.name} in the cache is damaged (" in capsys.readouterr().err
