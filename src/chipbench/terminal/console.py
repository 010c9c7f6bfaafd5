"""The one console of each stream, through which all that rich draws goes."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # rich is imported when there is something to draw
    from rich.console import Console


@cache
def console(stderr: bool = False) -> "Console":
    """The console of stdout, which is for results, or of stderr; it takes text as it is."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)
