"""The forest workload: what it searches, measures and says, and what it is compared with."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pytest
import sklearn.ensemble
from omegaconf import DictConfig
from support.recorded_runs import recorded

from chipbench.comparison.grouping import sort_runs
from chipbench.comparison.run_consistency import contradiction
from chipbench.config.compose import compose_config
from chipbench.data import california_housing
from chipbench.forest import forest
from chipbench.ground import tags
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.hardware import Machine, detect
from chipbench.measure.result import Result
from chipbench.published.completed_settings import complete, published_recorded
from chipbench.published.published_runs import published_runs
from chipbench.sharing.plausibility import disbelief
from chipbench.workloads.forest.prepared_search import PreparedSearch
from chipbench.workloads.forest.workload import Forest

SMALL = ("dataset.max_examples=120", "search.candidates=2", "search.folds=3", "n_jobs=1")
#: Total rooms, bedrooms, population and households of the first and the last district.
ENDS = (
    (452600, 8.3252, 41, 880, 129, 322, 126, 37.88, -122.23),
    (89400, 2.3886, 16, 2785, 616, 1387, 530, 39.37, -121.24),
)
#: The candidates that the author's notebook prints, "auto" being all features.
PUBLISHED = [(20, 1.0, 2, 4, 200), (20, "sqrt", 2, 4, 200), (5, "sqrt", 1, 4, 500),
             (None, "sqrt", 2, 4, 200), (None, 1.0, 1, 4, 100)]  # fmt: skip

Composed = Callable[..., DictConfig]


@pytest.fixture
def compose_forest(tmp_path: Path) -> Composed:
    def composed(*words: str) -> DictConfig:
        places = [f"output_dir={tmp_path / 'run'}", "tracking=none"]
        return compose_config("forest", [*places, *words])

    return composed


@pytest.fixture(scope="module")
def believable_search(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("search") / "run"
    words = ["tracking=none", "dataset.source=generated", f"output_dir={folder}", *SMALL]
    return forest(compose_config("forest", words))


@pytest.fixture
def downloaded(tmp_path: Path) -> Path:
    """A folder as scikit-learn keeps it, its first and last district being the real ones."""
    kept = np.abs(np.random.default_rng(1).normal(30, 9, (california_housing.ROWS, 9))) + 1
    kept[0], kept[-1] = ENDS
    folder = tmp_path / "housing"
    folder.mkdir()
    joblib.dump(kept, folder / "cal_housing_py3.pkz", compress=1)
    return folder


@pytest.fixture
def without_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise ConnectionError("no network")

    monkeypatch.setattr("requests.head", away)


def test_a_search_is_timed_scored_and_believed(
    compose_forest: Composed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = compose_forest("dataset.source=generated", *SMALL)
    result = forest(config)
    found = result.metrics
    assert found["fits_per_second"] == pytest.approx(7 / found["search_time_s"])
    assert sum(result.series["fit_time_s"]) < found["search_time_s"]
    assert list(result.series["step"]) == list(range(1, 8))
    assert 0.2 < found["r2"] < 1
    known = {"kind": "forest", "backend": "scikit-learn", "device_kind": "cpu"}
    assert known.items() <= result.tags.items()
    assert (result.tags["data_source"], result.tags["train_examples"]) == ("generated", "120")
    rows = (tmp_path / "run" / "candidates.csv").read_text().splitlines()
    assert len(rows) == 3 and rows[0].startswith("max_depth,max_features")
    assert disbelief(result) is None
    assert contradiction(recorded(result, config)) is None
    said = capsys.readouterr().out
    assert "the published times do not compare" in said and "fits/s" in said
    assert json.loads((tmp_path / "run" / "result.json").read_text())["status"] == "completed"


def test_the_same_seed_searches_the_same(
    compose_forest: Composed, tmp_path: Path, believable_search: Result
) -> None:
    scores = [believable_search.metrics["r2"]]
    for number, seed in enumerate((42, 1)):
        words = [f"output_dir={tmp_path / str(number)}", f"search.seed={seed}"]
        result = forest(compose_forest("dataset.source=generated", *SMALL, *words))
        scores.append(result.metrics["r2"])
    assert scores[0] == scores[1] != scores[2]


def test_the_seed_draws_the_published_candidates(
    compose_forest: Composed, downloaded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stump(sklearn.ensemble.RandomForestRegressor):
        """Keeps the settings that it is given, and grows one small tree."""

        def fit(self, districts: object, values: object) -> object:
            given, settings = self.get_params(), {"n_estimators": 1, "max_depth": 1}
            self.set_params(**settings)
            super().fit(districts, values)
            return self.set_params(**{name: given[name] for name in settings})

    monkeypatch.setattr(sklearn.ensemble, "RandomForestRegressor", Stump)
    config = compose_forest("dataset.source=sklearn", f"dataset.data_dir={downloaded}")
    prepared = Forest(config, detect()).prepare()
    prepared.measure(lambda step, values: None)
    names = ("max_depth", "max_features", "min_samples_leaf", "min_samples_split", "n_estimators")
    drawn = [tuple(one[name] for name in names) for one in candidates(prepared)]
    assert drawn == PUBLISHED
    prepared.finish()
    assert prepared.work().metrics["r2"] < 1


def candidates(prepared: PreparedSearch) -> list[dict[str, object]]:
    return list(prepared._search.cv_results_["params"])


def test_only_the_published_search_stands_in_its_table(
    compose_forest: Composed, downloaded: Path
) -> None:
    published = [run for run in published_recorded() if "randomforest" in run.name]
    assert len(published) == 5
    known = {
        complete(run).tags[tags.FINGERPRINT] for run in published_runs() if "forest-" in run.key
    }
    machine = detect()
    data = f"dataset.data_dir={downloaded}"
    same = fingerprint_of(machine, compose_forest("dataset.source=sklearn", data, "n_jobs=1"))
    assert known == {same}
    for words in (
        ["dataset.source=generated"],
        ["dataset.source=sklearn", data, "search.seed=1"],
        ["dataset.source=sklearn", data, "search.folds=4"],
        ["dataset.source=sklearn", data, "dataset.max_examples=500"],
    ):
        assert fingerprint_of(machine, compose_forest(*words)) != same
    (benchmark,) = sort_runs(published).benchmarks
    (group,) = benchmark.groups
    assert (group.metric, group.baseline) == ("search_time_s", "Google Colab, CPU")
    assert [round(row.time_s, 3) for row in group.rows] == [16.244, 20.383, 20.424, 24.099, 163.964]
    assert all(row.price_usd is None for row in group.rows), "the processor alone was not bought"


def fingerprint_of(machine: Machine, config: DictConfig) -> str:
    from chipbench.config.recorded_params import recorded_params
    from chipbench.measure.fingerprint import fingerprint

    found = Forest(config, machine).prepare().tags
    return fingerprint(recorded_params(config), {**found, tags.CORES: 2})


@pytest.mark.usefixtures("without_network")
def test_what_cannot_be_downloaded_is_generated_and_said_so(
    compose_forest: Composed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = f"dataset.data_dir={tmp_path / 'empty'}"
    result = forest(compose_forest(empty, *SMALL))
    assert result.tags["data_source"] == result.params["dataset.source"] == "generated"
    assert "generated districts in place of the published data" in capsys.readouterr().err
    with pytest.raises(UnsupportedBenchmark, match="dataset.source=generated"):
        forest(
            compose_forest(empty, "dataset.source=sklearn", f"output_dir={tmp_path / 'b'}", *SMALL)
        )


def test_what_can_be_had_is_taken(compose_forest: Composed, downloaded: Path) -> None:
    result = forest(compose_forest(f"dataset.data_dir={downloaded}", *SMALL))
    assert result.tags["data_source"] == "sklearn"


@pytest.mark.parametrize("damage", [b"", b"not a pickle", None])
def test_another_file_is_no_california_housing(
    compose_forest: Composed, downloaded: Path, damage: bytes | None
) -> None:
    file = downloaded / "cal_housing_py3.pkz"
    if damage is None:
        joblib.dump(joblib.load(file)[:-1], file, compress=1)
    else:
        file.write_bytes(damage)
    with pytest.raises(ConfigurationError, match="cal_housing_py3.pkz"):
        forest(compose_forest(f"dataset.data_dir={downloaded}", *SMALL))


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("dataset.max_examples=16513", "has 16,512 training districts"),
        ("dataset.max_examples=9", "search.folds=5 need 10 training districts or more"),
        ("dataset.source=tfds", "has only sklearn, generated"),
    ],
)
def test_a_wrong_value_is_refused(compose_forest: Composed, word: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        forest(compose_forest("dataset.source=generated", word))


def test_generated_districts_are_shaped_like_the_real_ones() -> None:
    config = compose_config("forest", ["dataset.source=generated", "output_dir=none"])
    districts, values = california_housing.load(config.dataset, Path())
    assert districts.shape == (20_640, 8) and values.shape == (20_640,)
    assert (values.min(), values.max()) >= (0.14999, 5.00001)
    assert values.mean() == pytest.approx(2.07, abs=0.5)
    again, _ = california_housing.load(config.dataset, Path())
    assert np.array_equal(districts, again)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"fits_per_second": 9e9}, "metrics.fits_per_second"),
        ({"total_time_s": 1.0}, "metrics.total_time_s"),
        ({"r2": 1.5}, "metrics.r2"),
    ],
)
def test_a_forged_search_is_not_believed(
    believable_search: Result, change: dict[str, float], field: str
) -> None:
    assert disbelief(believable_search) is None
    forged = replace(believable_search, metrics={**believable_search.metrics, **change})
    doubt = disbelief(forged)
    assert doubt is not None and doubt[0] == field
