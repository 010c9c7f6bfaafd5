"""What builds a model, found by the name that its option of `conf/model/` gives; no framework."""

import inspect
from collections.abc import Callable
from pkgutil import resolve_name
from typing import Any

from chipbench.ground.errors import ConfigurationError
from chipbench.ground.reason import reason_of

#: What it is called with, by name.
TAKES = ("classes", "image_size", "weights")


def builder(name: str, target: str) -> Callable[..., Any]:
    """What builds the model `name`. Raises ConfigurationError if `target` cannot."""
    try:
        module, _, function = target.rpartition(".")
        found: Callable[..., Any] = resolve_name(f"{module}:{function}")
        inspect.signature(found).bind(**dict.fromkeys(TAKES))
    except Exception as error:  # whatever a file of the user's own raises where it is imported
        raise ConfigurationError(
            f"model={name}: {target} cannot build it ({reason_of(error)}); build._target_ in "
            f"conf/model/{name}.yaml names a function of {', '.join(TAKES)}"
        ) from None
    return found
