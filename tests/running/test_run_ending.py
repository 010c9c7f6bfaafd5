import os
import subprocess
import sys

import pytest

from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.ground.signals import JOB_TIMEOUT_VARIABLE
from chipbench.running.run_ending import Ending, ending_of


class ResourceExhaustedError(Exception):
    """Named as TensorFlow's is."""


@pytest.mark.parametrize(
    ("error", "ending"),
    [
        (UnsupportedBenchmark("no GPU: buy one"), Ending("skipped", "skipped", "no GPU: buy one")),
        (ConfigurationError("epochs=0"), Ending("failed", "failed", "epochs=0")),
        (ValueError("first\nsecond"), Ending("failed", "failed", "ValueError: first")),
        (
            ResourceExhaustedError("OOM when allocating tensor"),
            Ending("failed", "out_of_memory", "out of memory: use a smaller batch_size"),
        ),
        (
            KeyboardInterrupt(),
            Ending("interrupted", "interrupted", "KeyboardInterrupt: KeyboardInterrupt"),
        ),
    ],
)
def test_the_end_is_told_by_what_the_run_ended_with(error: BaseException, ending: Ending) -> None:
    assert ending_of(error) == ending


def test_a_time_limit_counts_though_a_library_wraps_it() -> None:
    program = """
from chipbench.ground.signals import install
from chipbench.running.run_ending import ending_of
import signal
install()
try:
    signal.pause()
except TimeoutError as error:
    print(ending_of(RuntimeError(str(error))))
"""
    said = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {JOB_TIMEOUT_VARIABLE: "sweep.job_timeout_s=0.2"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "kind='timed_out'" in said and "job_timeout_s=0.2" in said
