"""What `protocol=tuned` cuts into pieces while other programs use the processor: nothing."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import DictConfig

from chipbench.backends.processor_alone import company
from chipbench.hardware import Load, OtherLoad
from chipbench.train import train


class Watch(OtherLoad):
    def __init__(self, others_percent: float | None) -> None:
        self._found = None if others_percent is None else Load(others_percent, 0.0)

    def so_far(self) -> Load | None:
        return self._found


@pytest.mark.parametrize("others_percent", [None, 0.0, 12.0, 25.0])
def test_little_use_by_others_is_no_company(
    others_percent: float | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert company(Watch(others_percent)) is None
    assert capsys.readouterr().err == ""


def test_company_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert company(Watch(61.6)) == "other programs used 62 % of the CPU"
    assert "protocol=tuned: other programs used 62 % of the CPU" in capsys.readouterr().err


def test_a_batch_is_computed_whole_in_company(
    compose: Callable[..., DictConfig], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OtherLoad, "so_far", lambda _watch: Load(60.0, 0.0))
    words = ("dataset=digits", "dataset.max_examples=64", "epochs=1", "protocol=tuned")
    threads = ("protocol.intra_op_threads=null", "protocol.inter_op_threads=null")  # once a process
    result = train(compose(*words, *threads, f"output_dir={tmp_path}", "tracking=none"))
    assert result is not None
    assert result.tags["slices"] == "1"
    assert result.tags["step"] == "whole batches, other programs used 60 % of the CPU"


@pytest.mark.parametrize("others_percent", [0.0, 60.0])
def test_an_operation_of_pytorch_gets_one_thread_in_company(
    others_percent: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = pytest.importorskip("torch")
    from chipbench.backends.torch.threads import choose

    monkeypatch.setattr(OtherLoad, "so_far", lambda _watch: Load(others_percent, 0.0))
    before = torch.get_num_threads()
    torch.set_num_threads(2)

    def step() -> None:
        """Faster with two threads, whatever this machine has."""
        time.sleep(0.002 / torch.get_num_threads())

    try:
        found = choose(step)
        assert torch.get_num_threads() == (2 if others_percent == 0 else 1)
    finally:
        torch.set_num_threads(before)
    assert (found is None) == (others_percent == 0)
