"""A stranger's file: believed as a whole, or refused in one line that names the field."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from support.forged import Document, changed, document, drop, put, refusal, written
from support.shared_results import result

from chipbench.measure.result import sealed
from chipbench.sharing.schema import schema
from chipbench.sharing.shared_file_reading import read_shared
from chipbench.terminal.escaping import plain


def test_a_file_gives_back_what_was_put_in(tmp_path: Path) -> None:
    (run,) = read_shared(written(tmp_path, document()))
    assert (run.result, run.by) == (result(), "Ada")
    assert run.digest == document()["runs"][0]["checksum"]


def test_a_runs_own_file_is_one_of_a_single_run(tmp_path: Path) -> None:
    result().write(tmp_path / "result.json")
    (own,) = read_shared(tmp_path / "result.json")
    (run,) = read_shared(written(tmp_path, document()))
    assert own.result == run.result and own.digest == run.digest and own.by is None


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


#: In per cent of a peak that is less.
ACHIEVED = 100 * result().metrics["achieved_tflops"] / 1e-5

#: What is done to a believable run, and the field that is named. Sealed again by the forger.
HOSTILE: dict[str, tuple[Callable[[Document], Any], str]] = {
    "a number as text": (put("metrics", "total_time_s", value="9"), "metrics.total_time_s"),
    "true as a number": (put("metrics", "total_time_s", value=True), "metrics.total_time_s"),
    "beyond all numbers": (put("metrics", "total_time_s", value=1e300), "metrics.total_time_s"),
    "no metrics": (drop("metrics"), "metrics"),
    "an unknown field": (put("command", value="rm -rf /"), "command"),
    "an unknown metric": (put("metrics", "joy", value=1.0), "metrics.joy"),
    "an unknown tag": (put("tags", "mlflow.user", value="root"), "tags.mlflow.user"),
    "a key of a store": (put("tags", "key", value="published-x"), "tags.key"),
    "an owner": (put("tags", "owner", value="0" * 12), "tags.owner"),
    "a terminal's escape": (put("tags", "device", value="\x1b[2J"), "tags.device"),
    "a turned text": (put("tags", "device", value="\u202efdp"), "tags.device"),
    "half a character": (put("tags", "device", value="\ud800"), "tags.device"),
    "a path for a benchmark": (put("benchmark", value="../../etc/passwd"), "benchmark"),
    "a text without end": (put("tags", "device", value="x" * 6001), "tags.device"),
    "more epochs than fit": (
        put("series", "epoch_time_s", value=[1.0] * 1001),
        "series.epoch_time_s",
    ),
    "columns of two lengths": (put("series", "loss", value=[1.0]), "series.loss"),
    "epochs out of order": (put("series", "step", value=[1, 3, 2]), "series.step"),
    "a fingerprint of other work": (
        lambda run: (run.update(fingerprint="0" * 12), run["tags"].update(fingerprint="0" * 12)),
        "fingerprint",
    ),
    "another batch size": (put("params", "batch_size", value="4096"), "fingerprint"),
    "other data": (put("tags", "data_source", value="tfds"), "tags.data_source"),
    "another benchmark": (
        lambda run: (
            run.update(benchmark="resnet50_food101"),
            run["tags"].update(experiment="resnet50_food101"),
        ),
        "tags.experiment",
    ),
    "two names of a benchmark": (put("benchmark", value="resnet50_food101"), "benchmark"),
    "two names of a machine": (put("machine", value="TITAN RTX"), "machine"),
    "a published machine's name": (put("tags", "machine", value="titan_rtx_pc"), "tags.machine"),
    "a GPU that is not there": (put("hardware", "accelerators", value=[]), "hardware.accelerators"),
    "other cores": (put("hardware", "cpu_cores_logical", value=99), "hardware.cpu_cores_logical"),
    "epochs that do not add up": (
        put("metrics", "total_time_s", value=1.0),
        "metrics.total_time_s",
    ),
    "epochs that are missing": (put("series", value={}), "series.step"),
    "a steady time of its own": (
        put("metrics", "steady_epoch_time_s", value=0.1),
        "metrics.steady_epoch_time_s",
    ),
    "more images than there are": (
        put("series", "images_per_second", value=[1e6] * 3),
        "series.images_per_second",
    ),
    "beyond the device's peak": (
        lambda run: run["metrics"].update(peak_tflops=1e-5, flops_utilization_percent=ACHIEVED),
        "metrics.achieved_tflops",
    ),
    "beyond the memory's bandwidth": (
        put("metrics", "memory_bandwidth_gb_per_s", value=1e-4),
        "metrics.steady_images_per_second",
    ),
    "more memory than there is": (
        put("metrics", "memory_peak_mib", value=1e6),
        "metrics.memory_peak_mib",
    ),
    "less than no time": (put("metrics", "memory_peak_mib", value=-1.0), "metrics.memory_peak_mib"),
    "more than all": (
        put("metrics", "cpu_utilization_mean_percent", value=500.0),
        "metrics.cpu_utilization_mean_percent",
    ),
    "before its software": (put("begun_ms", value=1_600_000_000_000), "begun_ms"),
    "a time that is none": (put("begun_ms", value=-1), "begun_ms"),
    "completed with a reason": (
        lambda run: (run.update(reason="x"), run["tags"].update(reason="x")),
        "reason",
    ),
    "a caution that is hidden": (put("tags", "caveats", value="not idle"), "caveats"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_run_is_refused_in_one_line_with_its_field(name: str, tmp_path: Path) -> None:
    change, field = HOSTILE[name]
    said = refusal(written(tmp_path, changed(change)))
    assert said.startswith(f"chipbench-x.json: runs[0].{field}: "), said
    assert len(said) < 400 and "\n" not in said and plain(said) == said


#: Files that are broken as files, and what is said.
BROKEN: dict[str, tuple[Callable[[], object], str]] = {
    "nothing": (lambda: "", "the file cannot be read"),
    "no JSON": (lambda: "{", "the file cannot be read"),
    "a list": (lambda: [1], "the file cannot be read: it is no JSON object"),
    "no number": (lambda: '{"version": NaN}', "the file cannot be read: NaN is no number"),
    "beyond depth": (lambda: "[" * 200_000, "the file cannot be read"),
    "too large": (lambda: " " * 2**20 + "{}", "the file cannot be read"),
    "another format": (lambda: {"format": "geekbench"}, "format: it must be chipbench result"),
    "no runs": (lambda: document() | {"runs": []}, "runs: it must have 1 items or more"),
    "runs by name": (lambda: document() | {"runs": {"a": 1}}, "runs: it must be of type array"),
    "a run that is none": (lambda: document() | {"runs": [7]}, "runs[0]: it must be of type obj"),
    "an author who is none": (lambda: document() | {"by": ["x"]}, "by: it must be of type string"),
    "a changed number": (
        lambda: changed(put("metrics", "warmup_time_s", value=0.1), seal=False),
        "runs[0].checksum: the run was cut or changed",
    ),
    "a changed author": (lambda: document() | {"by": "Eve"}, "checksum: the file was cut or"),
    "a newer file": (lambda: document() | {"version": 2}, "version: 2 is newer than 1"),
    "a newer run": (
        lambda: sealed(document() | {"runs": [document()["runs"][0] | {"version": 3}]}),
        "version: 3 is newer than 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    make, wanted = BROKEN[name]
    said = refusal(written(tmp_path, make()))
    assert said.startswith(f"chipbench-x.json: {wanted}") and len(said) < 400, said


@pytest.mark.parametrize("kind", ["a link", "a folder", "a pipe", "nothing"])
def test_what_is_no_plain_file_is_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "chipbench-x.json"
    if kind == "a link":
        path.symlink_to(written(tmp_path, document()).rename(tmp_path / "there"))
    elif kind == "a folder":
        path.mkdir()
    elif kind == "a pipe":
        os.mkfifo(path)
    assert refusal(path).startswith("chipbench-x.json: the file cannot be read: ")


def test_a_failed_run_needs_no_numbers(tmp_path: Path) -> None:
    def fail(run: Document) -> None:
        run.update(status="failed", end="out_of_memory", reason="out of memory", metrics={})
        run.update(series={}, utilisation={})
        run["tags"]["reason"] = "out of memory"

    (run,) = read_shared(written(tmp_path, changed(fail)))
    assert run.recorded().status == "FAILED"
