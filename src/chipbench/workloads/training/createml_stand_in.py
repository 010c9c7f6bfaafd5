"""A Keras stand-in for CreateML: a frozen feature extractor, a trained head, the same images."""

from collections.abc import Mapping

from chipbench.ground import tags
from chipbench.ground.errors import UnsupportedBenchmark
from chipbench.workloads.training.prepared_training import PreparedTraining
from chipbench.workloads.training.workload import Training


class StandIn(Training):
    """The training workload with augmented images; never called CreateML in a result."""

    @property
    def tags(self) -> Mapping[str, object]:
        """A training's, and that this is a stand-in."""
        return {**super().tags, tags.ENGINE: "keras", tags.STAND_IN: "for CreateML"}

    def prepare(self) -> PreparedTraining:
        """A training's; keras-cv, which augments, needs TensorFlow."""
        name = self._config.backend.name
        if name != "tensorflow":
            raise UnsupportedBenchmark(
                f"backend={name}: the stand-in augments with keras-cv, which needs TensorFlow; use "
                "backend=tensorflow"
            )
        return super().prepare()

    def _augmentation(self) -> Mapping[str, bool]:
        return {str(name): bool(on) for name, on in self._config.augmentation.items()}
