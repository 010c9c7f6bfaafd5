"""What a user who is no administrator may ask of a tracking server: to record, and to read.

MLflow calls `authenticate` before every request that needs a login (`authorization_function` in
auth.ini, this folder on PYTHONPATH). Its own permissions are asked afterwards and hold as well; by
themselves they let who may edit an experiment also rename it, write to the runs of others, make
experiments, models and secrets, and list the users. Promised here is

- to read what one's permissions show;
- to create runs in an experiment that one may edit, and to write to the runs that one created;
- nothing else.

Who created a run is kept in a tag that the server alone sets.
"""

import gc
import re
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

from flask import Response, g, request
from mlflow.exceptions import MlflowException
from mlflow.server import handlers
from mlflow.server.auth import authenticate_request_basic_auth, make_forbidden_response
from mlflow.server.auth import store as users
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.datastructures import Authorization

# An answer with hundreds of runs is made of many objects that live until it is sent. To look
# through them for garbage, at Python's own thresholds, took half of the server's time.
gc.freeze()
gc.set_threshold(100_000, 25, 25)
# Nobody reads an answer's indentation, which doubled its length and what writing it took: Python
# indents without its encoder in C.
handlers.message_to_json = partial(handlers.message_to_json, pretty=False)


@event.listens_for(Session, "before_commit")
def _forget_nothing(session: Session) -> None:
    """A session ends with its commit: to expire what it holds took a sixth of an answer's time."""
    session.expire_on_commit = False


#: The number of the user who created a run; no request may name it.
MAKER_TAG = "chipbench.recorded_by"

_CALL = re.compile(r"/(?:ajax-)?api/2\.0/mlflow/(.+)")
_FILES = r"/(?:ajax-)?api/2\.0/mlflow-artifacts/artifacts"
#: A percent sign that is left could still become another path.
_FILE_TO_READ = re.compile(rf"{_FILES}(?:/[^%\\]*)?")
_FILE_TO_WRITE = re.compile(rf"{_FILES}/(\d+)/(\w+)/artifacts/([^%\\]+)")

#: Switched off for everybody: no benchmark needs them.
_OFF = re.compile(
    r"/gateway/.*|/v1/.*"
    r"|/(?:ajax-)?api/\d\.0/(?:mlflow/)?(?:gateway|gateway-proxy|assistant|jobs|demo|mcp-servers|"
    r"genai|scorer|scorers|prompt-optimization|webhooks|issues/invoke)(?:/.*)?"
)

#: Beside what MLflow serves without a login: its pages, its health.
READING_PATHS = {"/", "/version", "/get-artifact"}
READING_CALLS = {
    ("GET", "experiments/get"),
    ("GET", "experiments/get-by-name"),
    ("GET", "experiments/search"),
    ("POST", "experiments/search"),
    ("GET", "runs/get"),
    ("POST", "runs/search"),
    ("GET", "metrics/get-history"),
    ("GET", "metrics/get-history-bulk"),
    ("GET", "metrics/get-history-bulk-interval"),
    ("GET", "artifacts/list"),
    ("GET", "users/current"),
}

_RUN = {"run_id", "run_uuid"}
#: The fields that a request which writes may have: another spelling could mean another run.
WRITING_CALLS: dict[str, set[str]] = {
    "runs/create": {"experiment_id", "user_id", "start_time", "run_name", "tags"},
    "runs/update": _RUN | {"status", "end_time", "run_name"},
    "runs/log-batch": _RUN | {"metrics", "params", "tags"},
    "runs/log-metric": _RUN | {"key", "value", "timestamp", "step"},
    "runs/log-parameter": _RUN | {"key", "value"},
    "runs/set-tag": _RUN | {"key", "value"},
    "runs/delete-tag": _RUN | {"key"},
    "experiments/set-experiment-tag": {"experiment_id", "key", "value"},
}
_ENTRY = {"key", "value", "timestamp", "step"}
#: Which of MLflow's views opens an experiment. Who records says that it is the one for trainings,
#: or the one that it is already, which shows that it may record.
_VIEW_TAG, _VIEW = "mlflow.experimentKind", "custom_model_development"


def authenticate() -> Authorization | Response:
    """The user whose login is right and who may ask this; otherwise the answer that says no."""
    if "recording_answer" not in g:  # MLflow asks several times during a request
        g.recording_answer = _answer()
    answer: Authorization | Response = g.recording_answer
    return answer


def _answer() -> Authorization | Response:
    login = authenticate_request_basic_auth()
    if isinstance(login, Response):
        return login
    if _OFF.fullmatch(request.path):
        return make_forbidden_response()
    user = users.get_user(login.username)
    if user.is_admin or _is_reading() or _is_writing(str(user.id)):
        return login
    return make_forbidden_response()


def _is_reading() -> bool:
    path, method = request.path, request.method
    called = _CALL.fullmatch(path)
    if called is not None:
        return (method, called[1]) in READING_CALLS
    if path == "/graphql":  # what the pages of a run ask for; MLflow's has no mutation
        return method == "POST"
    return method == "GET" and (path in READING_PATHS or bool(_FILE_TO_READ.fullmatch(path)))


def _is_writing(user: str) -> bool:
    file = _FILE_TO_WRITE.fullmatch(request.path)
    if file is not None:
        plain = not {"", ".", ".."} & set(file[3].split("/"))
        return request.method == "PUT" and plain and _made(file[2], user, experiment=file[1])
    called = _CALL.fullmatch(request.path)
    call = called[1] if called is not None else ""
    if request.method != "POST" or call not in WRITING_CALLS:
        return False
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict) or not body.keys() <= WRITING_CALLS[call] or not _is_plain(body):
        return False
    if call == "experiments/set-experiment-tag":
        return body.get("key") == _VIEW_TAG and body.get("value") == _view(body)
    if call == "runs/create":
        # MLflow is given this same object: a run is never there without it.
        body["tags"] = [*body.get("tags", []), {"key": MAKER_TAG, "value": user}]
        return True
    runs = {str(body[field]) for field in _RUN & body.keys()}
    return bool(runs) and all(_made(run_id, user) for run_id in runs)


def _view(body: Mapping[str, Any]) -> str:
    """The view that the experiment has, or is to have."""
    try:
        found = handlers._get_tracking_store().get_experiment(str(body.get("experiment_id")))
    except MlflowException:
        return _VIEW
    return str(found.tags.get(_VIEW_TAG, _VIEW))


def _is_plain(body: Mapping[str, Any]) -> bool:
    """Whether its entries name nothing but themselves, and not the maker."""
    lists = [body.get(field, []) for field in ("metrics", "params", "tags")]
    if not all(isinstance(one, list) for one in lists):
        return False
    entries = [entry for one in lists for entry in one]
    plain = all(isinstance(entry, dict) and entry.keys() <= _ENTRY for entry in entries)
    return plain and all(entry.get("key") != MAKER_TAG for entry in [body, *entries])


def _made(run_id: str, user: str, experiment: str | None = None) -> bool:
    """Whether this user created the run, and it is in the experiment."""
    try:
        return experiment in (None, _experiment_of(run_id, user))
    except (LookupError, MlflowException):
        return False


@lru_cache(maxsize=4096)
def _experiment_of(run_id: str, user: str) -> str:
    """The experiment of a run that the user created. Raises LookupError for another's."""
    run = handlers._get_tracking_store().get_run(run_id)
    if run.data.tags.get(MAKER_TAG) != user:
        raise LookupError(run_id)
    return str(run.info.experiment_id)
