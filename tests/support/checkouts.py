"""A project folder of a test's own, in which runs leave their outputs."""

from pathlib import Path

PROJECT = Path(__file__).parents[2]


def checkout(folder: Path) -> None:
    """Make `folder` the top of a checkout: the same sources, but outputs of its own."""
    for name in ("src", "conf", "MLproject", "conda.yaml", "Makefile"):
        if not (folder / name).exists():
            (folder / name).symlink_to(PROJECT / name)
