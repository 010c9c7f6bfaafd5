"""Which of a run's settings take effect: a value that does nothing defines no work."""

import math

from chipbench.config.key_rule import Effective, Known

#: What a run finds beside its settings, by the names that the functions here know it under.
TRAIN_EXAMPLES = "found.train_examples"
CORES = "found.cores"
CLIP = "found.clip"


def _number(value: str) -> float:
    """A setting as a number; what a stranger's run has in its place is none."""
    try:
        return float(value)
    except ValueError:
        return math.nan


def is_createml(known: Known) -> bool:
    """Whether Apple's CreateML trains, which has its own loop."""
    return known.get("createml.engine") == "createml"


def _is_stand_in(known: Known) -> bool:
    return known.get("createml.engine") == "keras"


def _in_graph(known: Known) -> bool:
    """Whether the graph loop trains: see `conf/protocol/tuned.yaml`."""
    fits = "True" in (known.get("dataset.in_memory"), known.get("model.frozen_backbone"))
    return known.get("protocol.loop") == "graph" and fits and not _is_stand_in(known)


def _is_streamed(known: Known) -> bool:
    return known.get("dataset.in_memory") != "True" or _is_stand_in(known)


def in_keras(value: str, known: Known) -> str | None:
    """Whatever trains but CreateML, which has its own."""
    return None if is_createml(known) else value


def in_createml(value: str, known: Known) -> str | None:
    """CreateML alone."""
    return value if is_createml(known) else None


def loop(value: str, known: Known) -> str | None:
    """The loop that trains."""
    return in_keras("graph" if _in_graph(known) else "keras", known)


def in_fit(value: str, known: Known) -> str | None:
    """`model.fit` alone."""
    return None if _in_graph(known) else in_keras(value, known)


def in_graph(value: str, known: Known) -> str | None:
    """The graph loop alone."""
    return value if _in_graph(known) and not is_createml(known) else None


def of_frozen(value: str, known: Known) -> str | None:
    """A frozen backbone in the graph loop."""
    return in_graph(value, known) if known.get("model.frozen_backbone") == "True" else None


def of_features(value: str, known: Known) -> str | None:
    """Features that are computed once."""
    return of_frozen(value, known) if known.get("protocol.features_once") == "True" else None


def epochs(value: str, known: Known) -> str | None:
    """A time takes the place of their number."""
    return value if lasting(known.get("duration_s", "None"), known) is None else None


def lasting(value: str, known: Known) -> str | None:
    """A time, where one is given."""
    return None if value == "None" else value


def examples(value: str, known: Known) -> str | None:
    """How many images there are to train on, however that was asked for."""
    return known.get(TRAIN_EXAMPLES, value)


def in_memory(value: str, known: Known) -> str | None:
    """The stand-in reads its images anew whatever this says."""
    return in_keras("False" if _is_streamed(known) else value, known)


def shuffled(value: str, known: Known) -> str | None:
    """Images in memory are shuffled whole or not at all, and no buffer holds more than all."""
    if not _is_streamed(known):
        return in_keras("0" if value == "0" else "all", known)
    whole = _number(known.get(TRAIN_EXAMPLES, "")) <= _number(value)
    return in_keras("all" if whole else value, known)


def cached(value: str, known: Known) -> str | None:
    """Whether the decoded images of `model.fit` fit."""
    size_px = _number(known.get("dataset.image_size", ""))
    size_bytes = 12 * size_px**2 * _number(known.get(TRAIN_EXAMPLES, ""))
    return streamed("all" if size_bytes <= _number(value) * 1e9 else "0", known)


def streamed(value: str, known: Known) -> str | None:
    """Images that `model.fit` reads anew in every epoch."""
    return in_fit(value, known) if _is_streamed(known) else None


def threads(value: str, known: Known) -> str | None:
    """As many threads as cores are what TensorFlow takes by itself."""
    return in_keras("None" if value == known.get(CORES) else value, known)


def jobs(value: str, known: Known) -> str | None:
    """As many threads as cores are all of them."""
    return "None" if value in ("-1", known.get(CORES)) else value


def method(name: str) -> Effective:
    """One method of an export alone."""
    return lambda value, known: value if known.get("method") == name else None


def rate(value: str, known: Known) -> str | None:
    """The bit rate that an encoder is asked for."""
    fixed = known.get("codec.fixed_rate") == "True"
    return None if fixed else method("transcode")(value, known)


def encoder(value: str, known: Known) -> str | None:
    """Machines compare alike with the portable encoder; with any other, each has its own."""
    return method("transcode")("software" if value == "software" else "any", known)


def footage(value: str, known: Known) -> str | None:
    """Generated footage: a file of the user's own is exported whole."""
    return value if known.get("clip.path", "None") == "None" else None


def own_clip(value: str, known: Known) -> str | None:
    """A file of the user's own is told by its checksum; runs without one have its name alone."""
    return None if CLIP in known else value


def rendered(value: str, known: Known) -> str | None:
    """No more is rendered than the clip is long."""
    length = known.get("clip.duration_s", value)
    return footage(length if _number(length) < _number(value) else value, known)
