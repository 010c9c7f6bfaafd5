"""What the store ended with, in one line that names the remedy and holds no credentials."""

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chipbench.ground.errors import ConfigurationError
from chipbench.ground.finding import Finding
from chipbench.ground.regular_files import NotRegularError
from chipbench.tracking.redaction import anonymous

NOT_ALLOWED = ("PERMISSION_DENIED", "CUSTOMER_UNAUTHORIZED", "UNAUTHENTICATED")
_REFUSALS = (*NOT_ALLOWED, "INVALID_PARAMETER_VALUE", "BAD_REQUEST", "ENDPOINT_NOT_FOUND")
#: The cause at the end of what MLflow says when a request got no answer.
_NETWORK = re.compile(r"API request to .* failed with .*\[Errno -?\d+\] ([\w ,]+)")
#: What SQLite says of its file.
_FILE = re.compile(r"unable to open database file|attempt to write a readonly database")
#: What MLflow says of the tables of another of its versions.
_TABLES = re.compile(r"out-of-date database schema|Can't locate revision identified by")
#: What MLflow says of an experiment that somebody deleted.
_DELETED = re.compile(r"must be in the 'active' state. Current state is deleted")
_MAX_CHARACTERS = 300
_LOGIN = Finding(
    "the store refuses the login",
    "check MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN",
)
_PERMISSION = Finding(
    "the store does not let this user record here", "its administrator has to allow it"
)
_UNWRITABLE = Finding(
    "the database file cannot be opened and written", "name another, tracking.uri=sqlite:///<file>"
)

_OTHER_TABLES = Finding(
    "the database has the tables of another version of MLflow",
    "install that one, or back it up and run `mlflow db upgrade <address>`",
)
_GONE = Finding(
    "the experiment was deleted",
    "restore it with `mlflow experiments restore -x <id>`, or name another, "
    "tracking.experiment_name=<name>",
)


class UndeliverableError(Exception):
    """No further try brings it there."""


class StoreError(Exception):
    """The store did not do what it was asked; exit code 1."""


def is_refusal(error: BaseException) -> bool:
    """Whether the store, or the journal itself, says no: then the store is not away."""
    local = isinstance(error, UndeliverableError | NotRegularError | PermissionError)
    said = getattr(error, "error_code", None) in _REFUSALS
    return local or said or finding(error) in (_UNWRITABLE, _OTHER_TABLES)


def reason(error: BaseException) -> str:
    """`error` in one line, without user names either."""
    return str(finding(error))


def finding(error: BaseException) -> Finding:
    """What `error` says, and what mends it where the store's answer tells that."""
    code = getattr(error, "error_code", None)
    if code in ("CUSTOMER_UNAUTHORIZED", "UNAUTHENTICATED"):
        return _LOGIN
    if code == "PERMISSION_DENIED":
        return _PERMISSION
    text = " ".join(_words(error).split()) or type(error).__name__
    if _FILE.search(text):
        return _UNWRITABLE
    if _TABLES.search(text):
        return _OTHER_TABLES
    if _DELETED.search(text):
        return _GONE
    network = _NETWORK.search(text)
    if network:
        return Finding(f"the store cannot be reached: {network[1]}")
    return Finding(anonymous(text)[:_MAX_CHARACTERS])


def _words(error: BaseException) -> str:
    """What `error` says; of a file no more than its name, as its folders may name a person."""
    if isinstance(error, OSError) and error.strerror and not hasattr(error, "request"):
        name = Path(str(error.filename)).name if error.filename else ""
        return f"{name}: {error.strerror}" if name else error.strerror
    return str(error)


@contextmanager
def asking(purpose: str, kind: type[Exception] = StoreError) -> Iterator[None]:
    """Raise as `kind`, in one line, whatever the store's client ends with, and let it log nothing.

    What caused it is not chained: a traceback would show it, and it may hold the login.
    """
    try:
        with unlogged():
            yield
    except (ConfigurationError, kind):
        raise
    except Exception as error:  # MLflow's, requests', SQLAlchemy's, boto's: whatever is away
        known = finding(error).remedy is not None
        remedy = "" if known else ": check tracking.uri and that it runs"
        raise kind(f"cannot {purpose} ({reason(error)}){remedy}") from None


@contextmanager
def unlogged() -> Iterator[None]:
    """Keep libraries from logging, as they would at every try: they know the store's login."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


def report(kind: type[BaseException], error: BaseException, trace: object) -> None:
    """As `sys.excepthook`: a traceback could show the store's login."""
    print(f"{kind.__name__}: {reason(error)}", file=sys.stderr)
