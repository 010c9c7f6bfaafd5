import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from chipbench.tracking import bounded_answers
from chipbench.tracking.bounded_answers import EndlessAnswerError, bound

Answer = Callable[[BaseHTTPRequestHandler], None]
MANY = b"x" * 2**16
EMPTY = json.dumps({"experiments": []}).encode()


def head(handler: BaseHTTPRequestHandler, **headers: str) -> None:
    handler.send_response(200)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()


def endless(handler: BaseHTTPRequestHandler) -> None:
    head(handler)
    while True:
        handler.wfile.write(MANY)


def chunked(handler: BaseHTTPRequestHandler) -> None:
    head(handler, Transfer_Encoding="chunked")
    while True:
        handler.wfile.write(b"10000\r\n" + MANY + b"\r\n")


def stated(handler: BaseHTTPRequestHandler) -> None:
    head(handler, Content_Length=str(2**40))
    while True:
        handler.wfile.write(MANY)


def packed(handler: BaseHTTPRequestHandler) -> None:
    """Some kilobytes that become many megabytes."""
    head(handler, Content_Encoding="gzip")
    handler.wfile.write(gzip.compress(b" " * 2**24))


def refused(status: int, handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(status)
    handler.end_headers()
    while True:
        handler.wfile.write(MANY)


def elsewhere(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", "/")
    handler.end_headers()
    while True:
        handler.wfile.write(MANY)


def slow_body(handler: BaseHTTPRequestHandler) -> None:
    head(handler)
    drip(handler)


def slow_head(handler: BaseHTTPRequestHandler) -> None:
    drip(handler)


def slow_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    drip(handler)


def always_continue(handler: BaseHTTPRequestHandler) -> None:
    while True:
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")


def drip(handler: BaseHTTPRequestHandler) -> None:
    while True:
        handler.wfile.write(b"H")
        handler.wfile.flush()
        time.sleep(0.05)


def plain(handler: BaseHTTPRequestHandler) -> None:
    head(handler, Content_Length=str(len(EMPTY)))
    handler.wfile.write(EMPTY)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Answer], MlflowClient]]:
    """The client of a server that answers so."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setattr(bounded_answers, "MAX_ANSWER", 2**20)
    monkeypatch.setattr(bounded_answers, "MAX_FILE", 2**20)
    monkeypatch.setattr(bounded_answers, "_MAX_S", 0.4)
    bound()
    servers: list[ThreadingHTTPServer] = []

    def of(answer: Answer) -> MlflowClient:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                try:
                    answer(self)
                except OSError:  # the client has left
                    self.close_connection = True

            do_POST = do_GET  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        servers[0].daemon_threads = True
        threading.Thread(target=servers[0].serve_forever, daemon=True).start()
        return MlflowClient(f"http://127.0.0.1:{servers[0].server_port}")

    yield of
    servers[0].shutdown()
    servers[0].server_close()


@pytest.mark.parametrize(
    "answer",
    [
        endless,
        chunked,
        stated,
        packed,
        elsewhere,
        slow_body,
        slow_head,
        slow_headers,
        always_continue,
    ],
)
def test_an_answer_that_does_not_end_is_left(
    server: Callable[[Answer], MlflowClient], answer: Answer
) -> None:
    begin_s = time.perf_counter()
    with pytest.raises((MlflowException, OSError)) as caught:
        server(answer).search_experiments()
    assert "the store's answer did not end within" in str(caught.value)
    assert time.perf_counter() - begin_s < 5


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_a_refusal_that_does_not_end_is_left(
    server: Callable[[Answer], MlflowClient], status: int
) -> None:
    with pytest.raises(MlflowException):
        server(partial(refused, status)).search_experiments()


def test_a_file_that_does_not_end_is_left(
    server: Callable[[Answer], MlflowClient], tmp_path: Path
) -> None:
    from mlflow.store.artifact.http_artifact_repo import HttpArtifactRepository

    address = f"{server(chunked).tracking_uri}/api/2.0/mlflow-artifacts/artifacts"
    with pytest.raises(EndlessAnswerError, match="1,048,576 bytes"):
        HttpArtifactRepository(address)._download_file("a", str(tmp_path / "a"))


def test_an_answer_that_ends_is_taken(server: Callable[[Answer], MlflowClient]) -> None:
    assert server(plain).search_experiments() == []
