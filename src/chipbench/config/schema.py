"""What the value of each key of the configuration must be, and how to say so."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from omegaconf import ListConfig


@dataclass(frozen=True)
class Rule:
    """What a key's value must be: `accepts` decides, `expected` says it in words."""

    key: str
    accepts: Callable[[Any], bool]
    expected: str


def _whole_number(minimum: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and value >= minimum


def _is_number(value: Any) -> bool:
    """A finite one: YAML reads `true` as a kind of integer, and `inf` and `nan` as numbers."""
    return type(value) in (int, float) and math.isfinite(value)


def _number_above(limit: float) -> Callable[[Any], bool]:
    return lambda value: _is_number(value) and value > limit


def _number_from_zero(value: Any) -> bool:
    return _is_number(value) and value >= 0


def _none_or(accepts: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or accepts(value)


def _one_of(*choices: object) -> Callable[[Any], bool]:
    return lambda value: any(type(value) is type(choice) and value == choice for choice in choices)


def _word_or(word: str, accepts: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value == word or accepts(value)


def _several(value: Any) -> bool:
    return isinstance(value, ListConfig) and len(value) > 1


def _port(value: Any) -> bool:
    return type(value) is int and 0 < value < 65536


def _share(value: Any) -> bool:
    return value is None or (_is_number(value) and 0 < value <= 1)


def _some_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _seed(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**32  # what NumPy takes


_PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")
_METHODS = ("transcode", "avconvert", "final_cut_manual")
_RESOLUTIONS = ("1080p", "2160p")
_SWITCH = "true or false"

RULES = (
    Rule("batch_size", _whole_number(1), "a whole number of images, 1 or more"),
    Rule("epochs", _whole_number(1), "a whole number, 1 or more"),
    Rule("repeats", _whole_number(1), "a whole number, 1 or more"),
    Rule("seed", _seed, "a whole number from 0 to 4294967295"),
    Rule("precision", _one_of(*_PRECISIONS), "one of " + ", ".join(_PRECISIONS)),
    Rule("deterministic", _one_of(True, False), _SWITCH),
    Rule("verbose", _one_of(True, False), _SWITCH),
    Rule("target_accuracy", _share, "null or a share between 0 and 1, such as 0.6"),
    Rule("monitor.interval_s", _number_above(0), "a number of seconds above 0"),
    Rule("machine.accelerator", _one_of("auto", "cpu", "gpu"), "one of auto, cpu, gpu"),
    Rule("machine.force", _one_of(True, False), _SWITCH),
    Rule("dataset.source", _one_of("tfds", "generated", "bundled"), "one of tfds, generated"),
    Rule(
        "dataset.max_examples",
        _none_or(_whole_number(1)),
        "null or a whole number of training images, 1 or more",
    ),
    Rule("dataset.image_size", _whole_number(1), "a whole number of pixels, 1 or more"),
    Rule("dataset.in_memory", _one_of(True, False), _SWITCH),
    Rule("dataset.shuffle_buffer", _whole_number(0), "a whole number of images, 0 or more"),
    Rule("dataset.data_dir", _none_or(_some_text), "null or a folder"),
    Rule("model.weights", _none_or(_some_text), "null, imagenet, or the path of a weights file"),
    Rule("protocol.loop", _one_of("keras", "graph"), "one of keras, graph"),
    Rule("protocol.steps_per_call", _whole_number(1), "a whole number of steps, 1 or more"),
    Rule("protocol.jit_compile", _one_of(True, False), _SWITCH),
    *(
        Rule(
            f"protocol.{name}_threads",
            _word_or("auto", _none_or(_whole_number(1))),
            "null, auto, or a whole number, 1 or more",
        )
        for name in ("intra_op", "inter_op")
    ),
    *(
        Rule(
            f"protocol.{name}",
            _word_or("auto", _whole_number(1)),
            "auto or a whole number, 1 or more",
        )
        for name in ("slices", "prefetch")
    ),
    Rule("protocol.cache_gb", _number_from_zero, "a number of gigabytes, 0 or more"),
    Rule("protocol.feature_cache_gb", _number_from_zero, "a number of gigabytes, 0 or more"),
    Rule("protocol.features_once", _one_of(True, False), _SWITCH),
    Rule("protocol.reuse_features", _one_of(True, False), _SWITCH),
    Rule("optimizer.learning_rate", _number_above(0), "a number above 0"),
    Rule("optimizer.fallback", _one_of(None, "sgd", "adam"), "null, adam or sgd"),
    Rule("optimizer.trial_timeout_s", _number_above(0), "a number of seconds above 0"),
    Rule("createml.engine", _one_of("auto", "createml", "keras"), "one of auto, createml, keras"),
    Rule("createml.feature_extractor_revision", _whole_number(1), "a whole number, 1 or more"),
    Rule("createml.checkpoint_interval", _whole_number(1), "a whole number of iterations"),
    Rule("createml.stall_timeout_s", _number_above(0), "a number of seconds above 0"),
    *(
        Rule(f"augmentation.{name}", _one_of(True, False), _SWITCH)
        for name in ("crop", "rotation", "blur", "exposure", "noise", "flip")
    ),
    Rule(
        "strategy.cpu_devices",
        _none_or(_whole_number(2)),
        "null or a whole number of parts, 2 or more",
    ),
    Rule(
        "strategy.workers",
        _none_or(_several),
        "null or the addresses of two workers or more: [host:port,host:port]",
    ),
    Rule("strategy.index", _none_or(_whole_number(0)), "null or a whole number, 0 or more"),
    Rule("strategy.port", _none_or(_port), "a port from 1 to 65535"),
    Rule("strategy.wait_s", _none_or(_number_above(0)), "a number of seconds above 0"),
    Rule("sweep.repeats", _whole_number(1), "a whole number, 1 or more"),
    Rule("sweep.shuffle", _one_of(True, False), _SWITCH),
    Rule("sweep.seed", _whole_number(0), "a whole number, 0 or more"),
    Rule("sweep.cooldown_s", _number_from_zero, "a number of seconds, 0 or more"),
    Rule("sweep.job_timeout_s", _none_or(_number_above(0)), "null or a number of seconds above 0"),
    Rule("sweep.after_out_of_memory", _one_of("skip", "run"), "one of skip, run"),
    Rule("sweep.memory_limit_mib", _none_or(_number_above(0)), "null or a number of MiB above 0"),
    Rule("method", _one_of(*_METHODS), "one of " + ", ".join(_METHODS)),
    Rule("clip.duration_s", _number_above(0), "a number of seconds above 0"),
    Rule("clip.fps", _number_above(0), "a number of frames per second above 0"),
    Rule("clip.rendered_s", _number_above(0), "a number of seconds above 0"),
    Rule("clip.resolution", _one_of(*_RESOLUTIONS), "one of " + ", ".join(_RESOLUTIONS)),
    Rule("clip.path", _none_or(_some_text), "null or the path of a video"),
    Rule("codec.megabits_per_s", _number_above(0), "a number above 0"),
    Rule("codec.fixed_rate", _one_of(True, False), _SWITCH),
    Rule("quality", _one_of(True, False), _SWITCH),
    Rule("keep_output", _one_of(True, False), _SWITCH),
    Rule("export_time_s", _none_or(_is_number), "null or the seconds that you timed"),
    Rule("ffmpeg.path", _none_or(_some_text), "null, or the path or name of a program"),
    Rule("tracking.experiment_name", _some_text, "a name"),
    Rule("tracking.run_name", _none_or(_some_text), "null or a name"),
    Rule("cache_dir", _none_or(_some_text), "null or a folder"),
    Rule("everything", _one_of(True, False), _SWITCH),
    Rule("json", _one_of(True, False), _SWITCH),
    Rule("training_timeout_s", _number_above(0), "a number of seconds above 0"),
    Rule("tracking.delivery_interval_s", _number_above(0), "a number of seconds above 0"),
    Rule("tracking.drain_timeout_s", _number_from_zero, "a number of seconds, 0 or more"),
)
