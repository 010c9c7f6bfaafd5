import math
from dataclasses import replace

import pytest

from chipbench.measure.epochs import Epoch
from chipbench.measure.learning_check import broken, of_learning

GOOD = [Epoch(n, 1.0, 1.0, 3200, 2.0 / n, 0.5, 1.0, 0.5) for n in range(1, 4)]


def said(epochs: list[Epoch], classes: int = 10) -> list[str]:
    return [str(finding) for finding in of_learning(epochs, classes, 32)]


def test_a_training_that_learns_is_not_doubted() -> None:
    assert said(GOOD) == []
    assert said([]) == []


def test_a_loss_that_does_not_move_is_named() -> None:
    # As an optimizer that does nothing leaves it, but for the order of its sums.
    stuck = [replace(epoch, loss=2.3026 + 1e-6 * epoch.number) for epoch in GOOD]
    (text,) = said(stuck)
    assert text.startswith("the loss did not move: 2.3026 in the first of 3 epochs, 2.3026 in the")
    assert said(stuck[:1]) == [], "one epoch tells nothing"


@pytest.mark.parametrize(("accuracy", "doubted"), [(0.1, True), (0.14, True), (0.2, False)])
def test_an_accuracy_like_guessing_is_named(accuracy: float, doubted: bool) -> None:
    found = said([replace(epoch, val_accuracy=accuracy) for epoch in GOOD])
    assert bool(found) == doubted
    if doubted:
        expected = f"no better than guessing: val_accuracy {accuracy:.3f} of 10 classes after 300"
        assert found[0].startswith(expected)


@pytest.mark.parametrize(("accuracy", "doubted"), [(0.52, True), (0.7, False)])
def test_of_two_classes_more_than_guessing_is_no_great_share(
    accuracy: float, doubted: bool
) -> None:
    found = said([replace(epoch, val_accuracy=accuracy) for epoch in GOOD], classes=2)
    assert bool(found) == doubted


def test_of_noise_nothing_is_to_be_learned() -> None:
    guessing = [replace(epoch, val_accuracy=0.1) for epoch in GOOD]
    assert list(of_learning(guessing, 10, 32, best=0.1)) == []


@pytest.mark.parametrize(("val_loss", "doubted"), [(0.9, True), (1.15, False), (1.3, False)])
def test_a_loss_below_the_sources_entropy_is_named(val_loss: float, doubted: bool) -> None:
    """As where a mask lets attention see the token that it is to tell."""
    epochs = [replace(epoch, val_loss=val_loss) for epoch in GOOD]
    found = [str(finding) for finding in of_learning(epochs, 10, 32, 0.5, least_loss=1.213)]
    assert bool(found) == doubted
    if doubted:
        assert found[0].startswith(
            "better than possible: val_loss 0.9000, and the data allow 1.2130"
        )


def test_without_validation_the_training_itself_tells() -> None:
    guessing = [replace(e, accuracy=0.01, val_accuracy=math.nan) for e in GOOD]
    (text,) = said(guessing, classes=100)
    assert text.startswith("no better than guessing: accuracy 0.010 of 100 classes")


def test_a_few_updates_need_not_have_learned_anything() -> None:
    assert said([replace(epoch, examples=32, val_accuracy=0.1) for epoch in GOOD]) == []


def test_a_loss_that_is_no_number_is_named() -> None:
    assert broken(GOOD[0], validated=True) is None
    nan = replace(GOOD[1], val_loss=math.nan)
    assert broken(nan, validated=True) == "the val_loss of epoch 2 is nan"
    assert broken(nan, validated=False) is None
    assert broken(replace(nan, loss=math.inf), validated=True) == "the loss of epoch 2 is inf"


@pytest.mark.parametrize(
    ("accuracy", "images", "best", "doubted"),
    [
        (0.40, 200_000, 0.97, True),  # half of the labels shuffled
        (0.70, 200_000, 0.97, False),
        (0.40, 3_200, 0.97, False),
        (0.40, 200_000, None, False),
    ],
)
def test_an_accuracy_far_below_what_the_images_allow_is_named(
    accuracy: float, images: int, best: float | None, doubted: bool
) -> None:
    epochs = [replace(epoch, val_accuracy=accuracy, examples=images) for epoch in GOOD]
    found = [str(finding) for finding in of_learning(epochs, 10, 32, best)]
    assert bool(found) == doubted
    if doubted:
        assert "where these generated data allow 0.97" in found[0]
