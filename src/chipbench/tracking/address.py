"""A tracking store's address: how it is told without its login, and which ones are refused."""

import os
import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from chipbench.ground.errors import ConfigurationError

SCHEMES = (
    "http",
    "https",
    "sqlite",
    "postgresql",
    "postgresql+psycopg2",
    "postgresql+psycopg",
    "mysql",
    "mysql+pymysql",
)
#: How the drivers of a database come here.
_REMEDIES = {
    "postgresql": "pip install 'chipbench[server]'",
    "mysql": "pip install pymysql, and begin with mysql+pymysql://",
}
_IN_MEMORY = re.compile(r"^sqlite:/*($|\?|.*:memory:)|[?&]mode=memory")
_CREDENTIALS = {"user", "username", "password", "passwd", "token", "sslpassword"}


def is_server(uri: str) -> bool:
    """Whether this is the address of a tracking server, not of a database."""
    return urlsplit(uri).scheme in ("http", "https")


def login_of(uri: str) -> tuple[str, str] | None:
    """The user and the password before the host; None if there is no user."""
    parts = urlsplit(uri)
    return (unquote(parts.username), unquote(parts.password or "")) if parts.username else None


def without_login(uri: str) -> str:
    """`uri` without user and password."""
    parts = urlsplit(uri)
    credentials, at, _ = parts.netloc.rpartition("@")
    bare = uri.replace(credentials + at, "", 1)
    if not _CREDENTIALS & {key for key, _ in parse_qsl(parts.query)}:
        return bare
    public = [(k, v) for k, v in parse_qsl(parts.query) if k not in _CREDENTIALS]
    return bare.replace(parts.query, urlencode(public), 1)


def forget_login() -> None:
    """Leave the address in this process's environment without its user and password."""
    if "MLFLOW_TRACKING_URI" in os.environ:
        os.environ["MLFLOW_TRACKING_URI"] = without_login(os.environ["MLFLOW_TRACKING_URI"])


def quoted_login(uri: str) -> str:
    """`uri` as databases take it: SQLAlchemy ends the login at its first @."""
    credentials, at, _ = urlsplit(uri).netloc.rpartition("@")
    return uri.replace(credentials + at, credentials.replace("@", "%40") + at, 1)


def check_address(uri: str) -> None:
    """Raise ConfigurationError for an address that cannot be used, without saying its login.

    What would fail at the first record is said here, before anything is measured.
    """
    try:
        scheme = urlsplit(uri).scheme
    except ValueError as error:
        raise ConfigurationError(f"tracking.uri: it is no address: {error}") from None
    if scheme != "sqlite" and "@" in without_login(uri):
        raise ConfigurationError(
            "tracking.uri: where its user and password end cannot be told; it must be like "
            "https://user:password@host, with / ? # @ in them as %2F %3F %23 %40"
        )
    if scheme == "file":
        raise ConfigurationError(
            f"tracking.uri={uri}: MLflow keeps no runs in plain folders any more; use "
            "sqlite:///<folder>/mlflow.db (`mlflow migrate-filestore` brings earlier runs there)"
        )
    if scheme not in SCHEMES:
        known = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        address = without_login(uri)
        raise ConfigurationError(f"tracking.uri={address}: must begin with one of {known}")
    if scheme == "sqlite" and _IN_MEMORY.search(uri):
        raise ConfigurationError(
            f"tracking.uri={uri}: a database in memory is gone with the process that delivers it; "
            "name a file, sqlite:///<folder>/mlflow.db"
        )
    if scheme in ("http", "https"):
        _check_host(uri)
    if scheme == "sqlite" and not re.match(r"sqlite:///[^/]|sqlite:////[^/]", uri):
        raise ConfigurationError(
            f"tracking.uri={uri}: must be sqlite:///<file>, or sqlite:////<folder>/<file> from the "
            "root on"
        )
    if scheme not in ("http", "https", "sqlite"):
        _check_driver(without_login(uri), _REMEDIES[scheme.partition("+")[0]])


def _check_host(uri: str) -> None:
    """Raise ConfigurationError unless there is a host, and a port that can be one, if any."""
    try:
        port, host = urlsplit(uri).port, urlsplit(uri).hostname
    except ValueError as error:
        why = str(error)
    else:
        why = "" if host and port != 0 else "it has no host" if not host else "its port is 0"
    if why:
        address = without_login(uri)
        raise ConfigurationError(
            f"tracking.uri={address}: {why}; it must be like http://127.0.0.1:5000"
        )


def _check_driver(address: str, remedy: str) -> None:
    """Which driver a database wants, its address says or SQLAlchemy's version decides."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        create_engine(address)
    except (ImportError, NoSuchModuleError) as error:
        why = f"the driver that it needs is not installed ({error})"
        raise ConfigurationError(f"tracking.uri={address}: {why}; {remedy}") from None
    except (ArgumentError, ValueError) as error:
        raise ConfigurationError(f"tracking.uri={address}: {error}") from None
