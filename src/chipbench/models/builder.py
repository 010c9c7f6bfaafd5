"""What builds a model, found by the name that its option of `conf/model/` gives; no framework."""

import inspect
from collections.abc import Callable, Iterable
from pkgutil import resolve_name
from typing import Any

from chipbench.ground.errors import ConfigurationError
from chipbench.ground.reason import reason_of


def takes(sizes: Iterable[str]) -> tuple[str, ...]:
    """What it is called with, by name: `sizes` are those of an example."""
    return ("classes", *sizes, "weights")


def builder(name: str, target: str, sizes: Iterable[str]) -> Callable[..., Any]:
    """What builds the model `name`. Raises ConfigurationError if `target` cannot."""
    named = takes(sizes)
    try:
        module, _, function = target.rpartition(".")
        found: Callable[..., Any] = resolve_name(f"{module}:{function}")
        inspect.signature(found).bind(**dict.fromkeys(named))
    except Exception as error:  # whatever a file of the user's own raises where it is imported
        raise ConfigurationError(
            f"model={name}: {target} cannot build it ({reason_of(error)}); build._target_ in "
            f"conf/model/{name}.yaml names a function of {', '.join(named)}"
        ) from None
    return found
