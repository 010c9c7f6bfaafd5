"""What MLflow shows of an experiment: words and tables that the store keeps, whoever looks."""

import json
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INTERNAL_ERROR, PERMISSION_DENIED

from chipbench.ground.storable import NOTE_TAG
from chipbench.tracking.experiment_page import MACHINES, RUNS, lay_out, table_address

_TABLE = "mlflow.sharedViewState."


@pytest.fixture
def client(made_store: Path) -> MlflowClient:
    return MlflowClient(f"sqlite:///{made_store}")


def page(client: MlflowClient, experiment_id: str) -> dict[str, str]:
    return dict(client.get_experiment(experiment_id).tags)


def test_an_experiment_gets_words_and_tables(client: MlflowClient) -> None:
    experiment_id = client.create_experiment("mine")
    lay_out(client, experiment_id)
    shown = page(client, experiment_id)
    for key in (RUNS, MACHINES):
        assert table_address(experiment_id, key) in shown[NOTE_TAG]
        assert json.loads(shown[f"{_TABLE}{key}"])["selectedColumns"]
    groups = json.loads(shown[f"{_TABLE}{MACHINES}"])["groupBy"]["groupByKeys"]
    grouped = ["chipbench.experiment", "chipbench.machine_name"]
    assert [one["groupByData"] for one in groups] == grouped
    assert "| `time_per_epoch_s` | s | total_time_s / epochs |" in shown[NOTE_TAG]


def test_what_somebody_wrote_stays(client: MlflowClient) -> None:
    experiment_id = client.create_experiment("mine", tags={NOTE_TAG: "our fleet"})
    lay_out(client, experiment_id)
    client.set_experiment_tag(experiment_id, f"{_TABLE}{RUNS}", "{}")
    lay_out(client, experiment_id)
    shown = page(client, experiment_id)
    assert (shown[NOTE_TAG], shown[f"{_TABLE}{RUNS}"]) == ("our fleet", "{}")


class Restricted(MlflowClient):
    """Of a user who may not edit an experiment's words, or of a store that has no answer."""

    code = PERMISSION_DENIED

    def set_experiment_tag(self, experiment_id: str, key: str, value: object) -> None:
        if key.startswith((_TABLE, NOTE_TAG)):
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
