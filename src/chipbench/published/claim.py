"""Which machine a result is attributed to."""

from omegaconf import DictConfig, OmegaConf

from chipbench import hardware
from chipbench.ground.errors import ConfigurationError
from chipbench.hardware.machine import Machine
from chipbench.published import published_machines


def facts(config: DictConfig) -> dict[str, object]:
    """What `machine=` claims: the published table's facts, then those of the config."""
    stated = OmegaConf.to_container(config.facts, resolve=True)
    assert isinstance(stated, dict)
    published = published_machines().get(config.name, {})
    return dict(published) | {str(k): v for k, v in stated.items() if v is not None}


def machine_id(config: DictConfig, machine: Machine) -> str:
    """The name that runs on this machine share: as claimed, else as detected."""
    return config.name or machine.slug


def confirm(config: DictConfig, machine: Machine) -> None:
    """Hold a claimed machine against the detected one.

    Raises ConfigurationError if they contradict each other, unless `machine.force=true`.
    """
    if config.name is None or config.force:
        return
    contradictions = hardware.contradictions(machine, facts(config))
    if contradictions:
        raise ConfigurationError(
            f"machine={config.name}: the hardware contradicts it ({'; '.join(contradictions)}); "
            "use machine=auto, or machine.force=true to attribute the result to it all the same"
        )
