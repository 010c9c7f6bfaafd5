"""Which one to buy: work done per dollar and per watt, where price and power are known."""

from dataclasses import dataclass

from chipbench.comparison.ranked_groups import Group, Row


@dataclass(frozen=True)
class Value:
    """What one machine gives for its price and power, as runs of the benchmark."""

    machine: str
    runs_per_hour: float
    price_usd: float | None
    runs_per_hour_per_1000_usd: float | None
    energy_basis: str | None  # what the power is of: unlike ones are never compared
    power_w: float | None  # mean over the run, by the energy that was counted
    runs_per_kwh: float | None


def values_for_money(group: Group) -> list[Value]:
    """The group's machines with a known price or power, most work per dollar first."""
    found = [_value(row) for row in group.rows]
    known = [v for v in found if v.price_usd is not None or v.power_w is not None]
    return sorted(known, key=lambda v: -(v.runs_per_hour_per_1000_usd or 0))


def _value(row: Row) -> Value:
    per_hour = 3600 / row.time_s
    energy_j = row.energy_j
    return Value(
        machine=row.machine,
        runs_per_hour=per_hour,
        price_usd=row.price_usd,
        runs_per_hour_per_1000_usd=row.price_usd and 1000 * per_hour / row.price_usd,
        energy_basis=row.energy_basis,
        power_w=energy_j and energy_j / row.time_s,
        runs_per_kwh=energy_j and 3.6e6 / energy_j,
    )
