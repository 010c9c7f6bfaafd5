"""MLflow's own app with the login of conf/server, without a server or a port.

It has a process of its own, `python -m support.recording_server FOLDER DATABASE`, which answers
what it is asked by pickles: what the app makes of MLflow's modules would stay.
"""

import asyncio
import base64
import json
import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SERVER = Path(__file__).parents[2] / "conf" / "server"
ADMIN = "admin"
#: Where its process finds this module, and chipbench.
_FOUND = (Path(__file__).parents[1], SERVER.parents[1] / "src")
#: A wrong way round for a name that is a parameter of a route.
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\{(\w+)(?::\w+)?\}")


@dataclass(frozen=True)
class Answer:
    """What the app answered."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body of a success."""
        assert self.status == 200, self
        return json.loads(self.body)


class RecordingServer:
    """The app, asked as a user."""

    def __init__(self, folder: Path, database: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.recording_server", str(folder), str(database)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, _FOUND))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def close(self) -> None:
        """End it."""
        self._process.communicate()

    def routes(self) -> list[tuple[str, str]]:
        """Every method and path that the app serves, parameters as `{name}`."""
        found: list[tuple[str, str]] = self._asked(None)
        return found

    def ask(self, user: str | None, method: str, path: str, body: object = None) -> Answer:
        """As `user`, whose password is the name; None: without a login."""
        return Answer(*self._asked((user, method, path, body)))

    def api(self, user: str, method: str, call: str, body: object = None) -> Answer:
        """One of MLflow's calls."""
        return self.ask(user, method, f"/api/2.0/mlflow/{call}", body)

    def _asked(self, request: object) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        pickle.dump(request, self._process.stdin)
        self._process.stdin.flush()
        return pickle.load(self._process.stdout)


class _App:
    """The app, in this process."""

    def __init__(self, app: Any, flask: Any) -> None:
        self._app, self._flask = app, flask

    def routes(self) -> Iterator[tuple[str, str]]:
        """Every method and path that the app serves, parameters as `{name}`."""
        for rule in self._flask.url_map.iter_rules():
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                yield method, _PARAMETER.sub(r"{\1}", rule.rule)
        for included in self._app.routes[:-1]:  # the last is Flask's
            prefix = included.include_context.prefix
            for route in included.original_router.routes:
                for method in route.methods:
                    path = _PARAMETER.sub(lambda found: f"{{{found[1] or found[2]}}}", route.path)
                    yield method, f"{prefix}{path}"

    def ask(self, user: str | None, method: str, path: str, body: object) -> tuple[int, bytes]:
        """Status and body."""
        path, _, query = path.partition("?")
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
        headers.append((b"content-length", str(len(content)).encode()))
        if user is not None:
            login = base64.b64encode(f"{user}:{user}".encode())
            headers.append((b"authorization", b"Basic " + login))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": headers,
            "server": ("localhost", 80),
            "client": ("127.0.0.1", 1),
            "state": {},
        }
        return asyncio.run(_called(self._app, scope, content))


async def _called(app: Any, scope: dict[str, Any], content: bytes) -> tuple[int, bytes]:
    requests = [{"type": "http.request", "body": content, "more_body": False}]
    answers: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not requests:  # nobody goes away
            await asyncio.Event().wait()
        return requests.pop()

    async def send(message: dict[str, Any]) -> None:
        answers.append(message)

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in answers)
    return next(m["status"] for m in answers if "status" in m), body


def _started(folder: Path, database: Path) -> _App:
    """The app as `local.sh` starts it, on a copy of an empty database."""
    shutil.copy(database, folder / "store.db")
    (folder / "auth.ini").write_text(
        f"[mlflow]\ndefault_permission = NO_PERMISSIONS\nadmin_username = {ADMIN}\n"
        f"authorization_function = recording:authenticate\n"
        f"database_uri = sqlite:///{folder / 'users.db'}\n"
    )
    sys.path.insert(0, str(SERVER))
    environment = {
        "MLFLOW_AUTH_CONFIG_PATH": folder / "auth.ini",
        "MLFLOW_AUTH_ADMIN_PASSWORD": "correct horse battery",
        "MLFLOW_FLASK_SERVER_SECRET_KEY": "key",
        "_MLFLOW_SERVER_FILE_STORE": f"sqlite:///{folder / 'store.db'}",
        "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": folder / "artifacts",
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
        "_MLFLOW_SGI_NAME": "uvicorn",
    }
    os.environ |= {name: str(value) for name, value in environment.items()}
    from mlflow.server import auth

    # To check a password takes longer than all else.
    auth.store.authenticate_user = lambda name, word, **_: name == word
    return _App(auth.create_app(), auth.app)


def main(folder: str, database: str) -> None:
    """Answer requests of `RecordingServer` until there are no more."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed
    app = _started(Path(folder), Path(database))
    while True:
        try:
            request = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(list(app.routes()) if request is None else app.ask(*request), answers)
        answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
