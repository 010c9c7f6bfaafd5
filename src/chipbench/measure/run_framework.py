"""Which framework trained, as a run's tags say it."""

from collections.abc import Mapping

from chipbench import hardware
from chipbench.ground import tags

_ARTICLES = "tensorflow"


def backend_of(known: Mapping[str, str]) -> str:
    """Its name in `conf/backend`; the article's where none is named."""
    return known.get(tags.BACKEND) or _ARTICLES


def version_of(known: Mapping[str, str]) -> str:
    """Its version; empty where it is not known. Published results know TensorFlow's alone."""
    other = known.get(tags.TENSORFLOW, "") if backend_of(known) == _ARTICLES else ""
    return known.get(tags.BACKEND_VERSION) or other


def framework(known: Mapping[str, str]) -> str:
    """Its name as its makers write it, and its version: "PyTorch 2.13.0"."""
    name = backend_of(known)
    return f"{hardware.TITLES.get(name, name)} {version_of(known)}".strip()
