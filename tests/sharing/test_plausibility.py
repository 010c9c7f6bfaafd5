"""What cannot be so in a stranger's file, field by field; and what is only odd, and believed."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from support.forged import Document, changed, document, put, refusal, written

from chipbench.measure.fingerprint import fingerprint
from chipbench.measure.result import sealed
from chipbench.sharing.shared_file_reading import read_shared
from chipbench.terminal.escaping import plain

Change = Callable[[Document], Any]
PLAIN = document()["runs"][0]
WARNING = {"what": "<img src=x>", "remedy": None, "rules_out": False}
CPU_USE = "system/cpu_utilization_percentage"


def resealed(*changes: Change) -> Change:
    """The fingerprint goes with the settings, as a careful forger has it."""

    def change(run: Document) -> None:
        for one in changes:
            one(run)
        known = {name: text for name, text in run["tags"].items() if name != "fingerprint"}
        run["fingerprint"] = run["tags"]["fingerprint"] = fingerprint(run["params"], known)

    return change


def setting(key: str, text: str) -> Change:
    return resealed(put("params", key, value=text))


def without(part: str, name: str) -> Change:
    return resealed(lambda run: run[part].pop(name))


def lasted(**known: float) -> Change:
    """With these metrics of a run of a given time."""
    return lambda run: run["metrics"].update(known)


#: What is done to a believable run, and the field that is named.
FORGED: dict[str, tuple[Change, str]] = {
    "minus three epochs": (setting("epochs", "-3"), "params.epochs"),
    "epochs in other digits": (setting("epochs", "３"), "params.epochs"),
    "epochs as a power": (setting("epochs", "1e3"), "params.epochs"),
    "a batch without an end": (setting("batch_size", "1e99"), "params.batch_size"),
    "a batch of less than none": (setting("batch_size", "-1"), "params.batch_size"),
    "another kind of number": (setting("precision", "float7"), "params.precision"),
    "a path for an option": (setting("dataset.name", "../../x"), "params.dataset.name"),
    "a setting of nothing": (setting("evil", "rm -rf /"), "params.evil"),
    "a folder": (setting("output_dir", "/home/eve/x"), "params.output_dir"),
    "the address of a store": (setting("tracking.uri", "http://eve"), "params.tracking.uri"),
    "half a key": (put("params", "a\ud800", value="x"), "params.a\ud800"),
    "a list for a setting": (put("params", "epochs", value=[[[1]]]), "params.epochs"),
    "no version of the benchmark": (
        without("tags", "benchmark_version"),
        "tags.benchmark_version",
    ),
    "a version whose fingerprint nobody knows": (
        put("tags", "benchmark_version", value="1"),
        "tags.benchmark_version",
    ),
    "a version that is yet to come": (
        put("tags", "benchmark_version", value="99"),
        "tags.benchmark_version",
    ),
    "another kind": (put("tags", "kind", value="reference"), "tags.kind"),
    "the kind of other settings": (put("tags", "kind", value="export"), "tags.kind"),
    "a source": (put("tags", "source", value="http://example.org"), "tags.source"),
    "another end": (put("tags", "status", value="failed"), "status"),
    "a price below nothing": (put("tags", "price_usd", value="-5"), "tags.price_usd"),
    "a price that is none": (put("tags", "price_usd", value="nan"), "tags.price_usd"),
    "a price to be computed": (put("tags", "price_usd", value="=1+1"), "tags.price_usd"),
    "a device of no kind": (put("tags", "device_kind", value="banana"), "tags.device_kind"),
    "no device": (without("tags", "device_kind"), "tags.device_kind"),
    "another protocol": (put("tags", "protocol", value="mine"), "tags.protocol"),
    "another back end": (put("tags", "backend", value="torch"), "tags.backend"),
    "no back end": (without("tags", "backend"), "tags.backend"),
    "software that is not there": (
        lambda run: (run["hardware"]["versions"].pop("tensorflow"), run["tags"].pop("tensorflow")),
        "tags.backend_version",
    ),
    "an optimizer of its own": (
        put("tags", "optimizer_used", value="magic"),
        "tags.optimizer_used",
    ),
    "no number of images": (without("tags", "train_examples"), "tags.train_examples"),
    "no replicas": (put("tags", "replicas", value="0"), "tags.replicas"),
    "another GPU": (
        lambda run: (run.update(machine="M9"), run["tags"].update(machine_name="M9")),
        "machine",
    ),
    "a caution of another text": (
        lambda run: (run.update(caveats=[WARNING]), run["tags"].update(caveats="none")),
        "caveats",
    ),
    "no time": (lambda run: run["metrics"].pop("total_time_s"), "metrics.total_time_s"),
    "a time of other work": (
        put("metrics", "export_time_s", value=1.0),
        "metrics.export_time_s",
    ),
    "a first epoch of its own": (
        put("metrics", "warmup_time_s", value=0.1),
        "metrics.warmup_time_s",
    ),
    "a target that nobody set": (
        put("metrics", "time_to_target_s", value=1.0),
        "metrics.time_to_target_s",
    ),
    "operations that are not shown": (
        lambda run: (run["metrics"].pop("achieved_tflops"), run["metrics"].pop("peak_tflops")),
        "metrics.achieved_tflops",
    ),
    "a peak of no machine": (
        lambda run: (
            run["metrics"].update(peak_tflops=1e9),
            run["metrics"].pop("flops_utilization_percent"),
        ),
        "metrics.peak_tflops",
    ),
    "the power of a town": (put("metrics", "energy_j", value=1e12), "metrics.energy_j"),
    "more memory than the machine has": (
        put("metrics", "process_memory_peak_mib", value=1e6),
        "metrics.process_memory_peak_mib",
    ),
    "epochs of less than no time": (
        put("metrics", "epoch_drift_percent", value=-101.0),
        "metrics.epoch_drift_percent",
    ),
    "a speed that lasted otherwise": (
        resealed(put("params", "duration_s", value="7"), lasted(sustained_percent=99.0)),
        "metrics.sustained_percent",
    ),
    "a time that no epoch is of": (
        resealed(put("params", "duration_s", value="7"), lambda run: run["series"].clear()),
        "params.duration_s",
    ),
    "a half epoch": (put("series", "step", value=[1, 2.5, 3]), "series.step"),
    "use above all": (
        put("utilisation", CPU_USE, value=[None, 900.0]),
        f"utilisation.{CPU_USE}",
    ),
    "use before the work": (put("utilisation", "time_s", value=[-9.0, 1.0]), "utilisation.time_s"),
    "use without an end": (put("utilisation", "time_s", value=[0.0, 1e15]), "utilisation.time_s"),
    "tomorrow's run": (put("begun_ms", value=99_999_999_999_999), "begun_ms"),
    "a time in fractions": (put("begun_ms", value=PLAIN["begun_ms"] + 0.0), "begun_ms"),
    "a line within a line": (put("tags", "device", value="a\u2028b"), "tags.device"),
    "letters that nobody sees": (put("tags", "device", value="a\U000e0041"), "tags.device"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_what_cannot_be_is_refused_in_one_line_with_its_field(name: str, tmp_path: Path) -> None:
    change, field = FORGED[name]
    said = refusal(written(tmp_path, changed(change)))
    assert said.startswith(f"chipbench-x.json: runs[0].{field}: "), said
    assert len(said) < 400 and "\n" not in said


def of_two(change: Change) -> Document:
    """A file of two runs, the second of which is changed."""
    made = document()
    second = deepcopy(made["runs"][0])
    change(second)
    return sealed(made | {"runs": [*made["runs"], sealed(second)]})


#: Files that say something twice, or in another spelling; and what is said of them.
FILES: dict[str, tuple[Callable[[], object], str]] = {
    "a run twice": (lambda: of_two(lambda run: None), "runs[1]: it is there twice"),
    "two machines": (
        lambda: of_two(put("hardware", "architecture", value="x86_64")),
        "runs[1].hardware.architecture: a file is of one machine",
    ),
    "a field twice": (
        lambda: json.dumps(document()).replace('"by"', '"by": "Eve", "by"', 1),
        "the file cannot be read: by stands there twice",
    ),
    "a byte order mark": (
        lambda: f"\ufeff{json.dumps(document())}",
        "the file cannot be read: it begins with a byte order mark",
    ),
    "bytes of no text": (
        lambda: json.dumps(document()).replace("Ada", "\ud800"),
        "the file cannot be read: it is no UTF-8 from byte",
    ),
    "a number without end": (
        lambda: '{"version": ' + "9" * 5000 + "}",
        "the file cannot be read: 99999999999999999999… is too long a number",
    ),
    "a format of no kind": (lambda: document() | {"format": ["x"]}, "format: it must be chip"),
    "a version that is true": (lambda: document() | {"version": True}, "version: it must be of"),
    "an author of two lines": (lambda: sealed(document() | {"by": "A\nB"}), "by: it must be one"),
    "an author whom nobody sees": (lambda: sealed(document() | {"by": "\u200b"}), "by: it must be"),
    "an author of blanks": (lambda: sealed(document() | {"by": "  "}), "by: it must be one line"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_what_two_readers_could_read_as_two_things_is_refused(name: str, tmp_path: Path) -> None:
    make, wanted = FILES[name]
    said = refusal(written(tmp_path, make()))
    assert said.startswith(f"chipbench-x.json: {wanted}") and plain(said) == said, said


@pytest.mark.parametrize(
    "by", ["<b>Ada</b>", "=1+1", "../etc", "http://example.org", "![x](y)", "Ada 👩\u200d🔬"]
)
def test_a_name_is_a_name(by: str, tmp_path: Path) -> None:
    """Whoever writes it somewhere escapes it there."""
    (run,) = read_shared(written(tmp_path, sealed(document() | {"by": by})))
    assert run.by == by


def test_a_run_of_a_given_time_is_believed_by_its_epochs(tmp_path: Path) -> None:
    change = resealed(setting("duration_s", "7.5"), lasted(sustained_percent=80.0))
    assert read_shared(written(tmp_path, changed(change)))
