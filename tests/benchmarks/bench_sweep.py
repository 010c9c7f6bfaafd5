"""What a sweep's job costs beyond its own training, and where that goes.

Run as `python tests/benchmarks/bench_sweep.py [REPEATS]`. The jobs are short trainings on the
digits; the first finds an empty cache, where the optimizer has to be tried.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

import timed_job
from rows import keep

from chipbench.config.options import CONF_DIR
from chipbench.ground.forks import Warm

_JOB = ("dataset=digits", "epochs=2")
_LIMIT_S = 4.0
_TRAIN, _REST = "train", "the rest: compose the config, print, exit"


def cold_job(folder: Path) -> dict[str, float]:
    """Seconds of each phase of one job that starts cold."""
    report = folder / "phases.json"
    program = str(Path(timed_job.__file__))
    words = [program, timed_job.COLD, *_words(folder)]
    begin = perf_counter()
    _run(words, folder, **{timed_job.REPORT: str(report)})
    return _phases(report, perf_counter() - begin)


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


def sweep_s(folder: Path, jobs: int) -> tuple[float, float]:
    """Seconds of a sweep of so many jobs, and how many of them they trained."""
    seeds = ",".join(map(str, range(1, jobs + 1)))
    words = ["-m", "chipbench.sweep", *_JOB, f"seed={seeds}", *_places(folder.parent)]
    begin = perf_counter()
    _run(words, folder)
    whole_s = perf_counter() - begin
    results = [
        json.loads(path.read_text()) for path in folder.glob("outputs/*/*/jobs/*/result.json")
    ]
    assert len(results) == jobs
    return whole_s, sum(result["metrics"]["total_time_s"] for result in results)


def main() -> int:
    """Print where a job's time goes, and what the sweep adds to its jobs; 1 if that is too much."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory(prefix="chipbench-sweep-") as name:
        top = Path(name)
        first = cold_job(_checkout(top / "first"))
        cold = [cold_job(_checkout(top / f"cold{number}")) for number in range(repeats)]
        forked = forked_jobs([_checkout(top / f"forked{number}") for number in range(repeats)])
        jobs = repeats + 1
        one_s, one_trained_s = sweep_s(_checkout(top / "one"), 1)
        all_s, all_trained_s = sweep_s(_checkout(top / "all"), jobs)
    kinds = {"first here": [first], "cold": cold, "forked": forked}
    sweeps = {1: (one_s, one_trained_s), jobs: (all_s, all_trained_s)}
    keep("sweep", [*_job_rows(kinds), *_sweep_rows(sweeps)])
    columns = [first, _medians(cold), _medians(forked)]
    heads = ("first here", f"cold, of {repeats}", f"forked, of {repeats}")
    print(f"{'one job (s), medians':<44}" + "".join(f"{head:>14}" for head in heads))
    for phase in (*(phase for phase in first if phase != _TRAIN), _TRAIN):
        print(f"  {phase:<42}" + "".join(f"{job.get(phase, 0.0):>14.2f}" for job in columns))
    beyond = [sum(job.values()) - job[_TRAIN] for job in columns]
    print(f"  {'beyond its training':<42}" + "".join(f"{value:>14.2f}" for value in beyond))
    each_s = ((all_s - all_trained_s) - (one_s - one_trained_s)) / (jobs - 1)
    print(f"a sweep's further job costs {each_s:.2f} s beyond its training (limit {_LIMIT_S:g} s)")
    print(f"a sweep's own start and end: {one_s - one_trained_s - each_s:.2f} s")
    return 0 if each_s <= _LIMIT_S else 1


def _job_rows(kinds: Mapping[str, Sequence[dict[str, float]]]) -> Iterator[dict[str, object]]:
    for kind, jobs in kinds.items():
        for turn, job in enumerate(jobs, 1):
            for phase, time_s in job.items():
                yield {"side": kind, "turn": turn, "measured": phase, "time_s": time_s}


def _sweep_rows(sweeps: Mapping[int, tuple[float, float]]) -> Iterator[dict[str, object]]:
    for jobs, times in sweeps.items():
        for part, time_s in zip(("whole sweep", "training in it"), times, strict=True):
            yield {"side": "sweep", "jobs": jobs, "turn": 1, "measured": part, "time_s": time_s}


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
