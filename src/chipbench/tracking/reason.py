"""Why a delivery failed, in one line that names the remedy and holds no credentials."""

import os
import re
from urllib.parse import parse_qsl, unquote, urlsplit

NOT_ALLOWED = ("PERMISSION_DENIED", "CUSTOMER_UNAUTHORIZED", "UNAUTHENTICATED")
_USERS = ("MLFLOW_TRACKING_USERNAME", "PGUSER", "AWS_ACCESS_KEY_ID")
_SECRETS = (
    "MLFLOW_TRACKING_PASSWORD",
    "MLFLOW_TRACKING_TOKEN",
    "PGPASSWORD",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)
#: The cause at the end of what MLflow says when a request got no answer.
_NETWORK = re.compile(r"API request to .* failed with .*\[Errno -?\d+\] ([\w ,]+)")
_LOGIN_IN_ADDRESS = re.compile(r"://[^/\s@]+@")
_MAX_CHARACTERS = 300
_MIN_SECRET, _MIN_USER = 6, 3  # characters: a shorter one would blank out innocent text
_LOGIN = (
    "the store refuses the login: check MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, "
    "or MLFLOW_TRACKING_TOKEN"
)
_PERMISSION = "the store does not let this user record here: its administrator has to allow it"


def reason(error: BaseException) -> str:
    """`error` in one line, without user names either."""
    code = getattr(error, "error_code", None)
    if code in ("CUSTOMER_UNAUTHORIZED", "UNAUTHENTICATED"):
        return _LOGIN
    if code == "PERMISSION_DENIED":
        return _PERMISSION
    text = " ".join(str(error).split()) or type(error).__name__
    network = _NETWORK.search(text)
    if network:
        return f"the store cannot be reached: {network[1]}"
    users = {os.environ.get(name, "") for name in _USERS} | _of_address("user", "username")
    text = _without(redacted(text), {user for user in users if len(user) >= _MIN_USER})
    return text[:_MAX_CHARACTERS]


def redacted(text: str) -> str:
    """`text` without logins in addresses, every password and token that is known replaced."""
    secrets = {os.environ.get(name, "") for name in _SECRETS} | _of_address("password", "passwd")
    text = _LOGIN_IN_ADDRESS.sub("://", text)
    return _without(text, {secret for secret in secrets if len(secret) >= _MIN_SECRET})


def _of_address(*names: str) -> set[str]:
    """What the store's address says under one of `names`, as it stands there and decoded."""
    address = urlsplit(os.environ.get("MLFLOW_TRACKING_URI", ""))
    found = {value for key, value in parse_qsl(address.query) if key in names}
    found |= {getattr(address, name) or "" for name in names if name in ("username", "password")}
    return found | {unquote(value) for value in found}


def _without(text: str, parts: set[str]) -> str:
    for part in sorted(parts - {""}, key=len, reverse=True):
        text = text.replace(part, "***")
    return text
