"""Text that is meant as it stands, such as a folder's name, in the two languages of Hydra."""

import re

from chipbench.config.overrides import is_plain, quoted

_INTERPOLATION = re.compile(r"(\\*)\$\{")


def literal_value(text: str) -> str:
    """A configuration's value that is read back as `text`: what looks like `${key}` is none."""
    return _INTERPOLATION.sub(lambda found: f"{found[1] * 2}\\${{", text)


def literal_override(key: str, text: str) -> str:
    """The override that gives `key` the value `text`: it is no list, number or interpolation."""
    plain = f"{key}={text}"
    if "${" not in text and is_plain(key, text):
        return plain
    return f"{key}={quoted(literal_value(text))}"
