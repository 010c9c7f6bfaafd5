"""MLflow's client of the store that the environment names, and what is done with it everywhere."""

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from chipbench.tracking.address import is_server
from chipbench.tracking.database_file import path_of

if TYPE_CHECKING:  # MLflow takes seconds to import, which `--help` need not wait for
    from mlflow import MlflowClient
    from mlflow.store.entities import PagedList

PAGE = 1000  # entries of one answer
#: In a page's address: MLflow 3.17 opens it in the view for language models otherwise.
TRAINING_VIEW = "?workflowType=machine_learning"
_KIND_TAG, _KIND = "mlflow.experimentKind", "custom_model_development"
_ABSENT = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
_Entity = TypeVar("_Entity")


def refuse_telemetry() -> None:
    """Let MLflow not report to its makers which of its functions are used.

    It does so from its import on, so this comes before. A benchmark sends nothing but to the user's
    own server, unless the user has set this otherwise.
    """
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")


def load() -> None:
    """Import all that `connect` does, whichever store it will be; start nothing."""
    refuse_telemetry()
    import mlflow.store.tracking.rest_store
    import mlflow.store.tracking.sqlalchemy_store  # noqa: F401 - to be there


def connect() -> "MlflowClient":
    """The client; raises what a database's driver raises while that is away."""
    refuse_telemetry()
    from mlflow import MlflowClient

    address = os.environ["MLFLOW_TRACKING_URI"]
    if is_server(address):
        from chipbench.tracking.bounded_answers import bound

        bound()
    else:
        from mlflow.store.db import utils

        # MLflow would try ten times, for 100 seconds; who waits for the store tries again itself.
        utils.MAX_RETRY_COUNT = 1
        # It would make the folder that an address spells, and not the one that it leads to.
        utils._make_parent_dirs_if_sqlite = _make_folder
    return MlflowClient(address)  # whatever else this process told MLflow


def _make_folder(db_uri: str) -> None:
    if db_uri.startswith("sqlite:///"):
        path_of(db_uri).parent.mkdir(parents=True, exist_ok=True)


def pages(ask: "Callable[[str | None], PagedList[_Entity]]") -> Iterator[_Entity]:
    """All that `ask` gives, page by page; it takes the token of a page, None for the first."""
    token: str | None = None
    while token is None or token:
        page = ask(token)
        yield from page
        token = page.token or ""


def unless_absent(ask: Callable[[], _Entity]) -> _Entity | None:
    """What the store has by an id, which may be a stranger's word; None if it has nothing."""
    from mlflow.exceptions import MlflowException

    try:
        return ask()
    except MlflowException as error:
        if error.error_code not in _ABSENT:
            raise
        return None


def mark_as_training(client: "MlflowClient", experiment_id: str) -> None:
    """Without this tag MLflow 3 opens the experiment in its view for language models.

    A view that the user chose stays; it is set all the same, which shows that runs may be recorded.
    """
    kind = client.get_experiment(experiment_id).tags.get(_KIND_TAG, _KIND)
    client.set_experiment_tag(experiment_id, _KIND_TAG, kind)
