"""The process beside a benchmark: delivers its journal until the run has ended and is delivered.

Run as `python -m chipbench.tracking.delivery_process JOURNAL STORE INTERVAL_S PATIENCE_S`: the
store's address is in MLflow's environment variables, lines that the disk did not take come on
stdin.
"""

import logging
import select
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO

from chipbench.ground.last_exit import LastExit
from chipbench.tracking.client import connect
from chipbench.tracking.delivery import Delivery
from chipbench.tracking.delivery_state import delivery_lock
from chipbench.tracking.journal_writer import writer_is_alive
from chipbench.tracking.store import REFUSED
from chipbench.tracking.store_errors import report

_MAX_PAUSE_S = 60.0  # between two tries while the store is away and the benchmark runs
_LAST_PAUSE_S = 1.0  # between two tries once the benchmark has ended
_TICK_S = 0.2
_TOLD_S = 0.01  # for the journal to be closed, which is done first


def follow(
    path: Path,
    delivery: Delivery,
    interval_s: float,
    patience_s: float,
    read_tail: Callable[[], bytes] = lambda: b"",
    wait: Callable[[float], None] = time.sleep,
) -> bool:
    """Deliver `path` until its run ends; after that, try for `patience_s`. True if all is there.

    A store that refuses the run is not away, and not waited for. `read_tail` is called once the
    run has ended, for the lines that the disk did not take; `wait` may return before its seconds
    are over when it sees that end.
    """
    delivery.announce()
    failures = 0
    next_s = 0.0
    while writer_is_alive(path):
        if time.monotonic() >= next_s and not delivery.given_up:
            failures = 0 if _succeeds(delivery, delivery.step) else failures + 1
            next_s = time.monotonic() + min(interval_s * 2**failures, max(interval_s, _MAX_PAUSE_S))
        wait(_TICK_S)
    tail = read_tail()
    deadline_s = time.monotonic() + patience_s
    while not _succeeds(delivery, lambda: _finish(delivery, tail)) or delivery.hopeful:
        if delivery.given_up or time.monotonic() > deadline_s:
            return False
        time.sleep(_LAST_PAUSE_S)
    return True


def _finish(delivery: Delivery, tail: bytes) -> None:
    if not delivery.state.closed:
        delivery.step(tail)
        delivery.close_abandoned()
    delivery.retry_refused()


def _succeeds(delivery: Delivery, act: Callable[[], None]) -> bool:
    try:
        act()
    except Exception as error:  # MLflow's, requests', SQLAlchemy's, boto's: whatever is away
        delivery.fail(error)
        return False
    return True


def _until_told(pipe: IO[bytes], time_s: float) -> None:
    """Wait so long, or until the benchmark closes the pipe, as it does at its end."""
    told, _, _ = select.select([pipe], [], [], time_s)
    if told:
        time.sleep(_TOLD_S)


def main() -> int:
    """Follow the journal that the command line names."""
    last = LastExit()
    logging.disable()  # libraries would fill the log at every try, and know the store's login
    path, store = Path(sys.argv[1]), sys.argv[2]
    interval_s, patience_s = float(sys.argv[3]), float(sys.argv[4])
    with delivery_lock(path) as free:
        if not free:
            return 1
        delivery = Delivery(path, connect, store)
        pipe = sys.stdin.buffer
        done = follow(path, delivery, interval_s, patience_s, pipe.read, partial(_until_told, pipe))
        print(delivery.state.error or "delivered", flush=True)
        last.code = 0 if done else REFUSED if delivery.given_up else 1
        return last.code


if __name__ == "__main__":
    sys.excepthook = report
    sys.exit(main())
