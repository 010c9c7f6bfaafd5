"""What a user of conf/server may ask of MLflow: every route of the pinned version is tried."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.recording_server import ADMIN, Answer, RecordingServer

LAPTOP, OTHER = "laptop", "other"
DENIED = (401, 403)
#: What the product promises a recording user, by the calls of MLflow's REST interface.
PROMISED = {
    ("GET", "experiments/get"),
    ("GET", "experiments/get-by-name"),
    ("GET", "experiments/search"),
    ("POST", "experiments/search"),
    ("POST", "experiments/set-experiment-tag"),
    ("GET", "runs/get"),
    ("POST", "runs/search"),
    ("POST", "runs/create"),
    ("POST", "runs/update"),
    ("POST", "runs/log-batch"),
    ("POST", "runs/log-metric"),
    ("POST", "runs/log-parameter"),
    ("POST", "runs/set-tag"),
    ("POST", "runs/delete-tag"),
    ("GET", "metrics/get-history"),
    ("GET", "metrics/get-history-bulk"),
    ("GET", "metrics/get-history-bulk-interval"),
    ("GET", "artifacts/list"),
    ("GET", "users/current"),
}
PROMISED_FILES = {("GET", "artifacts"), ("GET", "artifacts/{artifact_path}")}
PROMISED_FILES |= {("PUT", "artifacts/{artifact_path}")}
PROMISED_PATHS = {("GET", "/"), ("GET", "/version"), ("GET", "/get-artifact"), ("POST", "/graphql")}
#: What MLflow serves without a login.
PUBLIC = {"/health", "/static-files/{path}"}
PUBLIC |= {f"/{api}/3.0/mlflow/server-info" for api in ("api", "ajax-api")}


@dataclass(frozen=True)
class Place:
    """An app with runs of two users in one experiment, and an experiment that neither sees."""

    server: RecordingServer
    artifacts: Path
    experiment: str
    private: str
    own: str
    others: str
    admins: str

    def laptop(self, method: str, call: str, body: object = None) -> Answer:
        return self.server.api(LAPTOP, method, call, body)

    def run(self, run_id: str) -> Any:
        return self.server.api(ADMIN, "GET", f"runs/get?run_id={run_id}").json()["run"]

    def file(self, run_id: str, name: str = "a.txt", experiment: str | None = None) -> str:
        folder = f"{experiment or self.experiment}/{run_id}/artifacts"
        return f"/api/2.0/mlflow-artifacts/artifacts/{folder}/{name}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("recording")
    server = RecordingServer(folder, empty_database)
    try:

        def ask(user: str, call: str, body: object) -> Any:
            return server.api(user, "POST", call, body).json()

        shared, private = (
            ask(ADMIN, "experiments/create", {"name": name})["experiment_id"]
            for name in ("shared", "private")
        )
        runs = {}
        for user in (LAPTOP, OTHER, ADMIN):
            if user != ADMIN:
                ask(ADMIN, "users/create", {"username": user, "password": user * 3})
                grant = {"username": user, "resource_type": "experiment", "permission": "EDIT"}
                granted = server.ask(
                    ADMIN,
                    "POST",
                    "/api/3.0/mlflow/users/permissions/grant",
                    grant | {"resource_id": shared},
                )
                assert granted.status == 200, granted
            made = {"experiment_id": shared, "start_time": 1, "run_name": user}
            made["tags"] = [{"key": "gone", "value": "soon"}]
            runs[user] = ask(user, "runs/create", made)["run"]["info"]["run_id"]
        own, others, admins = runs.values()
        yield Place(server, folder / "artifacts", shared, private, own, others, admins)
    finally:
        server.close()


def promised(method: str, path: str) -> bool:
    if (method, path) in PROMISED_PATHS or path in PUBLIC:
        return True
    for api in ("/api/2.0", "/ajax-api/2.0"):
        call = path.removeprefix(f"{api}/mlflow/")
        if call != path and (method, call) in PROMISED:
            return True
        file = path.removeprefix(f"{api}/mlflow-artifacts/")
        if file != path and (method, file) in PROMISED_FILES:
            return True
    return False


def test_every_route_is_allowed_or_denied_as_promised(place: Place) -> None:
    routes = sorted(set(place.server.routes()))
    assert len(routes) > 400 and len({path for _, path in routes}) > 350
    tag = {"key": "mlflow.experimentKind", "value": "custom_model_development"}
    bodies = {
        "runs/create": {"experiment_id": place.experiment, "start_time": 2},
        "experiments/set-experiment-tag": {"experiment_id": place.experiment} | tag,
    }
    own = f"?run_id={place.own}&experiment_id={place.experiment}&experiment_name=shared"
    own += f"&run_ids={place.own}&run_uuid={place.own}&metric_key=m&path={place.experiment}"
    wrong = {}
    for method, path in routes:
        file = f"{place.experiment}/{place.own}/artifacts/a.txt"
        filled = path.replace("{artifact_path}", file)
        filled = filled.replace("{", "").replace("}", "")
        call = path.partition("/mlflow/")[2]
        body = bodies.get(call, {"run_id": place.own, "experiment_ids": [place.experiment]})
        if promised(method, path) and call.startswith("runs/") and call != "runs/search":
            body = bodies.get(call, {"run_id": place.own})
        answer = place.server.ask(LAPTOP, method, filled + own, body)
        if (answer.status not in DENIED) != promised(method, path):
            wrong[f"{method} {path}"] = answer.status
        if path not in PUBLIC:
            assert place.server.ask(None, method, filled + own, body).status in DENIED, path
    assert not wrong
    for method, call in PROMISED:
        assert (method, f"/api/2.0/mlflow/{call}") in routes or (
            method,
            f"/ajax-api/2.0/mlflow/{call}",
        ) in routes


WRITES: list[tuple[str, dict[str, Any]]] = [
    ("runs/update", {"status": "FAILED"}),
    ("runs/update", {"run_name": "taken over"}),
    ("runs/log-metric", {"key": "m", "value": 1, "timestamp": 1, "step": 0}),
    ("runs/log-parameter", {"key": "p", "value": "1"}),
    ("runs/set-tag", {"key": "t", "value": "1"}),
    ("runs/log-batch", {"metrics": [{"key": "n", "value": 1, "timestamp": 1, "step": 0}]}),
    ("runs/log-batch", {"params": [{"key": "q", "value": "1"}]}),
    ("runs/log-batch", {"tags": [{"key": "u", "value": "1"}]}),
    ("runs/delete-tag", {"key": "gone"}),
]


@pytest.mark.parametrize(("call", "body"), WRITES)
def test_own_runs_are_written_and_no_others(place: Place, call: str, body: dict[str, Any]) -> None:
    before = [place.run(run_id) for run_id in (place.others, place.admins)]
    assert place.laptop("POST", call, body | {"run_id": place.own}).status == 200
    for run_id in (place.others, place.admins, "0" * 32, "", None, [place.own], {}, 3):
        assert place.laptop("POST", call, body | {"run_id": run_id}).status == 403
        for more in ("run_uuid", "runId", "runUuid"):
            both = body | {"run_id": place.own, more: run_id}
            assert place.laptop("POST", call, both).status == 403
            assert place.laptop("POST", call, body | {more: run_id}).status == 403
    for odd in (None, [], "text", [body | {"run_id": place.others}], {}):
        assert place.laptop("POST", call, odd).status == 403
    assert [place.run(run_id) for run_id in (place.others, place.admins)] == before


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("runs/set-tag", {"key": "chipbench.recorded_by", "value": "1"}),
        ("runs/delete-tag", {"key": "chipbench.recorded_by"}),
        ("runs/log-batch", {"tags": [{"key": "chipbench.recorded_by", "value": "1"}]}),
        ("runs/log-batch", {"tags": {"key": "t", "value": "1"}}),
        ("runs/log-batch", {"tags": ["t"]}),
        ("runs/log-batch", {"metrics": [{"key": "m", "value": 1, "run_id": "of another"}]}),
        ("runs/log-batch", {"metrics": [{"key": "m", "value": 1, "model_id": "of another"}]}),
    ],
)
def test_who_made_a_run_cannot_be_changed(place: Place, call: str, body: dict[str, Any]) -> None:
    assert place.laptop("POST", call, body | {"run_id": place.own}).status == 403
    made = {"experiment_id": place.experiment} | {"tags": body.get("tags", [body])}
    if call == "runs/log-batch" and "tags" in body or call == "runs/set-tag":
        assert place.laptop("POST", "runs/create", made).status == 403


def test_only_the_own_experiment_takes_runs(place: Place) -> None:
    for experiment_id in (place.private, "0"):
        made = {"experiment_id": experiment_id, "start_time": 1}
        assert place.laptop("POST", "runs/create", made).status == 403
    found = place.laptop("POST", "experiments/search", {"max_results": 100}).json()
    assert [one["name"] for one in found["experiments"]] == ["shared"]
    for view in ("genai_development", "", "custom_model_development "):
        tag = {"experiment_id": place.experiment, "key": "mlflow.experimentKind", "value": view}
        assert place.laptop("POST", "experiments/set-experiment-tag", tag).status == 403
    note = {"experiment_id": place.experiment, "key": "mlflow.note.content", "value": "x"}
    assert place.laptop("POST", "experiments/set-experiment-tag", note).status == 403


def test_a_list_of_runs_is_written_without_indentation(place: Place) -> None:
    body = {"experiment_ids": [place.experiment]}
    listed = place.laptop("POST", "runs/search", body)
    assert place.others in {run["info"]["run_id"] for run in listed.json()["runs"]}
    assert b"\n" not in listed.body


def test_files_go_into_own_runs_and_nowhere_else(place: Place) -> None:
    server = place.server
    assert server.ask(LAPTOP, "PUT", place.file(place.own), b"mine").status == 200
    assert server.ask(OTHER, "PUT", place.file(place.others), b"others").status == 200
    before = sorted(path for path in place.artifacts.rglob("*") if path.is_file())
    elsewhere = [
        place.file(place.others),
        place.file(place.admins),
        place.file("0" * 32),
        place.file(place.own, experiment=place.private),
        place.file(place.own, f"../../{place.others}/artifacts/a.txt"),
        place.file(place.own, f"%2e%2e/%2e%2e/{place.others}/artifacts/a.txt"),
        place.file(place.own, f"..\\..\\{place.others}\\artifacts\\a.txt"),
        place.file(place.own, "%2e%2e%2fa.txt"),
        place.file(place.own, "./a.txt"),
        place.file(f"{place.others}/../{place.own}"),
        place.file(place.own).replace("artifacts/a.txt", "a.txt"),
        f"/api/2.0/mlflow-artifacts/artifacts/{place.experiment}/a.txt",
        "/api/2.0/mlflow-artifacts/artifacts/a.txt",
        "/api/2.0/mlflow-artifacts/artifacts//etc/a.txt",
    ]
    for path in elsewhere:
        assert server.ask(LAPTOP, "PUT", path, b"taken over").status in (400, 403, 404), path
    assert server.ask(LAPTOP, "DELETE", place.file(place.own)).status == 403
    after = sorted(path for path in place.artifacts.rglob("*") if path.is_file())
    assert after == before
    answer = server.ask(LAPTOP, "GET", place.file(place.others))
    assert answer == Answer(200, b"others")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/ajax-api/3.0/mlflow/demo/generate"),
        ("GET", "/api/3.0/mlflow/gateway/secrets/list"),
        ("POST", "/gateway/mlflow/v1/chat/completions"),
        ("GET", "/ajax-api/3.0/mlflow/assistant/config"),
        ("GET", "/ajax-api/3.0/jobs/1"),
        ("POST", "/v1/traces"),
    ],
)
def test_what_nobody_needs_is_off_for_the_administrator_too(
    place: Place, method: str, path: str
) -> None:
    assert place.server.ask(ADMIN, method, path, {}).status == 403
