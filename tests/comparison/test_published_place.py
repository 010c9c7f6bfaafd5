"""A run's place among the published machines, in a few words."""

import pytest

from chipbench import hardware
from chipbench.comparison.published_place import NO_RANKING, PART, STAND_IN, place
from chipbench.config.compose import compose_config


def placed(entry: str, *words: str, **known: float) -> str:
    return place(entry, compose_config(entry, [*words, "output_dir=none"]), known)


def test_a_training_is_placed_by_its_time_per_epoch() -> None:
    article = "experiment=tinyvgg_cifar10"
    assert placed("train", article, total_time_s=1.0) == "1 of 8"
    assert placed("train", article, total_time_s=1e6) == "8 of 8"
    assert placed("train", article, "epochs=1", total_time_s=1e5) == "8 of 8"
    generated = "dataset.source=generated"
    assert placed("train", article, generated, total_time_s=1.0) == "1 of 8, generated data"


def test_other_work_has_no_place_and_says_why() -> None:
    reduced = ("experiment=tinyvgg_cifar10", "dataset.max_examples=100")
    assert placed("train", *reduced, total_time_s=1.0) == PART
    tuned = ("experiment=tinyvgg_cifar10", "protocol=tuned")
    assert placed("train", *tuned, total_time_s=1.0) == "protocol tuned"
    assert placed("train", "dataset=digits", total_time_s=1.0) == "none published"
    assert placed("export", export_time_s=1.0) == NO_RANKING
    assert placed("train") == "" and placed("forest", total_time_s=1.0) == ""


def test_only_apples_createml_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    article = "experiment=createml_food101"
    assert placed("createml", article, "createml.engine=createml", total_time_s=650) == "2 of 5"
    assert placed("createml", article, "createml.engine=keras", total_time_s=650) == STAND_IN
    monkeypatch.setattr(hardware, "is_mac", lambda: False)
    assert placed("createml", article, total_time_s=650) == STAND_IN
