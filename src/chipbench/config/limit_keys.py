"""The keys of a search for the largest batch."""

from chipbench.config.key_rule import aside
from chipbench.config.value_kinds import above_zero, from_zero, or_null, whole

LIMITS = (
    aside("limits.max_batch_size", or_null(whole("examples", 1))),
    aside("limits.precision_percent", from_zero("per cent")),
    aside("limits.slow_percent", above_zero("per cent")),
    aside("limits.try_timeout_s", above_zero("seconds")),
)
