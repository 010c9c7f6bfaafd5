"""The frameworks that train: the only code that imports one, behind one door.

`backend("torch")` is that framework's `Backend`; nothing is imported before its `start`.
"""

from importlib import import_module, metadata
from importlib.util import find_spec

from chipbench.backends.backend import Backend, Device, Task
from chipbench.backends.feed import Feed
from chipbench.backends.optimizer import ChosenOptimizer
from chipbench.backends.training_loop import Loop
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark

__all__ = ["Backend", "ChosenOptimizer", "Device", "Feed", "Loop", "Task", "backend"]

#: Name, as `conf/backend/` has it → what is imported of it, and how it is installed.
_INSTALL = {
    "tensorflow": ("tensorflow", "pip install 'chipbench[tensorflow]'"),
    "torch": ("torch", "pip install 'chipbench[torch]'"),
    "jax": ("jax", "pip install 'chipbench[jax]'"),
}


def backend(name: str) -> Backend:
    """The back end `name`.

    Raises ConfigurationError if there is none, UnsupportedBenchmark if its framework is missing.
    """
    if name not in _INSTALL:
        raise ConfigurationError(
            f"backend={name}: src/chipbench/backends/__init__.py does not say how it is installed"
        )
    package, command = _INSTALL[name]
    if find_spec(package) is None:
        others = [f"backend={other}" for other, (there, _) in _INSTALL.items() if find_spec(there)]
        instead = f", or use {' or '.join(others)}" if others else ""
        raise UnsupportedBenchmark(
            f"backend={name}: {package} is not installed in this environment; install it with "
            f"`{command}`{instead}"
        )
    keras = metadata.version("keras")
    if name != "tensorflow" and keras.startswith("2."):
        raise UnsupportedBenchmark(
            f"backend={name}: Keras {keras}, which this TensorFlow needs, has no other back end; "
            f"make an environment without TensorFlow, with `{command}`"
        )
    module = import_module(f"chipbench.backends.{name}.backend")
    opened: Backend = module.BACKEND
    return opened
