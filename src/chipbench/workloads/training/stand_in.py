"""A Keras stand-in for CreateML: a frozen feature extractor, a trained head, the same images."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from chipbench.ground import metrics, tags
from chipbench.ground.drawing.images import draw_images
from chipbench.hardware.machine import Machine
from chipbench.measure.fingerprint import training_fingerprint
from chipbench.workloads.training.workload import Training

_SHOWN = 16


class StandIn(Training):
    """The training workload with augmented images; never called CreateML in a result."""

    def __init__(self, config: DictConfig, machine: Machine) -> None:
        super().__init__(config, machine)
        self._input_rates: dict[str, float] = {}

    def fingerprint(self) -> str:
        """A training's, and which augmentations are on."""
        return training_fingerprint(self._config, augmentation=dict(self._config.augmentation))

    def tags(self) -> Mapping[str, object]:
        """A training's, and that this is a stand-in."""
        return {**super().tags(), tags.ENGINE: "keras", tags.STAND_IN: "for CreateML"}

    def summary(self) -> dict[str, float]:
        """A training's, and what the input pipeline gives with and without augmentation."""
        return super().summary() | self._input_rates

    def write_artifacts(self, folder: Path) -> None:
        """A training's, and a picture of augmented images."""
        super().write_artifacts(folder)
        if hasattr(self, "_loop") and self._loop.inputs is not None:
            images, _ = next(iter(self._loop.inputs["x"]))
            shown = images[:_SHOWN].numpy() * self._config.model.pixel_scale
            draw_images(folder / "augmented.png", shown)

    def _in_graph(self) -> bool:
        """Never: augmentation gives other images, and so other features, in every epoch."""
        return False

    def _feed(self) -> tuple[dict[str, Any], Any]:
        from chipbench.backends.tensorflow.augmentation import augmentation
        from chipbench.backends.tensorflow.feed import input_rate, streamed

        config = self._config
        augment = augmentation(config.augmentation, config.dataset.image_size, config.seed)
        self._input_rates = {
            metrics.INPUT_RATE: input_rate(self._data, config, augment),
            metrics.INPUT_RATE_PLAIN: input_rate(self._data, config),
        }
        return streamed(self._data, config, augment)
