"""A run read back from a tracking store, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chipbench.ground import metrics, tags
from chipbench.ground.typed_json import whole_number
from chipbench.measure.run_framework import backend_of

#: The time by which a benchmark ranks machines: the first of these that a run has.
RANKING_METRICS = (
    metrics.TOTAL_TIME,
    metrics.EXPORT_TIME,
    metrics.SEARCH_TIME,
    metrics.STEADY_EPOCH_TIME,
)

#: The throughput that belongs to it; the last is of whole epochs, where only those are known.
SPEED_METRICS = (
    metrics.STEADY_IMAGES_PER_SECOND,
    metrics.STEADY_SEQUENCES_PER_SECOND,
    metrics.FRAMES_PER_SECOND,
    metrics.FITS_PER_SECOND,
    metrics.IMAGES_PER_SECOND,
    metrics.SEQUENCES_PER_SECOND,
)

#: Kinds of runs that this store's user did not measure: published results, and shared files.
REFERENCE, SHARED = "reference", "shared"

#: Of a metric: step, value, Unix time in milliseconds.
SeriesPoint = tuple[int, float, int]

#: MLflow's databases keep infinity as the largest float, with which nothing can be computed.
_INFINITE = 1e300


@dataclass(frozen=True)
class RecordedRun:
    """One run: its tags without the `chipbench.` prefix, its params, its latest metrics."""

    run_id: str
    name: str
    status: str  # MLflow's
    start_ms: int
    tags: Mapping[str, str]
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)

    def metric(self, name: str) -> float | None:
        """A metric's value; None if it is missing or not a finite number."""
        value = self.metrics.get(name)
        return value if value is not None and abs(value) < _INFINITE else None

    @property
    def ranking_metric(self) -> str | None:
        """The name of the time that ranks this run; None if it has none."""
        if self._is_timed and metrics.TIME_PER_EPOCH in self.metrics:
            return metrics.TIME_PER_EPOCH  # the whole time was given
        return next((n for n in RANKING_METRICS if (self.metric(n) or 0) > 0), None)

    @property
    def backend(self) -> str:
        """The framework that trained."""
        return backend_of(self.tags)

    @property
    def price_usd(self) -> float | None:
        """The machine's, as bought; None if unknown or free."""
        price = self._price
        return price if price is not None and 0 < price < _INFINITE else None

    @property
    def is_free(self) -> bool:
        """Whether the machine costs nothing, as a service may."""
        return self._price == 0

    @property
    def _price(self) -> float | None:
        try:
            return float(self.tags.get(tags.PRICE, ""))
        except ValueError:
            return None

    @property
    def batch_size(self) -> int | None:
        """Its param as a number; None for what is none, or for one that no memory holds."""
        return whole_number(self.params.get("batch_size", ""))

    @property
    def epochs(self) -> str | None:
        """Its param, or how many there were where a time was given."""
        total_s, epoch_s = self.metric(metrics.TOTAL_TIME), self.metric(metrics.TIME_PER_EPOCH)
        if self._is_timed and total_s and epoch_s:
            return str(round(total_s / epoch_s))
        return self.params.get("epochs")

    @property
    def _is_timed(self) -> bool:
        return self.params.get("duration_s", "None") != "None"

    @property
    def is_reference(self) -> bool:
        """Whether this is a published result."""
        return self.tags.get(tags.KIND) == REFERENCE

    @property
    def is_shared(self) -> bool:
        """Whether this is a result that somebody shared as a file."""
        return self.tags.get(tags.KIND) == SHARED

    @property
    def machine(self) -> str:
        """The machine's display name."""
        return self.tags.get(tags.MACHINE_NAME) or self.tags.get(tags.MACHINE) or "unknown machine"
