"""Add a user who may record runs in one experiment of a tracking server, and nothing else.

    MLFLOW_TRACKING_URI=https://mlflow.example.org MLFLOW_TRACKING_USERNAME=admin \
      MLFLOW_TRACKING_PASSWORD=… python conf/server/add_user.py laptop [experiment]

The new user's password is made here and printed once, with what else that user exports; the
permission is EDIT: to read and record, not to delete. Running it again for the same user adds
another experiment.
"""

import argparse
import os
import secrets
import sys
import warnings
from collections.abc import Callable

from mlflow import MlflowClient
from mlflow.environment_variables import MLFLOW_TRACKING_URI
from mlflow.exceptions import MlflowException

from chipbench.tracking.address import is_server, without_login
from chipbench.tracking.store_errors import reason, unlogged

_THERE = "RESOURCE_ALREADY_EXISTS"
#: What the server's answer means to an administrator.
_REMEDIES = {
    "PERMISSION_DENIED": "this login is not an administrator's",
    "ENDPOINT_NOT_FOUND": "the server has no users: it was started without a login",
}


def main() -> None:
    """Create the experiment and the user where they are not there yet, and connect them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name")
    parser.add_argument("experiment", nargs="?", default="chipbench")
    given = parser.parse_args()
    address = MLFLOW_TRACKING_URI.get() or ""
    if not is_server(address):
        parser.error("MLFLOW_TRACKING_URI: put the server's address there, http(s)://…")
    # MLflow would try again for minutes, in silence.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    try:
        with unlogged():
            add(address, given.name, given.experiment)
    except Exception as error:  # MLflow's or requests': whatever the server ends with
        why = _REMEDIES.get(str(getattr(error, "error_code", None))) or reason(error)
        sys.exit(f"add_user.py: {why} ({without_login(address)})")


def add(address: str, name: str, experiment: str) -> None:
    """Say on stdout what a new user exports, and on stderr what was there already."""
    with warnings.catch_warnings(action="ignore"):  # of what MLflow's server imports
        from mlflow.server.auth.client import AuthServiceClient
    client, users = MlflowClient(address), AuthServiceClient(address)
    known = client.get_experiment_by_name(experiment)
    experiment_id = known.experiment_id if known else client.create_experiment(experiment)
    password = secrets.token_urlsafe(18)
    if _is_new(lambda: users.create_user(name, password)):
        print(f"MLFLOW_TRACKING_USERNAME={name}\nMLFLOW_TRACKING_PASSWORD={password}")
        print(f"MLFLOW_EXPERIMENT_NAME={experiment}")
    else:
        print(f"{name} is there already and keeps the password", file=sys.stderr)
    if not _is_new(lambda: users.grant_user_permission(name, "experiment", experiment_id, "EDIT")):
        print(f"{name} may record in {experiment} already", file=sys.stderr)


def _is_new(make: Callable[[], object]) -> bool:
    try:
        make()
    except MlflowException as error:
        if error.error_code != _THERE:
            raise
        return False
    return True


if __name__ == "__main__":
    main()
