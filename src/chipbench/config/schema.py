"""Every key of `conf/`: its type, choices and limits, and whether it defines the work.

A key that stands in `conf/` and not here is refused, and so is one that stands here alone.
"""

from collections.abc import Mapping
from functools import lru_cache
from itertools import chain

from chipbench.config import effect
from chipbench.config.export_keys import EXPORT
from chipbench.config.forest_keys import DATA_DIR, FOREST, MAX_EXAMPLES, SOURCE
from chipbench.config.key_rule import Rule, aside, choose, context, option_name, work
from chipbench.config.limit_keys import LIMITS
from chipbench.config.suite_keys import MEASURING, SUITE
from chipbench.config.value_kinds import (
    ANY,
    DATE,
    PYTHON_NAME,
    SHARE,
    SWITCH,
    WEB_ADDRESS,
    above_zero,
    from_zero,
    name,
    one_of,
    option_of,
    or_auto,
    or_null,
    several,
    text,
    whole,
    whole_up_to,
    word,
)
from chipbench.ground.metrics import all_metrics

_EXAMPLES = one_of("images", "sequences", "texts")
_FOLDER = or_null(text("a folder"))
_THREADS = or_null(or_auto(whole("", 1)))
_WEIGHTS = or_null(text("imagenet, or the path of a weights file"))
_WORKERS = or_null(several("the addresses of two workers or more: [host:port,host:port]", 2))
_NAMES = or_null(several("a list of names, such as [a,b]"))
_FOLLOWS = "it follows from the entry point and the chosen options"


#: What is trained on what, and how; CreateML heeds a few of them.
_TRAINING = (
    work("batch_size", whole("examples", 1), effect.in_keras),
    work("epochs", whole("", 1), effect.epochs),
    work("duration_s", or_null(above_zero("seconds")), effect.lasting, plain="None"),
    aside("seed", whole_up_to(2**32 - 1)),  # what NumPy takes
    work("precision", one_of("float32", "mixed_float16", "mixed_bfloat16"), effect.in_keras),
    work("deterministic", SWITCH, effect.in_keras, plain=False),
    aside("target_accuracy", or_null(SHARE)),
    aside("save_model", SWITCH),
    work("dataset.name", option_of("dataset"), instead=choose("dataset")),
    SOURCE,
    DATA_DIR,
    MAX_EXAMPLES,
    aside("dataset.examples", _EXAMPLES, choose("dataset")),
    work("dataset.in_memory", SWITCH, effect.in_memory),
    work("dataset.shuffle_buffer", whole("examples", 0), effect.shuffled),
    option_name("model"),
    aside("model.examples", _EXAMPLES, choose("model")),
    aside("model.label", text("a name"), _FOLLOWS),
    aside("model.build._target_", PYTHON_NAME),  # what it builds is found, see `fingerprint`
    work("model.weights", _WEIGHTS, effect.in_keras),
    aside("model.logits", SWITCH),  # what the model gives, its layers say
    work("model.frozen_backbone", SWITCH, effect.in_graph, plain=False),
    option_name("optimizer"),
    aside("optimizer.fallback", or_null(option_of("optimizer"))),
    aside("optimizer.trial_timeout_s", above_zero("seconds")),
    work("optimizer.learning_rate", above_zero(), effect.in_keras),
    work("optimizer.create._target_", PYTHON_NAME, effect.in_keras),
    work("optimizer.create.learning_rate", ANY, effect.in_keras),  # or a schedule's keys
    work("optimizer.create.*", ANY, effect.in_keras),
)

_IMAGE_SIZE = work("dataset.image_size", whole("pixels", 1), effect.in_keras)
_PIXEL_SCALE = work("model.pixel_scale", above_zero(), effect.in_keras)
_OF_SEQUENCES = (
    work("dataset.sequence_length", whole("tokens", 1), effect.in_keras),
    work("dataset.vocabulary", whole("tokens", 4), effect.in_keras),
)

_OF_TEXTS = (*_OF_SEQUENCES, aside("dataset.file", or_null(text("a file of text"))))

_BACKEND = work(
    "backend.name", option_of("backend"), effect.in_keras, "tensorflow", choose("backend")
)
_PROTOCOL_NAME = aside("protocol.name", text("a name"), choose("protocol"))
_PROTOCOL = (
    _BACKEND,
    _PROTOCOL_NAME,
    work("protocol.loop", one_of("keras", "graph"), effect.loop),
    work("protocol.validate", SWITCH, effect.in_keras, plain=True),
    work("protocol.steps_per_call", whole("steps", 1), effect.in_fit, plain=1),
    work("protocol.untimed_epochs", whole("", 0), effect.in_fit, plain=0),
    work("protocol.jit_compile", SWITCH, effect.in_fit, plain=False),
    context("protocol.intra_op_threads", _THREADS, effect.threads),
    context("protocol.inter_op_threads", _THREADS, effect.threads),
    work("protocol.cache_gb", from_zero("gigabytes"), effect.cached, plain=0),
    work("protocol.prefetch", or_auto(whole("batches", 1)), effect.streamed, plain="auto"),
    work("protocol.slices", or_auto(whole("", 1)), effect.in_graph, plain=1),
    work("protocol.features_once", SWITCH, effect.of_frozen, plain=False),
    work("protocol.reuse_features", SWITCH, effect.of_features, plain=False),
    aside("protocol.feature_cache_gb", from_zero("gigabytes")),
    work("strategy.name", option_of("strategy"), effect.in_keras, "none", choose("strategy")),
    context("strategy.cpu_devices", or_null(whole("parts", 2)), effect.in_keras),
)

_OF_WORKERS = (
    aside("strategy.workers", _WORKERS),
    aside("strategy.index", or_null(whole("", 0))),
    aside("strategy.port", whole_up_to(65535, 1)),
    aside("strategy.wait_s", above_zero("seconds")),
)

_CREATEML = (
    work("createml.engine", one_of("auto", "createml", "keras")),
    work("createml.feature_extractor_revision", whole("", 1), effect.in_createml),
    context("createml.checkpoint_interval", whole("iterations", 1), effect.in_createml),
    aside("createml.stall_timeout_s", above_zero("seconds")),
    *(
        aside(f"createml.label.{engine}", text("a name"), _FOLLOWS)
        for engine in ("createml", "keras", "auto")
    ),
    *(
        work(f"augmentation.{name}", SWITCH)
        for name in ("crop", "rotation", "blur", "exposure", "noise", "flip")
    ),
)

#: Whose result it is: tags say it, as it was found.
_MACHINE = (
    aside("machine.name", or_null(text("a name"))),
    aside("machine.force", SWITCH),
    aside("machine.installation_id", SWITCH),
    aside("machine.accelerator", one_of("auto", "cpu", "gpu")),
    *(
        aside(f"machine.facts.{fact}", or_null(text("what it is called")))
        for fact in ("cpu", "gpu")
    ),
    *(aside(f"machine.facts.{fact}", or_null(whole("", 1))) for fact in ("cpu_cores", "gpu_cores")),
    *(
        aside(f"machine.facts.{fact}", or_null(from_zero(unit)))
        for fact, unit in (
            ("memory_gb", "gigabytes"),
            ("price_usd", "US dollars, without the unit"),
        )
    ),
)

_KIND = aside("kind", text("a name"), _FOLLOWS)
_CACHE = aside("cache_dir", _FOLDER)
_OUTPUT = aside("output_dir", text("a folder"))
_VERBOSE = aside("verbose", SWITCH)
_RUN = (
    context("monitor.interval_s", above_zero("seconds")),
    aside("repeats", whole("", 1)),
    _KIND,
    aside("benchmark", text("a name"), _FOLLOWS),
    _CACHE,
    _OUTPUT,
    _VERBOSE,
)

_TRACKING = (
    option_name("tracking"),
    aside("tracking.uri", or_null(text("the address of a tracking store"))),
    aside("tracking.experiment_name", name("a name")),
    aside("tracking.run_name", or_null(text("a name"))),
    aside("tracking.delivery_interval_s", above_zero("seconds")),
    aside("tracking.drain_timeout_s", from_zero("seconds")),
)

_SWEEP = (
    aside("entry", MEASURING),
    aside("sweep.repeats", whole("", 1)),
    aside("sweep.shuffle", SWITCH),
    aside("sweep.seed", whole("", 0)),
    aside("sweep.cooldown_s", from_zero("seconds")),
    aside("sweep.job_timeout_s", or_null(above_zero("seconds"))),
    aside("sweep.after_out_of_memory", one_of("skip", "run")),
    aside("sweep.memory_limit_mib", or_null(above_zero("MiB"))),
    aside("sweep.resume", or_null(word("the run id of a sweep's parent, or last"))),
    aside("sweep.objective", one_of(*(metric.name for metric in all_metrics()))),
    aside("folder", _FOLDER, "the sweep sets it for each job"),
    aside("job", or_null(whole("", 0)), "the sweep sets it for each job"),
)

_COMPARISON = (
    aside("experiments", _NAMES),
    aside("machines", _NAMES),
    aside("tags.*", ANY),
    aside("since", or_null(DATE)),
    aside("until", or_null(DATE)),
    aside("baseline", or_null(text("the id or name of a machine"))),
    aside("record_in", or_null(name("a name"))),
)

_FILES = aside("files", or_null(text("a file of shared results, or a folder with such")))
_SHARING = (
    aside("runs", word("last, the id of a run, or an output folder")),
    aside("outputs", text("a folder")),
    aside("share.dry_run", SWITCH),
    aside("share.by", or_null(name("a name"))),
    aside("share.repository", or_null(WEB_ADDRESS)),
)

_JOURNALS = aside("journals", text("a folder"))
_DIAGNOSIS = (aside("json", SWITCH), aside("training_timeout_s", above_zero("seconds")))

_OF_TRAIN = (*_TRAINING, *_PROTOCOL, *_MACHINE, *_RUN, *_TRACKING)

#: By entry point, the keys that its configuration has.
ENTRIES: Mapping[str, tuple[Rule, ...]] = {
    "train": _OF_TRAIN,
    "createml": (*_OF_TRAIN, *_CREATEML),
    "export": (*EXPORT, _PROTOCOL_NAME, *_MACHINE, *_RUN, *_TRACKING),
    "forest": (*FOREST, _PROTOCOL_NAME, *_MACHINE, *_RUN, *_TRACKING),
    "limits": (*_OF_TRAIN, *LIMITS),
    "sweep": _SWEEP,
    "suite": (*SUITE, _BACKEND, *_MACHINE, _CACHE, _OUTPUT, _VERBOSE, *_TRACKING),
    "compare": (*_COMPARISON, _FILES, _KIND, _CACHE, _OUTPUT, *_TRACKING),
    "reference": (_FILES, _OUTPUT, *_TRACKING),
    "share": (*_SHARING, _OUTPUT),
    "sync": (_JOURNALS, aside("everything", SWITCH), *_TRACKING),
    "doctor": (*_DIAGNOSIS, _JOURNALS, _CACHE, _BACKEND, *_MACHINE, *_TRACKING),
}
#: By the value of another key, the keys that are there with it alone.
WITH: Mapping[tuple[str, str], tuple[Rule, ...]] = {
    ("strategy.name", "multi_worker"): _OF_WORKERS,
    ("dataset.examples", "images"): (_IMAGE_SIZE,),
    ("model.examples", "images"): (_PIXEL_SCALE,),
    ("dataset.examples", "sequences"): _OF_SEQUENCES,
    ("dataset.examples", "texts"): _OF_TEXTS,
}

RULES = tuple(dict.fromkeys(chain(*ENTRIES.values(), *WITH.values())))


@lru_cache(maxsize=4096)  # of the keys of all runs of a store
def rule_of(key: str) -> Rule | None:
    """The rule of a key; None if the schema does not know it."""
    return next((rule for rule in RULES if rule.fits(key)), None)
