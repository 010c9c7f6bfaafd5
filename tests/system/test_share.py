"""A result as a file: shared on one machine, and on another compared as if measured there."""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from omegaconf import DictConfig
from support.shared_results import MAC, result

from chipbench.compare import compare
from chipbench.comparison.grouping import sort_runs
from chipbench.comparison.tidy_tables import run_rows, table_rows
from chipbench.config.compose import compose_config
from chipbench.createml import createml
from chipbench.export import export
from chipbench.ground.errors import ConfigurationError
from chipbench.measure.recorded_run import RecordedRun
from chipbench.measure.result import Result
from chipbench.reference import reference
from chipbench.share import share
from chipbench.sharing.run_sources import Sources
from chipbench.sweeping.sweep_command import conduct
from chipbench.tracking.store import Store, configured_store
from chipbench.workloads.video import source_clip as clips

Words = Callable[..., list[str]]
#: What a row says of where it came from, and nothing else of it.
ORIGIN = ("run_id", "source")
SMALL = ("dataset=digits", "dataset.max_examples=96", "optimizer=sgd", "save_model=false")
#: Augments the images in one way, as each takes seconds to build.
FLIPPED = [f"augmentation.{way}=false" for way in ("crop", "rotation", "blur", "exposure", "noise")]


@pytest.fixture
def here(tmp_path: Path, cache: Path, made_store: Path) -> Words:
    """Where the first machine measures and records."""

    def words(*overrides: str) -> list[str]:
        places = [f"tracking.uri=sqlite:///{made_store}", f"cache_dir={cache}"]
        return [*places, "tracking.delivery_interval_s=0.5", *overrides]

    return words


@pytest.fixture
def elsewhere(tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another folder with a store of its own, and an empty home."""
    folder = tmp_path / "elsewhere"
    (folder / "home").mkdir(parents=True)
    shutil.copy(empty_database, folder / "mlflow.db")
    monkeypatch.setenv("HOME", str(folder / "home"))
    monkeypatch.setenv("CHIPBENCH_CACHE", str(folder / "cache"))
    return folder


def shared(folder: Path, runs: Path, *overrides: str) -> Path:
    words = [f"runs={runs}", f"output_dir={folder / 'shared'}", *overrides]
    path = share(compose_config("share", words))
    assert path is not None
    return path


def imported(folder: Path, files: Path) -> tuple[int, int]:
    return reference(config_of("reference", folder, f"files={files}"))


def config_of(entry: str, folder: Path, *overrides: str) -> DictConfig:
    store = f"tracking.uri=sqlite:///{folder / 'mlflow.db'}"
    return compose_config(entry, [store, f"output_dir={folder / entry}", *overrides])


def store_of(folder: Path) -> Store:
    store = configured_store(config_of("reference", folder).tracking, folder)
    assert store is not None
    return store


def rows(runs: list[RecordedRun]) -> list[Mapping[str, Any]]:
    """What `compare` writes of them, but for their origin."""
    found = sort_runs(runs)
    told = [*run_rows(found), *table_rows(found)]
    return [{key: value for key, value in row.items() if key not in ORIGIN} for row in told]


def measure_training(_: Words, folder: Path, finished: Path) -> None:
    shutil.copytree(finished / "run", folder)
    shutil.copy(finished / "mlflow.db", folder.parent)


def measure_sweep(here: Words, folder: Path, _: Path) -> None:
    words = [*SMALL, "epochs=2", "batch_size=16,32,64", f"output_dir={folder}"]
    assert conduct("train", here(*words)) == 0


def measure_export(here: Words, folder: Path, _: Path) -> None:
    words = here("clip.duration_s=1", "codec=h264", f"output_dir={folder}")
    words[1] += "/small"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(clips.RESOLUTIONS, "1080p", (320, 180))
        export(compose_config("export", words))


def measure_stand_in(here: Words, folder: Path, _: Path) -> None:
    words = ["createml.engine=keras", "model=tiny_vgg", "epochs=2", f"output_dir={folder}"]
    createml(compose_config("createml", here(*SMALL, *FLIPPED, *words)))


@pytest.mark.first
@pytest.mark.parametrize(
    ("measure", "number"),
    [(measure_training, 1), (measure_sweep, 3), (measure_export, 1), (measure_stand_in, 1)],
)
def test_a_shared_result_is_the_same_row_elsewhere(
    measure: Callable[[Words, Path, Path], None],
    number: int,
    here: Words,
    finished: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    measure(here, tmp_path / "run", finished)
    measured = Sources(store_of(tmp_path), None).read(None)
    path = shared(tmp_path, tmp_path / "run")
    elsewhere: Path = request.getfixturevalue("elsewhere")
    moved = shutil.move(path, elsewhere)
    assert imported(elsewhere, moved) == (number, 0)
    assert imported(elsewhere, moved) == (0, number)
    wanted = rows(measured)
    assert len(wanted) == 2 * number
    assert rows(Sources(store_of(elsewhere), None).read(None)) == wanted
    assert rows([r for r in Sources(None, str(moved)).read(None) if r.is_shared]) == wanted
    assert imported(elsewhere, tmp_path / "run") == (0, number), "the runs' own files"


def test_a_shared_file_names_no_person_host_or_folder(finished: Path, tmp_path: Path) -> None:
    text = shared(tmp_path, finished / "run").read_text()
    host, user = os.uname().nodename, os.environ.get("USER", "root")
    assert host not in text and f'"{user}"' not in text
    for place in (Path.home(), finished, tmp_path):
        assert str(place) not in text
    assert "sqlite:" not in text


def test_it_is_shown_before_it_is_written_and_not_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result().write(tmp_path / "result.json")
    words = [f"runs={tmp_path}", f"output_dir={tmp_path / 'out'}"]
    dry = compose_config("share", [*words, "share.dry_run=true"])
    assert share(dry) is None and not (tmp_path / "out").exists()
    shown = capsys.readouterr().out
    assert MAC.name in shown and "tensorflow 2.19.1" in " ".join(shown.split())
    path = share(
        compose_config("share", [*words, "share.repository=https://github.com/user/chipbench"])
    )
    assert path is not None and path.name.startswith(
        "chipbench-apple_m1_max_32_core_gpu-tinyvgg_digits-"
    )
    said = capsys.readouterr().out
    assert said.index(MAC.name) < said.index("written: ") < said.index("nothing was sent")
    assert "src/chipbench/published/shared/" in said
    assert "https://github.com/user/chipbench/issues/new?template=shared_result.yml" in said


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["share.repository=javascript:x"], "share.repository=javascript:x: must be null or an"),
        (["runs=0123abc"], "runs=0123abc: no such folder, and no run of this id in outputs/"),
        (["runs=last"], "runs=last: outputs/ holds no result.json yet"),
        (["share.by=''"], "share.by=: must be null or a name"),
    ],
)
def test_what_cannot_be_shared_is_said_in_one_line(
    overrides: list[str], said: str, tmp_path: Path
) -> None:
    (tmp_path / "outputs").mkdir()
    words = [f"outputs={tmp_path / 'outputs'}", f"output_dir={tmp_path / 'out'}"]
    with pytest.raises(ConfigurationError) as refused:
        share(compose_config("share", [*words, *overrides]))
    assert str(refused.value).startswith(said)
    assert not (tmp_path / "out").exists()


def test_a_job_that_is_done_stays_done(tmp_path: Path) -> None:
    for name, made in (("001.1", result()), ("001.2", failed()), ("002.1", failed())):
        (tmp_path / "jobs" / name).mkdir(parents=True)
        made.write(tmp_path / "jobs" / name / "result.json")
    made = json.loads(shared(tmp_path, tmp_path).read_text())
    assert [run["status"] for run in made["runs"]] == ["completed", "failed"]


def test_what_failed_is_not_shared_alone(tmp_path: Path) -> None:
    failed().write(tmp_path / "result.json")
    with pytest.raises(ConfigurationError, match="runs: nothing was measured .no memory."):
        shared(tmp_path, tmp_path)


def failed() -> Result:
    known = result()
    tags = {**known.tags, "reason": "no memory"}
    return replace(known, status="failed", end="failed", reason="no memory", metrics={}, tags=tags)


def test_several_machines_are_several_files(tmp_path: Path) -> None:
    for name in ("One", "Two"):
        (tmp_path / name).mkdir()
        other = replace(MAC, name=f"Apple M1 {name} (8-core GPU)")
        result(machine=other).write(tmp_path / name / "result.json")
    with pytest.raises(ConfigurationError, match="a file is of one machine, and these are of"):
        shared(tmp_path, tmp_path)


def test_a_file_is_compared_without_a_store(tmp_path: Path) -> None:
    result().write(tmp_path / "result.json")
    path = shared(tmp_path, tmp_path, "share.by='Ada <b>'")
    words = ["tracking=none", f"+files={path}", f"output_dir={tmp_path / 'out'}"]
    report = compare(compose_config("compare", words))
    (section,) = [one for one in report.sections if one.name == "tinyvgg_digits"]
    names = [line.cells[0].text for group in section.groups for line in group.rows]
    assert names == [f"{MAC.name} (shared by Ada <b>)"]
    assert "Ada &lt;b&gt;" in (tmp_path / "out" / "report.html").read_text()
    with (tmp_path / "out" / "comparison_rows.csv").open(newline="") as lines:
        told = [row for row in csv.DictReader(lines) if row["source"] == "shared"]
    assert [(row["machine"], row["shared_by"]) for row in told] == [(MAC.name, "Ada <b>")]
    with pytest.raises(ConfigurationError, match="files=PATH of shared results"):
        compare(compose_config("compare", ["tracking=none", f"output_dir={tmp_path / 'out'}"]))


def test_machines_of_one_model_are_put_beside_each_other(tmp_path: Path) -> None:
    for number in range(4):
        other = replace(MAC, fingerprint=f"{number:012x}")
        result((3.0 + number, 2.0), other).write(tmp_path / f"chipbench-{number}.json")
    words = ["tracking=none", f"files={tmp_path}", f"output_dir={tmp_path / 'out'}"]
    report = compare(compose_config("compare", words))
    assert report.models is not None
    (line,) = report.models.rows
    assert [cell.text for cell in line.cells][2:7] == ["4", "4", "6.75 s", "7.50 s", "8.25 s"]
    for name in ("report.html", "report.md", "comparison_models.csv"):
        assert MAC.name in (tmp_path / "out" / name).read_text().replace("\\", "")


@pytest.mark.parametrize("entry", ["reference", "compare"])
def test_a_refused_file_ends_with_code_2_and_imports_nothing(
    entry: str, elsewhere: Path, tmp_path: Path
) -> None:
    path = tmp_path / "chipbench-bad.json"
    result().write(path)
    path.write_text(path.read_text().replace('"total_time_s": 9.0', '"total_time_s": 0.9'))
    store = f"tracking.uri=sqlite:///{elsewhere / 'mlflow.db'}"
    ended = subprocess.run(
        [sys.executable, "-m", f"chipbench.{entry}", f"files={path}", store],
        cwd=elsewhere,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2, ended.stderr
    said = [line for line in ended.stderr.splitlines() if not line.endswith(" …")]
    assert said == [
        "chipbench: chipbench-bad.json: checksum: the run was cut or changed since it was made"
    ]
    assert Sources(store_of(elsewhere), None).read(None) == []


def test_one_bad_file_keeps_no_other_away(
    elsewhere: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    result().write(folder / "chipbench-a.json")
    result((5.0, 4.0)).write(folder / "chipbench-b.json")
    (folder / "chipbench-c.json").write_text("{")
    (folder / "machine.json").write_text("another's")
    with pytest.raises(ConfigurationError, match="of 3 files 1 was refused"):
        imported(elsewhere, folder)
    assert "chipbench-c.json: the file cannot be read" in capsys.readouterr().err
    assert len(Sources(store_of(elsewhere), None).read(None)) == 2
