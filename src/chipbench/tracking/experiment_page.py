"""What MLflow shows of an experiment that chipbench records in: its view, its words, its tables.

MLflow 3 keeps an experiment's description in a tag, and its saved views in others. A browser keeps
what its user changes there for itself.
"""

import time
from typing import TYPE_CHECKING

from chipbench.ground import tags
from chipbench.ground.metrics import metric
from chipbench.ground.storable_text import NOTE_TAG
from chipbench.tracking.client import mark_as_training
from chipbench.tracking.saved_views import METRICS, TAG, VIEWS
from chipbench.tracking.store_errors import NOT_ALLOWED

if TYPE_CHECKING:  # MLflow takes seconds to import
    from mlflow import MlflowClient


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


def _page(experiment_id: str) -> dict[str, str]:
    """Its tags; the note last, for it leads to the views."""
    now_ms = int(1000 * time.time())
    saved = {f"{TAG}{view.key}": view.stored(now_ms - n) for n, view in enumerate(VIEWS)}
    return saved | {NOTE_TAG: _note(experiment_id)}


def _note(experiment_id: str) -> str:
    links = (f"[**{view.short}**]({view.address(experiment_id)})" for view in VIEWS)
    columns = (metric(name) for name in METRICS)
    return "\n".join(
        [
            f"How fast machines train and export: {' · '.join(links)}",
            "",
            'Measured by chipbench; these are its saved views, which the button "Views" lists as '
            "well.",
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
