"""Which runs may be ranked together: the same work has one fingerprint, other work another."""

from collections.abc import Mapping

import pytest

from chipbench.config.compose import compose_config
from chipbench.config.recorded_params import recorded_params
from chipbench.measure.fingerprint import context, fingerprint, work
from chipbench.measure.frozen_params import FrozenParams

FOUND: Mapping[str, object] = {"train_examples": 50_000, "model_layers": "a", "cores": 8}


def params(*overrides: str, entry: str = "train") -> dict[str, object]:
    return recorded_params(compose_config(entry, ["output_dir=none", *overrides]))


def fingerprint_of(*overrides: str, entry: str = "train", **found: object) -> str:
    return fingerprint(params(*overrides, entry=entry), {**FOUND, **found})


@pytest.mark.parametrize(
    "override",
    [
        "batch_size=64",
        "epochs=9",
        "duration_s=60",
        "precision=mixed_float16",
        "deterministic=true",
        "dataset=cifar100",
        "dataset.source=tfds",
        "dataset.image_size=64",
        "dataset.in_memory=false",
        "dataset.shuffle_buffer=1000",
        "model.pixel_scale=1",
        "model.weights=imagenet",
        "optimizer=sgd",
        "optimizer.learning_rate=0.01",
        "optimizer.create._target_=keras.optimizers.Nadam",
        "+optimizer.create.beta_1=0.5",
        "backend=torch",
        "protocol=tuned",
        "protocol.steps_per_call=10",
        "protocol.jit_compile=true",
        "strategy=mirrored",
    ],
)
def test_other_work_has_another_fingerprint(override: str) -> None:
    assert fingerprint_of(override) != fingerprint_of()


@pytest.mark.parametrize("found", [{"model_layers": "b"}, {"train_examples": 400}, {"workers": 2}])
def test_what_a_run_finds_defines_its_work_too(found: dict[str, object]) -> None:
    assert fingerprint_of(**found) != fingerprint_of()


@pytest.mark.parametrize(
    "overrides",
    [
        ["dataset.max_examples=50000"],  # all
        ["protocol.intra_op_threads=8", "protocol.inter_op_threads=8"],  # as many as cores
        ["model.pixel_scale=255.0"],
        ["protocol.slices=4"],  # of the graph loop
        ["protocol.features_once=true", "protocol.reuse_features=true"],  # of a frozen backbone
        ["protocol.prefetch=3"],  # of images that are streamed
        ["protocol.cache_gb=4", "protocol.feature_cache_gb=9"],
        ["model.frozen_backbone=true"],  # of the graph loop; what trains, the layers say
        ["optimizer.fallback=null", "optimizer.trial_timeout_s=9"],
        ["seed=7", "target_accuracy=0.6", "verbose=true", "machine.accelerator=cpu"],
    ],
)
def test_what_takes_no_effect_defines_no_work(overrides: list[str]) -> None:
    assert fingerprint_of(*overrides) == fingerprint_of()


def test_a_key_has_its_effect_where_it_applies() -> None:
    streamed = "dataset.in_memory=false"
    assert fingerprint_of(streamed, "protocol.prefetch=3") != fingerprint_of(streamed)
    assert fingerprint_of(streamed, "protocol.cache_gb=4") != fingerprint_of(streamed)
    # 50,000 images of 32 px take 0.6 GB: no more of the cache than that is used.
    both = [fingerprint_of(streamed, f"protocol.cache_gb={gb}") for gb in (1, 4)]
    assert both[0] == both[1]
    tuned = "protocol=tuned"
    assert fingerprint_of(tuned, "protocol.slices=4") != fingerprint_of(tuned)
    assert fingerprint_of(tuned, "protocol.steps_per_call=9") == fingerprint_of(tuned)
    whole = [fingerprint_of(streamed, f"dataset.shuffle_buffer={n}") for n in (50_000, 90_000)]
    assert whole[0] == whole[1]


def test_what_a_model_is_called_does_not_matter() -> None:
    renamed = params() | {"model.name": "x", "model.label": "y", "model.build._target_": "z.z"}
    assert fingerprint(renamed, FOUND) == fingerprint_of()


def test_a_new_key_leaves_earlier_runs_comparable() -> None:
    before = {k: v for k, v in params().items() if k not in ("backend.name", "protocol.prefetch")}
    assert fingerprint(before, FOUND) == fingerprint_of()
    assert fingerprint(params() | {"protocol.not_yet_there": 3}, FOUND) == fingerprint_of()


def test_texts_from_a_store_give_what_the_run_gave() -> None:
    texts = {key: str(value) for key, value in params("protocol=tuned").items()}
    assert fingerprint(texts, {k: str(v) for k, v in FOUND.items()}) == fingerprint_of(
        "protocol=tuned"
    )


def test_what_is_no_setting_is_no_work() -> None:
    hostile = {"batch_size": "²", "dataset.image_size": "nan", "protocol.cache_gb": "<x>"}
    assert fingerprint(hostile, {"train_examples": "inf"})
    assert work({"batch_size": "32", "note": "x"}, {}) == {"batch_size": "32.0"}


def test_threads_and_readings_are_context() -> None:
    given = params("protocol.intra_op_threads=2", "monitor.interval_s=0.01")
    assert context(given, FOUND) == {
        "protocol.intra_op_threads": "2",
        "monitor.interval_s": "0.01",
    }
    assert "protocol.intra_op_threads" not in context(params("protocol.intra_op_threads=8"), FOUND)


@pytest.mark.parametrize(
    ("overrides", "same"),
    [
        (["codec=prores"], False),
        (["clip.duration_s=10"], False),
        (["clip.fps=60"], False),
        (["encoder=software"], False),
        (["codec.megabits_per_s=8"], False),
        (["method=avconvert"], False),
        (["encoder=libx264"], True),
        (["quality=false", "keep_output=true"], True),
        (["clip.path=own.mp4"], False),
    ],
)
def test_an_exports_work(overrides: list[str], same: bool) -> None:
    other = fingerprint_of(*overrides, entry="export")
    assert (other == fingerprint_of(entry="export")) is same


def test_the_clip_does_not_matter_where_another_is_exported() -> None:
    own = ["clip.path=own.mp4"]
    assert fingerprint_of(*own, "clip=large", entry="export") == fingerprint_of(
        *own, entry="export"
    )
    short = ["clip.duration_s=5"]
    assert fingerprint_of(*short, "clip.rendered_s=7", entry="export") == fingerprint_of(
        *short, entry="export"
    )


def test_stand_ins_with_other_augmentations_do_not_compare() -> None:
    engine = "createml.engine=keras"
    every = fingerprint_of(engine, entry="createml")
    assert fingerprint_of(engine, "augmentation.blur=false", entry="createml") != every
    assert fingerprint_of(engine, "protocol.loop=graph", entry="createml") == every


def test_a_time_takes_the_place_of_the_epochs_and_runs_before_it_stay_what_they_were() -> None:
    timed = params("duration_s=60")
    assert fingerprint(timed, FOUND) == fingerprint(timed | {"epochs": 3}, FOUND)
    assert fingerprint(timed, FOUND) != fingerprint(timed | {"duration_s": 61}, FOUND)
    before = {key: value for key, value in params().items() if key != "duration_s"}
    assert fingerprint(before, FOUND) == fingerprint_of()
    assert "duration_s" not in work(params(), FOUND) and "epochs" not in work(timed, FOUND)


def test_params_that_runs_share_give_what_their_values_do() -> None:
    known = params()
    frozen = FrozenParams({key: str(value) for key, value in known.items()})
    assert hash(frozen) == hash(FrozenParams(dict(reversed(frozen.items()))))
    for found in (FOUND, {**FOUND, "model_layers": "b"}, {}, FOUND):
        assert fingerprint(frozen, found) == fingerprint(known, found)
        assert list(work(frozen, found).items()) == list(work(known, found).items())
        assert context(frozen, found) == context(known, found)
    work(frozen, FOUND).clear()  # who changes an answer changes no other's
    assert work(frozen, FOUND) == work(known, FOUND) != {}
