"""What a training concludes from its epochs, whoever trains."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from omegaconf import DictConfig
from support.machines import LINUX

from chipbench.backends import Device, Task
from chipbench.ground import sustained_metrics
from chipbench.measure.epochs import Epoch
from chipbench.workloads.training.prepared_training import PreparedTraining

Compose = Callable[..., DictConfig]
NAN = float("nan")


def training(
    config: DictConfig, epochs: Sequence[Epoch], weights: Sequence[float] = (1.0,)
) -> PreparedTraining:
    """A training whose loop gives these epochs and leaves these weights."""

    def train(take: Callable[[Epoch], None], bar: object) -> None:
        for epoch in epochs:
            take(epoch)

    model = SimpleNamespace(
        get_weights=lambda: [np.array(weights)], trainable_weights=[], count_params=lambda: 1
    )
    loop = SimpleNamespace(train=train, tags=dict, model=model, feed=None, single_rate=None)
    data = SimpleNamespace(train_examples=1437, classes=10, best_accuracy=None, least_loss=None)
    device = Device("cpu", "a processor", lambda: None, replicas=2)
    task = Task(config, cast(Any, data), lambda: None, device, None)
    return PreparedTraining(task, LINUX, cast(Any, loop), {})


def epoch(number: int, val_loss: float = 1.0, val_accuracy: float = 0.1) -> Epoch:
    return Epoch(number, 1.0, 1.0, 1437, 2.3026, 0.1, val_loss, val_accuracy)


def test_digits_that_end_at_chance_are_doubted_by_name(compose: Compose) -> None:
    done = training(compose("dataset=digits"), [epoch(n) for n in range(1, 21)])
    done.measure(lambda step, values: None)
    done.finish()
    unmoved, guessing = map(str, done.work().caveats)
    assert unmoved.startswith("the loss did not move")
    assert guessing.startswith("no better than guessing: val_accuracy 0.100 of 10 classes")


def test_a_gpt_alone_generates_once_it_is_trained(compose: Compose) -> None:
    done = training(compose("experiment=gpt_tokens"), [epoch(1)])
    done.measure(lambda step, values: None)
    named = ("tokens", "places", "last_normalized", "next")
    done.loop.model.layers = [SimpleNamespace(name=name) for name in named]
    assert list(done.extras()) == [], "several replicas"
    done._task = replace(done._task, device=Device("cpu", "a processor", lambda: None))
    assert list(done.extras()) == ["measuring generation"]
    done.loop.model.layers.pop()
    assert list(done.extras()) == [], "a model of the user's own"


def test_a_last_update_that_leaves_no_numbers_is_a_failure(compose: Compose) -> None:
    ended = training(compose("dataset=digits"), [epoch(1), epoch(2, val_loss=NAN)])
    with pytest.raises(FloatingPointError, match="the val_loss of epoch 2 is nan"):
        ended.measure(lambda step, values: None)
    unvalidated = training(
        compose("dataset=digits", "protocol=sweep2023"),
        [epoch(n, val_loss=NAN, val_accuracy=NAN) for n in (1, 2)],
        weights=(1.0, NAN),
    )
    unvalidated.measure(lambda step, values: None)
    with pytest.raises(FloatingPointError, match="weights are no numbers after the last update"):
        unvalidated.finish()


def test_too_little_time_to_tell_whether_the_speed_lasted_is_said(compose: Compose) -> None:
    done = training(compose("dataset=digits", "duration_s=1"), [epoch(1), epoch(2)])
    done.measure(lambda step, values: None)
    (*_, doubt) = map(str, done.work().caveats)
    assert doubt.startswith("2 epochs in duration_s=1: too few to tell whether the speed lasted")
    assert sustained_metrics.SUSTAINED not in done.work().metrics


def test_a_speed_that_lasted_is_told_of_a_given_time_alone(compose: Compose) -> None:
    for words, known in ((["duration_s=5"], {sustained_metrics.SUSTAINED: 100.0}), ([], {})):
        done = training(compose("dataset=digits", *words), [epoch(n) for n in range(1, 7)])
        done.measure(lambda step, values: None)
        work = done.work()
        told = {sustained_metrics.SUSTAINED, sustained_metrics.SLOWED_AFTER} & work.metrics.keys()
        assert {name: work.metrics[name] for name in told} == known
        assert list(work.plots) == ["speed.png"] * bool(words)
