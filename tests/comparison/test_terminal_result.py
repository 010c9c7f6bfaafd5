from collections.abc import Callable, Mapping

import pytest
from omegaconf import DictConfig

from chipbench.comparison.terminal_result import print_training
from chipbench.ground.finding import Finding
from chipbench.measure.result import COMPLETED, Result

Printed = Callable[..., str]


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str], wide_terminal: None) -> Printed:
    """What a training that took `total_s` and has `tags` shows."""

    def shown(
        config: DictConfig,
        total_s: float = 71.6,
        caveats: tuple[Finding, ...] = (),
        more: Mapping[str, float] | None = None,
        **tags: str,
    ) -> str:
        known = {"optimizer_used": "adam", "data_source": "tfds", "tensorflow": "2.19.1"}
        result = Result(
            benchmark=config.benchmark,
            machine="Test machine",
            fingerprint="f",
            status=COMPLETED,
            end=COMPLETED,
            reason=None,
            metrics={"total_time_s": total_s, **(more or {})},
            tags=known | tags,
            caveats=caveats,
        )
        print_training(result, config)
        return capsys.readouterr().out

    return shown


def test_a_run_ends_with_its_time_its_speed_and_its_place(
    compose: Callable[..., DictConfig], printed: Printed
) -> None:
    config = compose("experiment=tinyvgg_cifar10")
    speed, place, differs, more = printed(config, limited_by="device").splitlines()
    assert speed == (
        "tinyvgg_cifar10 on Test machine: 71.60 s for 10 epochs, 7.16 s each, limited by: device"
    )
    assert place == (
        "place 3 of 8 with the published machines; their time per epoch, this run's being 1: "
        "NVIDIA GeForce RTX 3080 Laptop GPU 16 GB 0.41, NVIDIA TITAN RTX 24 GB 0.52, "
        "Apple M1 8-core GPU 1.92"
    )
    assert differs.startswith("differs: ") and "TensorFlow 2.19.1" in differs
    assert more == f"all numbers: {config.output_dir}/result.json; verbose=true shows them"


@pytest.mark.parametrize(
    ("total_s", "place", "others"),
    [(1.0, 1, ["3080"]), (36.0, 2, ["3080", "TITAN"]), (9e3, 8, ["3080", "Radeon"])],
)
def test_the_fastest_and_the_neighbours_are_named(
    total_s: float, place: int, others: list[str],
    compose: Callable[..., DictConfig], printed: Printed,
) -> None:  # fmt: skip
    text = printed(compose("experiment=tinyvgg_cifar10"), total_s)
    (line,) = [line for line in text.splitlines() if line.startswith("place")]
    assert line.startswith(f"place {place} of 8 ")
    names = line.partition("being 1: ")[2].split(", ")
    assert len(names) == len(others)
    assert all(other in name for other, name in zip(others, names, strict=True))


def test_all_numbers_and_the_published_machines_are_shown_where_it_is_wanted(
    compose: Callable[..., DictConfig], printed: Printed
) -> None:
    lines = printed(compose("experiment=tinyvgg_cifar10", "verbose=true")).splitlines()
    names = ["TITAN RTX", "Test machine", "M1 8-core", "M1 Max", "M1 Pro", "K80", "Radeon"]
    table = [line for line in lines if line.startswith("│")]
    rows = [next(i for i, line in enumerate(table) if n in line and " s " in line) for n in names]
    assert rows == sorted(rows)
    (m1_max,) = [line for line in table if "M1 Max" in line]
    assert "143.29 s" in m1_max and "14.33 s" in m1_max and "2.00" in m1_max
    assert any("total_time_s" in line for line in table)
    assert not any("result.json" in line for line in lines)


def test_what_differs_is_said(compose: Callable[..., DictConfig], printed: Printed) -> None:
    text = printed(compose("batch_size=64", "epochs=5"), data_source="generated")
    assert "differs: generated data of the same shape; batch size 64, published 32" in text
    assert "5 epochs, published 10" in text
    assert "TensorFlow 2.19.1" in text


def test_a_fallback_is_a_caution(compose: Callable[..., DictConfig], printed: Printed) -> None:
    reason = {"optimizer_fallback_reason": "the loss is not finite"}
    used = {"optimizer_requested": "adam", "optimizer_used": "sgd"}
    assert (
        "caution: optimizer=adam does not train here (the loss is not finite): sgd trained in its "
        "place"
    ) in printed(compose("dataset=digits"), **reason, **used)
    assert "caution:" not in printed(compose("dataset=digits"))


def test_another_optimizer_is_labelled(
    compose: Callable[..., DictConfig], printed: Printed
) -> None:
    text = printed(compose("experiment=efficientnetb0_food101"))
    assert "optimizer adam, published sgd (AMD Radeon Pro 5500M 8 GB)" in text


def test_a_cut_data_set_is_not_compared(
    compose: Callable[..., DictConfig], printed: Printed
) -> None:
    text = printed(compose("dataset.max_examples=100"))
    assert "do not compare" in text
    assert "M1 Max" not in text


def test_a_curve_outside_its_band_is_said(
    compose: Callable[..., DictConfig], printed: Printed
) -> None:
    curve = "outside the published band: epoch 1: val_accuracy 0.100"
    assert curve in printed(compose("experiment=tinyvgg_cifar10"), learning_curve=curve)


def test_what_speaks_against_the_times_is_said(
    compose: Callable[..., DictConfig], printed: Printed
) -> None:
    caveats = (
        Finding("not idle: other programs used 23 % of the CPU; before it"),
        Finding("on battery power", "plug it in"),
    )
    text = printed(compose(), caveats=caveats, limited_by="input")
    assert "limited by: input" in text
    assert "caution: not idle: other programs used 23 % of the CPU; before it\n" in text
    assert "caution: on battery power: plug it in\n" in text
    assert "caution:" not in printed(compose())


def test_a_run_of_a_given_time_tells_its_epochs_and_whether_its_speed_lasted(
    compose: Callable[..., DictConfig], printed: Printed
) -> None:
    config = compose("dataset=digits", "duration_s=1800")
    known = {"time_per_epoch_s": 10.0, "sustained_percent": 81.24, "slowed_after_s": 612.0}
    speed, lasted, *_ = printed(config, 1800.0, more=known).splitlines()
    assert ": 1,800.00 s for 180 epochs, 10.00 s each" in speed
    assert lasted == (
        "its speed at the end was 81.2 % of that at the beginning, slower after 612.0 s"
    )
    del known["slowed_after_s"]
    assert "that at the beginning\n" in printed(config, 1800.0, more=known)
