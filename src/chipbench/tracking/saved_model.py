"""A trained model in MLflow's format."""

from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from chipbench.tracking.client import refuse_telemetry


def save_model(model: Any, backend: str, folder: Path) -> None:
    """Write a Keras model of the back end as an MLflow model.

    Its requirements are stated, not inferred: MLflow infers them by loading the model again.
    """
    refuse_telemetry()
    from mlflow.models import infer_signature

    signature = infer_signature(_zeros(model.input_shape), _zeros(model.output_shape))
    requirements = [f"{name}=={version(name)}" for name in (backend, "keras")]
    flavor: Any = import_module("mlflow.tensorflow" if backend == "tensorflow" else "mlflow.keras")
    flavor.save_model(model, str(folder), pip_requirements=requirements, signature=signature)


def _zeros(shape: tuple[int | None, ...]) -> Any:
    """One example of `shape`, whose batch size is open."""
    return np.zeros([1, *[size or 1 for size in shape[1:]]], "float32")
