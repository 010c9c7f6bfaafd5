"""A tracking server that refuses everything and repeats the login that it was given."""

import base64
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, quote_plus

_CODES = {400: "INVALID_PARAMETER_VALUE", 401: "UNAUTHENTICATED", 500: "INTERNAL_ERROR"}


class HostileServer:
    """Answers every request with `status`, in words of MLflow's or, with `plain`, in its own."""

    def __init__(self, status: int, plain: bool = False) -> None:
        self.logins: list[str] = []  # those that came, one for each request
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(status, plain))
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Take no more requests."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self, status: int, plain: bool) -> Callable[..., BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def refuse(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                header = self.headers.get("Authorization", "")
                login = base64.b64decode(header.removeprefix("Basic ")).decode()
                server.logins.append(login)
                body = _echo(login, header)
                if not plain:
                    body = json.dumps({"error_code": _CODES[status], "message": body})
                self.send_response(status)
                self.send_header("Content-Type", "text/plain" if plain else "application/json")
                self.end_headers()
                self.wfile.write(body.encode())

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = refuse  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


def _echo(login: str, header: str) -> str:
    """The login in every spelling that an error message could hold it in."""
    user, _, password = login.partition(":")
    spellings = [f"{user} with {password}", header, repr(login), json.dumps(login)]
    spellings += [quote(login), quote(login, safe=""), quote_plus(login), quote(quote(login))]
    return "; ".join([f"http://{quote(user)}:{quote(password, safe='')}@host", *spellings])
