"""How sure a difference is, from intervals and from how far two of one kind lie apart."""

import pytest

from chipbench.comparison.certainty import Certainty, certainty, doubt
from chipbench.measure.statistics import Ratio
from chipbench.published.twin_machines import twins_apart


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        (Ratio(1.05, 1.01, 1.09), Certainty.PROVEN),
        (Ratio(0.95, 0.91, 0.99), Certainty.PROVEN),
        (Ratio(1.5, 0.9, 2.5), Certainty.OPEN),
        (Ratio(1.21), Certainty.LIKELY),
        (Ratio(1 / 1.21), Certainty.LIKELY),
        (Ratio(1.2 + 1e-12), Certainty.OPEN),
        (Ratio(1.19), Certainty.OPEN),
        (Ratio(1 / 1.19), Certainty.OPEN),
    ],
)
def test_repeats_prove_and_single_runs_must_lie_further_apart_than_twins(
    ratio: Ratio, expected: Certainty
) -> None:
    assert certainty(ratio) is expected


def test_two_of_one_kind_are_too_close_to_tell() -> None:
    assert twins_apart() == pytest.approx(958.951 / 815.448, abs=5e-4)
    assert certainty(Ratio(twins_apart())) is Certainty.OPEN


def test_the_doubt_is_a_sentence() -> None:
    assert doubt(Ratio(1.05, 1.01, 1.09)) == ""
    assert doubt(Ratio(1.5, 0.9, 2.5)) == "Too close to tell: the interval contains 1."
    assert doubt(Ratio(1.1)) == "Too close to tell: single runs, up to 20 % apart."
    assert doubt(Ratio(2.0)) == "Likely, not proven: a single run."
