"""What a sweep's job costs beyond its own training, and where that goes.

Run as `python tests/benchmarks/bench_sweep.py [REPEATS]`. The jobs are short trainings on the
digits; the first finds an empty cache, where the optimizer has to be tried.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from chipbench.config.options import CONF_DIR

_JOB = ("dataset=digits", "epochs=2")
_TRAIN, _REST = "train", "the rest: compose the config, print, exit"


def phases(folder: Path) -> dict[str, float]:
    """Seconds of each phase of one job in a process of its own."""
    program = Path(__file__).with_name("timed_job.py")
    report = folder / "phases.json"
    words = [*_JOB, f"hydra.run.dir={folder / 'run'}"]
    begin = perf_counter()
    _run([str(program), str(report), *words, *_places(folder.parent)], folder)
    whole_s = perf_counter() - begin
    spent: dict[str, float] = json.loads(report.read_text(encoding="utf-8"))
    return spent | {_REST: whole_s - sum(spent.values())}


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
    """Print where a job's time goes, and what the sweep adds to its jobs."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory(prefix="chipbench-sweep-") as name:
        top = Path(name)
        cold = phases(_checkout(top / "cold"))
        warm = [phases(_checkout(top / f"warm{number}")) for number in range(repeats)]
        jobs = repeats + 1
        one_s, one_trained_s = sweep_s(_checkout(top / "one"), 1)
        all_s, all_trained_s = sweep_s(_checkout(top / "all"), jobs)
    usual = {phase: median(job[phase] for job in warm) for phase in cold}
    print(f"{'one job (s)':<44}{'first here':>12}{'median of ' + str(repeats):>14}")
    for phase in (*(phase for phase in cold if phase != _TRAIN), _TRAIN):
        print(f"  {phase:<42}{cold[phase]:>12.2f}{usual[phase]:>14.2f}")
    beyond = [sum(job.values()) - job[_TRAIN] for job in (cold, usual)]
    print(f"  {'beyond its training':<42}{beyond[0]:>12.2f}{beyond[1]:>14.2f}")
    each_s = ((all_s - all_trained_s) - (one_s - one_trained_s)) / (jobs - 1)
    print(f"a sweep's further job costs {each_s:.2f} s beyond its training")
    print(f"a sweep's own start and end: {one_s - one_trained_s - each_s:.2f} s")
    return 0


def _checkout(folder: Path) -> Path:
    """A checkout whose outputs are its own."""
    folder.mkdir()
    project = CONF_DIR.parent
    for name in ("src", "conf", "MLproject"):
        (folder / name).symlink_to(project / name)
    return folder


def _places(top: Path) -> list[str]:
    return [f"cache_dir={top / 'cache'}", f"tracking.uri=sqlite:///{top / 'mlflow.db'}"]


def _run(words: list[str], folder: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(folder / "src")}
    environment.pop("MLFLOW_RUN_ID", None)
    subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL
    )


if __name__ == "__main__":
    sys.exit(main())
