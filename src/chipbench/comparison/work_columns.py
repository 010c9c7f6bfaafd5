"""The columns that say what a run computed: all that keeps two runs out of one ranking.

Which keys do, the schema says; a column is called as its key, with `_` for each dot, and with its
unit where the key has none.
"""

from chipbench.measure.fingerprint import settings
from chipbench.measure.recorded_run import RecordedRun

#: Columns whose keys do not say their unit, or not what it is that counts.
_NAMES = {
    "backend.name": "backend",
    "dataset.max_examples": "train_examples",
    "dataset.image_size": "dataset_image_size_px",
    "dataset.sequence_length": "dataset_sequence_length_tokens",
    "dataset.shuffle_buffer": "dataset_shuffle_buffer_examples",
    "dataset.vocabulary": "dataset_vocabulary_tokens",
    "protocol.prefetch": "protocol_prefetch_batches",
    "clip.fps": "clip_frames_per_second",
    "found.model": "model_layers",
    "found.clip": "clip_checksum",
}


def work_cells(run: RecordedRun) -> dict[str, str]:
    """By column the value that took effect; what does not apply to the run is missing."""
    known = settings(run.params, run.tags)
    return {column_of(key): value for key, value in known.items() if value != "None"}


def column_of(key: str) -> str:
    """What the column of a key is called."""
    return _NAMES.get(key) or key.removeprefix("found.").replace(".", "_")
