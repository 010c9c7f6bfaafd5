"""Packages that do not work together or on this hardware, told from their versions alone."""

import re
from collections.abc import Sequence

from chipbench.ground.finding import Finding
from chipbench.hardware.machine import OTHER_METAL, Machine

#: From this one on, tensorflow-metadata's code is generated for a protobuf that TensorFlow 2.18
#: and 2.19 refuse; its own requirements do not say so.
_METADATA_BEYOND = (1, 18)
_PROTOBUF_FOR_IT = (6, 31)


def metadata_mismatch(machine: Machine) -> Finding | None:
    """Why `import tensorflow_datasets` would die, and no data set load; None if it does not."""
    metadata = machine.versions.get("tensorflow-metadata")
    protobuf = machine.versions.get("protobuf")
    if "tensorflow-datasets" not in machine.versions or metadata is None or protobuf is None:
        return None
    if _number(metadata) < _METADATA_BEYOND or _number(protobuf) >= _PROTOBUF_FOR_IT:
        return None
    return Finding(
        f"tensorflow-metadata {metadata} does not work with protobuf {protobuf}, which TensorFlow "
        "needs",
        "`pip install 'tensorflow-metadata>=1.13,<1.18'`",
    )


def foreign_plugin(machine: Machine) -> Finding | None:
    """That another plug-in than Apple's opens the GPU to TensorFlow; None if none does."""
    if OTHER_METAL not in machine.versions:
        return None
    return Finding(
        f"{OTHER_METAL} {machine.versions[OTHER_METAL]} is not Apple's: its times are marked, and "
        "say nothing of Apple's plug-in",
        f"`pip uninstall --yes {OTHER_METAL} && pip install 'tensorflow>=2.18.1,<2.20' "
        "tensorflow-metal==1.2.0`, or use backend=torch",
    )


def sensor_mismatch(machine: Machine) -> Finding | None:
    """Why Apple Silicon's power and temperature cannot be read; None if they can, or elsewhere."""
    if not any(gpu.vendor == "apple" for gpu in machine.accelerators):
        return None
    if "macmon" in machine.versions:
        both = " beside macmon-lib" if "macmon-lib" in machine.versions else ""
        return Finding(
            f"the package macmon is installed{both}, another one with the same import name",
            "`pip uninstall --yes macmon macmon-lib && pip install macmon-lib`",
        )
    if "macmon-lib" not in machine.versions:
        return Finding(
            "no macmon-lib, so no power and no temperature are read", "`pip install macmon-lib`"
        )
    return None


def cuda_mismatch(
    machine: Machine, driver: str | None, missing_libraries: Sequence[str]
) -> Finding | None:
    """Why an NVIDIA GPU whose driver is loaded could not be used; None if it could, or elsewhere.

    `driver`: the kernel's; `missing_libraries`: those of CUDA that cannot be found.
    """
    gpus = [gpu for gpu in machine.accelerators if gpu.vendor == "nvidia"]
    if not gpus and driver is None:
        return None
    if missing_libraries:
        return Finding(
            f"an NVIDIA driver is here, and {', '.join(missing_libraries)} cannot be found",
            "install TensorFlow's CUDA libraries with `pip install 'chipbench[cuda]'`",
        )
    if not gpus:
        return Finding(
            f"the NVIDIA driver {driver} is loaded, and NVML shows no GPU",
            "`pip install nvidia-ml-py`, and see whether `nvidia-smi` lists it",
        )
    return None


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])
