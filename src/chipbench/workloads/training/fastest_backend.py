"""Which back end trains a model fastest with `protocol=tuned` here, as far as it was tried."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from chipbench import hardware
from chipbench.backends import Task
from chipbench.config.recorded_params import recorded_params
from chipbench.ground import tags
from chipbench.ground.cache import cache_folder, keep, look
from chipbench.ground.typed_json import typed
from chipbench.hardware.machine import Machine
from chipbench.measure.example_kinds import examples_of
from chipbench.measure.fingerprint import work

#: By less than this two back ends do not differ from one run to the next.
_FASTER = 1.05
_BEYOND_ALL = 1e12
_ASIDE = ("backend.name", "epochs", "duration_s")


@dataclass(frozen=True)
class _Speed:
    """What a back end reached, as it is kept."""

    per_s: float

    def __post_init__(self) -> None:
        """Raises ValueError for a speed that no device has."""
        if not 0 < self.per_s < _BEYOND_ALL:
            raise ValueError(f"a speed of {self.per_s:g}")


def faster_backend(
    task: Task, machine: Machine, found: Mapping[str, object], per_s: float
) -> str | None:
    """Keep this run's speed, and say which other back end was faster at the same work.

    `found`: the run's tags; `per_s`: images or sequences per second after the first epoch. None
    where no other was, or none was tried.
    """
    own = task.config.backend.name
    folder = cache_folder(task.config.cache_dir) / "tuned_speeds"

    def request(backend: str) -> dict[str, object]:
        return {**_work(task, found), "backend": backend}

    def reached(backend: str) -> float:
        answer = look(folder, machine.setup, request(backend), partial(typed, _Speed))
        return 0.0 if answer is None else float(answer["per_s"])

    keep(folder, machine.setup, request(own), {"per_s": per_s})
    best = max((name for name in hardware.TITLES if name != own), key=reached)
    if reached(best) < _FASTER * per_s:
        return None
    times, unit = reached(best) / per_s, examples_of(task.config.dataset).name
    return (
        f"{hardware.TITLES[best]} was {times:.2f} times as fast at this here, with "
        f"{reached(best):,.0f} {unit}/s: backend={best}"
    )


def _work(task: Task, found: Mapping[str, object]) -> dict[str, object]:
    """What is computed, whichever framework does and for however long."""
    done = work(recorded_params(task.config), found)
    done = {key: value for key, value in done.items() if key not in _ASIDE}
    return {**done, "device": task.device.name, "data": str(found.get(tags.DATA_SOURCE))}
