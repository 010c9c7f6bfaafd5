"""Whether the store takes runs: `python -m chipbench.tracking.store_probe EXPERIMENT` asks it.

Prints one JSON object with what was found and, unless all is well, the remedy.
"""

import json
import logging
import os
import sys
from dataclasses import asdict, replace

from mlflow import MlflowClient

from chipbench.ground.finding import Finding
from chipbench.tracking.client import connect, mark_as_training
from chipbench.tracking.journal_experiment import active_experiment
from chipbench.tracking.store_errors import finding, report

_AWAY = (
    "check that it runs and that MLFLOW_TRACKING_URI is its address; until then "
    "`python -m chipbench.train` records in outputs/ and `sync` delivers it"
)


def main() -> None:
    """Ask, and label the run that `mlflow run` made for this."""
    logging.disable()  # the client may log the store's address, with a password
    try:
        answer = Finding(_asked(connect(), sys.argv[1]))
    except Exception as error:  # MLflow's, requests', SQLAlchemy's: whatever the store ends with
        known = finding(error)
        answer = known if known.remedy is not None else replace(known, remedy=_AWAY)
    print(json.dumps(asdict(answer)))


def _asked(client: MlflowClient, name: str) -> str:
    """What the store lets this user do; raises what the client raises if that is too little."""
    chosen = active_experiment(os.environ.get("MLFLOW_EXPERIMENT_ID"), client)
    if chosen is not None:
        name = client.get_experiment(chosen).name
    client.search_experiments(max_results=1)
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        return f"it answers; the experiment {name} is made by the first run"
    # What every run does, so it changes nothing but shows that this user may record.
    mark_as_training(client, experiment.experiment_id)
    return f"it answers, and takes runs in the experiment {experiment.name}"


if __name__ == "__main__":
    sys.excepthook = report
    main()
