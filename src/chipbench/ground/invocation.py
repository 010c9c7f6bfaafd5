"""How a person starts this project from here: no message names a command that does not work."""

import sys
from pathlib import Path

#: MLflow calls the environments that it makes so; in another, it is told to use what is there.
_MADE_BY_MLFLOW = "mlflow-"


def mlflow_run(*words: str) -> str:
    """`mlflow run .` with what it needs in this environment, and with `words`."""
    made = Path(sys.prefix).name.startswith(_MADE_BY_MLFLOW)
    return " ".join(["mlflow run .", *([] if made else ["--env-manager local"]), *words])


def as_here(text: str) -> str:
    """`text` in which every `mlflow run .` works in this environment."""
    return text.replace("mlflow run .", mlflow_run())
