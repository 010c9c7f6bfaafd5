from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import DictConfig
from PIL import Image

from chipbench.published.beside_published import (
    differences,
    not_comparable,
    plot_beside,
    published_rows,
)

Compose = Callable[..., DictConfig]


def test_noise_stands_beside_its_published_speeds_alone(compose: Compose) -> None:
    config = compose("experiment=resnet50_noise")
    times = {row.machine: row.total_time_s for row in published_rows(config)}
    assert times["NVIDIA A100"] == pytest.approx(3 * 3840 / 611) and len(times) == 5
    assert not_comparable(config) is None
    assert published_rows(compose("experiment=resnet50_noise", "dataset=cifar100")) == []


@pytest.mark.parametrize(
    ("overrides", "drawn"),
    [
        ([], True),
        (["dataset.max_examples=100"], False),
        (["protocol=tuned"], False),
        (["batch_size=64"], False),
        (["dataset=digits"], False),
    ],
)
def test_only_the_articles_benchmark_is_drawn_beside_it(
    overrides: list[str], drawn: bool, compose: Compose, tmp_path: Path
) -> None:
    path = tmp_path / "beside.png"
    plot_beside(path, compose("experiment=tinyvgg_cifar10", *overrides), "My machine", 12.0)
    assert path.exists() == drawn
    if drawn:
        with Image.open(path) as picture:
            assert picture.height > 300, "seven published machines and this one"


def test_other_work_than_the_articles_is_named(compose: Compose) -> None:
    assert not_comparable(compose()) is None
    assert "max_examples" in (not_comparable(compose("dataset.max_examples=9")) or "")
    assert "protocol=tuned" in (not_comparable(compose("protocol=tuned")) or "")


def test_a_sweeps_run_stands_beside_the_follow_ups_at_its_batch_size(compose: Compose) -> None:
    config = compose("experiment=resnet50_cifar100", "batch_size=64")
    rows = {row.machine: row for row in published_rows(config)}
    assert len(rows) == 6
    assert rows["Apple M3 10-core GPU"].time_per_epoch_s == pytest.approx(67.477)
    assert not_comparable(config) is None
    assert published_rows(compose("experiment=resnet50_cifar100", "batch_size=48")) == []


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"tensorflow": "2.21.0"}, "TensorFlow 2.21.0, published with that of late 2021"),
        (
            {"tensorflow": "2.21.0", "backend": "torch", "backend_version": "2.13.0"},
            "PyTorch 2.13.0, published with TensorFlow of late 2021",
        ),
        ({"backend": "jax"}, "JAX, published with TensorFlow of late 2021"),
    ],
)
def test_the_framework_that_trained_is_a_difference(
    compose: Compose, known: dict[str, str], said: str
) -> None:
    rows = published_rows(compose("experiment=tinyvgg_cifar10"))
    assert differences(rows[0], rows, known)[-1] == said


def test_what_published_totals_contain_is_a_difference(compose: Compose) -> None:
    rows = published_rows(compose("experiment=tinyvgg_cifar10"))
    said = differences(rows[0], rows, {})
    assert "the published totals contain building the model and its first compilation" in said
    assert "NVIDIA Tesla K80: its 10 logged epochs add up to 130 s" in said
    (feed,) = [
        t for t in differences(rows[0], rows, {"experiment": "tinyvgg_cifar10"}) if "feed" in t
    ]
    assert "float64 images" in feed and "times the processor time" in feed
    food = published_rows(compose("experiment=efficientnetb0_food101"))
    assert not any("contain" in text for text in differences(food[0], food, {}))
