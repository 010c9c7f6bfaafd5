"""Ctrl-C and SIGTERM, which end a run in order; and what ends a sweep's job.

A handler raises where the main thread happens to be. Inside a finalizer or a native library's
callback that exception can be lost, so long work asks again with `check`. One library's callback
would even take the process with it: there the handler waits until the main thread has left it.
"""

import os
import signal
import threading
import time
from types import FrameType

#: Tells the process of a job the setting after whose seconds it stops itself: `key=seconds`.
JOB_TIMEOUT_VARIABLE = "CHIPBENCH_JOB_TIMEOUT_S"

_LOOK_EVERY_S = 1.0
#: A function of TensorFlow that calls Python from its native part, which takes what comes back for
#: an address even if that was an exception.
_NO_PLACE_TO_RAISE = "convert_to_eager_tensor"
_LEAVE_IT_S = 0.001  # of the process' own time; it takes a hundredth of that


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
        signal.signal(signal.SIGALRM, lambda number, frame: _raise(_timeout(limit), frame))
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


def _receive(number: int, frame: FrameType | None) -> None:
    _raise(KeyboardInterrupt() if number == signal.SIGINT else Terminated(), frame)


def _timeout(limit: str) -> TimeoutError:
    return TimeoutError(f"it took longer than {limit}")


def _raise(error: BaseException, frame: FrameType | None) -> None:
    _received.append(error)
    _arrive(error, frame)


def _arrive(error: BaseException, frame: FrameType | None) -> None:
    """Raise in `frame`, or as soon as what it is part of bears that."""
    while frame is not None:
        if frame.f_code.co_name == _NO_PLACE_TO_RAISE:
            signal.signal(signal.SIGVTALRM, lambda number, later: _arrive(error, later))
            signal.setitimer(signal.ITIMER_VIRTUAL, _LEAVE_IT_S)
            return
        frame = frame.f_back
    raise error
