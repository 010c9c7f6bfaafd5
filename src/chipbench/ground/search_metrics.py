"""The metrics of what searches; others take them from `metrics`."""

from chipbench.ground.metric import define as _metric

# Of a search for a forest's settings; MLflow's step is the fit's number, from 1.
FIT_TIME = _metric("fit_time_s", "s", "growing one forest; the last one is the best's")

# Summary of such a search.
SEARCH_TIME = _metric("search_time_s", "s", "the split, the search, and the best fitted to all")
FITS_PER_SECOND = _metric("fits_per_second", "fits/s", "forests grown / search_time_s", 3)
R2 = _metric("r2", "", "R² of the best forest on what it has not seen, 1 at most", 4)

# What a search for the largest batch found.
BATCH_SIZE_MAX = _metric("batch_size_max", "", "the largest batch that trained", 0)
BATCH_SIZE_SLOW = _metric(
    "batch_size_slow", "", "the smallest batch that fits and is slower than limits.slow_percent", 0
)
