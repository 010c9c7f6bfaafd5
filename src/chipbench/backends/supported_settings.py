"""Whether a back end can do what the settings ask of it: what it cannot is refused, not ignored."""

from collections.abc import Iterator
from importlib import metadata

from omegaconf import DictConfig

from chipbench.config.effect import in_fit
from chipbench.config.recorded_params import recorded_params
from chipbench.ground.errors import ConfigurationError


def require_applicable(config: DictConfig) -> None:
    """Raise ConfigurationError for the first setting that its back end has no use for."""
    refused = next(_inapplicable(config), None)
    if refused is not None:
        raise ConfigurationError(refused)


def _inapplicable(config: DictConfig) -> Iterator[str]:
    name, protocol = config.backend.name, config.protocol
    if name != "tensorflow" and config.strategy.name != "none":
        yield (
            f"strategy={config.strategy.name}: backend={name} trains on one device; use "
            "backend=tensorflow, or strategy=none"
        )
    keras = metadata.version("keras")
    if protocol.loop == "graph" and keras.startswith("2."):
        yield (
            f"protocol=tuned: it makes the updates of Keras 3's `fit`, and this is Keras {keras}, "
            "which shuffles otherwise; use protocol=article"
        )
    if protocol.jit_compile and name == "jax":
        yield "protocol.jit_compile=true: JAX compiles every step as it is; leave it false"
    known = {key: str(value) for key, value in recorded_params(config).items()}
    several = config.strategy.name == "multi_worker"
    if protocol.untimed_epochs and (several or in_fit("1", known) is None):
        yield (
            f"protocol.untimed_epochs={protocol.untimed_epochs}: only `model.fit` on one machine "
            "has such epochs; use 0"
        )
    if protocol.jit_compile and in_fit("true", known) is None:
        yield (
            "protocol.jit_compile=true: the loop of protocol=tuned has its own way to compile; "
            "leave it false, or use protocol=article"
        )
    if several and config.duration_s is not None:
        yield (
            f"duration_s={config.duration_s}: with strategy=multi_worker each worker's own clock "
            "would end it; use epochs"
        )
    for key in ("intra_op_threads", "inter_op_threads"):
        if name == "jax" and isinstance(protocol[key], int):
            yield f"protocol.{key}={protocol[key]}: JAX takes no number of threads; leave it null"
    if name != "tensorflow" and protocol.slices not in (1, "auto"):
        yield (
            f"protocol.slices={protocol.slices}: backend={name} computes batches whole; leave it "
            "auto, or use backend=tensorflow"
        )
