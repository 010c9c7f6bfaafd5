"""Whether the folders that are written to take what a benchmark writes."""

import os
from pathlib import Path

from chipbench.checks.check import OK, PROBLEM, WARNING, Check
from chipbench.ground.files import free_bytes
from chipbench.ground.path_redaction import home_folder

_ENOUGH_GB = 10  # generated Food101 and a rendered clip
_LEAST_GB = 1  # generated CIFAR-10, its journal and its model


def disk_check(name: str, folder: Path, key: str) -> Check:
    """`folder`'s disk; `key` is the setting that names another folder."""
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        return Check(name, PROBLEM, f"{shown(folder)} cannot be written to", f"use {key}=<folder>")
    free_gb = free_bytes(existing) / 1e9
    found = f"{free_gb:.1f} GB free for {shown(folder)}"
    if free_gb >= _ENOUGH_GB:
        return Check(name, OK, found)
    status = WARNING if free_gb >= _LEAST_GB else PROBLEM
    return Check(name, status, found, f"free some, or use {key}=<folder> on another disk")


def shown(folder: Path) -> str:
    """The folder, short: below the home folder with `~`."""
    absolute, home = folder.absolute(), home_folder()
    if home is None or not absolute.is_relative_to(home):
        return str(absolute)
    return f"~/{absolute.relative_to(home)}"
