"""What ends a training, by a clock that the test sets."""

import pytest

from chipbench.ground.training_extent import Extent


def test_so_many_epochs_whatever_the_clock_says() -> None:
    assert list(Extent(3).numbers(clock=lambda: 1e9)) == [1, 2, 3]
    assert Extent(3).most == 3 and Extent(3).place(2) == "2/3"
    assert Extent(10).of("50,000 images") == "10 x 50,000 images"


@pytest.mark.parametrize(("duration_s", "epochs"), [(5.0, 5), (4.5, 5), (0.1, 2), (1.0, 2)])
def test_a_time_ends_with_the_epoch_that_it_ends_in_and_not_before_the_second(
    duration_s: float, epochs: int
) -> None:
    passed = [100.0]
    for _ in Extent(3, duration_s).numbers(lambda: passed[-1]):
        passed.append(passed[-1] + 1.0)  # an epoch
    assert len(passed) == 1 + epochs


def test_a_time_is_told_in_seconds() -> None:
    extent = Extent(10, 1800)
    assert extent.of("1,437 images") == "for 1,800 s, 1,437 images an epoch"
    assert extent.place(7) == "7" and extent.most > 10**9
    assert (extent.left_s(7, 1.0, 1795.0), extent.left_s(7, 1.0, 1801.0)) == (5.0, 0.0)
    assert Extent(10).left_s(7, 2.0, 1795.0) == 6.0
