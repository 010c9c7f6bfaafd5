"""A full memory is told from what each framework really ends with."""

import subprocess
import sys
from importlib.util import find_spec

import pytest

from chipbench.backends.out_of_memory import is_out_of_memory

_ASK = """
from chipbench.backends.out_of_memory import is_out_of_memory
try:
    {work}
except BaseException as error:
    print(is_out_of_memory(error), type(error).__name__)
"""
_FAR_TOO_MUCH = {
    "torch": "import torch; torch.empty(2**46)",
    "jax": "import jax.numpy; jax.numpy.ones(2**46).block_until_ready()",
    "numpy": "import numpy; numpy.ones(2**46)",
}


@pytest.mark.parametrize("name", sorted(_FAR_TOO_MUCH))
def test_the_frameworks_own_error_is_known(name: str) -> None:
    if find_spec(name) is None:
        pytest.skip(f"no {name}")
    command = [sys.executable, "-c", _ASK.format(work=_FAR_TOO_MUCH[name])]
    asked = subprocess.run(command, capture_output=True, text=True, check=True)
    assert asked.stdout.startswith("True"), asked.stdout


def test_another_error_of_the_same_class_is_none() -> None:
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert is_out_of_memory(MemoryError())
