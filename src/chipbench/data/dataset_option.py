"""The module that an option of `conf/dataset/` names: what says where its images come from."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from chipbench.data.dataset_metadata import Entry
from chipbench.ground.errors import ConfigurationError
from chipbench.ground.reason import reason_of


def module_of(name: str) -> Any:
    """`chipbench.data.<name>`, with an `ENTRY` or a `load`. Raises ConfigurationError."""
    module = f"chipbench.data.{name}"
    file = f"dataset={name}: src/chipbench/data/{name}.py"
    says = "it has an ENTRY, as cifar10.py has, or a load(image_size), as digits.py has"
    if find_spec(module) is None:
        raise ConfigurationError(f"{file} is missing: {says}")
    try:
        found: Any = import_module(module)
    except Exception as error:  # whatever a file of the user's own raises as it is imported
        raise ConfigurationError(f"{file} cannot be imported ({reason_of(error)})") from None
    if not isinstance(getattr(found, "ENTRY", None), Entry) and not hasattr(found, "load"):
        raise ConfigurationError(f"{file} says nothing of a data set: {says}")
    return found


def entry_of(name: str) -> Entry | None:
    """What the data set consists of, if it is one of TFDS. Raises ConfigurationError."""
    entry: Entry | None = getattr(module_of(name), "ENTRY", None)
    return entry
