"""Imports that skip what they need not have."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(*packages: str) -> Iterator[None]:
    """Let imports find none of these packages, unless they are imported already.

    None in `sys.modules` is Python's own word for a module that is not there.
    """
    hidden = [package for package in packages if package not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # the type omits None
    try:
        yield
    finally:
        for package in hidden:
            del sys.modules[package]
