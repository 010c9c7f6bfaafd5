"""Which batch sizes are tried, for a machine that trains up to a certain one."""

import pytest

from chipbench.sweeping.bisection import next_size, slow_from


def tried(limit: int, first: int, most: int, precision: float = 0.0) -> tuple[list[int], int]:
    """The sizes in their order, and the largest that fits."""
    fitted: list[int] = []
    failed: list[int] = []
    sizes: list[int] = []
    while (size := next_size(fitted, failed, first, most, precision)) is not None:
        sizes.append(size)
        (fitted if size <= limit else failed).append(size)
    return sizes, max(fitted, default=0)


def test_it_doubles_and_then_halves_the_gap() -> None:
    assert tried(100, 32, 10_000) == ([32, 64, 128, 96, 112, 104, 100, 102, 101], 100)


def test_a_gap_that_is_small_enough_ends_it() -> None:
    sizes, largest = tried(100, 32, 10_000, 0.05)
    assert sizes == [32, 64, 128, 96, 112, 104, 100] and largest == 100


def test_no_larger_one_is_tried_than_there_are_examples() -> None:
    assert tried(5000, 32, 100) == ([32, 64, 100], 100)


@pytest.mark.parametrize("limit", [0, 1, 5, 31, 32, 33, 1000])
def test_the_limit_is_found_exactly(limit: int) -> None:
    sizes, largest = tried(limit, 32, 4096)
    assert largest == limit and len(set(sizes)) == len(sizes)


def test_what_is_slower_than_a_share_of_the_fastest_is_named() -> None:
    assert slow_from({8: 50.0, 16: 100.0, 32: 85.0, 64: 79.0, 128: 40.0}, 0.8) == 64
    assert slow_from({8: 10.0, 16: 100.0}, 0.8) is None, "smaller ones are slow anyhow"
    assert slow_from({}, 0.8) is None
