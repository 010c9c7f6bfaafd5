"""A server's answers, bounded in size and time: one that never ends would fill the memory."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial, wraps
from typing import Any

from mlflow.utils import request_utils
from requests import Response
from urllib3.connection import HTTPConnection
from urllib3.response import HTTPResponse

MAX_ANSWER = 2**26  # bytes of one; a page of 1,000 runs has some 20 MB
MAX_FILE = 2**31  # bytes of a file that is read back
_MAX_S = 120.0  # of an answer that is no file
_MAX_FILE_S = 3600.0
_PART = 2**16


class EndlessAnswerError(ConnectionError):
    """The server's answer did not end."""


def bound() -> None:
    """Have MLflow's client in this process take bounded answers alone."""
    sessions: Any = request_utils._get_request_session
    if hasattr(sessions, "__wrapped__"):
        return

    @wraps(sessions)
    def bounded_session(*arguments: Any, **more: Any) -> Any:
        session = sessions(*arguments, **more)
        session.hooks["response"] = [_bounded]
        return session

    request_utils._get_request_session = bounded_session
    heads: Any = HTTPConnection.getresponse

    def bounded_head(connection: Any) -> Any:
        with _in_time(partial(connection.sock.shutdown, socket.SHUT_RDWR), _MAX_S):
            return heads(connection)

    HTTPConnection.getresponse = bounded_head  # type: ignore[method-assign,assignment]
    # It would read what a refusal says to its end, so that the connection serves again.
    HTTPResponse.drain_conn = HTTPResponse.close  # type: ignore[method-assign]


def _bounded(response: Response, *_: object, stream: bool = False, **__: object) -> None:
    """Read the whole answer up to the limit, or let its reader do so in parts."""
    parts: Any = response.iter_content
    if stream:

        def limited(chunk_size: int | None = 1, decode_unicode: bool = False) -> Any:
            return _limited(response, parts(chunk_size, decode_unicode), MAX_FILE, _MAX_FILE_S)

        response.iter_content = limited  # type: ignore[method-assign]
        return
    body = b"".join(_limited(response, parts(_PART), MAX_ANSWER, _MAX_S))
    response._content, response._content_consumed = body, True


def _limited(
    response: Response, parts: Iterator[bytes], most_bytes: int, most_s: float
) -> Iterator[bytes]:
    """`parts` of the answer; raises EndlessAnswerError after too many bytes or seconds."""
    read = 0
    try:
        with _in_time(response.raw.shutdown, most_s):
            for part in parts:
                read += len(part)
                if read > most_bytes:
                    raise EndlessAnswerError(
                        f"the store's answer did not end within {most_bytes:,} bytes"
                    )
                yield part
    except BaseException:
        response.close()
        raise


@contextmanager
def _in_time(end: Callable[[], object], most_s: float) -> Iterator[None]:
    """Raise EndlessAnswerError if it takes longer; `end` ends another thread's reading."""
    late = threading.Event()

    def interrupt() -> None:
        late.set()
        with suppress(OSError, ValueError, RuntimeError):  # it is closed by now
            end()

    clock = threading.Timer(most_s, interrupt)
    clock.daemon = True
    clock.start()
    try:
        yield
    except Exception:  # whatever reading from a socket that was shut ends with
        if not late.is_set():
            raise
    finally:
        clock.cancel()
    if late.is_set():
        raise EndlessAnswerError(f"the store's answer did not end within {most_s:g} s")
