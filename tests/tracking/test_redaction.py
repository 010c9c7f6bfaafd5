"""No spelling of a login is left in a text."""

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest
from sqlalchemy.engine import make_url

from chipbench.tracking.redaction import anonymous, redacted
from chipbench.tracking.store_errors import reason

SECRET, NAME = "hunter2-is-long-enough", "zaphod-b"
SPECIAL = """p#a/s?s@w'o"r d\\é&"""


def test_reasons_and_records_are_redacted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"mysql://{NAME}:hunter%20%202@host/db")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    assert redacted(f"{SECRET} and hunter  2, hunter%20%202") == "*** and ***, ***"
    assert reason(ValueError(f"no user {NAME}\nat all")) == "no user *** at all"
    assert redacted("batch_size") == "batch_size"


def _spellings(password: str) -> list[str]:
    quoted = quote(password, safe="")
    address = make_url(f"postgresql://u:{quoted}@host/db").render_as_string(hide_password=False)
    return [
        password,
        quoted,
        quoted.lower(),
        quote(password),
        quote_plus(password),
        quote(quoted),
        repr(password),
        json.dumps(password),
        json.dumps(json.dumps(password)),
        html.escape(password),
        address,
        ascii(password),
    ]


@pytest.mark.parametrize("in_address", [True, False])
def test_a_password_is_found_however_it_is_written(
    in_address: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if in_address:
        address = f"postgresql://{NAME}:{quote(SPECIAL, safe='')}@host/db"
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    else:
        monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", NAME)
        monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", SPECIAL)
    for spelling in _spellings(SPECIAL):
        assert "***" in redacted(f"said {spelling}!") or "://host" in redacted(spelling)
        assert "p" not in anonymous(spelling).replace("postgresql", ""), spelling
    token = base64.b64encode(f"{NAME}:{SPECIAL}".encode()).decode()
    assert redacted(f"Authorization: Basic {token}").rstrip("=") == "Authorization: Basic ***"


def test_a_short_login_is_hidden_where_it_is_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "bo")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "32")
    said = 'password "32" of bo was wrong, about 320 times'
    assert anonymous(said) == 'password "***" of *** was wrong, about 320 times'
    assert redacted("batch_size=32") == "batch_size=32", "records keep what a short one could be"
