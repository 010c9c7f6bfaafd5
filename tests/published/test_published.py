import pytest

from chipbench.config.compose import compose_config
from chipbench.config.recorded_params import recorded_params
from chipbench.ground import tags
from chipbench.measure.fingerprint import fingerprint
from chipbench.published import (
    logged_time,
    published_machines,
    read_published,
    short_name,
    time_includes,
    training_rows,
)
from chipbench.published.published_run import PublishedRun
from chipbench.published.published_runs import published_runs
from chipbench.reference import complete


def runs_of(kind: str) -> list[PublishedRun]:
    """The published results whose keys begin with this."""
    return [run for run in published_runs() if run.key.startswith(f"published-{kind}")]


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("machines", 19),
        ("training_times", 12),
        ("export_times", 16),
        ("createml_times", 4),
        ("forest_times", 5),
        ("accuracy_curves", 15),
        ("more_training_times", 3),
        ("more_accuracy_curves", 10),
        ("batch_size_sweep_times", 60),
        ("transformer_sweep_times", 24),
        ("synthetic_speeds", 5),
    ],
)
def test_every_row_is_carried(table: str, rows: int) -> None:
    assert len(read_published(table)) == rows


def test_times_are_seconds_that_agree_with_the_logged_epochs() -> None:
    (m1_max,) = [
        row
        for row in training_rows("efficientnet_b0", "food101")
        if row["machine"] == "m1_max_mbp_14_2021"
    ]
    logged = [float(r["epoch_time_s"]) for r in read_published("accuracy_curves")][10:]
    assert float(m1_max["total_time_s"]) == pytest.approx(sum(logged), rel=0.01)


def test_every_time_belongs_to_a_machine_of_the_specification() -> None:
    for table in (
        "training_times",
        "more_training_times",
        "export_times",
        "createml_times",
        "forest_times",
        "batch_size_sweep_times",
        "transformer_sweep_times",
        "synthetic_speeds",
    ):
        assert {row["machine"] for row in read_published(table)} <= set(published_machines())


def test_what_the_article_does_not_state_is_absent() -> None:
    assert "memory_gb" not in published_machines()["titan_rtx_pc"]
    assert published_machines()["m1_max_mbp_14_2021"]["price_usd"] == "3299"


def test_an_export_is_no_training_on_a_data_set() -> None:
    exports = runs_of("export")
    assert exports
    for run in exports:
        assert run.tags["data_source"] != "tfds"
        assert run.tags["protocol"] == "Final Cut Pro"


def test_one_machine_has_one_name() -> None:
    names = [short_name(machine) for machine in published_machines()]
    assert len(set(names)) == len(names)
    runs = list(published_runs())
    pairs = {(run.tags[tags.MACHINE], run.tags[tags.MACHINE_NAME]) for run in runs}
    assert len({machine for machine, _ in pairs}) == len({name for _, name in pairs}) == len(pairs)
    titan = [run for run in runs if "TITAN" in run.name]
    assert {run.tags[tags.MACHINE] for run in titan} == {"titan_rtx_pc"}
    assert len({run.key for run in runs}) == len(runs)


def test_a_sweeps_row_is_the_whole_fit_and_no_steady_epoch() -> None:
    sweeps = {run.key.removeprefix("published-sweep-"): run for run in runs_of("sweep")}
    m3 = sweeps["m3_mbp_14_2023-resnet50_food101-b32"]
    assert m3.params["epochs"] == "3"
    assert dict(m3.metrics) == {
        "total_time_s": pytest.approx(3 * 1575.039),
        "time_per_epoch_s": 1575.039,
        "images_per_second": pytest.approx(75_750 / 1575.039),
    }
    assert m3.tags["protocol"] == "sweep2023"
    assert m3.tags["price_usd"] == "1599"
    assert sweeps["m1_pro_10_core_mbp_14_2021-resnet50_cifar100-b64"].params["epochs"] == "5"
    transformer = sweeps["titan_rtx_pc-smalltransformer_imdb-b128"]
    assert transformer.metrics["total_time_s"] == pytest.approx(3 * 11.101)
    assert transformer.metrics["tokens_per_second"] == pytest.approx(200 * 25_000 / 11.101)
    assert transformer.tags["data_source"] == "keras"


@pytest.mark.parametrize("experiment", ["smalltransformer_imdb", "resnet50_noise"])
def test_a_run_of_the_experiment_stands_in_one_table_with_its_published_rows(
    experiment: str,
) -> None:
    config = compose_config("train", [f"experiment={experiment}", "output_dir=out"])
    size = str(config.batch_size)
    rows = [run for run in map(complete, published_runs()) if run.tags["experiment"] == experiment]
    alike = [run for run in rows if run.params["batch_size"] == size]
    found = {tag: alike[0].tags[tag] for tag in (tags.MODEL_LAYERS, tags.TRAIN_EXAMPLES)}
    own = fingerprint(recorded_params(config), found)
    assert {run.tags[tags.FINGERPRINT] for run in alike} == {own}
    others = [run for run in rows if run.params["batch_size"] != size]
    assert own not in {run.tags[tags.FINGERPRINT] for run in others}


def test_a_published_speed_is_the_time_of_its_epochs_and_has_its_power() -> None:
    runs = {run.tags[tags.MACHINE]: run for run in runs_of("synthetic")}
    m1_max = runs["m1_max_third"]
    assert m1_max.metrics["total_time_s"] == pytest.approx(3 * 3840 / 140)
    assert (m1_max.metrics["images_per_second"], m1_max.metrics["power_peak_w"]) == (140, 42)
    assert m1_max.tags["printed"] == "140 images per second at 42 W"
    assert "power_peak_w" not in runs["a100"].metrics
    assert runs["a100"].tags["source"].endswith("issue 6")


def test_what_a_time_contains_is_said_where_it_does() -> None:
    k80, m1_max = (
        next(row for row in training_rows(*work) if row["machine"] == machine)
        for work, machine in (
            (("tiny_vgg", "cifar10"), "colab_k80"),
            (("efficientnet_b0", "food101"), "m1_max_mbp_14_2021"),
        )
    )
    assert time_includes(k80) == "building the model and its first compilation"
    assert logged_time(k80) == "its 10 logged epochs add up to 130 s"
    assert (time_includes(m1_max), logged_time(m1_max)) == (None, None), (
        "its notebook starts the timer after building the model"
    )


def test_the_circumstances_that_were_published_are_there() -> None:
    runs = {run.key: run for run in runs_of("training")}
    m1_max = runs["published-training-m1_max_mbp_14_2021-efficientnet_b0-food101"]
    assert (m1_max.tags["os"], m1_max.tags["power_source"]) == ("macOS 12.0.1", "mains")
    assert m1_max.tags["tensorflow"] == "2.6.0"
    k80 = runs["published-training-colab_k80-tiny_vgg-cifar10"]
    assert k80.tags["tensorflow"] == "2.7.0" and "os" not in k80.tags
    laptop = runs["published-training-rtx_3080_laptop-tiny_vgg-cifar10"]
    assert "kartikra" in laptop.tags["source"]
    assert laptop.epochs[10]["val_accuracy"] == 0.5943
    assert {"7 GB", "167 GB"} <= {
        word
        for run in runs_of("export_large")
        for word in ("7 GB", "167 GB")
        if f"took {word}" in run.tags["printed"]
    }


def test_a_published_run_says_on_its_page_what_was_printed() -> None:
    (run,) = [
        one
        for one in published_runs()
        if one.key.endswith("training-m1_max_mbp_14_2021-tiny_vgg-cifar10")
    ]
    assert "| `total_time_s` | " in run.note and "\nPrinted: " in run.note
    assert run.note.startswith("**Published**: D. Bourke")
