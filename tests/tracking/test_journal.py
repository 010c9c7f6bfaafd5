from pathlib import Path

import pytest

from chipbench.tracking.journal import (
    Artifact,
    End,
    Metrics,
    Params,
    Record,
    Start,
    Tags,
    entries,
    last_time_ms,
    line_of,
    read,
    record_of,
)
from chipbench.tracking.journal_writer import JournalWriter

RECORDS: list[Record] = [
    Start("k", "name · b32", "chipbench", 1),
    Params({"batch_size": "32"}),
    Tags({"chipbench.kind": "training"}),
    Metrics({"epoch_time_s": 0.1 + 0.2, "loss": 1e-30}, 1, 2),
    Artifact("result.json"),
    End("FINISHED", 3),
]


def write(folder: Path) -> Path:
    writer = JournalWriter(folder)
    for record in RECORDS:
        writer.append(record)
    writer.close()
    return writer.path


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: type(r).__name__)
def test_a_record_survives_its_line(record: Record) -> None:
    assert record_of(line_of(record)) == record


def test_all_records_are_read_back_with_their_offsets(tmp_path: Path) -> None:
    path = write(tmp_path)
    found = list(read(path))
    assert [record for record, _ in found] == RECORDS
    assert found[-1][1] == path.stat().st_size
    third = found[2][1]
    assert [record for record, _ in read(path, third)] == RECORDS[3:]


def test_every_cut_leaves_the_whole_records_before_it(tmp_path: Path) -> None:
    path = write(tmp_path)
    data = path.read_bytes()
    ends = [end for _, end in read(path)]
    for size in range(len(data)):
        path.write_bytes(data[:size])
        assert len(list(read(path))) == sum(end <= size for end in ends)


def test_a_damaged_line_is_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path)
    data = bytearray(path.read_bytes())
    data[[end for _, end in read(path)][1] + 20] ^= 1
    path.write_bytes(data)
    assert [record for record, _ in read(path)] == RECORDS[:2] + RECORDS[3:]
    assert [entry.record is None for entry in entries(path)].count(True) == 1


def test_zeros_after_a_power_failure_end_the_journal(tmp_path: Path) -> None:
    path = write(tmp_path)
    with path.open("ab") as file:
        file.write(bytes(4096))
    assert [record for record, _ in read(path)] == RECORDS


def test_half_a_surrogate_pair_survives(tmp_path: Path) -> None:
    record = Tags({"chipbench.reason": "no file \udcff"})
    assert record_of(line_of(record)) == record


def test_the_last_time_is_that_of_the_records(tmp_path: Path) -> None:
    assert last_time_ms(write(tmp_path)) == 3


def test_lines_of_the_first_release_are_read_and_would_be_written_alike() -> None:
    journal = Path(__file__).parent / "samples" / "release_0_1_0" / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    assert len(lines) == 24
    for line in lines:
        record = record_of(line)
        assert record is not None and line_of(record) == line
