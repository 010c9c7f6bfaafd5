"""Which back end `protocol=tuned` names as the faster one on this machine."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from omegaconf import DictConfig
from support.machines import LINUX

from chipbench.backends import Device, Task
from chipbench.workloads.training.fastest_backend import faster_backend

Compose = Callable[..., DictConfig]
FOUND = {"model_layers": "0123456789ab", "data_source": "tfds", "train_examples": 50_000}


@pytest.fixture
def says(compose: Compose, tmp_path: Path) -> Callable[..., str | None]:
    """What a run with that back end, these settings and that speed says."""

    def said(backend: str, per_s: float, *words: str, **kinds: Any) -> str | None:
        places = ("protocol=tuned", f"backend={backend}", f"cache_dir={tmp_path}")
        device = Device("cpu", "a processor", lambda: None)
        task = Task(compose(*places, *words), cast(Any, None), lambda: None, device, None)
        machine = replace(LINUX, versions=kinds.get("versions", LINUX.versions))
        return faster_backend(task, machine, FOUND | kinds.get("found", {}), per_s)

    return said


def test_a_faster_back_end_is_named_and_a_slower_one_is_not(
    says: Callable[..., str | None],
) -> None:
    assert says("tensorflow", 2_000.0) is None, "nothing else was tried"
    assert says("jax", 1_000.0) == (
        "TensorFlow was 2.00 times as fast at this here, with 2,000 images/s: backend=tensorflow"
    )
    assert says("torch", 3_671.4) is None, "it is the fastest"
    assert says("tensorflow", 3_600.0) is None, "by less than repeats differ"
    assert str(says("jax", 1_000.0, "epochs=3")).startswith("PyTorch was 3.67 times as fast")
    assert says("torch", 900.0) is not None, "its last speed counts"


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        (["batch_size=128"], {}),
        (["precision=mixed_float16"], {}),
        ([], {"found": {"model_layers": "ba9876543210"}}),
        ([], {"found": {"data_source": "generated"}}),
        ([], {"versions": {"torch": "2.14.0"}}),
    ],
)
def test_other_work_and_other_software_are_not_compared(
    words: list[str], kinds: dict[str, Any], says: Callable[..., str | None]
) -> None:
    says("torch", 4_000.0)
    assert says("tensorflow", 1_000.0) is not None
    assert says("tensorflow", 1_000.0, *words, **kinds) is None


def test_what_was_kept_and_is_damaged_says_nothing(
    says: Callable[..., str | None], tmp_path: Path
) -> None:
    says("torch", 4_000.0)
    (file,) = (tmp_path / "tuned_speeds").iterdir()
    file.write_text(file.read_text().replace("4000.0", "-4.0"))
    assert says("tensorflow", 1_000.0) is None
