"""Add a user who may record runs in one experiment of a tracking server, and nothing else.

    MLFLOW_TRACKING_URI=https://mlflow.example.org MLFLOW_TRACKING_USERNAME=admin \
      MLFLOW_TRACKING_PASSWORD=… python conf/server/add_user.py laptop [experiment]

The new user's password is made here and printed once; the permission is EDIT: to read and record,
not to delete. Running it again for the same user adds another experiment.
"""

import argparse
import secrets

from mlflow import MlflowClient, set_tracking_uri
from mlflow.environment_variables import MLFLOW_TRACKING_URI
from mlflow.exceptions import MlflowException
from mlflow.server.auth.client import AuthServiceClient


def main() -> None:
    """Create the experiment and the user where they are not there yet, and connect them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name")
    parser.add_argument("experiment", nargs="?", default="chipbench")
    given = parser.parse_args()
    address = MLFLOW_TRACKING_URI.get()
    if not address:
        parser.error("MLFLOW_TRACKING_URI is not set: put the server's address there")
    set_tracking_uri(address)
    client, users = MlflowClient(), AuthServiceClient(address)
    experiment = client.get_experiment_by_name(given.experiment)
    experiment_id = (
        experiment.experiment_id if experiment else client.create_experiment(given.experiment)
    )
    password = secrets.token_urlsafe(18)
    try:
        users.create_user(given.name, password)
        print(f"MLFLOW_TRACKING_USERNAME={given.name}\nMLFLOW_TRACKING_PASSWORD={password}")
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    users.grant_user_permission(given.name, "experiment", experiment_id, "EDIT")


if __name__ == "__main__":
    main()
