"""How machines of one model do, where several were measured or shared, and where this one stands.

A machine counts once, by the median of its times: whoever measured often outweighs nobody. Machines
whose owners left them untold, `machine.installation_id=false`, cannot be told apart and are one.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from chipbench.comparison.machine_identity import installation_of
from chipbench.comparison.ranked_groups import Group, Row, Sorted
from chipbench.ground.plural import counted

#: Machines, the mark of each included, by which a model can be judged.
_FEWEST = 2


@dataclass(frozen=True)
class Place:
    """Where one machine stands among the others of its model."""

    time_s: float  # the median of its own
    slower_than: int  # how many others took less time
    others: int
    caveats: str | None  # what may explain it


@dataclass(frozen=True)
class Population:
    """The machines of one model in one group: quartiles of the time that ranks them, in seconds."""

    benchmark: str
    group: Group
    model: str
    machines: int
    runs: int
    quartiles_s: tuple[float, float, float]  # 25th, 50th and 75th percentile, as NumPy's
    here: Place | None  # None where this machine is of another model

    @property
    def standing(self) -> str:
        """This machine's place in words; "" where it has none."""
        if self.here is None:
            return ""
        said = f"slower than {self.here.slower_than} of {counted(self.here.others, 'other')}"
        return said if self.here.caveats is None else f"{said}: {self.here.caveats}"


def populations(found: Sorted, here: str | None = None) -> list[Population]:
    """Of each group, the models that several machines are of, by name.

    Published results are of no machine that could be told from another, and count nowhere. `here`:
    the fingerprint of the machine that compares, as its own runs have it.
    """
    return [
        population
        for benchmark in found.benchmarks
        for group in benchmark.groups
        for population in _of_group(benchmark.name, group, here)
    ]


def _of_group(benchmark: str, group: Group, here: str | None) -> Iterator[Population]:
    models: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in group.rows:
        if not row.is_reference:
            models[row.runs[0].machine][installation_of(row.runs[0])].append(row)
    for model, machines in sorted(models.items()):
        if len(machines) >= _FEWEST:
            times_s = {one: _time_s(rows, group.metric) for one, rows in machines.items()}
            yield Population(
                benchmark=benchmark,
                group=group,
                model=model,
                machines=len(machines),
                runs=sum(len(row.runs) for rows in machines.values() for row in rows),
                quartiles_s=_quartiles(list(times_s.values())),
                here=_place(here, times_s, machines),
            )


def _time_s(rows: Sequence[Row], metric: str) -> float:
    """A machine's: of a run that was measured here and shared as well, once."""
    times_s = {
        (run.start_ms, time_s): time_s
        for row in rows
        for run in row.runs
        if (time_s := run.metric(metric)) is not None
    }
    return median(times_s.values())


def _quartiles(times_s: Sequence[float]) -> tuple[float, float, float]:
    import numpy as np

    low, middle, high = np.percentile(times_s, (25, 50, 75))
    return float(low), float(middle), float(high)


def _place(
    here: str | None, times_s: Mapping[str, float], machines: Mapping[str, Sequence[Row]]
) -> Place | None:
    if not here or here not in times_s:
        return None
    others = [time_s for machine, time_s in times_s.items() if machine != here]
    doubts = [row.caveats for row in machines[here] if row.caveats is not None]
    slower_than = sum(time_s < times_s[here] for time_s in others)
    return Place(times_s[here], slower_than, len(others), doubts[-1] if doubts else None)
