"""Whether the tracking store takes this machine's runs, and which runs still wait for it."""

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from chipbench.checks.check import OK, PROBLEM, WARNING, Check
from chipbench.checks.disk import disk_check, shown
from chipbench.ground.finding import Finding
from chipbench.ground.invocation import command
from chipbench.ground.processes import Child, Exit, module_command, with_import_path
from chipbench.tracking.database_file import path_of
from chipbench.tracking.redaction import anonymous
from chipbench.tracking.store import Store
from chipbench.tracking.undelivered import runs_that_wait, undelivered

_MODULE = "chipbench.tracking.store_probe"
_ANSWER_TIMEOUT_S = 5
#: Importing MLflow, on a busy machine too, and the answer.
_TIMEOUT_S = 30


def start_probe(store: Store, experiment: str) -> Child | None:
    """Ask the store beside this process; None where asking would make a database."""
    if unmade_database(store) is not None:
        return None
    more = store.environment() | {"MLFLOW_HTTP_REQUEST_TIMEOUT": str(_ANSWER_TIMEOUT_S)}
    return Child(
        module_command(_MODULE, experiment),
        timeout_s=_TIMEOUT_S,
        environment=with_import_path(os.environ) | more,
        folder=store.folder,
        own_group=True,
    )


def unmade_database(store: Store) -> Path | None:
    """The file of a SQLite store that is not there yet; MLflow makes it with the first run."""
    if urlsplit(store.uri).scheme != "sqlite":
        return None
    path = store.folder / path_of(store.uri)
    return None if path.is_file() else path


def store_check(store: Store | None, end: Exit | None) -> Check:
    """What the probe of `store` gave; `end` is None where it was not asked."""
    name = "tracking store"
    if store is None:
        return Check(name, OK, "tracking=none: records stay in the output folders")
    if end is None:
        path = unmade_database(store)
        assert path is not None
        made = disk_check(name, path.parent, "tracking.uri")
        if made.status == PROBLEM:
            return made
        return Check(name, OK, f"{shown(path)}, made by the first run")
    if end.failure is not None or not end.lines:
        return Check(
            name,
            PROBLEM,
            f"{store.address}: {anonymous(end.failure or 'no answer')}",
            "check that it runs and that MLFLOW_TRACKING_URI is its address",
        )
    answer = Finding(**json.loads(end.lines[-1]))
    status = OK if answer.remedy is None else PROBLEM
    return Check(name, status, f"{store.address}: {answer.what}", answer.remedy)


def journals_check(folder: Path) -> Check:
    """The runs below `folder` that the store does not have as a whole."""
    name = "undelivered runs"
    waiting, unreadable = undelivered(folder)
    counted = [runs_that_wait(waiting)] if waiting else []
    if unreadable:
        counted.append(f"{unreadable} cannot be read")
    if not counted:
        return Check(name, OK, f"none in {shown(folder)}")
    found = f"{' and '.join(counted)} in {shown(folder)}"
    settings = () if folder == Path("outputs") else (f"journals={folder}",)
    return Check(
        name, WARNING, found, f"deliver, or see why not, with `{command('sync', *settings)}`"
    )
