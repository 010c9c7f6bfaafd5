"""Which machine a result is attributed to."""

from omegaconf import DictConfig, OmegaConf

from chipbench import hardware
from chipbench.ground import tags
from chipbench.ground.errors import ConfigurationError
from chipbench.hardware import Machine, Used
from chipbench.hardware.machine import slug
from chipbench.published import published_machines


def facts(config: DictConfig) -> dict[str, object]:
    """What `machine=` claims: the published table's facts, then those of the config."""
    stated = OmegaConf.to_container(config.facts, resolve=True)
    assert isinstance(stated, dict)
    published = published_machines().get(config.name, {})
    return dict(published) | {str(k): v for k, v in stated.items() if v is not None}


def attribution(config: DictConfig, machine: Machine, used: Used | None) -> dict[str, object]:
    """The tags that say whose number it is: of the device that computed, if that is known.

    The processor of a machine that was bought with a GPU is another machine, of no known price.
    """
    name = machine.name if used is None else used.name_on(machine)
    spared = used is not None and used.spares_a_gpu(machine)
    claimed = config.name and f"{config.name}{'_cpu' if spared else ''}"
    return {
        tags.MACHINE: claimed or slug(name),
        tags.MACHINE_NAME: name,
        tags.MACHINE_FINGERPRINT: machine.fingerprint,
        tags.PRICE: None if used is None or spared else facts(config).get("price_usd"),
        tags.DEVICE_KIND: None if used is None else used.kind,
    }


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
