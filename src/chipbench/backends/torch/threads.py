"""How many threads an operation of PyTorch's gets on the CPU."""

from collections.abc import Callable
from time import perf_counter

import torch

from chipbench.backends.processor_alone import company
from chipbench.hardware import OtherLoad

_ROUNDS = 4
_STEPS = 4  # of a round


def choose(step: Callable[[], None]) -> str | None:
    """One per core, or one alone, whichever takes `step` faster; one where others use the cores.

    Returns what they use, None where this program is alone.
    """
    watch = OtherLoad()
    most = torch.get_num_threads()
    times_s: dict[int, list[float]] = {most: [], 1: []}
    for _ in range(_ROUNDS):
        for number, taken_s in times_s.items():
            torch.set_num_threads(number)
            step()
            begin_s = perf_counter()
            for _ in range(_STEPS):
                step()
            taken_s.append(perf_counter() - begin_s)
    found = company(watch)
    fastest = min(times_s, key=lambda number: min(times_s[number]))
    torch.set_num_threads(fastest if found is None else 1)
    return found
