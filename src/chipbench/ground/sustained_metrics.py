"""What a training that goes on for a given time says of its speed."""

from chipbench.ground.metric import define as _metric

SUSTAINED = _metric(
    "sustained_percent",
    "%",
    "speed of the last minute / that of the first, the first epoch left out; of less than five "
    "minutes, a fifth of the time in place of a minute",
    1,
)
SLOWED_AFTER = _metric(
    "slowed_after_s", "s", "epochs' time until it slowed down by more than chance explains", 1
)
