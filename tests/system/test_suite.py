"""A suite, killed in the middle of an item, and gone on with."""

import csv
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.checkouts import checkout
from support.sweeps import attempts_in, runs_of, wait_for_delivery

from chipbench.workloads.video.ffmpeg import find_ffmpeg

pytestmark = pytest.mark.usefixtures("made_store")


def suite(folder: Path, *words: str) -> "subprocess.Popen[str]":
    """A suite of three items: one by hand, one that ffmpeg keeps waiting, one that fails."""
    hand = '["codec=h264","method=final_cut_manual","export_time_s=208"]'
    short = '"codec=h264","clip.duration_s=1","clip.rendered_s=1","clip.fps=10"'
    waits = f'[{short},"ffmpeg.path={folder}/ffmpeg"]'
    fails = '["codec=h264","ffmpeg.path=missing"]'
    items = {"by_hand": hand, "waits": waits, "fails": fails}
    listed = [f"{{name: {name}, entry: export, overrides: {o}}}" for name, o in items.items()]
    return subprocess.Popen(
        [sys.executable, "-m", "chipbench.suite", f"suite.items=[{','.join(listed)}]", *words],
        env=os.environ
        | {"MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}"}
        | {"PYTHONPATH": str(folder / "src")},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait_for(path: Path) -> None:
    deadline_s = time.monotonic() + 200
    while not path.exists():
        assert time.monotonic() < deadline_s, f"{path.name} does not come"
        time.sleep(0.1)


def test_what_was_killed_is_done_by_resume_and_nothing_twice(tmp_path: Path) -> None:
    checkout(tmp_path)
    ffmpeg = tmp_path / "ffmpeg"
    ffmpeg.write_text(
        f"#!/bin/sh\ncd {tmp_path}\n[ -e go ] || {{ touch begun; exec sleep 300; }}\nexec "
        f'{find_ffmpeg(None)} "$@"\n'
    )
    ffmpeg.chmod(0o755)
    running = suite(tmp_path)
    wait_for(tmp_path / "begun")
    running.kill()
    said, _ = running.communicate()
    assert said.startswith("suite=full, 3 items: how long it takes is not known"), (
        "before it begins"
    )
    wait_for_delivery(tmp_path)
    (tmp_path / "go").touch()
    again = suite(tmp_path, "suite.resume=last")
    said, _ = again.communicate()
    assert again.returncode == 1 and "2 of 3 jobs done, failed: fails" in said
    assert attempts_in(tmp_path) == ["000.1", "001.1", "001.2", "002.1"]
    parent, children = runs_of(tmp_path)
    assert parent.data.tags["chipbench.kind"] == "suite" and parent.info.status == "FAILED"
    ends = sorted((r.info.run_name.partition(" ")[0], r.info.status) for r in children)
    once = [("by_hand", "FINISHED"), ("fails", "FAILED")]
    assert ends == [*once, ("waits", "FINISHED"), ("waits", "KILLED")]
    assert parent.data.metrics["by_hand/export_time_s"] == 208
    assert parent.data.metrics["waits/item_time_s"] > parent.data.metrics["waits/export_time_s"]
    with next(tmp_path.glob("outputs/*/*/resumed-*/suite.csv")).open() as lines:
        assert [row["outcome"] for row in csv.DictReader(lines)] == ["done", "done", "failed"]
    other = suite(tmp_path, "suite.resume=last", "machine.accelerator=cpu")
    said, _ = other.communicate()
    assert other.returncode == 2, said
    assert "suite.resume=last: that suite was another one" in said
