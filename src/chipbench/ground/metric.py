"""A metric, and the table of all that `metrics` defines."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """One quantity: `name` as it is logged, `unit` as it is printed, `digits` after the point."""

    name: str
    unit: str
    meaning: str
    digits: int = 2

    def format(self, value: float) -> str:
        """`value` with this metric's digits and unit, as a table shows it."""
        number = f"{value:,.{self.digits}f}"
        return f"{number} {self.unit}" if self.unit else number


_METRICS: dict[str, Metric] = {}


def define(name: str, unit: str, meaning: str, digits: int = 2) -> str:
    """Enter a metric into the table; its name."""
    _METRICS[name] = Metric(name, unit, meaning, digits)
    return name


def metric(name: str) -> Metric:
    """The table's entry for `name`. Raises KeyError for a name that nobody defined."""
    return _METRICS[name]


def all_metrics() -> tuple[Metric, ...]:
    """Every metric of the contract, in the order of the table."""
    return tuple(_METRICS.values())
