"""A published data set: found where it was prepared, or downloaded and prepared by TFDS."""

from pathlib import Path
from typing import Any

import requests
import tensorflow_datasets as tfds

from chipbench.data.dataset_metadata import Entry
from chipbench.data.dataset_verification import readable
from chipbench.data.tfds_features import features_of
from chipbench.ground.cache import named_folder
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark

_CONNECT_TIMEOUT_S = 10


def prepared(entry: Entry, data_dir: str | None) -> Any:
    """TFDS's builder of `entry`, prepared under `data_dir` (None: TFDS's own folder).

    Raises ConfigurationError if `data_dir` is no readable folder or TFDS has no such data set,
    UnsupportedBenchmark if the data are neither there nor to be had.
    """
    folder = None if data_dir is None else _checked(named_folder("dataset.data_dir", data_dir))
    features_of(entry)
    with readable(entry, folder or "TFDS's own folder"):
        builder = tfds.builder(entry.tfds_name, data_dir=folder)
    if not builder.is_prepared():
        try:
            # TFDS itself would retry for minutes before it gives up.
            requests.head(entry.host, timeout=_CONNECT_TIMEOUT_S)
            builder.download_and_prepare()
        except ModuleNotFoundError as error:
            raise UnsupportedBenchmark(
                f"the data set {entry.tfds_name} is not prepared in {builder.data_dir}, and TFDS "
                f"prepares it with TensorFlow alone ({error}): prepare it once with "
                "backend=tensorflow, or measure on generated images of the same shape with "
                "dataset.source=generated"
            ) from error
        except (OSError, tfds.download.DownloadError) as error:
            raise UnsupportedBenchmark(
                f"the data set {entry.tfds_name} is not prepared in {builder.data_dir} and cannot "
                f"be downloaded ({type(error).__name__}): connect to the network, name a folder "
                "that holds it with dataset.data_dir=<folder>, or measure on generated images of "
                "the same shape with dataset.source=generated"
            ) from error
    return builder


def _checked(folder: Path) -> Path:
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        raise ConfigurationError(
            f"dataset.data_dir={folder}: {error.strerror or error}; name a folder that holds "
            "prepared TFDS data sets, or use null for TFDS's own"
        ) from None
    return folder
