"""What the own run of a sweep or a suite says of its jobs' metrics."""

from chipbench.ground.metric import define as _metric

# Of a suite's items.
ITEM_TIME = _metric("item_time_s", "s", "one item from its start to its end, preparation included")
SUITE_TIME = _metric("suite_time_s", "s", "item_time_s of all items that have ended")

# Of a sweep's jobs.
BEST, MEDIAN = "best", "median"


def over_jobs(name: str, which: str) -> str:
    """Name of a sweep's metric, e.g. `over_jobs(TOTAL_TIME, BEST)`."""
    return f"{name}_{which}"


def of_item(name: str, item: str) -> str:
    """Name of a suite's metric, e.g. `of_item(TOTAL_TIME, "tinyvgg_cifar10")`."""
    return f"{item}/{name}"
