"""What the published numbers say of prices."""

from collections.abc import Callable, Iterator

from support.published_store import mine, summary_with

from chipbench.comparison.answer import Answer
from chipbench.comparison.money import best_for_the_money, more_money, telling_pair
from chipbench.comparison.summary import Summary


def the_one(answer: Callable[[Summary], Iterator[Answer]], beginning: str) -> Answer:
    (found,) = [one for one in answer(summary_with()) if one.text.startswith(beginning)]
    return found


def test_the_best_for_the_money_leaves_out_what_is_free_and_says_so() -> None:
    answer = the_one(best_for_the_money, "EfficientNetB0")
    assert "NVIDIA TITAN RTX 24 GB (3,000 USD), 2.14 times the speed per dollar" in answer.text
    assert answer.caveat == "Without NVIDIA Tesla K80: free, within the limits of the service."


def test_what_costs_more_is_sorted_by_what_it_gains_and_how_sure_that_is() -> None:
    answer = the_one(more_money, "Apple M1 Max 32-core GPU costs")
    assert answer.text == (
        "Apple M1 Max 32-core GPU costs 1,300 USD more than Apple M1 Pro 14-core GPU, 1.65 times "
        "as much. It is as much faster at none of 7 benchmarks; faster, by less than the price: "
        "EfficientNetB0 (1.55 times); too close to tell: H.264 4 h (0.98 times), "
        "ProRes 4 h (1.07 times), H.264 10 min (0.99 times), ProRes 10 min (1.06 times), "
        "CreateML (0.91 times), TinyVGG (1.12 times)."
    )
    assert answer.caveat == "Single runs, of which less than 18 % tells nothing."
    worth = the_one(more_money, "Apple M1 Pro 14-core GPU costs 300 USD more").text
    assert "as much faster at ProRes 4 h (2.50 times), " in worth
    assert worth.endswith("slower: H.264 4 h (0.42 times).")


def test_the_pair_shown_first_shares_most_and_is_this_machines_or_the_fastest() -> None:
    summary = summary_with(mine("dataset.source=generated"))
    found = telling_pair(summary)
    assert found is not None
    names = [summary.lines[place].machine for place in found]
    assert names == ["Apple M1 Max 32-core GPU", "Apple M1 Pro 14-core GPU"]
