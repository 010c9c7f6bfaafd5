"""What the published numbers say of prices."""

from collections.abc import Callable, Iterator

import pytest
from support.published_store import mine, summary_with

from chipbench.comparison.answer import Answer
from chipbench.comparison.price_answers import best_for_the_money, more_money, telling_pair, worth
from chipbench.comparison.summary import Summary
from chipbench.measure.statistics import Ratio


def the_one(answer: Callable[[Summary], Iterator[Answer]], beginning: str) -> Answer:
    (found,) = [one for one in answer(summary_with()) if one.text.startswith(beginning)]
    return found


def test_the_best_for_the_money_leaves_out_what_is_free_and_says_so() -> None:
    answer = the_one(best_for_the_money, "EfficientNetB0")
    assert "NVIDIA TITAN RTX 24 GB (3,000 USD), 2.14 times the speed per dollar" in answer.text
    assert answer.caveat == (
        "Likely, not proven: a single run. "
        "Without NVIDIA Tesla K80: free, within the limits of the service."
    )
    assert the_one(best_for_the_money, "H.264 10 min").caveat.startswith("Too close to tell: ")


def test_what_costs_more_is_sorted_by_whether_it_is_as_much_faster() -> None:
    answer = the_one(more_money, "Apple M1 Max 32-core GPU costs")
    assert answer.text == (
        "Apple M1 Max 32-core GPU costs 1,300 USD more than Apple M1 Pro 14-core GPU, 1.65 times "
        "as much. It is as much faster at nothing; perhaps at EfficientNetB0 (1.55×); not at "
        "H.264 4 h (=0.98×), ProRes 4 h (=1.07×), H.264 10 min (=0.99×), ProRes 10 min (=1.06×), "
        "CreateML (=0.91×), TinyVGG (=1.12×)."
    )
    assert answer.caveat == "Single runs, of which up to 20 % tells nothing."
    cheaper = the_one(more_money, "Apple M1 Pro 14-core GPU costs 300 USD more").text
    assert "as much faster at ProRes 4 h (2.50×), ProRes 10 min (2.33×)" in cheaper
    assert "not at H.264 4 h (0.42×)" in cheaper


@pytest.mark.parametrize(
    ("gain", "expected"),
    [
        (Ratio(2.5), "yes"),  # at twice the price
        (Ratio(2.1), "perhaps"),
        (Ratio(1.9), "perhaps"),
        (Ratio(1.5), "no"),
        (Ratio(1.19), "no"),
        (Ratio(0.5), "no"),
        (Ratio(2.1, 2.05, 2.15), "yes"),
        (Ratio(2.1, 1.9, 2.3), "perhaps"),
        (Ratio(1.9, 1.85, 1.95), "no"),
    ],
)
def test_a_gain_is_worth_its_price_as_far_as_one_can_tell(gain: Ratio, expected: str) -> None:
    assert worth(gain, 2.0) == expected


def test_without_a_gain_to_tell_nothing_is_worth_even_a_small_price() -> None:
    assert worth(Ratio(1.19), 1.01) == "no"


def test_the_pair_shown_first_shares_most_and_is_this_machines_or_the_fastest() -> None:
    summary = summary_with(mine("dataset.source=generated"))
    found = telling_pair(summary)
    assert found is not None
    names = [summary.lines[place].machine for place in found]
    assert names == ["Apple M1 Max 32-core GPU", "Apple M1 Pro 14-core GPU"]
