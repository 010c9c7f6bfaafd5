"""The one console of each stream, through which all that rich draws goes."""

from functools import cache
from typing import IO, TYPE_CHECKING, cast

from chipbench.terminal.streams import STDERR, STDOUT

if TYPE_CHECKING:  # rich is imported when there is something to draw
    from rich.console import Console


@cache
def console(stderr: bool = False) -> "Console":
    """The console of stdout, which is for results, or of stderr; it takes text as it is."""
    from rich.console import Console

    stream = cast(IO[str], STDERR if stderr else STDOUT)
    return Console(file=stream, markup=False, emoji=False, highlight=False)
