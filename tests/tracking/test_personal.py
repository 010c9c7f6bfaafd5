"""What is recorded names no folder of the user's, whichever way it comes there."""

import csv
from pathlib import Path

import pytest

from chipbench.ground.csv_file import write_table
from chipbench.tracking.journal import Params, Start, Tags, read
from chipbench.tracking.project_runs import _is_private
from chipbench.tracking.recorder import Recorder

TEXTS = [
    "clip.path=/home/jane/secret/a.mp4",
    "dataset.data_dir=/home/jane/secret",
    "model.weights=~/jane/w.h5",
    "ffmpeg: /home/jane/bin/ffmpeg: not found",
    "'/home/jane/a b/c.mov' is no video",
    '"/Users/jane/x/y"',
    "sqlite:////home/jane/mlflow.db",
    "file:///home/jane/x/y",
    "job 1 of /home/jane/a,/home/jane/b",
    "/home/jane/a",
    "[/home/jane/a, /home/jane/b]",
    "x (/home/jane/a)",
]


@pytest.mark.parametrize("text", TEXTS)
def test_no_record_names_a_folder(text: str, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, None, name=text, experiment="chipbench")
    recorder.params({"text": text})
    recorder.tags({"best": text})
    recorder.description(text)
    recorder.rename(text)
    recorder.end("FINISHED")
    records = [record for record, _ in read(tmp_path / "journal.jsonl")]
    kept = [one.values for one in records if isinstance(one, Params | Tags)]
    texts = [value for values in kept for value in values.values()]
    texts += [one.name for one in records if isinstance(one, Start)]
    assert len(texts) == 5
    assert not any("jane" in one for one in texts), texts


@pytest.mark.parametrize("text", TEXTS)
def test_no_table_names_a_folder(text: str, tmp_path: Path) -> None:
    write_table(tmp_path / "a.csv", [{"text": text}])
    with (tmp_path / "a.csv").open(newline="") as file:
        assert "jane" not in next(csv.DictReader(file))["text"]


@pytest.mark.parametrize(
    ("url", "private"),
    [
        ("/home/jane/x.git", True),
        ("file:///home/jane/x.git", True),
        ("~/x.git", True),
        ("../x", True),
        ("https://token@host/x", True),
        ("https://host/x.git", False),
        ("git@github.com:x/y.git", False),
    ],
)
def test_an_address_of_sources_is_kept_if_it_is_public(url: str, private: bool) -> None:
    assert _is_private(url) is private
