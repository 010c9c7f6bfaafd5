"""Ctrl-C and SIGTERM, which end a run in order; and what ends a sweep's job.

A handler raises where the main thread happens to be. Inside a finalizer or a native library's
callback that exception can be lost, so long work asks again with `check`.
"""

import os
import signal
import threading
import time
from types import FrameType

#: Tells the process of a job the setting after whose seconds it stops itself: `key=seconds`.
JOB_TIMEOUT_VARIABLE = "CHIPBENCH_JOB_TIMEOUT_S"

_LOOK_EVERY_S = 1.0


class Terminated(BaseException):
    """SIGTERM, raised where the main thread is."""


_received: list[BaseException] = []


def install() -> None:
    """Turn both signals into exceptions from now on; a job's time limit begins."""
    _received.clear()
    signal.signal(signal.SIGINT, _receive)
    signal.signal(signal.SIGTERM, _receive)
    limit = os.environ.pop(JOB_TIMEOUT_VARIABLE, None)
    if limit is not None:
        signal.signal(signal.SIGALRM, lambda number, frame: _raise(_timeout(limit)))
        signal.setitimer(signal.ITIMER_REAL, float(limit.rpartition("=")[2]))


def end_with_parent() -> None:
    """End this process in order once the one that started it is gone, killed perhaps."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_EVERY_S)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="parent watch").start()


def check() -> None:
    """Raise for a signal that came and whose exception did not arrive."""
    if _received:
        raise _received[-1]


def job_timed_out() -> bool:
    """Whether the time limit of this job is over, whatever the work then ended with."""
    return any(isinstance(error, TimeoutError) for error in _received)


def _receive(number: int, _frame: FrameType | None) -> None:
    _raise(KeyboardInterrupt() if number == signal.SIGINT else Terminated())


def _timeout(limit: str) -> TimeoutError:
    return TimeoutError(f"it took longer than {limit}")


def _raise(error: BaseException) -> None:
    _received.append(error)
    raise error
