"""Models of keras.applications, with weights from ImageNet, from a file, or none."""

from collections.abc import Callable
from pathlib import Path

import keras

from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark


def backbone(
    application: Callable[..., keras.Model], image_size: int, weights: str | None
) -> keras.Model:
    """`application` without its top, for images [batch, image_size, image_size, 3].

    `weights`: "imagenet" (downloads once), the path of a weights file, or None (random).
    Raises UnsupportedBenchmark if the weights cannot be downloaded, ConfigurationError if the
    file cannot be read.
    """
    if weights not in (None, "imagenet") and not Path(weights).is_file():
        raise ConfigurationError(
            f"model.weights={weights}: no such file; use imagenet, null, or a weights file's path"
        )
    try:
        return application(
            include_top=False, weights=weights, input_shape=(image_size, image_size, 3)
        )
    except Exception as error:  # Keras raises a bare Exception when a download fails
        if weights is None:
            raise
        if weights != "imagenet":
            raise ConfigurationError(
                f"model.weights={weights}: not a weights file of {application.__name__} ({error})"
            ) from error
        raise UnsupportedBenchmark(
            f"cannot download the ImageNet weights of {application.__name__}, nor find them in "
            "~/.keras/models: connect to the network, give a file with model.weights=<path>, "
            "or time random weights with model.weights=null"
        ) from error
