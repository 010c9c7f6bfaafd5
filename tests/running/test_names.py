"""What runs are called in MLflow's list, a column of which shows some fifteen characters."""

from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import DictConfig
from support.machines import M1_MAX

from chipbench.config.compose import compose_config
from chipbench.hardware.machine import Machine
from chipbench.running.benchmark import Benchmark
from chipbench.workloads.training.workload import Training
from chipbench.workloads.video.export_methods import create_export
from chipbench.workloads.workload import Workload

_SHOWN = 15
_TIMED = ["method=final_cut_manual", "export_time_s=9"]


@pytest.mark.parametrize(
    ("entry", "create", "unlike"),
    [
        (
            "train",
            Training,
            [["batch_size=16"], ["batch_size=128"], ["protocol=tuned"], ["backend=torch"], []],
        ),
        (
            "export",
            create_export,
            [["codec=prores"], ["method=avconvert"], _TIMED, ["encoder=libx264"], []],
        ),
    ],
)
def test_a_name_begins_with_what_runs_of_one_machine_differ_in(
    entry: str,
    create: Callable[[DictConfig, Machine], Workload],
    unlike: list[list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chipbench.hardware.detect", lambda installation: M1_MAX)
    settings = ["tracking=none", "machine.installation_id=false"]
    configs = [
        compose_config(entry, [*settings, f"output_dir={tmp_path / str(number)}", *words])
        for number, words in enumerate(unlike)
    ]
    names = [Benchmark(one, create, lambda *_: [])._default_name() for one in configs]
    assert len({name[:_SHOWN] for name in names}) == len(names), names
