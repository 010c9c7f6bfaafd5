from collections.abc import Callable

import pytest
from omegaconf import DictConfig

from chipbench.measure.epochs import Epoch
from chipbench.published.learning_curve import deviations, published_curves, verdict

Compose = Callable[..., DictConfig]
CURVES = published_curves("tiny_vgg", "cifar10")


def epochs(shift: float = 0.0, machine: int = 0) -> list[Epoch]:
    accuracies = [CURVES[number][machine] + shift for number in range(1, 11)]
    return [Epoch(n, 10.0, 1.0, 50_000, 1.0, 0.5, 1.0, a) for n, a in enumerate(accuracies, 1)]


@pytest.fixture
def config(compose: Compose) -> DictConfig:
    return compose("experiment=tinyvgg_cifar10")


@pytest.mark.parametrize("machine", [0, 1])
def test_the_published_curves_lie_within_their_own_band(machine: int, config: DictConfig) -> None:
    assert verdict(epochs(machine=machine), config) == "within the published band"


def test_chance_accuracy_is_outside_and_every_epoch_is_named(config: DictConfig) -> None:
    wrong = [Epoch(n, 1.0, 1.0, 1, 2.3, 0.1, 2.3, 0.1) for n in range(1, 11)]
    found = deviations(wrong, CURVES)
    assert len(found) == 10
    assert found[0] == "epoch 1: val_accuracy 0.100, published 0.453 to 0.456 ± 0.1"
    assert str(verdict(wrong, config)).startswith("outside the published band: epoch 1: ")


def test_the_band_reaches_0_03_from_the_logged_curves_and_further_at_first() -> None:
    assert deviations(epochs(0.029, machine=0), CURVES) == []
    found = deviations(epochs(0.05, machine=0), CURVES)
    assert len(found) >= 8 and not found[0].startswith("epoch 1:")


@pytest.mark.parametrize(
    ("override", "reason"),
    [
        ("batch_size=64", "batch size 64, the published curves are of 32"),
        ("dataset.max_examples=1000", "dataset.max_examples is set"),
    ],
)
def test_other_work_is_not_checked(override: str, reason: str, compose: Compose) -> None:
    config = compose("experiment=tinyvgg_cifar10", override)
    assert verdict(epochs(), config) == f"not checked: {reason}"


def test_without_a_validated_epoch_nothing_is_checked(config: DictConfig) -> None:
    assert verdict([], config) == "not checked: no epoch finished"
    unvalidated = [Epoch(1, 1.0, 0.0, 1, 2.3, 0.1, float("nan"), float("nan"))]
    assert verdict(unvalidated, config) == "not checked: no epoch was validated"


def test_without_a_published_curve_there_is_no_verdict(compose: Compose) -> None:
    assert verdict(epochs(), compose("experiment=resnet50_cifar100")) is None
    assert verdict(epochs(), compose()) is None, "generated images are not the published ones"
