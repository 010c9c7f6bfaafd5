"""A tracking store's address: how it is told without its login, and which ones are refused."""

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
    "file",
)
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


def quoted_login(uri: str) -> str:
    """`uri` as databases take it: SQLAlchemy ends the login at its first @."""
    credentials, at, _ = urlsplit(uri).netloc.rpartition("@")
    return uri.replace(credentials + at, credentials.replace("@", "%40") + at, 1)


def check_address(uri: str) -> None:
    """Raise ConfigurationError for an address that cannot be used, without saying its login."""
    scheme = urlsplit(uri).scheme
    if scheme != "sqlite" and "@" in without_login(uri):
        raise ConfigurationError(
            "tracking.uri: where its user and password end cannot be told; it must be like "
            "https://user:password@host, with / ? # @ in them as %2F %3F %23 %40"
        )
    if scheme not in SCHEMES:
        known = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        address = without_login(uri)
        raise ConfigurationError(f"tracking.uri={address}: must begin with one of {known}")
