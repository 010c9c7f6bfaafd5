"""The keys of a suite, and which entry points its items and a sweep's jobs may have."""

from chipbench.config.key_rule import aside, option_name
from chipbench.config.value_kinds import (
    above_zero,
    from_zero,
    one_of,
    or_null,
    suite_items,
    word,
)

#: The entry points that measure.
MEASURING = one_of("train", "export", "createml", "forest")

SUITE = (
    option_name("suite"),
    aside("suite.items", suite_items(MEASURING)),
    aside("suite.resume", or_null(word("the run id of a suite's parent, or last"))),
    aside("suite.cooldown_s", from_zero("seconds")),
    aside("suite.job_timeout_s", or_null(above_zero("seconds"))),
)
