"""What the benchmarks are called and measure, in words, in the article's order."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from chipbench.published import read_published


@dataclass(frozen=True)
class Words:
    """A benchmark in words."""

    benchmark: str
    short: str  # where a column has room for it
    title: str
    what: str  # is computed
    how: str  # it is timed
    experiment: int | None = None  # its number in the article
    kind: str = ""  # of work, in two words


def words_of(benchmark: str) -> Words:
    """A benchmark's words; one that the table lacks has its own name alone."""
    return _known().get(benchmark) or Words(benchmark, benchmark, benchmark, "", "")


def order_of(benchmark: str) -> tuple[int, str]:
    """Where a benchmark stands among others: the article's first, others by name."""
    return list(_known()).index(benchmark) if benchmark in _known() else len(_known()), benchmark


@cache
def _known() -> Mapping[str, Words]:
    return {row["benchmark"]: _words(row) for row in read_published("benchmarks")}


def _words(row: Mapping[str, str]) -> Words:
    number = int(row["experiment"]) if row["experiment"] else None
    benchmark, short, title = row["benchmark"], row["short"], row["title"]
    return Words(benchmark, short, title, row["what"], row["how"], number, row["kind"])
