import re
import shutil
import time
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import pytest
from mlflow import MlflowClient
from omegaconf import DictConfig
from support.journals import example

from chipbench.compare import compare
from chipbench.config.compose import compose_config
from chipbench.config.recorded_params import recorded_params
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.measure.fingerprint import fingerprint
from chipbench.published.published_runs import published_runs
from chipbench.reference import reference

Compared = Callable[..., DictConfig]
HOSTILE = "<script>alert(1)</script> | $x^ `code`\n# head"


@pytest.fixture
def config(tmp_path: Path, made_store: Path) -> Compared:
    def composed(name: str, *overrides: str) -> DictConfig:
        store = f"tracking.uri=sqlite:///{made_store}"
        return compose_config(name, [store, f"output_dir={tmp_path / name}", *overrides])

    return composed


@pytest.fixture
def published(published_database: Path, made_store: Path) -> None:
    """Has the published results in the test's own store."""
    shutil.copy(published_database, made_store)


def client_of(folder: Path) -> MlflowClient:
    return MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")


def log(
    client: MlflowClient,
    name: str,
    status: str = "FINISHED",
    params: Mapping[str, object] = MappingProxyType({}),
    **values: object,
) -> None:
    """Log a run as chipbench would; a value is a metric if it is a number, else a tag."""
    found = client.get_experiment_by_name("chipbench")
    experiment = found.experiment_id if found else client.create_experiment("chipbench")
    tags = {
        "chipbench.kind": "training",
        "chipbench.experiment": "tinyvgg_cifar10",
        "chipbench.fingerprint": "f1",
        "chipbench.machine_name": name,
        "chipbench.machine": name,
    }
    made = client.create_run(experiment, tags=tags, run_name=name).info.run_id
    for key, value in params.items():
        client.log_param(made, key, value)
    for key, value in values.items():
        if isinstance(value, float):
            client.log_metric(made, key, value)
        else:
            client.set_tag(made, f"chipbench.{key}", value)
    if status != "RUNNING":
        client.set_terminated(made, status)


def measured(experiment: str, layers: str) -> tuple[dict[str, object], dict[str, object]]:
    """Params and tags of a run of an experiment whose model has these layers."""
    params = recorded_params(compose_config("train", [f"experiment={experiment}", "output_dir=o"]))
    found = {"train_examples": "50000", "model_layers": layers}
    said = {"benchmark_version": "2", "experiment": experiment, "data_source": "tfds"}
    return params, {**found, **said, "fingerprint": fingerprint(params, found)}


def test_the_published_results_are_imported_once(config: Compared, tmp_path: Path) -> None:
    assert reference(config("reference")) == (129, 0)
    assert reference(config("reference")) == (0, 129)
    client = client_of(tmp_path)
    experiment = client.get_experiment_by_name("chipbench")
    assert experiment.tags["mlflow.experimentKind"] == "custom_model_development"
    query = "tags.`chipbench.kind` = 'reference'"
    runs = client.search_runs([experiment.experiment_id], query, max_results=1000)
    assert len(runs) == 129
    (m1_max,) = [r for r in runs if r.info.run_name == "Apple M1 Max 32-core GPU · "
                 "efficientnetb0_food101 · b32"]  # fmt: skip
    assert m1_max.data.metrics["total_time_s"] == 958.951
    assert m1_max.data.tags["chipbench.price_usd"] == "3299"
    assert "seconds" in m1_max.data.tags["mlflow.note.content"]
    curve = client.get_metric_history(m1_max.info.run_id, "val_accuracy")
    assert [point.step for point in curve] == [1, 2, 3, 4, 5]


@pytest.mark.usefixtures("published")
def test_an_interrupted_import_is_completed(config: Compared, tmp_path: Path) -> None:
    client = client_of(tmp_path)
    experiment = client.get_experiment_by_name("chipbench").experiment_id
    first, second = client.search_runs([experiment], max_results=2)
    client.delete_run(first.info.run_id)
    client.update_run(second.info.run_id, status="RUNNING")
    assert reference(config("reference")) == (2, 127)


@pytest.mark.usefixtures("published")
def test_results_are_imported_once_per_store(
    config: Compared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(tmp_path)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", client.create_experiment("chosen by mlflow run"))
    added, present = reference(config("reference"))
    assert added == 0 and present > 0


@pytest.mark.usefixtures("published")
def test_what_was_imported_otherwise_is_imported_anew(config: Compared, tmp_path: Path) -> None:
    client = client_of(tmp_path)
    experiment = client.get_experiment_by_name("chipbench").experiment_id
    first, second, *_ = client.search_runs([experiment], max_results=3)
    client.set_tag(first.info.run_id, "chipbench.fingerprint", "an earlier version's")
    client.set_tag(second.info.run_id, "chipbench.key", "published-under-an-earlier-name")
    added, _ = reference(config("reference"))
    assert added == 2
    runs = client.search_runs([experiment], max_results=1000)
    assert len({run.data.tags["chipbench.key"] for run in runs}) == len(runs)
    assert "an earlier version's" not in {r.data.tags["chipbench.fingerprint"] for r in runs}


def test_equal_keys_are_one_run(config: Compared, tmp_path: Path) -> None:
    client = client_of(tmp_path)
    for _ in range(2):
        log(client, "A", total_time_s=10.0, key="one-result")
    log(client, "A", "RUNNING", total_time_s=10.0, key="one-result")
    log(client, "A", total_time_s=11.0, key="another-result")
    assert "2 runs on 1 machine in" in compare(config("compare")).counts


@pytest.mark.usefixtures("published")
def test_a_measured_run_shares_the_published_runs_group(config: Compared, tmp_path: Path) -> None:
    client, (params, own) = client_of(tmp_path), measured("tinyvgg_cifar10", "1f546ae8fbab10f4")
    log(client, "Mine", params=params, total_time_s=70.0, **own)
    log(client, "Before", params=params, total_time_s=60.0, fingerprint="c294c5e1d87a")
    forged = params | {"batch_size": 512}
    log(client, "Forged", params=forged, total_time_s=7.0, **own)
    report = compare(config("compare", "baseline=colab_k80"))
    (section,) = [s for s in report.sections if s.name == "tinyvgg_cifar10"]
    group, before = section.groups
    assert [line.cells[0].text for line in before.rows] == ["Before"]
    assert before.title.startswith("benchmark version 1, ")
    assert before.notes[0].startswith("Measured by version 1 of the benchmark: never ranked with")
    assert "1 run contradicting their own settings" in report.counts
    assert "Forged" not in (tmp_path / "compare" / "report.html").read_text()
    names = [line.cells[0].text for line in group.rows]
    assert names[1:3] == ["NVIDIA TITAN RTX 24 GB (published)", "Mine"]
    assert "Baseline: NVIDIA Tesla K80." in group.notes
    assert any("10 logged epochs add up to 130 s" in note for note in group.notes)


@pytest.mark.usefixtures("published")
def test_claims_are_checked_as_the_article_makes_them(config: Compared) -> None:
    report = compare(config("compare"))
    wrong = [claim for claim in report.claims if claim.verdict != "holds"]
    assert [(claim.text, claim.numbers) for claim in wrong] == [
        (
            "the M1 Max costs 1,100 USD more than the M1 Pro",
            "1,300 USD: 3,299 against 1,999 USD",
        )
    ]
    assert report.claims[0].numbers.startswith("54.8 % less time, 2.21 times as fast")
    nearly_four = [claim.numbers for claim in report.claims if "nearly 4 x" in claim.text]
    assert ["3.64 times as long" in nearly_four[0], "3.70 times as long" in nearly_four[1]] == [
        True,
        True,
    ]


@pytest.mark.usefixtures("published")
def test_a_sweeps_run_shares_the_follow_ups_group(config: Compared, tmp_path: Path) -> None:
    params, own = measured("resnet50_cifar100", "4adc46f0802c739f")
    log(client_of(tmp_path), "Mine", params=params, total_time_s=300.0, **own)
    report = compare(config("compare", "baseline=titan_rtx_pc"))
    (section,) = [s for s in report.sections if s.name == "resnet50_cifar100"]
    (group,) = [g for g in section.groups if any(r.cells[0].text == "Mine" for r in g.rows)]
    assert len(group.rows) == 7
    assert any("the time contains the compilation" in note for note in group.notes)


@pytest.mark.usefixtures("published")
def test_the_pictures_are_beside_the_report_and_the_table_round_trips(
    config: Compared, tmp_path: Path
) -> None:
    compare(config("compare"))
    folder = tmp_path / "compare"
    table = pd.read_csv(folder / "comparison_rows.csv")
    assert sum(table.source == "published") == 129
    assert table["time_s"].dtype == float
    assert {"time_s", "price_usd", "energy_j", "spread_percent"} <= set(table.columns)
    m1_max = table[(table.machine == "Apple M1 Max 32-core GPU") & (table.price_usd == 3299)]
    assert 958.951 in m1_max["time_s"].tolist()
    for picture in folder.glob("*.png"):
        assert f"]({picture.name})" in (folder / "report.md").read_text()


def test_every_run_is_a_row_with_what_was_measured_and_how(
    config: Compared, tmp_path: Path
) -> None:
    client = client_of(tmp_path)
    for time_s in (10.0, 11.0):
        log(client, "A", total_time_s=time_s, data_source="tfds")
    (experiment,) = [e for e in client.search_experiments() if e.name == "chipbench"]
    runs = client.search_runs([experiment.experiment_id])
    for run in runs:
        for name, value in (("batch_size", 64), ("epochs", 5), ("precision", "float32")):
            client.log_param(run.info.run_id, name, value)
    compare(config("compare"))
    table = pd.read_csv(tmp_path / "compare" / "comparison.csv")
    assert sorted(table["run_id"]) == sorted(run.info.run_id for run in runs)
    assert sorted(table["time_s"]) == [10.0, 11.0]
    assert set(table["batch_size"]) == {64} and set(table["epochs"]) == {5}
    assert set(table["precision"]) == {"float32"} and set(table["data_source"]) == {"tfds"}
    dates = pd.to_datetime(table["date"])
    assert (pd.Timestamp.now("UTC") - dates < pd.Timedelta("1h")).all()
    assert table.groupby("batch_size")["time_s"].mean()[64] == 10.5


def test_odd_runs_are_handled_shown_or_counted(config: Compared, tmp_path: Path) -> None:
    client = client_of(tmp_path)
    log(client, "Same name", total_time_s=10.0)
    log(client, "Same name", total_time_s=11.0)
    log(client, HOSTILE, total_time_s=12.0, os=HOSTILE)
    log(client, "No time")
    log(client, "Not a number", total_time_s=float("nan"))
    log(client, "Infinite", total_time_s=float("inf"))
    log(client, "Failed", "FAILED", total_time_s=1.0)
    log(client, "Running", "RUNNING", total_time_s=1.0)
    foreign = client.create_experiment("another project")
    client.set_terminated(client.create_run(foreign).info.run_id)
    report = compare(config("compare"))
    assert "3 runs on 2 machines in 1 benchmark." in report.counts
    assert (
        "1 run failed, 1 not ended, 1 of another program, 3 without a valid time" in report.counts
    )
    page = (tmp_path / "compare" / "report.html").read_text()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
    lines = (tmp_path / "compare" / "report.md").read_text().splitlines()
    (row,) = [line for line in lines if line.startswith("| &lt;script")]
    (head,) = {line for line in lines if line.startswith("| machine |")}
    assert row.replace("\\|", "").count("|") == head.count("|")
    assert not any(line.startswith("# head") for line in lines)


def test_the_comparison_is_kept_where_it_is_wanted_and_never_among_the_runs(
    config: Compared, tmp_path: Path
) -> None:
    client = client_of(tmp_path)
    log(client, "A", total_time_s=10.0)
    experiment = client.get_experiment_by_name("chipbench").experiment_id
    compare(config("compare"))
    compare(config("compare", "record_in=comparisons", f"output_dir={tmp_path / 'kept'}"))
    assert len(client.search_runs([experiment])) == 1
    (run,) = client.search_runs([client.get_experiment_by_name("comparisons").experiment_id])
    assert run.info.status == "FINISHED"
    names = {artifact.path for artifact in client.list_artifacts(run.info.run_id)}
    assert {"report.html", "report.md", "comparison.csv", "comparison_rows.csv"} <= names
    again = compare(config("compare", f"output_dir={tmp_path / 'again'}"))
    assert "1 run for a report that was kept" in again.counts


def test_filters(config: Compared, tmp_path: Path) -> None:
    client = client_of(tmp_path)
    log(client, "A", total_time_s=10.0, site="lab")
    log(client, "B", total_time_s=11.0)
    today = time.strftime("%Y-%m-%d", time.gmtime())
    assert "1 run on 1 machine in" in compare(config("compare", "machines=[a]")).counts
    by_tag = config("compare", "+tags.site=lab", f"output_dir={tmp_path / 'b'}")
    assert "1 run on 1 machine in" in compare(by_tag).counts
    since = config("compare", f"since={today}", f"output_dir={tmp_path / 'c'}")
    assert "2 runs" in compare(since).counts
    with pytest.raises(UnsupportedBenchmark, match="nothing to compare"):
        compare(config("compare", "until=2020-01-01"))


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("since=yesterday", "since=yesterday: must be null or a date"),
        ("experiments=[nowhere]", "no such MLflow experiment"),
        ("baseline=nobody", "baseline=nobody: no such machine"),
        ("machines=[m1max]", "machines=m1max: no such machine among the runs; there are A"),
        ("tracking=none", "needs a tracking store"),
    ],
)
def test_wrong_keys_are_named(
    override: str, message: str, config: Compared, tmp_path: Path
) -> None:
    log(client_of(tmp_path), "A", total_time_s=10.0)
    with pytest.raises(ConfigurationError, match=message):
        compare(config("compare", override))


def test_hostile_names_do_not_break_the_line_that_lists_them(
    config: Compared, tmp_path: Path
) -> None:
    log(client_of(tmp_path), HOSTILE, total_time_s=10.0)
    with pytest.raises(ConfigurationError) as caught:
        compare(config("compare", "baseline=nobody"))
    assert "<script>" in str(caught.value) and "\n" not in str(caught.value)


def test_an_empty_store_names_the_remedy(config: Compared) -> None:
    with pytest.raises(UnsupportedBenchmark, match="chipbench.reference`"):
        compare(config("compare"))


@pytest.mark.usefixtures("published")
def test_runs_that_no_store_has_are_told_beside_the_comparison(
    config: Compared,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    example(tmp_path / "outputs" / "left")
    compare(config("compare", "machines=[m1_max_mbp_14_2021]"))
    told = "1 run waits in outputs for the store, and may be missing above; deliver with `"
    assert told in capsys.readouterr().out


def test_an_import_that_takes_long_says_how_far_it_is(
    config: Compared, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("chipbench.reference.published_runs", lambda: islice(published_runs(), 3))
    monkeypatch.setattr("chipbench.terminal.progress_bar._LINE_EVERY_S", 0)
    assert reference(config("reference")) == (3, 0)
    assert re.search(r"importing: 2 of 3 results, about \d+ s left", capsys.readouterr().err)
