"""Ctrl-C and SIGTERM, which end a run in order; and what ends a sweep's job.

A handler raises where the main thread happens to be. Inside a finalizer or a native library's
callback that exception can be lost, so long work asks again with `check`.
"""

import os
import signal
import threading
import time
from types import FrameType

#: Names, to the process of a job, the seconds after which it stops itself.
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
    limit_s = os.environ.pop(JOB_TIMEOUT_VARIABLE, None)
    if limit_s is not None:
        signal.signal(signal.SIGALRM, lambda number, frame: _raise(_timeout(limit_s)))
        signal.setitimer(signal.ITIMER_REAL, float(limit_s))


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


def _timeout(limit_s: str) -> TimeoutError:
    return TimeoutError(f"it took longer than sweep.job_timeout_s={limit_s}")


def _raise(error: BaseException) -> None:
    _received.append(error)
    raise error
