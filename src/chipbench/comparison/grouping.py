"""Runs sorted into benchmarks, and within them into groups that may be ranked."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from chipbench import hardware
from chipbench.comparison.baseline import choose_baseline
from chipbench.comparison.group_titles import tell_apart
from chipbench.comparison.machine_identity import display_names, installation_of
from chipbench.comparison.ranked_groups import Benchmark, Group, Row, Sorted
from chipbench.comparison.run_consistency import contradicts_itself, version_of
from chipbench.comparison.sessions import samples_of, sessions
from chipbench.comparison.settings_in_words import circumstance
from chipbench.ground import tags
from chipbench.measure.fingerprint import context
from chipbench.measure.recorded_run import RecordedRun
from chipbench.measure.run_framework import framework
from chipbench.measure.statistics import Ratio, confidence_among, ratio_of_sides, side

#: What may differ within a group and is then printed: tags, by the words that the report uses.
_CONTEXT = {
    tags.DATA_SOURCE: "data source",
    tags.OPTIMIZER_USED: "optimizer",
    tags.TENSORFLOW: "TensorFlow",
    tags.BACKEND_VERSION: "back end",
    tags.KERAS: "Keras",
    tags.PLUG_IN: "tensorflow-metal",
    tags.DRIVER: "driver",
    tags.OS: "operating system",
    tags.PROTOCOL: "protocol",
    tags.LEARNING_CURVE: "learning curve",
    tags.SETTINGS: "settings",
    tags.POWER_SOURCE: "power source",
    tags.ENCODER: "encoder",
}

#: Why a run is in no ranking that measured nothing itself, by its kind.
_KINDS = {
    "": "of another program",
    "sweep": "for a sweep or repeats as a whole",
    "suite": "for a suite as a whole",
    "limits": "for a search for the largest batch",
    "skipped job": "of jobs that were skipped",
    "comparison": "for a report that was kept",
    "empty": "without content",
}
#: Or by its status in MLflow.
_ENDS = {
    "FAILED": "failed",
    "KILLED": "interrupted",
    "RUNNING": "not ended",
    "SCHEDULED": "not begun",
}


def sort_runs(runs: Iterable[RecordedRun], baseline: str | None = None) -> Sorted:
    """Group `runs` by benchmark and fingerprint; `baseline` is a machine's id or name.

    Versions of the benchmark are kept apart. A run that did not finish, has no time, or contradicts
    itself, is left out and counted.
    """
    runs = list(runs)
    names = display_names(runs)
    left_out: Counter[str] = Counter()
    failed = []
    groups: dict[tuple[str, str, str, str], list[RecordedRun]] = defaultdict(list)
    for run in runs:
        reason = _why_left_out(run)
        if reason is not None:
            left_out[reason] += 1
            if run.status == "FAILED":
                failed.append(run)
            continue
        work = version_of(run), run.tags[tags.FINGERPRINT]
        groups[run.tags[tags.EXPERIMENT], *work, str(run.ranking_metric)].append(run)
    benchmarks: dict[str, list[Group]] = defaultdict(list)
    for (name, _, _, metric), members in sorted(groups.items()):
        benchmarks[name].append(_group(metric, members, baseline, names))
    return Sorted(
        tuple(
            Benchmark(name, tell_apart(sorted(found, key=_place)))
            for name, found in sorted(benchmarks.items())
        ),
        left_out,
        tuple(failed),
    )


def _why_left_out(run: RecordedRun) -> str | None:
    """The reason, in words that follow a number of runs; None for one that is compared."""
    if tags.EXPERIMENT not in run.tags:
        return _KINDS.get(run.tags.get(tags.KIND, ""), "without a benchmark")
    if run.status != "FINISHED":
        return _ENDS.get(run.status, "not finished")
    if tags.RULED_OUT in run.tags:
        return "ruled out by a caution"
    if tags.FINGERPRINT not in run.tags:
        return "that do not say what they computed"
    if run.ranking_metric is None:
        return "without a valid time"
    return "contradicting their own settings" if contradicts_itself(run) else None


def _group(
    metric: str,
    runs: Sequence[RecordedRun],
    baseline: str | None,
    names: Mapping[str, str],
) -> Group:
    contexts = {run.run_id: _context(run) for run in runs}
    by_machine: dict[tuple[object, ...], list[RecordedRun]] = defaultdict(list)
    for run in sorted(runs, key=lambda r: r.start_ms):
        # Runs of one machine are repeats only if what may differ is the same, and no measured run
        # is a repeat of a published or a shared one.
        known = sorted(contexts[run.run_id].items())
        key = run.machine, installation_of(run), _kind_of(run), run.is_reference, run.is_shared
        by_machine[*key, *known].append(run)
    alike = {
        words: value
        for words, value in contexts[runs[0].run_id].items()
        if all(known.get(words) == value for known in contexts.values())
    }
    members = list(by_machine.values())
    base = choose_baseline(members, baseline, names)
    rows = sorted(_rows(members, metric, base, alike, names), key=lambda row: row.time_s)
    name = None if base is None else names[members[base][0].run_id]
    return Group(
        fingerprint=runs[0].tags[tags.FINGERPRINT],
        version=version_of(runs[0]),
        metric=metric,
        rows=tuple(rows),
        baseline=name,
        shared={words: alike[words] for words in _CONTEXT.values() if words in alike},
    )


def _place(group: Group) -> tuple[bool, int, int]:
    """Where a group stands among its benchmark's: current first, by batch size, by framework."""
    run, known = group.rows[0].runs[0], [*hardware.TITLES]
    framework = known.index(run.backend) if run.backend in known else len(known)
    return not group.is_current, run.batch_size or 0, framework


def _rows(
    members: Sequence[Sequence[RecordedRun]],
    metric: str,
    base: int | None,
    alike: Mapping[str, str],
    names: Mapping[str, str],
) -> Iterator[Row]:
    """A row per machine, each compared with that of number `base` so that all claims hold."""
    times = [
        [[run.metrics[metric] for run in session] for session in sessions(runs)] for runs in members
    ]
    samples = [samples_of(part) for part in times]
    confidence = confidence_among(samples)
    baseline = None if base is None else side(samples[base], confidence)
    for number, runs in enumerate(members):
        compared = None
        if baseline is not None:
            own = side(samples[number], confidence)
            compared = Ratio(1.0) if number == base else ratio_of_sides(own, baseline)
        yield Row(
            machine=names[runs[0].run_id],
            runs=tuple(runs),
            times_s=tuple(time for session in times[number] for time in session),
            samples_s=tuple(samples[number]),
            ratio=compared,
            one_session=base is not None and min(len(times[number]), len(times[base])) == 1,
            marks=tuple(_marks(runs[0], alike)),
        )


def _marks(run: RecordedRun, alike: Mapping[str, str]) -> Iterator[str]:
    for words, value in _context(run).items():
        if words not in alike:
            yield circumstance(words, value)


def _kind_of(run: RecordedRun) -> str:
    """Whether processor or GPU computed, as far as the run says it: never repeats of each other."""
    return run.tags.get(tags.DEVICE_KIND, "")


def _context(run: RecordedRun) -> dict[str, str]:
    """What may differ within a group: tags by their words, settings by their keys."""
    told = {words: run.tags[tag] for tag, words in _CONTEXT.items() if run.tags.get(tag)}
    version = told.pop(_CONTEXT[tags.BACKEND_VERSION], None)  # TensorFlow's is said already
    if tags.METHOD in run.tags:  # an export, which no framework computes
        for tag in (tags.TENSORFLOW, tags.KERAS, tags.PLUG_IN):
            told.pop(_CONTEXT[tag], None)
        told[_CONTEXT[tags.PROTOCOL]] = run.tags[tags.METHOD]
    if run.backend not in hardware.TITLES:
        told.pop(_CONTEXT[tags.KERAS], None)
    if run.backend != "tensorflow":
        told.pop(_CONTEXT[tags.TENSORFLOW], None)  # there, and not used
        if version is not None:
            told[_CONTEXT[tags.BACKEND_VERSION]] = framework(run.tags)
    curve = _CONTEXT[tags.LEARNING_CURVE]
    if curve in told:  # the verdict, without the reasons of this run
        told[curve] = told[curve].partition(":")[0]
    system = _CONTEXT[tags.OS]
    if system in told:  # an update of the kernel makes no other machine
        told[system] = _system(told[system])
    return told | context(run.params, run.tags)


def _system(text: str) -> str:
    """ "Linux 6.1.0" as Linux, "macOS 15.1" as macOS 15."""
    name, _, release = text.partition(" ")
    return f"{name} {release.partition('.')[0]}".strip() if name == "macOS" else name
