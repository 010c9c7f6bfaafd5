"""A trained model in MLflow's format."""

import logging
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from chipbench import hardware
from chipbench.tracking.client import refuse_telemetry


def save_model(model: Any, backend: str, folder: Path) -> None:
    """Write a Keras model of the back end as an MLflow model.

    Its requirements are stated, not inferred: MLflow infers them by loading the model again.
    """
    refuse_telemetry()
    from mlflow.models import infer_signature

    # It warns where there is no pip, as in environments that uv makes.
    logging.getLogger("mlflow.utils.environment").setLevel(logging.ERROR)
    signature = infer_signature(_zeros(model.input_shape), _zeros(model.output_shape))
    flavor: Any = import_module("mlflow.tensorflow" if backend == "tensorflow" else "mlflow.keras")
    needed = requirements(backend, hardware.versions())
    flavor.save_model(model, str(folder), pip_requirements=needed, signature=signature)


def requirements(backend: str, versions: Mapping[str, str]) -> list[str]:
    """What the model needs of these packages, in pip's words."""
    packages = (hardware.distribution(backend, versions), "keras")
    return [f"{package}=={versions[package]}" for package in packages]


def _zeros(shape: tuple[int | None, ...]) -> Any:
    """One example of `shape`, whose batch size is open."""
    return np.zeros([1, *[size or 1 for size in shape[1:]]], "float32")
