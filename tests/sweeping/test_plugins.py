"""A launcher or sweeper that cannot work is refused before a sweep begins."""

import shutil

import pytest

from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.sweeping import plugins
from chipbench.sweeping.plugins import check_plugins


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("hydra/launcher=slurm", "unknown hydra/launcher=slurm.*choices: basic, joblib"),
        ("hydra/launcher=joblb", "nearest: joblib"),
        ("hydra/launcher=submitit_moon", "unknown hydra/launcher=submitit_moon"),
        ("hydra/sweeper=optun", "nearest: optuna"),
    ],
)
def test_what_nobody_knows_is_a_mistake(word: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        check_plugins(["sweep.repeats=2", word])


def test_what_is_not_here_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(UnsupportedBenchmark, match="no Slurm here .no program srun"):
        check_plugins(["hydra/launcher=submitit_slurm"])
    monkeypatch.setattr(plugins, "_installed", lambda kind: {"basic"})
    with pytest.raises(UnsupportedBenchmark, match=r"pip install 'chipbench\[slurm\]'"):
        check_plugins(["hydra/launcher=submitit_local"])
    check_plugins(["hydra/launcher=basic", "hydra/sweeper=basic", "hydra.launcher.n_jobs=2"])
