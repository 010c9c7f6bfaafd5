"""Whether `protocol=tuned` has the processor to itself, while it tries what is fastest.

What is cut into pieces is as slow as the piece that another program holds up: on two cores with a
load of 7, slices made 0.65 of a bare script's images per second, and 1.87 with the cores alone.
"""

from chipbench.hardware import OtherLoad
from chipbench.terminal.messages import note

#: Of all cores. Less is a moment's work of a desktop, which the trial's rounds even out.
_ALONE_PERCENT = 25.0


def company(watch: OtherLoad) -> str | None:
    """What others used since `watch` began; None where they left the processor to this program.

    It is said on stderr too, for the work is not cut then.
    """
    load = watch.so_far()
    if load is None or load.others_percent <= _ALONE_PERCENT:
        return None
    found = f"other programs used {load.others_percent:.0f} % of the CPU"
    note(f"protocol=tuned: {found} while it tried what is fastest: it cuts nothing into pieces")
    return found
