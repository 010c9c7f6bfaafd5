"""A trained model in MLflow's format."""

from importlib.metadata import version
from pathlib import Path
from typing import Any


def save_model(model: Any, folder: Path) -> None:
    """Write a Keras model as an MLflow model.

    Its requirements are stated, not inferred: MLflow infers them by loading the model again.
    """
    import mlflow.tensorflow

    requirements = [f"{name}=={version(name)}" for name in ("tensorflow", "keras")]
    mlflow.tensorflow.save_model(model, str(folder), pip_requirements=requirements)
