"""Whether a run is what it says: what can be computed again of it from its params and tags."""

from collections.abc import Iterator

from chipbench.ground import tags
from chipbench.measure.fingerprint import BENCHMARK_VERSION, fingerprint
from chipbench.measure.recorded_run import RecordedRun
from chipbench.published.forests import BENCHMARK as FORESTS


def version_of(run: RecordedRun) -> str:
    """The version of the benchmark that measured a run; the first said none."""
    return run.tags.get(tags.BENCHMARK_VERSION, "1")


def contradicts_itself(run: RecordedRun) -> bool:
    """Whether what a run says of itself differs from what its settings give."""
    return contradiction(run) is not None


def contradiction(run: RecordedRun) -> tuple[str, str] | None:
    """The field of a run that its settings contradict, and how; None if none does.

    What fingerprints of another version are made of is not known here: those runs are believed,
    and ranked among themselves.
    """
    said = run.tags.get(tags.FINGERPRINT)
    if said is None or version_of(run) != str(BENCHMARK_VERSION):
        return None
    given = fingerprint(run.params, run.tags)
    if given != said:
        return tags.FINGERPRINT, f"its settings give {given}, and not {said:.20}"
    for tag, text in _said(run):
        if run.tags.get(tag) != text:
            return f"tags.{tag}", f"its settings give {text:.60}"
    return None


def _said(run: RecordedRun) -> Iterator[tuple[str, str]]:
    """Tags, and what they are by the run's settings."""
    params = run.params
    if "dataset.source" in params:
        yield tags.DATA_SOURCE, params["dataset.source"]
    if "createml.engine" in params:
        called = params.get(f"createml.label.{params['createml.engine']}")
        yield tags.EXPERIMENT, f"{called}_{params.get('dataset.name')}"
    elif "model.label" in params:
        yield tags.EXPERIMENT, f"{params['model.label']}_{params.get('dataset.name')}"
    elif "search.candidates" in params:
        yield tags.EXPERIMENT, FORESTS
    elif "clip.name" in params:
        yield tags.EXPERIMENT, f"export_{params['clip.name']}_{params.get('codec.name')}"
