"""`model.fit` as it is called: which epochs count."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chipbench.backends import Device, Task
from chipbench.backends.fit import Fit
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
