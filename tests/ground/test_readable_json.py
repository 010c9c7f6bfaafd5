import json

import pytest

from chipbench.ground.readable_json import readable


def test_a_list_of_numbers_is_one_line_and_a_field_another() -> None:
    value = {"a": [1, 2.5, None], "b": {}, "c": [{"d": "é"}], "e": []}
    text = readable(value)
    assert json.loads(text) == value
    assert text.splitlines()[1:3] == ['  "a": [1, 2.5, null],', '  "b": {},']


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        readable({"a": [float("nan")]})
