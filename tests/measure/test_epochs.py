import math
from dataclasses import replace

import pytest

from chipbench.measure.epochs import Epoch, summary, time_to
from chipbench.measure.example_kinds import SEQUENCES


def epoch(number: int, time_s: float, val_accuracy: float = 0.5, loss: float = 1.0) -> Epoch:
    return Epoch(number, time_s, 1.0, 100, loss, 0.5, 1.0, val_accuracy)


def test_summary_of_three_epochs_by_hand() -> None:
    values = summary([epoch(1, 14.0), epoch(2, 10.0), epoch(3, 8.0)])
    assert values["total_time_s"] == 35.0
    assert values["time_per_epoch_s"] == pytest.approx(35 / 3)
    assert values["steady_epoch_time_s"] == 9.0
    assert values["warmup_time_s"] == 5.0
    assert values["steady_images_per_second"] == pytest.approx((10.0 + 12.5) / 2)
    assert "time_to_target_s" not in values


def test_one_epoch_tells_nothing_steady() -> None:
    assert summary([epoch(1, 4.0)]) == {"total_time_s": 5.0, "time_per_epoch_s": 5.0}


def test_no_epoch_has_no_summary() -> None:
    assert summary([]) == {}


def test_time_to_target_counts_validation() -> None:
    epochs = [epoch(1, 9.0, 0.4), epoch(2, 9.0, 0.6), epoch(3, 9.0, 0.7)]
    assert time_to(0.6, epochs) == 20.0
    assert summary(epochs, target_accuracy=0.6)["time_to_target_s"] == 20.0


def test_a_target_never_reached_is_absent() -> None:
    assert time_to(0.9, [epoch(1, 9.0)]) is None
    assert "time_to_target_s" not in summary([epoch(1, 9.0)], target_accuracy=0.9)


def test_values_that_are_not_finite_are_absent() -> None:
    assert "loss" not in epoch(1, 4.0, loss=math.nan).values()
    assert epoch(1, 4.0).values()["images_per_second"] == 25.0


def test_sequences_are_counted_as_such_and_by_their_tokens() -> None:
    of = replace(SEQUENCES, tokens=200)
    values = epoch(1, 4.0).values(of)
    assert (values["sequences_per_second"], values["tokens_per_second"]) == (25.0, 5000.0)
    assert "images_per_second" not in values
    steady = summary([epoch(1, 14.0), epoch(2, 10.0)], of=of)
    assert steady["steady_sequences_per_second"] == 10.0
    assert steady["steady_tokens_per_second"] == 2000.0
    assert "steady_images_per_second" not in steady
