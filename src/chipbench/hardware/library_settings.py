"""What the environment sets in the libraries that compute: it changes the work, or how it is done.

Only variables of these libraries are read, and of them none that names a place or a secret.
"""

import os
import re
from collections.abc import Iterator, Mapping

from chipbench.ground.path_redaction import without_folders
from chipbench.hardware.keras_file import read_keras_file

_LIBRARIES = re.compile(
    r"(TF|XLA|JAX|KERAS|TORCH|TORCHINDUCTOR|TORCHDYNAMO|PYTORCH|ATEN|AOT|TRITON|CUDA|CUDNN|CUBLAS|"
    r"NVIDIA|NCCL|HSA|HIP|ROCM|ROCBLAS|MIOPEN|MPS|MTL|METAL|OMP|GOMP|KMP|MKL|OPENBLAS|GOTO|BLIS|"
    r"VECLIB|DNNL|ONEDNN|EIGEN|MALLOC|TCMALLOC)_\w+|LD_PRELOAD|DYLD_INSERT_LIBRARIES",
)
#: Where things lie, what is shown, who may do what; and what the run heeds or says elsewhere.
_ASIDE = re.compile(
    r"\w*_(HOME|DIR|DIRS|PATH|ROOT|CACHE|FILE|LOG|LOGS|VERBOSE|VERBOSITY|DEBUG|INFO|TOKEN|KEY|"
    r"SECRET|PASSWORD|USER|HOST|ADDR|ADDRESS|VERSION|REQUIRE)(_\w+)?|TF_CPP_\w+|TF_CONFIG|"
    r"KERAS_BACKEND|(CUDA|HIP|NVIDIA)_VISIBLE_DEVICES|NVIDIA_DRIVER_CAPABILITIES|"
    r"CUDA_DEVICE_ORDER|TORCH_CUDA_ARCH_LIST|TFDS_\w+"
)
#: Of Keras' own file, what chipbench does not set itself, with what Keras takes by itself.
_KERAS_FILE = {
    "epsilon": 1e-07,
    "nnx_enabled": False,
    "max_epochs": None,
    "max_steps_per_epoch": None,
}
_LONGEST = 200


def library_settings(environment: Mapping[str, str] = os.environ) -> str | None:
    """Them in one line, by name; None where there are none."""
    found = {name: value for name, value in environment.items() if _counts(name) and value.strip()}
    listed = [f"{name}={_told(value)}" for name, value in sorted(found.items())]
    return "; ".join([*listed, *_of_keras(environment)]) or None


def _counts(name: str) -> bool:
    return bool(_LIBRARIES.fullmatch(name)) and not _ASIDE.fullmatch(name)


def _told(value: str) -> str:
    """Options without the folders among them."""
    words = (re.sub(r"(?<==)~?/\S*(?=/)/", "", word) for word in value.split())
    return " ".join(without_folders(word) for word in words)[:_LONGEST]


def _of_keras(environment: Mapping[str, str]) -> Iterator[str]:
    for key, value in read_keras_file(environment).items():
        if key in _KERAS_FILE and value != _KERAS_FILE[key]:
            yield f"keras.json {key}={str(value):.40}"
