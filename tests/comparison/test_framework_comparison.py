"""The table of frameworks: what several did alike, and nothing else."""

from pathlib import Path

import pytest
from support.recorded_runs import no_histories, run

from chipbench.comparison.framework_comparison import beside, framework_rows, frameworks_table
from chipbench.comparison.grouping import sort_runs
from chipbench.comparison.report_contents import make_report
from chipbench.comparison.report_files import write_pages
from chipbench.measure.fingerprint import BENCHMARK_VERSION, fingerprint

VERSIONS = {"tensorflow": "2.19.1", "torch": "2.13.0", "jax": "0.10.2"}


def trained(name: str, time_s: float, machine: str = "A", size: int = 32, **tags: str):
    made = run(machine, time_s, batch_size=size, backend=name, **tags)
    made.params["backend.name"] = name  # type: ignore[index]  # a dictionary
    known = made.tags | {"backend_version": VERSIONS[name]}
    known["benchmark_version"] = str(BENCHMARK_VERSION)
    known["fingerprint"] = fingerprint(made.params, known)
    made.tags.update(known)  # type: ignore[attr-defined]
    return made


def test_each_line_is_a_training_that_several_did() -> None:
    runs = [
        trained(name, time_s * 32 / size + repeat / 10, size=size)
        for name, time_s in (("tensorflow", 10.0), ("torch", 20.0), ("jax", 5.0))
        for size in (128, 32)
        for repeat in range(3)
    ]
    alone = trained("torch", 3.0, machine="B")
    published = trained("jax", 4.0, machine="B", kind="reference")
    lines = beside(sort_runs([*runs, alone, published]))
    table = frameworks_table(lines)
    assert table is not None and table.title == "Same machine, same model, three frameworks"
    assert table.heads[3:] == ("TensorFlow", "PyTorch", "JAX")
    assert [line.cells[2].text for line in table.rows] == ["32", "128"]
    assert {line.cells[0].text for line in table.rows} == {"A"}
    first = table.rows[0].cells
    assert "×" not in first[3].text
    assert first[4].text.startswith("20.10 s") and "× 1.99 [" in first[4].text
    assert "Versions: TensorFlow 2.19.1, PyTorch 2.13.0, JAX 0.10.2." in table.notes
    rows = framework_rows(lines)
    assert [row["backend"] for row in rows] == ["tensorflow", "torch", "jax"] * 2
    assert rows[2]["time_ratio"] == pytest.approx(5.1 / 10.1, rel=0.01)


@pytest.mark.parametrize(
    "other",
    [
        trained("torch", 5.0, machine="B"),
        trained("torch", 5.0, size=64),
        trained("torch", 5.0, device="a GPU"),
        trained("torch", 5.0, data_source="generated"),
        trained("torch", 5.0, optimizer_used="sgd"),
        trained("torch", 5.0, model_layers="another"),
        trained("torch", 5.0, status="FAILED"),
        trained("tensorflow", 5.0),
    ],
)
def test_what_is_unlike_stands_on_no_line(other) -> None:
    found = sort_runs([trained("tensorflow", 10.0), other])
    assert frameworks_table(beside(found)) is None


def test_what_lines_do_not_share_has_its_column_and_a_doubted_time_its_word() -> None:
    small = [trained(name, 3.0, size=16) for name in ("tensorflow", "torch")]
    jax = trained("jax", 4.0, caveats="not idle: others used the CPU")
    table = frameworks_table(beside(sort_runs([*small, trained("torch", 5.0), jax])))
    assert table is not None and table.heads[-1] == "versions" and "work" not in table.heads
    assert [line.cells[5].text for line in table.rows] == [
        "",
        "4.00 s, × 0.80 (one sample), caution",
    ]
    assert any(note.startswith("Caution: ") for note in table.notes)


def test_back_ends_that_nobody_knows_are_left_out() -> None:
    runs = [trained("torch", 3.0), trained("jax", 3.0)]
    for number, made in enumerate(runs):
        made.tags["backend"] = f"mine {number}"  # type: ignore[index]  # a dictionary
    assert beside(sort_runs(runs)) == []


def test_the_pages_have_it(tmp_path: Path) -> None:
    runs = [trained(name, 10.0) for name in ("torch", "jax")]
    report = make_report(tmp_path, sort_runs(runs), runs, no_histories)
    write_pages(tmp_path, report)
    for name in ("report.md", "report.html"):
        text = (tmp_path / name).read_text()
        assert "Same machine, same model, two frameworks" in text
        assert "PyTorch 2.13.0, JAX 0.10.2" in text
