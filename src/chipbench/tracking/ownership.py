"""Whose a run of the store is: of which journal, and made by which login.

A journal may be a stranger's and name any key, and any run: what it names is touched only if the
run says that this journal made it.
"""

import hashlib
import os

from mlflow.entities import Run

from chipbench.ground import tags
from chipbench.ground.tags import stored
from chipbench.tracking.address import is_server, login_of
from chipbench.tracking.journal import Start
from chipbench.tracking.store_errors import UndeliverableError

KEY_TAG = stored(tags.KEY)
_ORIGIN_TAG = stored(tags.ORIGIN)
_OWNER_TAG = stored(tags.OWNER)
#: What only delivery writes to a run.
OWN_TAGS = {KEY_TAG, _ORIGIN_TAG, _OWNER_TAG, stored(tags.PARENT_KEY), stored(tags.DUPLICATE_OF)}
RUNNING = "RUNNING"
#: Set by `mlflow run` on each run that it makes.
PROJECT_TAG = "mlflow.project.entryPoint"


class ForeignRunError(UndeliverableError):
    """The store's run of this key is another journal's or another user's."""

    def __init__(self) -> None:
        super().__init__(
            "the store's run of this key was made by another journal or login, and is left alone: "
            "deliver with the login that made it"
        )


def seal(start: Start, address: str) -> dict[str, str]:
    """The tags of a run that `start`'s journal makes at this address: they prove that it did.

    They tell neither the journal's secret nor the user's name.
    """
    owner = owner_of(start.key, address)
    known = {KEY_TAG: start.key, _ORIGIN_TAG: _digest(f"{start.secret} {start.time_ms}")}
    return known if owner is None else known | {_OWNER_TAG: owner}


def is_own(run: Run, start: Start, address: str) -> bool:
    """Whether `run` is of this journal, and was made by this login."""
    known = run.data.tags
    if known.get(KEY_TAG) != start.key:
        return False
    if _ORIGIN_TAG in known:
        sealed = seal(start, address)
        owned = _OWNER_TAG not in known or known[_OWNER_TAG] == sealed.get(_OWNER_TAG)
        return known[_ORIGIN_TAG] == sealed[_ORIGIN_TAG] and owned
    # Made by release 0.1.0, or by a request that was cut off.
    joined = run.info.run_id == start.run_id and PROJECT_TAG in known
    return joined or run.info.status == RUNNING or run.info.start_time == start.time_ms


def is_own_child(run: Run, address: str) -> bool:
    """Whether a run that says that it is nested under this journal's was made by this login."""
    known = run.data.tags
    return known.get(_OWNER_TAG) == owner_of(known.get(KEY_TAG, ""), address)


def may_join(run: Run) -> bool:
    """Whether a run that no journal has is one that `mlflow run` made, with nothing measured."""
    made_for_project = run.info.status == RUNNING or PROJECT_TAG in run.data.tags
    return made_for_project and not run.data.metrics and run.info.lifecycle_stage == "active"


def owner_of(key: str, address: str) -> str | None:
    """A digest of the run `key` and the user of this login; None without a user."""
    login = login_of(address)
    name = login[0] if login else None
    if is_server(address):
        name = os.environ.get("MLFLOW_TRACKING_USERNAME") or name
    return _digest(f"{key} {name}") if name else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:20]
