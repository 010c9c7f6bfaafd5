"""California housing: 20,640 districts of the census of 1990 (Pace and Barry, 1997), in numbers."""

from pathlib import Path

import numpy as np
import requests
from omegaconf import DictConfig

from chipbench.data.dataset import Array
from chipbench.ground.cache import named_folder
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.ground.files import digest, make_folder

PUBLISHED, GENERATED = "sklearn", "generated"
SOURCES = (PUBLISHED, GENERATED)
ROWS = 20_640
#: Income, age, rooms, bedrooms, population, occupants, latitude and longitude of a district; what
#: it is held against is the median value of its houses, in 100,000 USD.
COLUMNS = 8
#: The first and the last district.
_ENDS = (
    (8.3252, 41.0, 6.984127, 1.023810, 322.0, 2.555556, 37.88, -122.23, 4.526),
    (2.3886, 16.0, 5.254717, 1.162264, 1387.0, 2.616981, 39.37, -121.24, 0.894),
)
_FILE = "cal_housing_py3.pkz"
_HOST = "https://ndownloader.figshare.com"  # where scikit-learn downloads it from
_CONNECT_TIMEOUT_S = 10
_SEED = 19970401
#: Towns of the generated districts: latitude, longitude, how far they reach (degrees), their share
#: of the districts, and what a house there costs more (100,000 USD).
_TOWNS = (
    (34.05, -118.25, 0.35, 0.40, 0.9),
    (37.75, -122.25, 0.30, 0.25, 1.0),
    (32.80, -117.10, 0.20, 0.10, 0.6),
    (38.55, -121.45, 0.40, 0.10, 0.0),
    (36.75, -119.75, 0.90, 0.15, -0.3),
)


def source_here(config: DictConfig, cache_dir: Path) -> tuple[str, str | None]:
    """The source that `dataset.source=auto` means here; and why, where it is not the published."""
    try:
        _published(config.data_dir, cache_dir)
    except UnsupportedBenchmark as error:
        return GENERATED, str(error)
    return PUBLISHED, None


def load(config: DictConfig, cache_dir: Path) -> tuple[Array, Array]:
    """Districts float64 [20640, 8] and the values of their houses [20640], from `config.source`.

    Raises ConfigurationError for what is not that data set, UnsupportedBenchmark where it is not to
    be had.
    """
    if config.source not in SOURCES:
        raise ConfigurationError(
            f"dataset.source={config.source}: California housing has only {', '.join(SOURCES)}"
        )
    if config.source == PUBLISHED:
        return _published(config.data_dir, cache_dir)
    return _generated()


def checksum(districts: Array, values: Array) -> str:
    """Sixteen hex digits over the first and the last district."""
    return digest([[*districts[n].tolist(), float(values[n])] for n in (0, -1)], 16)


def _published(data_dir: str | None, cache_dir: Path) -> tuple[Array, Array]:
    """As scikit-learn downloads it, once, and holds it against its own checksum."""
    from sklearn.datasets import fetch_california_housing

    named = data_dir and named_folder("dataset.data_dir", data_dir)
    folder = named or cache_dir / "california_housing"
    try:
        make_folder(folder)
        if not (folder / _FILE).is_file():
            # scikit-learn itself would wait for a network for minutes.
            requests.head(_HOST, timeout=_CONNECT_TIMEOUT_S)
        found = fetch_california_housing(data_home=str(folder.absolute()))
    except OSError as error:  # also what `requests` and `urllib` raise
        raise UnsupportedBenchmark(
            f"California housing cannot be downloaded ({type(error).__name__}): connect to the "
            "network, name a folder that holds scikit-learn's with dataset.data_dir=<folder>, or "
            "measure on generated districts of the same shape with dataset.source=generated"
        ) from error
    except Exception as error:  # whatever a damaged archive makes of its reading
        raise ConfigurationError(
            f"{_FILE} cannot be read ({type(error).__name__}): delete it, and it is downloaded anew"
        ) from error
    if not _is_whole(found.data, found.target):
        raise ConfigurationError(
            f"{_FILE} is not California housing: delete it, and it is downloaded anew"
        )
    return found.data, found.target


def _is_whole(districts: Array, values: Array) -> bool:
    if (districts.shape, values.shape) != ((ROWS, COLUMNS), (ROWS,)):
        return False
    ends = [[*districts[number], values[number]] for number in (0, -1)]
    return np.allclose(ends, _ENDS, atol=1e-6)


def _generated() -> tuple[Array, Array]:
    """Districts of about the same distribution, rounded alike, whose trees grow as deep."""
    draw = np.random.default_rng(_SEED)
    town = draw.choice(len(_TOWNS), ROWS, p=[town[3] for town in _TOWNS])
    latitude, longitude, reach, _, worth = np.array(_TOWNS)[town].T
    latitude = np.round(latitude + reach * draw.normal(size=ROWS), 2)
    longitude = np.round(longitude + reach * draw.normal(size=ROWS), 2)
    income = np.clip(np.round(draw.lognormal(1.26, 0.47, ROWS), 4), 0.4999, 15.0001)
    age = np.clip(np.round(draw.normal(28.6, 13.5, ROWS)), 1, 52)
    households = np.ceil(draw.lognormal(6.0, 0.7, ROWS))
    rooms = np.ceil(households * draw.lognormal(1.6, 0.25, ROWS)) / households
    bedrooms = np.ceil(households * draw.lognormal(0.06, 0.09, ROWS)) / households
    population = np.ceil(households * draw.lognormal(1.03, 0.27, ROWS))
    occupants = population / households
    value = 0.15 + 0.42 * income + worth + 0.006 * (age - 28) - 0.25 * (occupants - 2.9)
    value *= draw.lognormal(0, 0.16, ROWS)
    value = np.clip(np.round(value, 3), 0.14999, 5.00001)
    columns = (income, age, rooms, bedrooms, population, occupants, latitude, longitude)
    return np.stack(columns, axis=1), value
