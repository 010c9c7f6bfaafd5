"""What MLflow shows of an experiment: words and tables that the store keeps, whoever looks."""

import json
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INTERNAL_ERROR, PERMISSION_DENIED

from chipbench.ground.storable_text import NOTE_TAG
from chipbench.tracking.experiment_page import lay_out
from chipbench.tracking.saved_views import BENCHMARKS, RUNS, TAG, VIEWS


@pytest.fixture
def client(made_store: Path) -> MlflowClient:
    return MlflowClient(f"sqlite:///{made_store}")


def page(client: MlflowClient, experiment_id: str) -> dict[str, str]:
    return dict(client.get_experiment(experiment_id).tags)


def test_an_experiment_gets_words_and_views(client: MlflowClient) -> None:
    experiment_id = client.create_experiment("mine")
    lay_out(client, experiment_id)
    shown = page(client, experiment_id)
    for view in VIEWS:
        assert f"[**{view.short}**]({view.address(experiment_id)})" in shown[NOTE_TAG]
        assert len(shown[f"{TAG}{view.key}"]) <= 5000, "what MLflow 3.5 has room for"
    (group,) = json.loads(shown[f"{TAG}{BENCHMARKS.key}"])["groupBy"]["groupByKeys"]
    assert group["groupByData"] == "chipbench.experiment"
    assert "| `time_per_epoch_s` | s | total_time_s / epochs |" in shown[NOTE_TAG]


def test_a_view_reads_alike_in_earlier_and_later_mlflow(client: MlflowClient) -> None:
    experiment_id = client.create_experiment("mine")
    lay_out(client, experiment_id)
    for view in VIEWS:
        earlier = json.loads(page(client, experiment_id)[f"{TAG}{view.key}"])
        later = json.loads(earlier.pop("state"))
        assert earlier.pop("name") == view.name and earlier.pop("createdAt") > 1_700_000_000_000
        order = later.pop("columnOrder")
        del later["columnWidths"]
        assert order[1:] == later["selectedColumns"]
        assert {key: earlier[key] for key in later} == later
        assert {"orderByKey", "runsPinned", "groupsExpanded"} <= earlier.keys(), "MLflow 3.5 needs"


def test_all_runs_begin_with_machine_time_and_speed() -> None:
    machine, time, speed = RUNS.view["columnOrder"][1:4]
    assert machine == "tags.`chipbench.machine_name`"
    assert (time, speed) == ("metrics.`total_time_s`", "metrics.`steady_images_per_second`")


def test_what_somebody_wrote_stays(client: MlflowClient) -> None:
    experiment_id = client.create_experiment("mine", tags={NOTE_TAG: "our fleet"})
    lay_out(client, experiment_id)
    client.set_experiment_tag(experiment_id, f"{TAG}{RUNS.key}", "{}")
    lay_out(client, experiment_id)
    shown = page(client, experiment_id)
    assert (shown[NOTE_TAG], shown[f"{TAG}{RUNS.key}"]) == ("our fleet", "{}")


class Restricted(MlflowClient):
    """Of a user who may not edit an experiment's words, or of a store that has no answer."""

    code = PERMISSION_DENIED

    def set_experiment_tag(self, experiment_id: str, key: str, value: object) -> None:
        if key.startswith((TAG, NOTE_TAG)):
            raise MlflowException("no", self.code)
        super().set_experiment_tag(experiment_id, key, value)


def test_who_may_not_edit_the_page_records_all_the_same(made_store: Path) -> None:
    client = Restricted(f"sqlite:///{made_store}")
    experiment_id = client.create_experiment("mine")
    lay_out(client, experiment_id)
    assert page(client, experiment_id).keys() == {"mlflow.experimentKind"}
    client.code = INTERNAL_ERROR
    with pytest.raises(MlflowException):
        lay_out(client, experiment_id)
