"""What MLflow shows of an experiment that chipbench records in: its view, its words, its tables.

MLflow 3 keeps an experiment's description in a tag, and in others what its button "Share" saves:
columns, order and groups of the list of runs, which an address with the tag's key opens
(`viewStateShareKey`). A browser keeps what its user changes there for itself.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from chipbench.ground import metrics, tags
from chipbench.ground.metrics import metric
from chipbench.ground.storable import NOTE_TAG
from chipbench.tracking.client import TRAINING_VIEW, mark_as_training
from chipbench.tracking.reason import NOT_ALLOWED

if TYPE_CHECKING:  # MLflow takes seconds to import
    from mlflow import MlflowClient

_TABLE_TAG = "mlflow.sharedViewState."
RUNS, MACHINES = "chipbench-runs", "chipbench-machines"

_TAGS = (tags.MACHINE_NAME, tags.EXPERIMENT, tags.PROTOCOL, tags.KIND)
_METRICS = (
    metrics.TIME_PER_EPOCH,
    metrics.TOTAL_TIME,
    metrics.EXPORT_TIME,
    metrics.SEARCH_TIME,
    metrics.STEADY_IMAGES_PER_SECOND,
    metrics.VAL_ACCURACY,
)
_DOUBTS = (tags.STATUS, tags.CAVEATS)
_COLUMNS = (
    *(f"tags.`{tags.stored(name)}`" for name in _TAGS),
    "params.`batch_size`",
    *(f"metrics.`{name}`" for name in _METRICS),
    *(f"tags.`{tags.stored(name)}`" for name in _DOUBTS),
)
_TABLES: Mapping[str, Mapping[str, object]] = {
    RUNS: {"selectedColumns": _COLUMNS},
    MACHINES: {
        "selectedColumns": tuple(c for c in _COLUMNS if c.startswith("metrics.")),
        "groupBy": {
            "aggregateFunction": "average",
            "groupByKeys": [
                {"mode": "tag", "groupByData": tags.stored(name)}
                for name in (tags.EXPERIMENT, tags.MACHINE_NAME)
            ],
        },
    },
}


def lay_out(client: "MlflowClient", experiment_id: str) -> None:
    """Show the experiment as one of trainings, with words and tables where it has none.

    What somebody wrote there stays, and a user who may not edit the page leaves it as it is.
    """
    from mlflow.exceptions import MlflowException

    mark_as_training(client, experiment_id)
    known = client.get_experiment(experiment_id).tags
    try:
        for tag, value in _page(experiment_id).items():
            if tag not in known:
                client.set_experiment_tag(experiment_id, tag, value)
    except MlflowException as error:
        if error.error_code not in NOT_ALLOWED:
            raise


def table_address(experiment_id: str, key: str) -> str:
    """The page of the table `key`, after the address of the server."""
    return f"#/experiments/{experiment_id}/runs{TRAINING_VIEW}&viewStateShareKey={key}"


def _page(experiment_id: str) -> dict[str, str]:
    """Its tags; the note last, for it leads to the tables."""
    saved = {f"{_TABLE_TAG}{key}": json.dumps(table) for key, table in _TABLES.items()}
    return saved | {NOTE_TAG: _note(experiment_id)}


def _note(experiment_id: str) -> str:
    runs, machines = (table_address(experiment_id, key) for key in (RUNS, MACHINES))
    columns = (metric(name) for name in _METRICS)
    return "\n".join(
        [
            "How fast machines train and export, measured by chipbench. "
            f"[**All runs**, with what they did and how fast]({runs}) · "
            f"[**Machines**, a group for each benchmark and machine]({machines})",
            "",
            "| Column | Unit | Meaning |",
            "|---|---|---|",
            *(f"| `{c.name}` | {c.unit or 'share of 1'} | {c.meaning} |" for c in columns),
            f"| `{tags.stored(tags.KIND)}` | | `reference`: published; `shared`: measured by "
            "others; `sweep`: a parent, whose jobs are nested below it |",
            f"| `{tags.stored(tags.CAVEATS)}` | | what speaks against a number |",
            "",
            "Only runs with the same `chipbench.fingerprint` did the same work: "
            "`python -m chipbench.compare` ranks those, with intervals.",
        ]
    )
