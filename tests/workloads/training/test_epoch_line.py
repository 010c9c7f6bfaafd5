from dataclasses import replace

from chipbench.ground.training_extent import Extent
from chipbench.measure.epochs import Epoch
from chipbench.measure.example_kinds import IMAGES, SEQUENCES
from chipbench.workloads.training.epoch_line import epoch_line

EPOCH = Epoch(
    number=2,
    epoch_time_s=4.0,
    validation_time_s=1.0,
    examples=1000,
    loss=0.5,
    accuracy=0.8,
    val_loss=0.6,
    val_accuracy=0.75,
)


def test_an_epoch_says_its_times_speed_and_what_is_left() -> None:
    line = epoch_line(EPOCH, Extent(4), IMAGES)
    assert line.startswith("epoch 2/4: 4.00 s + 1.00 s validation, 250.0 images/s, ")
    assert line.endswith(", about 10 s left")
    assert "loss 0.5" in line and "val_accuracy 0.75" in line


def test_the_last_epoch_leaves_nothing_and_no_number_is_invented() -> None:
    line = epoch_line(replace(EPOCH, number=4, loss=float("nan")), Extent(4), IMAGES)
    assert "left" not in line and "loss" not in line


def test_an_epoch_of_sequences_says_their_speed_and_the_tokens() -> None:
    line = epoch_line(EPOCH, Extent(4), replace(SEQUENCES, tokens=200))
    assert "250.0 sequences/s, 50,000 tokens/s, loss" in line


def test_of_a_given_time_the_rest_of_it_is_left() -> None:
    line = epoch_line(EPOCH, Extent(4, duration_s=30), IMAGES, passed_s=12.0)
    assert line.startswith("epoch 2: ") and line.endswith(", about 18 s left")
    assert "left" not in epoch_line(EPOCH, Extent(4, duration_s=30), IMAGES, passed_s=31.0)
