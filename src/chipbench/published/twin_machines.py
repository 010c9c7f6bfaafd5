"""How far two machines of one kind lie apart, as far as it was published."""

from functools import cache

from chipbench.published import all_training_rows

#: Two M1 Max, of different owners, under the same notebook.
_TWINS = ("m1_max_mbp_14_2021", "m1_max_second")
_DATASET = "food101"


@cache
def twins_apart() -> float:
    """The longer of their times over the shorter: what single runs do not tell apart."""
    times = [
        float(row["total_time_s"])
        for row in all_training_rows()
        if row["machine"] in _TWINS and row["dataset"] == _DATASET
    ]
    return max(times) / min(times)
