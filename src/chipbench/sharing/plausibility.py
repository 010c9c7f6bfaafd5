"""Whether a result can be: its parts against each other, its settings, and what machines do."""

from collections.abc import Iterator

from chipbench import hardware
from chipbench.comparison.run_consistency import contradiction
from chipbench.ground import metrics, tags
from chipbench.ground.metrics import all_metrics
from chipbench.hardware.computing_device import CPU, GPU, Used
from chipbench.hardware.machine import UNNAMED, Accelerator, Machine
from chipbench.measure import result as results
from chipbench.measure.result import Columns, Result
from chipbench.measure.sampled_columns import STEP, TIME, is_shown
from chipbench.published import published_machines
from chipbench.sharing.physical_limits import beyond_limits
from chipbench.sharing.release_dates import impossible_time
from chipbench.sharing.settings_check import wrong_settings
from chipbench.sharing.shared_run import SharedRun
from chipbench.sharing.sum_checks import wrong_sums

#: The field that is wrong, such as `metrics.total_time_s`, and why.
Doubt = tuple[str, str]

TRAINING, EXPORT, FOREST = "training", "export", "forest"
#: Of the other kinds, a key that they alone have.
_OF_KIND = {"createml": "createml.engine", EXPORT: "codec.name", FOREST: "search.folds"}
#: And the time that it has; other kinds have a training's.
_TIMES = {EXPORT: metrics.EXPORT_TIME, FOREST: metrics.SEARCH_TIME}


def disbelief(result: Result) -> Doubt | None:
    """The first field that cannot be so; None if all can."""
    return next(_doubts(result), None)


def _doubts(result: Result) -> Iterator[Doubt]:
    yield from _names(result)
    yield from _same_twice(result)
    yield from _ending(result)
    yield from _kind(result)
    yield from _machine(result)
    yield from wrong_settings(result, _record(result))
    said = contradiction(SharedRun(result, "").recorded())
    if said is not None:
        yield said
    yield from wrong_sums(result)
    yield from beyond_limits(result)
    yield from impossible_time(result)


def _names(result: Result) -> Iterator[Doubt]:
    """Names that the tables do not know; columns that are not of one length."""
    known = {metric.name for metric in all_metrics()}
    for name in result.metrics.keys() - known:
        yield f"metrics.{name}", "no such metric is known"
    for name in result.tags.keys() - tags.of_result():
        yield f"tags.{name}", "no such tag of a result is known"
    for name in result.series.keys() - known - {STEP}:
        yield f"series.{name}", "no such metric is known"
    for name in result.utilisation:
        if name != TIME and not is_shown(name):
            yield f"utilisation.{name}", "no such series is shared"
    yield from _columns("series", STEP, result.series)
    yield from _columns("utilisation", TIME, result.utilisation)


def _columns(field: str, of: str, columns: Columns) -> Iterator[Doubt]:
    rows = columns.get(of, ())
    if columns and (None in rows or sorted(set(rows)) != list(rows)):  # type: ignore[type-var]
        yield f"{field}.{of}", "its values must grow"
    if of == STEP and any(type(row) is not int for row in rows):
        yield f"{field}.{of}", "it must count"
    for name, column in columns.items():
        if len(column) != len(rows):
            yield f"{field}.{name}", f"it has {len(column)} values beside {len(rows)} of {of}"


def _same_twice(result: Result) -> Iterator[Doubt]:
    """What a result says in two places."""
    found, machine = result.hardware, _record(result)
    for field, value, tag in (
        ("benchmark", result.benchmark, tags.EXPERIMENT),
        ("machine", result.machine, tags.MACHINE_NAME),
        ("fingerprint", result.fingerprint, tags.FINGERPRINT),
        ("reason", result.reason, tags.REASON),
        ("hardware.cpu_cores_logical", str(found["cpu_cores_logical"]), tags.CORES),
        ("hardware.os", found["os"], tags.OS),
        ("hardware.fingerprint", found.get("fingerprint"), tags.MACHINE_FINGERPRINT),
        ("hardware.versions.tensorflow", machine.framework_version("tensorflow"), tags.TENSORFLOW),
        ("hardware.versions.keras", machine.versions.get("keras"), tags.KERAS),
    ):
        if result.tags.get(tag) != value:
            yield field, f"it says {value!s:.60}, and tags.{tag} {result.tags.get(tag)!s:.60}"
    if result.tags.get(tags.STATUS, result.status) != result.status:
        yield "status", f"it says {result.status}, and tags.{tags.STATUS} another"
    for tag, told in (
        (tags.CAVEATS, result.caveats),
        (tags.RULED_OUT, [one for one in result.caveats if one.rules_out]),
    ):
        if ("; ".join(map(str, told)) or None) != result.tags.get(tag):
            yield "caveats", f"they and tags.{tag} do not say the same"


def _ending(result: Result) -> Iterator[Doubt]:
    completed = result.status == results.COMPLETED
    if completed and result.end != results.COMPLETED:
        yield "end", f"a completed run did not end with {result.end}"
    if completed and result.reason is not None:
        yield "reason", "a completed run has none"
    if completed and result.fingerprint is None:
        yield "fingerprint", "a completed run has one"


def _kind(result: Result) -> Iterator[Doubt]:
    """Which work it was: its settings tell, and a completed one has the time of it."""
    params, known, kind = result.params, result.metrics, result.tags[tags.KIND]
    given = next((name for name, key in _OF_KIND.items() if key in params), TRAINING)
    if params and kind != given:
        yield f"tags.{tags.KIND}", f"its settings give {given}"
    time = _TIMES.get(kind, metrics.TOTAL_TIME)
    for other in (metrics.TOTAL_TIME, *_TIMES.values()):
        if other != time and other in known:
            yield f"metrics.{other}", f"{kind} has none"
    if result.status == results.COMPLETED and time not in known and tags.RESUMED not in result.tags:
        yield f"metrics.{time}", "a completed run has one"


def _machine(result: Result) -> Iterator[Doubt]:
    """The machine that is named, held against the machine record."""
    machine = _record(result)
    kind, called = result.tags.get(tags.DEVICE_KIND), result.tags.get(tags.MACHINE, "")
    if kind is None and result.status == results.COMPLETED:
        yield f"tags.{tags.DEVICE_KIND}", "it is missing"
    if kind == CPU and result.machine != Used(CPU).name_on(machine):
        yield "machine", f"its CPU is called {Used(CPU).name_on(machine):.60}"
    if kind == GPU and not machine.accelerators:
        yield "hardware.accelerators", "a GPU computed, and there is none"
    if kind == GPU and not _is_named_after_a_gpu(result, machine):
        yield "machine", f"it is named after no GPU of {machine.name:.60}"
    claimed = published_machines().get(called.removesuffix("_cpu"), {})
    for said in hardware.contradictions(machine, claimed):
        yield f"tags.{tags.MACHINE}", f"{called} {said}"


def _is_named_after_a_gpu(result: Result, machine: Machine) -> bool:
    """Where the vendor does not know the GPU that computed, a caveat says what it is."""
    names = [machine.name, *(gpu.name for gpu in machine.accelerators)]
    unnamed = any(name in UNNAMED.values() for name in names)
    doubted = any(result.tags.get(tags.DEVICE, "\n") in one.what for one in result.caveats)
    return unnamed or doubted or any(name in result.machine for name in names)


def _record(result: Result) -> Machine:
    parts = [Accelerator(**one) for one in result.hardware.get("accelerators", ())]
    return Machine(**{**result.hardware, "accelerators": tuple(parts)})
