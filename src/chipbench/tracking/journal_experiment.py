"""Which experiment of the store a journal's run is made in."""

from typing import TYPE_CHECKING

from chipbench.ground.storable_text import experiment_name
from chipbench.tracking.client import unless_absent
from chipbench.tracking.journal import Start

if TYPE_CHECKING:  # MLflow takes seconds to import
    from mlflow import MlflowClient

#: MLflow's own: where it puts what nobody placed.
UNCHOSEN, UNCHOSEN_NAME = "0", "Default"


def experiment_of(start: Start, client: "MlflowClient", store: str | None) -> str:
    """The experiment that `mlflow run` chose in the `store` of this digest, else the one by name.

    That is made if need be. Which experiment the environment of the delivery names is no matter.
    """
    known = start.experiment_id is not None and start.store == store
    chosen = active_experiment(start.experiment_id, client) if known else None
    return chosen or _by_name(experiment_name(start.experiment), client)


def active_experiment(chosen: str | None, client: "MlflowClient") -> str | None:
    """The experiment of this id, if somebody chose it: MLflow's own is where nobody did.

    None as well for another store's or a deleted one's.
    """
    if chosen in (None, UNCHOSEN):
        return None
    found = unless_absent(lambda: client.get_experiment(chosen))
    if found and (str(found.experiment_id), found.lifecycle_stage) == (chosen, "active"):
        return chosen
    return None


def _by_name(name: str, client: "MlflowClient") -> str:
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name))
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            found = client.get_experiment_by_name(name)  # another delivery has made it meanwhile
    if found is None:
        raise ConnectionError("the store's answer was cut off")
    return str(found.experiment_id)
