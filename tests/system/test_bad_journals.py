"""One bad journal never stops the good ones."""

import os
import subprocess
import time
from pathlib import Path

import pytest
from support.bad_journals import LINES, THINGS, line, make
from support.journals import (
    assert_all_there,
    deliver,
    key_of,
    run_sync,
    runs_of,
    series,
    start,
    write_journal,
)

from chipbench.checks.check import WARNING
from chipbench.checks.tracking import journals_check
from chipbench.sync import UndeliveredError
from chipbench.tracking.delivery_state import read_state
from chipbench.tracking.journal import Tags, entries, find_journals, line_of

pytestmark = pytest.mark.usefixtures("as_in_a_process_of_its_own")


def test_the_good_are_delivered_and_the_bad_are_named(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = make(tmp_path / "outputs" / "bad")
    good = [write_journal(tmp_path / "outputs" / f"{n}", *series(2)) for n in range(20)]
    assert len(bad) == len(LINES) + len(THINGS) >= 20
    began_s = time.monotonic()
    with pytest.raises(UndeliveredError):
        run_sync(database, tmp_path / "outputs")
    assert time.monotonic() - began_s < 60
    said = capsys.readouterr().out
    assert "; 20 delivered; " in said
    lines = said.splitlines()
    for folder in bad:
        named = next(n for n, one in enumerate(lines) if one.startswith(f"{folder.name} "))
        assert lines[named + 1].startswith("  "), f"{folder.name} has no reason"
    for path in good:
        assert_all_there(database, path)


def test_doctor_counts_them(tmp_path: Path) -> None:
    make(tmp_path)
    check = journals_check(tmp_path)
    assert check.status == WARNING
    assert "cannot be read" in check.found


def test_a_folder_that_may_not_be_looked_into_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "another's").mkdir()
    good = write_journal(tmp_path / "run")
    listed = os.scandir

    def scandir(folder: Path) -> object:
        if Path(folder).name == "another's":
            raise PermissionError(13, "Permission denied")
        return listed(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    assert set(find_journals(tmp_path)) == {good, tmp_path / "another's" / "journal.jsonl"}


def test_folders_deeper_than_python_recurses_are_searched(tmp_path: Path) -> None:
    here = Path.cwd()
    os.chdir(tmp_path)
    for _ in range(1_200):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(here)
    good = write_journal(tmp_path / "run")
    try:
        assert good in find_journals(tmp_path)
    finally:  # pytest's own clearing up recurses
        subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)


@pytest.mark.parametrize(
    "record",
    [
        {"kind": "heartbeat", "time_ms": 1},
        {"kind": "tags", "values": {}, "colour": "blue"},
        {"kind": "tags", "values": {"a": 1}},
        {"kind": "tags", "values": []},
        {"kind": "metrics", "values": {"loss": None}, "step": 1, "time_ms": 1},
        {"kind": "metrics", "values": {"loss": 1.0}, "step": 2**70, "time_ms": 1},
        {"kind": "metrics", "values": {"loss": True}, "step": 1, "time_ms": 1},
        {"kind": "end", "status": "RUNNING", "time_ms": 1},
        {"kind": "artifact", "path": None},
    ],
    ids=str,
)
def test_a_record_that_is_not_understood_is_kept_and_told(
    record: object, database: str, tmp_path: Path
) -> None:
    path = write_journal(tmp_path / "run", *series(2), end=False)
    with path.open("ab") as file:
        file.write(line(record) + line_of(Tags({"later": "here"})))
    before = path.read_bytes()
    state = deliver(path, database).state
    (why,) = state.refused.values()
    assert "damaged" in why or "this version does not know" in why
    (run,) = runs_of(database, key_of(path))
    assert run.data.tags["later"] == "here" and not state.complete
    assert path.read_bytes() == before


def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path) -> None:
    path = write_journal(tmp_path / "run", *series(1), end=False)
    with path.open("ab") as file:
        file.write(b"x" * (40 * 2**20) + b"\n" + line_of(Tags({"later": "here"})))
    found = list(entries(path))
    assert found[-2].record is None and found[-1].record == Tags({"later": "here"})
    assert found[-1].end == path.stat().st_size


@pytest.mark.parametrize("thing", ["link", "folder", "pipe"])
def test_nothing_is_written_through_what_stands_in_for_the_state(
    thing: str, database: str, tmp_path: Path
) -> None:
    path = write_journal(tmp_path / "run", start(), *series(2))
    private = tmp_path / "private"
    private.write_text("mine")
    for name in ("delivered.new", "delivered.json"):
        place = path.with_name(name)
        if thing == "link":
            place.symlink_to(private)
        elif thing == "folder":
            place.mkdir()
        else:
            os.mkfifo(place)
    deliver(path, database)
    assert_all_there(database, path)
    assert private.read_text() == "mine"


@pytest.mark.parametrize(
    "state",
    ["[]", "[" * 100_000, "\x00"]
    + ['{"offset": -1}', '{"offset": "a"}', '{"offset": 1e3}', '{"closed": 1}', '{"later": 1}']
    + ['{"refused": []}', '{"refused": {"x": "y"}}', '{"artifacts": {"a": 1}}'],
    ids=lambda state: state[:20],
)
def test_a_state_of_another_kind_is_a_new_one(state: str, tmp_path: Path) -> None:
    path = write_journal(tmp_path / "run")
    path.with_name("delivered.json").write_text(state)
    assert read_state(path).offset == 0 and not read_state(path).complete
