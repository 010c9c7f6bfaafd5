from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import DictConfig
from PIL import Image

from chipbench.published.beside import not_comparable, plot_beside

Compose = Callable[..., DictConfig]


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
            assert picture.height > 300, "six published machines and this one"


def test_other_work_than_the_articles_is_named(compose: Compose) -> None:
    assert not_comparable(compose()) is None
    assert "max_examples" in (not_comparable(compose("dataset.max_examples=9")) or "")
    assert "protocol=tuned" in (not_comparable(compose("protocol=tuned")) or "")
