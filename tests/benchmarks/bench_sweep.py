"""What a run and a sweep's job cost beyond their training, and where that goes.

Run as `python tests/benchmarks/bench_sweep.py [REPEATS]`. The jobs are short trainings on the
digits; the first finds an empty cache, where the optimizer, the device and its peak have to be
tried. Ends non-zero if a sweep's further job takes longer than 4 s beyond its training, a run
longer than 3 s from its last epoch to its end, or the trials 10 s.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter

import timed_job
from rows import keep
from timed_job import PEAK, TRAIN, TRIED

from chipbench.config.options import CONF_DIR
from chipbench.ground.forks import Warm

_JOB = ("dataset=digits", "epochs=2")
_JOB_S, _TAIL_S, _TRIALS_S = 4.0, 3.0, 10.0
_TAIL, _BEYOND = "a run's end after its last epoch", "beyond its training"
_REST = "the rest: compose the config, print, exit"


def cold_job(folder: Path) -> dict[str, float]:
    """Seconds of each phase of one job that starts cold."""
    report = folder / "phases.json"
    program = str(Path(timed_job.__file__))
    words = [program, timed_job.COLD, *_words(folder)]
    begin = perf_counter()
    _run(words, folder, **{timed_job.REPORT: str(report)})
    return _phases(report, perf_counter() - begin)


def tail_s(folder: Path, *more: str) -> float:
    """Seconds from when a run says that its last epoch is over to its process' end."""
    words = [sys.executable, "-m", "chipbench.train", *_words(folder), *more]
    with subprocess.Popen(
        words, cwd=folder, env=_environment(folder), stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        said = {line.split(":")[0]: perf_counter() for line in run.stdout}
    assert run.returncode == 0
    return perf_counter() - said["epoch 2/2"]


def forked_jobs(folders: Sequence[Path]) -> list[dict[str, float]]:
    """The same of jobs that are forked, one after the other."""
    known = _environment(folders[0])
    known["PYTHONPATH"] += f"{os.pathsep}{Path(__file__).parent}"
    warm = Warm("timed_job", "train", "tensorflow", environment=known, timeout_s=120)
    found = []
    for folder in folders:
        report = folder / "phases.json"
        begin = perf_counter()
        job = warm.fork(_words(folder), {timed_job.REPORT: str(report)}, None)
        assert job is not None, "one runs at a time"
        with job:
            assert job.ended().code == 0
        found.append(_phases(report, perf_counter() - begin))
    warm.close()
    return found


def _phases(report: Path, whole_s: float) -> dict[str, float]:
    spent: dict[str, float] = json.loads(report.read_text(encoding="utf-8"))
    return spent | {_REST: whole_s - sum(spent.values())}


def _words(folder: Path) -> list[str]:
    own = f"hydra.run.dir={folder / 'run'}"
    return ["save_model=false", *_JOB, own, *_places(folder.parent)]


def further_jobs(folder: Path, jobs: int) -> list[float]:
    """Seconds from the end of a sweep's job to that of the next, beyond what that trained."""
    seeds = ",".join(map(str, range(jobs + 1)))
    _run(["-m", "chipbench.sweep", *_JOB, f"seed={seeds}", *_places(folder.parent)], folder)
    ended = sorted(folder.glob("outputs/*/*/jobs/*/outcome.json"))
    assert len(ended) == jobs + 1
    results = [json.loads(path.with_name("result.json").read_text()) for path in ended]
    return [
        after.stat().st_mtime - before.stat().st_mtime - result["metrics"]["total_time_s"]
        for (before, after), result in zip(pairwise(ended), results[1:], strict=True)
    ]


def main() -> int:
    """Print where a job's time goes, and what the sweep adds to its jobs; 1 if that is too much."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory(prefix="chipbench-sweep-") as name:
        top = Path(name)
        first = cold_job(_checkout(top / "first"))
        cold = [cold_job(_checkout(top / f"cold{number}")) for number in range(repeats)]
        tails = {
            f"{_TAIL}, {said}": [
                tail_s(_checkout(top / f"{said}{n}"), f"save_model={saves}") for n in range(repeats)
            ]
            for said, saves in (("without a model", False), ("with its model", True))
        }
        forked = forked_jobs([_checkout(top / f"forked{number}") for number in range(repeats)])
        further = further_jobs(_checkout(top / "all"), 2 * repeats)
    kinds = {"first here": [first], "cold": cold, "forked": forked}
    spans = {f"a sweep's further job, {_BEYOND}": further, **tails}
    keep("sweep", [*_job_rows(kinds), *_span_rows(spans)])
    columns = [first, _medians(cold), _medians(forked)]
    heads = ("first here", f"cold, of {repeats}", f"forked, of {repeats}")
    print(f"{'one job (s), medians':<44}" + "".join(f"{head:>14}" for head in heads))
    for phase in (*(phase for phase in first if phase != TRAIN), TRAIN):
        print(f"  {phase:<42}" + "".join(f"{job.get(phase, 0.0):>14.2f}" for job in columns))
    beyond = [sum(job.values()) - job[TRAIN] for job in columns]
    print(f"  {_BEYOND:<42}" + "".join(f"{value:>14.2f}" for value in beyond))
    trials_s = first[TRIED] + first.get(PEAK, 0.0)
    print(f"optimizer, device and peak tried, once here: {trials_s:.2f} s (limit {_TRIALS_S:g} s)")
    missed = trials_s > _TRIALS_S
    for (said, times), limit_s in zip(spans.items(), (_JOB_S, _TAIL_S, _TAIL_S), strict=True):
        spread = f"{min(times):.2f} to {max(times):.2f}"
        print(f"{said}: {median(times):.2f} s ({spread}; limit {limit_s:g} s)")
        missed |= median(times) > limit_s
    return int(missed)


def _job_rows(kinds: Mapping[str, Sequence[dict[str, float]]]) -> Iterator[dict[str, object]]:
    for kind, jobs in kinds.items():
        for turn, job in enumerate(jobs, 1):
            for phase, time_s in job.items():
                yield {"side": kind, "turn": turn, "measured": phase, "time_s": time_s}


def _span_rows(spans: Mapping[str, Sequence[float]]) -> Iterator[dict[str, object]]:
    for said, times in spans.items():
        for turn, time_s in enumerate(times, 1):
            yield {"turn": turn, "measured": said, "time_s": time_s}


def _medians(jobs: Sequence[dict[str, float]]) -> dict[str, float]:
    return {phase: median(job.get(phase, 0.0) for job in jobs) for phase in jobs[0]}


def _checkout(folder: Path) -> Path:
    """A checkout whose outputs are its own."""
    folder.mkdir()
    project = CONF_DIR.parent
    for name in ("src", "conf", "MLproject"):
        (folder / name).symlink_to(project / name)
    return folder


def _places(top: Path) -> list[str]:
    return [f"cache_dir={top / 'cache'}", f"tracking.uri=sqlite:///{top / 'mlflow.db'}"]


def _environment(folder: Path, **more: str) -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if name != "MLFLOW_RUN_ID"}
    return known | {"PYTHONPATH": str(folder / "src")} | more


def _run(words: list[str], folder: Path, **more: str) -> None:
    subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=_environment(folder, **more),
        check=True,
        stdout=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    sys.exit(main())
