"""What each published data set consists of, as its own authors and TFDS state it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One data set of TFDS."""

    tfds_name: str
    host: str  # where TFDS downloads it from
    validation_split: str
    train_examples: int
    validation_examples: int
    encoding: str  # of the stored images: "png" or "jpeg"
    size_px: int  # longest side of the stored images
    record_bytes: int  # of one stored example, on average: the catalogue of TFDS
    generated_bytes: int  # of one that stands in for it, as measured
    #: Of the classifier that knows how images are generated (`generated.best_accuracy`), where
    #: trainings are known to come near it.
    generated_accuracy: float | None = None
    subset: float | None = None  # the share of every class that is taken; None: all
    subset_seed: int = 42
