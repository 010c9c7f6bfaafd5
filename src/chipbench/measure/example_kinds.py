"""What the examples of a training are, and by which metrics its speed is known."""

from dataclasses import dataclass, replace

from omegaconf import DictConfig

from chipbench.ground import metrics


@dataclass(frozen=True)
class Examples:
    """Images, sequences or texts: what they are called, what tells their size, their metrics."""

    name: str  # as `dataset.examples` and sentences have it
    sizes: tuple[str, ...]  # settings of the data set that a model is built for
    rate: str
    steady_rate: str
    single_rate: str  # of one replica
    megaflop: str  # of a training step on one
    tokens: int = 0  # of each; 0: it has none

    def rates(self, per_second: float) -> dict[str, float]:
        """The metrics of so many examples in a second of one epoch, by name."""
        return {self.rate: per_second} | self._tokens(metrics.TOKENS_PER_SECOND, per_second)

    def steady_rates(self, per_second: float) -> dict[str, float]:
        """The same of the epochs after the first."""
        tokens = self._tokens(metrics.STEADY_TOKENS_PER_SECOND, per_second)
        return {self.steady_rate: per_second} | tokens

    def for_energy(self, number: int) -> dict[str, int]:
        """What so many examples count as, by the metric of the energy of 1,000."""
        if self.tokens:
            return {metrics.NET_ENERGY_PER_TOKENS: self.tokens * number}
        return {metrics.NET_ENERGY_PER_IMAGES: number}

    def _tokens(self, name: str, per_second: float) -> dict[str, float]:
        return {name: self.tokens * per_second} if self.tokens else {}


IMAGES = Examples(
    "images",
    ("image_size",),
    metrics.IMAGES_PER_SECOND,
    metrics.STEADY_IMAGES_PER_SECOND,
    metrics.SINGLE_REPLICA_RATE,
    metrics.MEGAFLOP_PER_IMAGE,
)
SEQUENCES = Examples(
    "sequences",
    ("sequence_length", "vocabulary"),
    metrics.SEQUENCES_PER_SECOND,
    metrics.STEADY_SEQUENCES_PER_SECOND,
    metrics.SINGLE_REPLICA_SEQUENCES,
    metrics.MEGAFLOP_PER_SEQUENCE,
)
#: Each token of a text has the next one as its label: a model's classes are the tokens.
TEXTS = replace(SEQUENCES, name="texts", sizes=("sequence_length",))


def examples_of(dataset: DictConfig) -> Examples:
    """Those of a data set, an option of `dataset/`."""
    kinds = {kind.name: kind for kind in (IMAGES, SEQUENCES, TEXTS)}
    found = kinds[dataset.examples]
    return found if found is IMAGES else replace(found, tokens=dataset.sequence_length)


def sizes_of(dataset: DictConfig) -> dict[str, int]:
    """What a model for the data set is built for, by the names of its `build`'s parameters."""
    return {name: dataset[name] for name in examples_of(dataset).sizes}
