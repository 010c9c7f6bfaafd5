"""The fingerprint: what must be equal for two runs to be compared."""

from collections.abc import Mapping

from omegaconf import DictConfig, OmegaConf

from chipbench.ground.files import digest

#: Raised when a change to the benchmark makes older numbers incomparable; see the CHANGELOG.
BENCHMARK_VERSION = 1


def fingerprint(parts: Mapping[str, object]) -> str:
    """Twelve hex digits of the SHA-256 of `parts` and the benchmark's version."""
    return digest(dict(parts) | {"version": BENCHMARK_VERSION}, 12)


def training_fingerprint(config: DictConfig, **more: object) -> str:
    """The fingerprint of a training: all that changes what an epoch computes but the optimizer.

    `more` is what a kind of training has besides.
    """
    return fingerprint(
        {
            "kind": config.kind,
            "benchmark": config.benchmark,
            "backend": config.backend.name,
            "protocol": OmegaConf.to_container(config.protocol),
            "source": config.dataset.source,
            "max_examples": config.dataset.max_examples,
            "image_size": config.dataset.image_size,
            "in_memory": config.dataset.in_memory,
            "batch_size": config.batch_size,
            "epochs": config.epochs,
            "precision": config.precision,
            "deterministic": config.deterministic,
            "strategy": config.strategy.name,
        }
        | more
    )


def createml_fingerprint(benchmark: str, deviations: Mapping[str, object] | None = None) -> str:
    """The fingerprint of a CreateML training, `deviations` being all that the article's had not."""
    parts = {"kind": "createml", "benchmark": benchmark, "engine": "createml"}
    return fingerprint(parts | dict(deviations or {}))
