"""Whether `torch.compile` pays here: tried once per machine and software, and the answer kept."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

import torch

from chipbench.backends.out_of_memory import is_out_of_memory
from chipbench.ground.cache import Answer, kept
from chipbench.ground.typed_json import typed
from chipbench.terminal.messages import announce

_ROUNDS = 5
_STEPS = 8  # of a round
#: What it must win by, for it takes some seconds at the start of each run.
_PAYS = 1.05
_BEYOND_ALL = 1000


@dataclass(frozen=True)
class _Tried:
    """The answer, as it is kept."""

    gain: float | None
    error: str | None

    def __post_init__(self) -> None:
        """Raises ValueError for a gain that no compiler gives."""
        if self.gain is not None and not 0 < self.gain < _BEYOND_ALL:
            raise ValueError(f"a gain of {self.gain:g}")


#: A step, by whether it is compiled: makes it, then each call takes one.
Stepper = Callable[[bool], Callable[[], None]]


def hindrance(kind: str) -> str | None:
    """Why nothing is compiled on a device of PyTorch's `kind`; None if it can be tried."""
    if kind not in ("cpu", "cuda"):
        return f"torch.compile is not tried on {kind}"
    if os.environ.get("TORCH_COMPILE_DISABLE", "0") != "0":
        return "torch.compile switched off by TORCH_COMPILE_DISABLE"
    names = (os.environ.get("CXX", ""), "g++", "clang++", "c++")
    if kind == "cpu" and not any(name and shutil.which(name) for name in names):
        return "no C++ compiler for torch.compile"
    return None


def gain(
    folder: Path, request: dict[str, object], stepper: Stepper, synchronize: Callable[[], None]
) -> tuple[float | None, str]:
    """How many times as fast a compiled step is, None if that fails; and what is said of it."""

    def ask() -> Answer:
        announce("trying torch.compile, once for this software")
        try:
            return {"gain": _measured(stepper, synchronize), "error": None}
        except Exception as error:  # whatever the compiler, or the one that it calls, raises
            if is_out_of_memory(error):
                raise
            return {"gain": None, "error": type(error).__name__}

    setup = (torch.__version__, os.cpu_count(), torch.backends.cpu.get_cpu_capability())
    answer = kept(folder / "compile_trials", setup, request, ask, partial(typed, _Tried))
    found: float | None = answer["gain"]
    if found is None:
        return None, f"torch.compile failed ({answer['error']})"
    return found, f"torch.compile {found:.2f} times as fast"


def pays(found: float | None) -> bool:
    """Whether a gain is worth compiling for in each run."""
    return found is not None and found > _PAYS


def _measured(stepper: Stepper, synchronize: Callable[[], None]) -> float:
    """In turns; of each the fastest round, for others' load only ever adds."""
    steps = [stepper(compiled) for compiled in (False, True)]
    times_s: list[list[float]] = [[], []]
    for _ in range(_ROUNDS):
        for step, taken_s in zip(steps, times_s, strict=True):
            step()
            synchronize()
            begin_s = perf_counter()
            for _ in range(_STEPS):
                step()
            synchronize()
            taken_s.append(perf_counter() - begin_s)
    plain_s, compiled_s = map(min, times_s)
    return plain_s / compiled_s
