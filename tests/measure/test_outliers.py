import numpy as np

from chipbench.measure.outliers import outliers


def test_what_is_far_from_the_others_is_named() -> None:
    # Median 10, deviations 0.1 0 0.1 0.2 5: their median 0.1; 0.6745 * 5 / 0.1 = 33.7.
    assert outliers([9.9, 10.0, 10.1, 10.2, 15.0]) == [15.0]
    assert outliers([9.9, 10.0, 10.1]) == []
    assert outliers([1.0, 100.0]) == []


def test_ties_hide_no_outlier() -> None:
    assert outliers([90.0, 90.0, 90.0, 900.0]) == [900.0]
    assert outliers([90.0, 90.0, 900.0]) == [900.0]
    assert outliers([90.0, 90.0, 90.0, 91.0]) == [], "a second is what a hand can time"


def test_clean_repeats_name_one_in_twenty_samples_at_most() -> None:
    chance = np.random.default_rng(0)
    for number in (3, 4, 5, 6, 7, 8, 9, 10, 15, 30):
        samples = chance.normal(100, 2, (1000, number)).tolist()
        named = sum(bool(outliers(sample)) for sample in samples)
        assert named <= 0.05 * 1000 + 20, f"{number} repeats: within three standard errors of 5 %"
