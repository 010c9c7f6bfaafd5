from chipbench.measure.epochs import Epoch
from chipbench.published import curve_rows
from chipbench.published.learning_curve import deviations, verdict


def epochs(shift: float = 0.0) -> list[Epoch]:
    rows = curve_rows("tiny_vgg", "cifar10")
    accuracies = [float(row["val_accuracy"]) + shift for row in rows]
    return [Epoch(n, 10.0, 1.0, 50_000, 1.0, 0.5, 1.0, a) for n, a in enumerate(accuracies, 1)]


def test_the_published_curve_lies_within_its_own_band() -> None:
    assert len(epochs()) == 10
    assert deviations(epochs(), "tiny_vgg", "cifar10") == []
    assert verdict(epochs(), "tiny_vgg", "cifar10") == "within the published band"


def test_chance_accuracy_is_outside_and_every_epoch_is_named() -> None:
    wrong = [Epoch(n, 1.0, 1.0, 1, 2.3, 0.1, 2.3, 0.1) for n in range(1, 11)]
    found = deviations(wrong, "tiny_vgg", "cifar10")
    assert found is not None and len(found) == 10
    assert found[0] == "epoch 1: val_accuracy 0.100, published 0.453 ± 0.1"
    assert str(verdict(wrong, "tiny_vgg", "cifar10")).startswith("outside the published band: ")


def test_the_first_epochs_band_is_wider() -> None:
    found = deviations(epochs(0.07), "tiny_vgg", "cifar10")
    assert found is not None and len(found) == 9


def test_without_a_published_curve_there_is_no_verdict() -> None:
    assert verdict(epochs(), "resnet50", "cifar100") is None
