"""What tells runs apart, in a reader's words: settings by their keys, circumstances by their names.

What has no words here is said by its own name without dots and underscores.
"""

from collections.abc import Mapping

from chipbench import hardware

#: Of a setting, where {} is its value.
_SETTINGS: Mapping[str, str] = {
    "batch_size": "batches of {}",
    "epochs": "{} epochs",
    "duration_s": "trained for {} s",
    "precision": "{}",
    "backend.name": "trained by {}",
    "dataset.max_examples": "{} examples",
    "dataset.image_size": "images of {} px",
    "dataset.sequence_length": "sequences of {} tokens",
    "dataset.vocabulary": "{} words known",
    "dataset.shuffle_buffer": "shuffled by {}",
    "model.weights": "weights {}",
    "protocol.loop": "{} loop",
    "protocol.steps_per_call": "{} steps per call",
    "protocol.untimed_epochs": "{} untimed epochs first",
    "protocol.cache_gb": "{} GB of images cached",
    "protocol.prefetch": "{} batches prefetched",
    "protocol.slices": "batches in {} slices",
    "protocol.intra_op_threads": "{} threads within an operation",
    "protocol.inter_op_threads": "{} operations at a time",
    "clip.duration_s": "{} s of film",
    "clip.fps": "{} frames/s",
    "clip.resolution": "{}",
    "clip.rendered_s": "{} s of it rendered",
    "codec.megabits_per_s": "{} Mbit/s",
    "found.workers": "{} machines together",
    "found.model": "model {}",
    "found.clip": "film {}",
}
#: Of one value of a setting.
_VALUES: Mapping[tuple[str, str], str] = {
    ("batch_size", "1"): "batches of one",
    ("clip.duration_s", "600"): "10 minutes of film",
    ("clip.duration_s", "14400"): "4 hours of film",
    ("epochs", "1"): "1 epoch",
    ("dataset.in_memory", "True"): "data held in memory",
    ("dataset.in_memory", "False"): "data read anew",
    ("dataset.shuffle_buffer", "0"): "not shuffled",
    ("dataset.shuffle_buffer", "all"): "shuffled as a whole",
    ("model.weights", "None"): "random weights",
    ("model.weights", "imagenet"): "ImageNet's weights",
    ("protocol.intra_op_threads", "1"): "1 thread within an operation",
    ("protocol.inter_op_threads", "1"): "1 operation at a time",
    ("protocol.jit_compile", "True"): "compiled by XLA",
    ("protocol.jit_compile", "False"): "not compiled by XLA",
    ("protocol.validate", "True"): "with validation",
    ("protocol.validate", "False"): "without validation",
}
#: Of what a run's tags say, by the name that a comparison gives it.
_CIRCUMSTANCES: Mapping[tuple[str, str], str] = {
    ("data source", "tfds"): "the original data",
    ("data source", "keras"): "the original data",
    ("data source", "generated"): "generated data",
    ("data source", "bundled"): "data that come with the software",
    ("data source", "own file"): "an own film",
    ("data source", "footage that is not known"): "unknown footage",
    ("optimizer", "adam"): "Adam",
    ("optimizer", "sgd"): "SGD",
    ("power source", "mains"): "on mains power",
    ("power source", "battery"): "on battery power",
    ("protocol", "article"): "as the article timed it",
    ("protocol", "tuned"): "tuned",
    ("protocol", "sweep2023"): "as the follow-up of 2023 timed it",
    ("protocol", "synthetic2021"): "as timed on noise in 2021",
    ("protocol", "transcode"): "transcoded",
    ("protocol", "avconvert"): "converted by macOS' avconvert",
    ("protocol", "final_cut_manual"): "timed by hand in Final Cut Pro",
    ("protocol", "Final Cut Pro"): "by Final Cut Pro",
    ("encoder", "Final Cut Pro, timed by hand"): "with its own encoder",
}
#: Values that say what they are by themselves.
_PLAIN = ("operating system",)


def setting(key: str, value: str) -> str:
    """ "batches of 32", of `batch_size` and 32."""
    value = value.removesuffix(".0")
    if key == "backend.name":
        value = hardware.TITLES.get(value, value)
    spoken = key.removeprefix("found.").rpartition(".")[2].replace("_", " ")
    default = f"{spoken} {{}}"
    if (key, value) in _VALUES:
        return _VALUES[key, value]
    return _SETTINGS.get(key, default).replace("{}", value)


def circumstance(name: str, value: str) -> str:
    """ "on mains power", of power source and mains; a setting's key is a name as well."""
    if (name, value) in _CIRCUMSTANCES:
        return _CIRCUMSTANCES[name, value]
    if name in _PLAIN:
        return value
    return setting(name, value) if "." in name else f"{name} {value}"
