"""Text without logins: no user, password or token of the store is recorded, said or printed."""

import base64
import html
import os
import re
from collections.abc import Iterable
from itertools import product
from urllib.parse import parse_qsl, unquote, urlsplit

_USERS = ("MLFLOW_TRACKING_USERNAME", "PGUSER", "AWS_ACCESS_KEY_ID")
_SECRETS = (
    "MLFLOW_TRACKING_PASSWORD",
    "MLFLOW_TRACKING_TOKEN",
    "PGPASSWORD",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)
_LOGIN_IN_ADDRESS = re.compile(r"://[^/\s@]+@")
_MIN_SECRET, _MIN_USER = 6, 3  # characters: a shorter one would blank out innocent text
_HIDDEN = "***"


def redacted(text: str) -> str:
    """`text` without logins in addresses, every password and token that is known replaced."""
    secrets = _passwords() | _authorizations()
    text = _LOGIN_IN_ADDRESS.sub("://", text)
    return _without(text, [_spelled(word) for word in _longest_first(secrets, _MIN_SECRET)])


def anonymous(text: str) -> str:
    """`text`, of a message, without user names either, and short secrets where they are words."""
    users, passwords = _users(), _passwords()
    text = _without(redacted(text), [_spelled(word) for word in _longest_first(users, _MIN_USER)])
    return _without(text, [rf"(?<!\w){_spelled(word)}(?!\w)" for word in users | passwords])


def _users() -> set[str]:
    return _of_environment(_USERS) | _of_address("user", "username")


def _passwords() -> set[str]:
    return _of_environment(_SECRETS) | _of_address("password", "passwd", "token", "sslpassword")


def _authorizations() -> set[str]:
    """Users with their passwords as a request's head holds them."""
    pairs = (f"{user}:{password}".encode() for user, password in product(_users(), _passwords()))
    return {base64.b64encode(pair).decode().rstrip("=") for pair in pairs}


def _of_environment(names: Iterable[str]) -> set[str]:
    return {os.environ.get(name, "") for name in names} - {""}


def _of_address(*names: str) -> set[str]:
    """What the store's address says under one of `names`, as it stands there and decoded."""
    try:
        address = urlsplit(os.environ.get("MLFLOW_TRACKING_URI", ""))
    except ValueError:  # no address: it is refused, and not repeated
        return set()
    found = {value for key, value in parse_qsl(address.query) if key in names}
    found |= {getattr(address, name) or "" for name in names if name in ("username", "password")}
    return (found | {unquote(value) for value in found}) - {""}


def _longest_first(words: Iterable[str], least: int) -> list[str]:
    """A word may be part of another; short ones are left out."""
    return sorted((word for word in words if len(word) >= least), key=len, reverse=True)


def _without(text: str, patterns: Iterable[str]) -> str:
    for pattern in patterns:
        text = re.sub(pattern, _HIDDEN, text)
    return text


def _spelled(word: str) -> str:
    """A pattern of `word` as addresses, JSON, Python and HTML write it."""
    return "".join(map(_character, word))


def _character(character: str) -> str:
    if character.isalnum() and character.isascii():
        return character
    percent = "".join(f"%(?:25)*{byte:02x}" for byte in character.encode())
    code = rf"\\(?:u{ord(character):04x}|x{ord(character):02x})"
    plain = [re.escape(html.escape(character)), re.escape(character)]
    plain += [r"\+"] if character == " " else []
    return rf"\\*(?:{'|'.join(plain)}|(?i:{percent}|{code}))"
