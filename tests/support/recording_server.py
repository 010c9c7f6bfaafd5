"""MLflow's own app with the login of conf/server in this process: no server, no port."""

import asyncio
import base64
import json
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SERVER = Path(__file__).parents[2] / "conf" / "server"
ADMIN = "admin"
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

    def ask(self, user: str | None, method: str, path: str, body: object = None) -> Answer:
        """As `user`, whose password is the name; None: without a login."""
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

    def api(self, user: str, method: str, call: str, body: object = None) -> Answer:
        """One of MLflow's calls."""
        return self.ask(user, method, f"/api/2.0/mlflow/{call}", body)


async def _called(app: Any, scope: dict[str, Any], content: bytes) -> Answer:
    requests = [{"type": "http.request", "body": content, "more_body": False}]
    answers: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return requests.pop() if requests else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        answers.append(message)

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in answers)
    return Answer(next(m["status"] for m in answers if "status" in m), body)


def start(folder: Path, database: Path, patch: pytest.MonkeyPatch) -> RecordingServer:
    """The app as `local.sh` starts it, on a copy of an empty database."""
    shutil.copy(database, folder / "store.db")
    (folder / "auth.ini").write_text(
        f"[mlflow]\ndefault_permission = NO_PERMISSIONS\nadmin_username = {ADMIN}\n"
        f"authorization_function = recording:authenticate\n"
        f"database_uri = sqlite:///{folder / 'users.db'}\n"
    )
    patch.syspath_prepend(str(SERVER))
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
    for name, value in environment.items():
        patch.setenv(name, str(value))
    from mlflow.server import auth, handlers
    from mlflow.server.auth import config

    patch.setattr(handlers, "_tracking_store", None)
    patch.setattr(auth, "auth_config", config.read_auth_config())
    # To check a password takes longer than all else.
    patch.setattr(auth.store, "authenticate_user", lambda name, word, **_: name == word)
    app = auth.create_app()
    sys.modules.pop("recording", None)
    return RecordingServer(app, auth.app)
