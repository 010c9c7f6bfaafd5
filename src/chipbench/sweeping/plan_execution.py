"""A plan carried out: its own run is begun, what is open of its jobs is run, its end recorded."""

from collections.abc import Sequence
from pathlib import Path

from omegaconf import DictConfig

from chipbench.config.options import project_dir
from chipbench.sweeping import job_outcome as outcomes
from chipbench.sweeping.hydra_launching import launch
from chipbench.sweeping.job_outcome import outcome_of
from chipbench.sweeping.parent import Parent
from chipbench.sweeping.plan import Plan
from chipbench.tracking.journal import Start
from chipbench.tracking.recorder import Recorder
from chipbench.tracking.store import configured_store


def begin(folder: Path, config: DictConfig, name: str, earlier: Start | None = None) -> Recorder:
    """The recorder of the run that the jobs are nested under; `earlier` is one to go on with."""
    return Recorder(
        folder,
        configured_store(config.tracking, project_dir()),
        name=name,
        experiment=config.tracking.experiment_name,
        earlier=earlier,
    )


def carry_out(folder: Path, plan: Plan, parent: Parent, hydra: Sequence[str] = ()) -> int:
    """Run what is missing, and conclude whatever happens; 0 if all are done, else 1."""
    plan.write(folder)
    with parent:
        try:
            launch(folder, _open(folder, plan), hydra)
        except BaseException:
            parent.conclude(interrupted=True)
            raise
    return 0 if parent.conclude(interrupted=False) else 1


def _open(folder: Path, plan: Plan) -> list[int]:
    """The jobs that are not done. One that was skipped is asked again whether it can run."""
    return [j.number for j in plan.jobs if outcome_of(folder, j.number).what != outcomes.DONE]
