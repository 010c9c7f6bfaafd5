"""Files of shared results as a forger makes them: changed, and sealed again."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from support.shared_results import result

from chipbench.measure.result import sealed
from chipbench.sharing.refusal import RefusedFileError
from chipbench.sharing.shared_file import shared_document
from chipbench.sharing.shared_file_reading import read_shared

Document = dict[str, Any]


def document() -> Document:
    """A file with one believable run."""
    made: Document = json.loads(json.dumps(shared_document([result().document()], "Ada")))
    return made


def changed(change: Callable[[Document], Any], seal: bool = True) -> Document:
    """The same after `change` to its run, and sealed again, as a forger would."""
    made = document()
    run = made["runs"][0]
    change(run)
    if seal:
        made["runs"][0] = sealed(run)
        made = sealed(made)
    return made


def refusal(path: Path) -> str:
    with pytest.raises(RefusedFileError) as refused:
        read_shared(path)
    return str(refused.value)


def written(folder: Path, made: object) -> Path:
    path = folder / "chipbench-x.json"
    text = made if isinstance(made, str) else json.dumps(made)
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    return path


def put(*path: str | int, value: object) -> Callable[[Document], None]:
    def change(run: Document) -> None:
        place: Any = run
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = deepcopy(value)

    return change


def drop(name: str) -> Callable[[Document], object]:
    return lambda run: run.pop(name)
