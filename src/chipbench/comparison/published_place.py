"""A run's place among the published machines, in the few words that a table's cell has room for."""

from collections.abc import Mapping

from omegaconf import DictConfig

from chipbench import hardware
from chipbench.ground import metrics
from chipbench.published import read_published
from chipbench.published.beside_published import not_comparable, published_rows

STAND_IN = "a stand-in"
NO_RANKING = "Final Cut Pro's: no ranking"
GENERATED = "generated data"
PART = "a part of the data"


def place(entry: str, config: DictConfig, known: Mapping[str, float]) -> str:
    """ "3 of 7", or why the run of `entry` with these metrics has no place; empty if unknown."""
    if entry == "export":
        return NO_RANKING
    time_s = known.get(metrics.TOTAL_TIME)
    if time_s is None or entry not in ("train", "createml"):
        return ""
    if entry == "createml":
        engine = config.createml.engine
        stands_in = engine == "keras" or (engine == "auto" and not hardware.is_mac())
        return STAND_IN if stands_in else _of_createml(config, time_s)
    reason = not_comparable(config)
    rows = published_rows(config)
    if reason is not None or not rows:
        return _in_short(config) if reason is not None else "none published"
    per_epoch_s = known.get(metrics.TIME_PER_EPOCH, time_s / config.epochs)
    text = _among(per_epoch_s, [row.time_per_epoch_s for row in rows])
    return f"{text}, {GENERATED}" if config.dataset.source == "generated" else text


def _of_createml(config: DictConfig, time_s: float) -> str:
    reason = not_comparable(config)
    times = [
        60 * float(row["train_time_min"])
        for row in read_published("createml_times")
        if row["dataset"] == config.dataset.name
    ]
    if reason is not None:
        return _in_short(config)
    return _among(time_s, times) if times else "none published"


def _in_short(config: DictConfig) -> str:
    """Why it is other work than the published."""
    return PART if config.dataset.max_examples is not None else f"protocol {config.protocol.name}"


def _among(own: float, others: list[float]) -> str:
    return f"{1 + sum(other < own for other in others)} of {1 + len(others)}"
