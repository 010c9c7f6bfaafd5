"""Runs that are not what they say, and runs of another version of the benchmark."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.recorded_runs import run

from chipbench.comparison.grouping import sort_runs
from chipbench.comparison.report_contents import count_text
from chipbench.comparison.report_tables import group_table
from chipbench.config.compose import compose_config
from chipbench.config.recorded_params import recorded_params
from chipbench.measure.fingerprint import BENCHMARK_VERSION, fingerprint
from chipbench.measure.recorded_run import RecordedRun
from chipbench.tracking.journal import Metrics, Params, Tags, read


def measured(machine: str, time_s: float = 10.0, *overrides: str, **tags: str) -> RecordedRun:
    """A run as this version records it."""
    words = ["dataset.source=tfds", "output_dir=none", *overrides]
    params = recorded_params(compose_config("train", words))
    found = {"train_examples": "50000", "model_layers": "a"}
    made = run(machine, time_s, benchmark_version=str(BENCHMARK_VERSION), **found, **tags)
    known = {**made.tags, "fingerprint": fingerprint(params, found)}
    return replace(made, params={k: str(v) for k, v in params.items()}, tags=known)


def test_a_forged_run_neither_leads_the_table_nor_titles_it() -> None:
    honest = measured("Honest", 10.0)
    params = {**honest.params, "batch_size": "4096"}
    forged = replace(run("Forged", 0.1), params=params, tags={**honest.tags, "machine_name": "F"})
    found = sort_runs([forged, honest])
    ((group,),) = [benchmark.groups for benchmark in found.benchmarks]
    assert [row.machine for row in group.rows] == ["Honest"]
    assert "batches of 32" in group.title and "4096" not in group.title
    assert "Left out: 1 run contradicting their own settings." in count_text(found)


@pytest.mark.parametrize(
    "tags",
    [
        {"data_source": "generated"},
        {"experiment": "resnet50_cifar100"},
        {"train_examples": "9"},
    ],
)
def test_a_tag_that_contradicts_the_settings_is_noticed(tags: dict[str, str]) -> None:
    honest = measured("A")
    found = sort_runs([replace(honest, tags=honest.tags | tags)])
    assert dict(found.left_out) == {"contradicting their own settings": 1}


def test_versions_are_never_ranked_together_and_the_report_says_why() -> None:
    new = measured("New", 10.0)
    old = run("Old", 5.0, fingerprint=new.tags["fingerprint"])
    ((current, before),) = [b.groups for b in sort_runs([new, old]).benchmarks]
    assert [row.machine for row in before.rows] == ["Old"]
    assert before.title.startswith("benchmark version 1, ")
    assert "never ranked with runs of version 2" in group_table(before).notes[0]
    assert [row.machine for row in current.rows] == ["New"]
    assert not current.title.startswith("benchmark version")


def test_a_run_of_the_first_release_is_believed_and_kept_apart() -> None:
    journal = Path(__file__).parents[1] / "tracking" / "samples" / "release_0_1_0" / "journal.jsonl"
    told: dict[type, dict[str, Any]] = {Params: {}, Tags: {}, Metrics: {}}
    for record, _ in read(journal):
        if isinstance(record, Params | Tags | Metrics):
            told[type(record)] |= record.values
    known = {key.removeprefix("chipbench."): value for key, value in told[Tags].items()}
    old = replace(run("Old"), params=told[Params], tags=known, metrics=told[Metrics])
    now = {key: value for key, value in known.items() if key != "fingerprint"}
    found = {"train_examples": "1437", "benchmark_version": str(BENCHMARK_VERSION)}
    tags = {**now, **found, "fingerprint": fingerprint(told[Params], found)}
    new = replace(old, run_id="new", tags=tags)
    ((first, second),) = [b.groups for b in sort_runs([old, new]).benchmarks]
    assert {first.version, second.version} == {"1", "2"}


def test_the_title_says_what_all_runs_share() -> None:
    ((group,),) = [b.groups for b in sort_runs([run("A"), run("B", batch_size=64)]).benchmarks]
    assert "batches" not in group.title


def test_software_that_differs_is_marked() -> None:
    runs = [
        measured("A", keras="3.15.1", backend="tensorflow", backend_version="2.19.1"),
        measured("B", 9.0, keras="3.9.0", driver="580.1", plug_in="1.2.0"),
    ]
    ((group,),) = [b.groups for b in sort_runs(runs).benchmarks]
    b, a = group.rows
    assert a.marks == ("Keras 3.15.1",) and "TensorFlow 2.19.1" in group.title
    assert b.marks == ("Keras 3.9.0", "tensorflow-metal 1.2.0", "driver 580.1")
    torch = measured("C", 8.0, "backend=torch", backend="torch", backend_version="2.13.0")
    ((group,),) = [b.groups for b in sort_runs([torch]).benchmarks]
    assert "back end PyTorch 2.13.0" in group.title and "TensorFlow" not in group.title


def test_no_two_tables_have_one_title() -> None:
    runs = [
        measured("A"),
        measured("B", 9.0, "optimizer.learning_rate=0.01", "+optimizer.create.beta_1=0.5"),
        measured("C", 8.0, "backend=torch"),
        measured("D", 7.0, "protocol=tuned", protocol="tuned"),
    ]
    ((*groups,),) = [b.groups for b in sort_runs(runs).benchmarks]
    titles = {group.rows[0].machine: group.title for group in groups}
    assert len(set(titles.values())) == 4
    assert "learning rate 0.001" in titles["A"] and "trained by" not in titles["A"]
    assert titles["B"].endswith("beta 1 0.5, learning rate 0.01")
    assert "trained by PyTorch" in titles["C"]
    assert "slices" not in titles["D"], "what its protocol's name says"
    ((group,),) = [b.groups for b in sort_runs(runs[:1]).benchmarks]
    assert "learning rate" not in group.title


def test_settings_that_are_context_tell_rows_apart() -> None:
    runs = [measured("A"), measured("A", 9.0, "protocol.intra_op_threads=1")]
    ((group,),) = [b.groups for b in sort_runs(runs).benchmarks]
    assert [row.marks for row in group.rows] == [("1 thread within an operation",), ()]
    assert "monitor" not in group.title
