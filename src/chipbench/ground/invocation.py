"""How a person starts this project from here: no message names a command that does not work."""

import os
import shlex
import shutil
import sys
from pathlib import Path

#: MLflow calls the environments that it makes so; in another, it is told to use what is there.
_MADE_BY_MLFLOW = "mlflow-"
#: MLflow sets it for the entry points that it starts.
_RUN_VARIABLE = "MLFLOW_RUN_ID"


def mlflow_run(*words: str) -> str:
    """`mlflow run .` with what it needs in this environment, and with `words`."""
    made = Path(sys.prefix).name.startswith(_MADE_BY_MLFLOW)
    return " ".join(["mlflow run .", *([] if made else ["--env-manager local"]), *words])


def command(entry: str, *settings: str) -> str:
    """An entry point with `settings`, started as this process was.

    `python -m` works in any folder, and with a login that may record in one experiment alone.
    """
    if _RUN_VARIABLE in os.environ:
        words = (word for setting in settings for word in ("-P", shlex.quote(setting)))
        return mlflow_run("-e", entry, *words)
    return " ".join([module(f"chipbench.{entry}"), *map(shlex.quote, settings)])


def module(name: str) -> str:
    """`python -m` with this environment's Python, by its path where `python` is another."""
    found = shutil.which("python")
    if found is not None and _is_here(Path(found)):
        return f"python -m {name}"
    own = Path(sys.executable)
    shown = own.relative_to(Path.cwd()) if own.is_relative_to(Path.cwd()) else own
    return f"{shlex.quote(str(shown))} -m {name}"


def _is_here(python: Path) -> bool:
    """Whether it lies beside this process's: links lead out of every virtual environment."""
    return python.parent.resolve() == Path(sys.executable).parent.resolve()


def as_here(text: str) -> str:
    """`text` in which every `mlflow run .` works in this environment."""
    return text.replace("mlflow run .", mlflow_run())
