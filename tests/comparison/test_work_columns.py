"""What keeps two runs out of one ranking stands in a column, with its unit."""

from dataclasses import replace

import pytest
from support.recorded_runs import run

from chipbench.comparison.grouping import sort_runs
from chipbench.comparison.tidy_tables import run_rows, table_rows
from chipbench.comparison.work_columns import column_of, work_cells
from chipbench.config.compose import compose_config
from chipbench.config.key_rule import Role
from chipbench.config.recorded_params import recorded_params
from chipbench.config.schema import RULES
from chipbench.measure.fingerprint import fingerprint
from chipbench.measure.recorded_run import RecordedRun

#: Words of the schema for a unit, and how a column's name may end that has it.
UNITS = {
    "pixels": "_px",
    "tokens": "_tokens",
    "seconds": "_s",
    "gigabytes": "_gb",
    "frames per second": "_frames_per_second",
    "batches": "_batches",
}


def done(*overrides: str, entry: str = "train", **tags: str) -> RecordedRun:
    """A run with these settings."""
    found = {"train_examples": "50000", "model_layers": "a", "cores": "8"} | tags
    config = compose_config(entry, ["output_dir=none", *overrides])
    params = {key: str(value) for key, value in recorded_params(config).items()}
    said = {"experiment": config.benchmark, "data_source": params.get("dataset.source", "own")}
    said |= {"fingerprint": fingerprint(params, found), "benchmark_version": "2"}
    return replace(run("A", **found, **said), params=params)


@pytest.mark.parametrize(
    ("entry", "overrides", "column"),
    [
        ("export", ["clip.duration_s=2"], "clip_duration_s"),
        ("export", ["clip.fps=25"], "clip_frames_per_second"),
        ("export", ["codec=prores"], "codec_name"),
        ("export", ["method=final_cut_manual", "export_time_s=208"], "method"),
        ("train", ["batch_size=64"], "batch_size"),
        ("train", ["dataset.image_size=64"], "dataset_image_size_px"),
        ("train", ["backend=torch"], "backend"),
        ("train", ["protocol.jit_compile=true"], "protocol_jit_compile"),
        ("train", ["optimizer.learning_rate=0.01"], "optimizer_learning_rate"),
    ],
)
def test_a_setting_that_parts_two_rankings_is_a_column(
    entry: str, overrides: list[str], column: str
) -> None:
    assert_parted(done(*overrides, entry=entry), done(entry=entry), column)


@pytest.mark.parametrize("column", ["train_examples", "model_layers", "workers", "clip_checksum"])
def test_what_a_run_found_is_a_column(column: str) -> None:
    tag = column.removesuffix("_checksum")
    assert_parted(done(**{tag: "400"}), done(**{tag: "200"}), column)


def assert_parted(one: RecordedRun, other: RecordedRun, column: str) -> None:
    assert one.tags["fingerprint"] != other.tags["fingerprint"]
    found = sort_runs([one, other])
    for rows in (run_rows(found), table_rows(found)):
        assert len({row.get(column) for row in rows}) == 2


def test_equal_work_has_equal_cells() -> None:
    one, other = done("model.pixel_scale=255.0", "seed=7"), done("dataset.max_examples=50000")
    assert one.tags["fingerprint"] == other.tags["fingerprint"]
    assert work_cells(one) == work_cells(other)
    assert work_cells(one)["model_pixel_scale"] == "255"


def test_columns_are_told_apart_and_say_their_unit() -> None:
    defining = [rule for rule in RULES if rule.role is Role.WORK]
    assert len({column_of(rule.key) for rule in defining}) == len({r.key for r in defining})
    for rule in defining:
        for word, ending in UNITS.items():
            if f"number of {word}" in rule.kind.words:
                assert column_of(rule.key).endswith(ending), rule.key
