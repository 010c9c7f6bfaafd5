"""Whether the hardware, the software and what was asked for agree: pure functions of the record."""

import re
from collections.abc import Iterable, Mapping

from chipbench.ground.finding import Finding
from chipbench.hardware.machine import METAL, OTHER_METAL, Accelerator, Machine

#: Metal plug-in → first TensorFlow that has all its symbols, the one that no longer has, remedy.
_METAL = {
    "1.2.0": ((2, 18, 1), (2, 20), "tensorflow>=2.18.1,<2.20"),
    "1.1.0": ((2, 12), (2, 17), "tensorflow-macos==2.15.0"),
    "1.0.0": ((2, 12), (2, 14), "tensorflow-macos==2.12.0"),
    "0.8.0": ((2, 12), (2, 14), "tensorflow-macos==2.12.0"),
}
#: GPU's vendor → its plug-ins, the one for what is installed by default first.
_METAL_FOR = {"apple": ("1.2.0", "1.1.0"), "amd": ("0.8.0",)}
_OTHER_FITS = (2, 20)
#: No plug-in of Apple's has a wheel for it.
_PYTHON_BEYOND_METAL = (3, 13)
#: Back end → its name as its makers write it.
TITLES = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}
_MEMORY_TOLERANCE = 0.1
_COLAB = "Google Colab"
#: What the article, a data sheet or a vendor adds to a name: sizes, rates, counts, trade marks.
_DETAIL = re.compile(
    r"\b\d+(\.\d+)?[\s-]*([gm]hz|[gm]i?b|cores?)\b|\b\d+(st|nd|rd|th) gen\b|\bgddr\d\w*"
    r"|\((r|tm)\)|\bwith radeon graphics\b|[@,]"
)
_DESCRIPTIVE = {"gpu", "cpu", "processor", "core", "intel", "amd", "nvidia", "geforce", "tesla"}


def metal_plugin_mismatch(machine: Machine) -> Finding | None:
    """Why the Metal plug-in would break `import tensorflow` itself; None if it does not.

    It is read from the installed versions, before anything imports TensorFlow.
    """
    plugin = machine.versions.get(METAL, "")
    tensorflow = machine.framework_version("tensorflow")
    if tensorflow is None:
        return None
    if OTHER_METAL in machine.versions and (plugin or _parts(tensorflow)[:2] != _OTHER_FITS):
        beside = f"beside {METAL}" if plugin else f"with TensorFlow {tensorflow}, and is for 2.20"
        return Finding(
            f"{OTHER_METAL} is installed {beside}", f"`pip uninstall --yes {OTHER_METAL}`"
        )
    if plugin not in _METAL or _has_symbols(tensorflow, plugin):
        return None
    return Finding(
        f"{METAL} {plugin} does not work with TensorFlow {tensorflow}",
        f"`pip install '{_METAL[plugin][-1]}'`",
    )


def _has_symbols(tensorflow: str, plugin: str) -> bool:
    """Whether this release of TensorFlow has all that the plug-in takes from it."""
    first, beyond, _ = _METAL[plugin]
    return first <= _parts(tensorflow) < beyond


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def accelerator_mismatch(
    machine: Machine, visible_gpus: int, requested: str, backend: str
) -> Finding | None:
    """Why `backend` would not use a GPU that is there; None if it does or the CPU is meant."""
    if requested == "cpu" or visible_gpus:
        return None
    if not machine.training_gpus:
        return _doubted(machine, backend)
    gpu = machine.training_gpus[0]
    plugins = backend == "tensorflow"
    remedy = _remedy(gpu, machine) if plugins else _other_remedy(gpu, backend)
    return Finding(
        f"this machine has a GPU ({gpu.name}) that {TITLES[backend]} does not see",
        f"{remedy}, or measure the CPU with machine.accelerator=cpu",
    )


def _doubted(machine: Machine, backend: str) -> Finding | None:
    """That a GPU may be there which neither vendor nor framework shows: unknown, not none."""
    if machine.gpu_doubt is None:
        return None
    return Finding(
        f"{machine.gpu_doubt}, and {TITLES[backend]} sees no GPU",
        "let `nvidia-smi` list it (after an update of the driver, restart the machine), or measure "
        "the CPU with machine.accelerator=cpu",
    )


def same_gpu(name: str, other: str) -> bool:
    """Whether two programs' names for a GPU mean the same: "Tesla K80" is "NVIDIA K80"."""
    return _words(name) == _words(other)


def _other_remedy(gpu: Accelerator, backend: str) -> str:
    """PyTorch has Metal within itself; JAX has nothing for it that is maintained."""
    if gpu.vendor == "nvidia":
        # Where the newest PyTorch is there, without CUDA, an upgrade alone would leave it.
        build = "'jax[cuda12]'" if backend == "jax" else "--force-reinstall 'torch'"
        return f"install a build for CUDA with `pip install --upgrade {build}`"
    if backend == "torch":
        return "install a PyTorch with Metal with `pip install --upgrade torch`"
    return "use backend=torch"


def _remedy(gpu: Accelerator, machine: Machine) -> str:
    if gpu.vendor == "nvidia":
        driver = f" or a newer driver than {gpu.driver}" if gpu.driver else ""
        return f"install its CUDA libraries with `pip install 'chipbench[cuda]'`{driver}"
    python = machine.versions.get("python", "3.11")
    if _parts(python) >= _PYTHON_BEYOND_METAL:
        return (
            f"use backend=torch, since TensorFlow's plug-in has nothing for Python {python}, or an "
            "older one with `make clean env PYTHON=python3.12`"
        )
    installed = machine.plug_in
    found = f" (found: {installed})" if installed else ""
    tensorflow = machine.framework_version("tensorflow")
    usual, *others = _METAL_FOR[gpu.vendor]
    fitting = (other for other in others if tensorflow and _has_symbols(tensorflow, other))
    plugin = next(fitting, usual)
    return f"install its plug-in with `pip install tensorflow-metal=={plugin}`{found}"


def contradictions(machine: Machine, claimed: Mapping[str, object]) -> list[str]:
    """Where the detected machine is not the claimed one, a clause each; the unclaimed is ignored.

    `claimed` has the columns of the published specification table.
    """
    cores = (machine.cpu_cores_physical, machine.cpu_cores_logical)
    gpus = machine.accelerators
    clauses = (
        _name("GPU", claimed.get("gpu"), [gpu.name for gpu in gpus]),
        _count("GPU cores", claimed.get("gpu_cores"), (gpu.cores for gpu in gpus)),
        _name("CPU", claimed.get("cpu"), [machine.cpu]),
        _count("CPU cores", claimed.get("cpu_cores"), cores),
        _memory(claimed.get("memory_gb"), machine.memory_mib),
        _service(claimed.get("name"), machine.colab),
    )
    return [clause for clause in clauses if clause is not None]


def _name(part: str, claim: object, found: list[str]) -> str | None:
    if claim is None or any(_words(str(claim)) == _words(name) for name in found):
        return None
    return f"claims {part} {claim}, but {', '.join(found) or 'none'} was found"


def _count(part: str, claim: object, found: Iterable[int | None]) -> str | None:
    """An unknown count contradicts nothing."""
    known = [count for count in found if count is not None]
    wanted = _number(claim)
    if wanted is None or not known or wanted in known:
        return None
    return f"claims {wanted:g} {part}, but {known[0]} were found"


def _memory(claim: object, found_mib: int) -> str | None:
    wanted_gib = _number(claim)
    found_gib = found_mib / 1024
    if wanted_gib is None or abs(found_gib - wanted_gib) <= _MEMORY_TOLERANCE * wanted_gib:
        return None
    return f"claims {wanted_gib:g} GB of memory, but {found_gib:.0f} GB was found"


def _service(name: object, is_colab: bool) -> str | None:
    """Colab's machines say themselves that they are Colab's."""
    if not str(name).startswith(_COLAB) or is_colab:
        return None
    return f"claims to be {_COLAB}, and is not"


def _number(claim: object) -> float | None:
    """The number in a claim such as 16, "16" or "16 GB"."""
    number = re.search(r"\d+(\.\d+)?", "" if claim is None else str(claim))
    return float(number.group()) if number else None


def _words(name: str) -> set[str]:
    """The words that identify a chip: "Apple M1 Max 32-core GPU" is "Apple M1 Max".

    Of "i9-9980HK" only the "i9", which is what a specification says.
    """
    return {word.split("-")[0] for word in _DETAIL.sub(" ", name.lower()).split()} - _DESCRIPTIVE
