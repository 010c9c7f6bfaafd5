"""Whether the hardware, the software and what was asked for agree: pure functions of the record."""

from collections.abc import Mapping

from chipbench.hardware.machine import Machine

#: First and last TensorFlow that each Metal plug-in has all symbols of.
_METAL = {"1.2.0": ((2, 18), (2, 19)), "1.0.0": ((2, 13), (2, 13))}
_MEMORY_TOLERANCE = 0.1


def metal_plugin_mismatch(machine: Machine) -> str | None:
    """Why the Metal plug-in would break `import tensorflow` itself; None if it does not.

    It is read from the installed versions, before anything imports TensorFlow.
    """
    plugin = machine.versions.get("tensorflow-metal")
    tensorflow = machine.versions.get("tensorflow")
    if plugin is None or tensorflow is None or plugin not in _METAL:
        return None
    first, last = _METAL[plugin]
    found = tuple(int(part) for part in tensorflow.split(".")[:2])
    if first <= found <= last:
        return None
    wanted = f"{last[0]}.{last[1]}"
    return (
        f"tensorflow-metal {plugin} does not work with TensorFlow {tensorflow}: install "
        f"TensorFlow {wanted} with `pip install 'tensorflow=={wanted}.*'`"
    )


def accelerator_mismatch(machine: Machine, visible_gpus: int, requested: str) -> str | None:
    """Why a GPU that is there would not be used; None if it is used or the CPU is meant."""
    usable = [a for a in machine.accelerators if a.vendor in ("nvidia", "apple")]
    if requested == "cpu" or visible_gpus or not usable:
        return None
    remedy = {
        "nvidia": "install its CUDA libraries with `pip install 'tensorflow[and-cuda]'`",
        "apple": "install its plug-in with `pip install tensorflow-metal==1.2.0`",
    }[usable[0].vendor]
    return (
        f"this machine has a GPU ({usable[0].name}) that TensorFlow does not see: {remedy}, "
        "or measure the CPU with machine.accelerator=cpu"
    )


def contradictions(machine: Machine, claimed: Mapping[str, object]) -> list[str]:
    """Where the detected machine is not the claimed one, a clause each; the unclaimed is ignored.

    `claimed` has the columns of the published specification table.
    """
    return [
        clause
        for clause in (
            _gpu(machine, claimed.get("gpu")),
            _cpu(machine, claimed.get("cpu")),
            _memory(machine, claimed.get("memory_gb")),
        )
        if clause is not None
    ]


def _gpu(machine: Machine, claim: object) -> str | None:
    names = [a.name for a in machine.accelerators]
    if claim is None or any(_same(str(claim), name) for name in names):
        return None
    cores = {a.cores for a in machine.accelerators}
    found = ", ".join(names) or "none"
    detail = f" with {cores.pop()} cores" if len(cores) == 1 and None not in cores else ""
    return f"it claims the GPU {claim}, found: {found}{detail}"


def _cpu(machine: Machine, claim: object) -> str | None:
    if claim is None or _same(str(claim), machine.cpu):
        return None
    return f"it claims the processor {claim}, found: {machine.cpu}"


def _memory(machine: Machine, claim: object) -> str | None:
    if claim is None:
        return None
    claimed_mib = float(str(claim)) * 1024
    if abs(machine.memory_mib - claimed_mib) <= _MEMORY_TOLERANCE * claimed_mib:
        return None
    return f"it claims {claim} GB of memory, found: {machine.memory_mib / 1024:.0f} GB"


def _same(claim: str, found: str) -> bool:
    """Whether the identifying words of the one are those of the other.

    Core counts, sizes and clock rates are left out: the article writes "Apple M1 Max 32-core GPU"
    where the system says "Apple M1 Max".
    """
    return _words(claim) == _words(found)


_DESCRIPTIVE = {"gpu", "cpu", "processor", "intel", "core", "amd", "nvidia", "tm", "r", "gb", "mb"}


def _words(name: str) -> set[str]:
    plain = name.lower()
    for mark in ("(r)", "(tm)", "@", ","):
        plain = plain.replace(mark, " ")
    kept = []
    for word in plain.split():
        measure = word[0].isdigit() and any(u in word for u in ("core", "ghz", "gb"))
        bare_number = word.replace(".", "").isdigit() or word in ("ghz", "gddr6")
        model = word.split("-")[0]  # "i9-9980HK" is an "i9" to the table
        if word not in _DESCRIPTIVE and not measure and not bare_number:
            kept.append(model)
    return set(kept)
