"""`model.fit` as it is called: which epochs count."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chipbench.backends import Device, Task
from chipbench.backends.fit import Fit
from chipbench.backends.stop_callback import LastEpoch
from chipbench.config.compose import compose_config


@pytest.mark.parametrize(("untimed", "calls"), [(0, [3]), (2, [2, 3])])
def test_epochs_that_do_not_count_are_trained_before_the_timer(
    untimed: int, calls: list[int], tmp_path: Path
) -> None:
    words = [f"protocol.untimed_epochs={untimed}", "epochs=3", f"output_dir={tmp_path}"]
    config = compose_config("train", ["experiment=resnet50_noise", *words])
    called: list[dict[str, Any]] = []
    model = SimpleNamespace(fit=lambda **given: called.append(given))
    task = Task(
        config,
        cast(Any, SimpleNamespace(train_examples=8)),
        lambda: model,
        Device("cpu", "a processor", lambda: None),
        None,
    )
    feed = SimpleNamespace(train={"x": 1}, validation=None)
    Fit(task, model, cast(Any, feed)).train(
        lambda epoch: None, cast(Any, SimpleNamespace(is_drawn=False))
    )
    assert [call["epochs"] for call in called] == calls
    assert all(call["x"] == 1 for call in called)
    timed = [bool(call.get("callbacks")) for call in called]
    assert timed == [False] * (len(calls) - 1) + [True]


class EveryEpoch:
    """A model whose `fit` does nothing but ask its callbacks when to end."""

    stop_training = False

    def fit(self, callbacks: Sequence[Any], epochs: int, **given: Any) -> None:
        callbacks = [callback for callback in callbacks if isinstance(callback, LastEpoch)]
        for callback in callbacks:
            callback.set_model(self)
            callback.on_train_begin()
        for epoch in range(epochs):
            self.done = epoch + 1
            for callback in callbacks:
                callback.on_epoch_end(epoch)
            if self.stop_training:
                return


@pytest.mark.parametrize(
    ("word", "epochs"), [("epochs=3", 3), ("duration_s=0.001", 2), ("duration_s=1e-9", 2)]
)
def test_it_ends_with_the_last_epoch_or_the_first_after_the_time(
    word: str, epochs: int, tmp_path: Path
) -> None:
    config = compose_config("train", ["dataset=digits", word, f"output_dir={tmp_path}"])
    model = EveryEpoch()
    data, device = SimpleNamespace(train_examples=8), Device("cpu", "a CPU", lambda: None)
    task = Task(config, cast(Any, data), lambda: model, device, None)
    feed = SimpleNamespace(train={}, validation=None)
    loop = Fit(task, model, cast(Any, feed))
    loop.train(lambda epoch: None, cast(Any, SimpleNamespace(is_drawn=False)))
    assert model.done >= epochs if word.startswith("duration") else model.done == epochs
