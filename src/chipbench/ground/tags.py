"""Every tag's name and meaning, once: what says of a run what no metric can.

Whoever writes or reads a tag takes its name from here. A store has it after a prefix, see `stored`.
"""

PREFIX = "chipbench."

# What was done.
KIND = "kind"  # training, export, createml, forest, sweep, suite, limits, comparison, …
EXPERIMENT = "experiment"  # the benchmark, such as tinyvgg_cifar10
PROTOCOL = "protocol"  # how it was timed: the article's way, tuned, …
FINGERPRINT = "fingerprint"  # of what must be equal for two runs to be compared
BENCHMARK_VERSION = "benchmark_version"  # what the fingerprint means; a run without it has 1
DATA_SOURCE = "data_source"  # where the data come from: generated, tfds, bundled, own file

# On what.
MACHINE = "machine"  # the id that runs on one machine share
MACHINE_NAME = "machine_name"  # as tables and charts show it: the device that computed
MACHINE_FINGERPRINT = "machine_fingerprint"  # of the installation: tells machines of one name apart
PRICE = "price_usd"  # what the machine cost, if what it was bought for computed
OS = "os"  # operating system and its version
BACKEND = "backend"  # what trained: tensorflow, torch, jax or scikit-learn
BACKEND_VERSION = "backend_version"
TENSORFLOW = "tensorflow"  # its version, where it is installed
KERAS = "keras"  # its version
PLUG_IN = "plug_in"  # TensorFlow's for Metal, and its version
DRIVER = "driver"  # of the GPUs that may train
SETTINGS = "settings"  # of the libraries that compute, by the environment and keras.json
POWER_SOURCE = "power_source"  # battery or mains
CORES = "cores"  # of the processor, as its threads count them
DEVICE = "device"  # what computed it
DEVICE_KIND = "device_kind"  # cpu, gpu, encoder, chip, or elsewhere
ENERGY_BASIS = "energy_basis"  # what its joules are of: gpu_board, apple_gpu, cpu_package, …
PROCESS = "process"  # how a sweep's job began: forked from a warm process, or cold
REPLICAS = "replicas"  # devices that trained together
BATCH_SIZE_PER_REPLICA = "batch_size_per_replica"
WORKERS = "workers"  # machines that trained together

# How it ended.
STATUS = "status"  # completed, failed, skipped or interrupted
REASON = "reason"  # why it is not completed
CAVEATS = "caveats"  # what the result must be doubted for
RULED_OUT = "ruled_out"  # those of them for which it is in no ranking
ARTIFACTS = "artifacts"  # why files of the result are missing

# Of a training.
DATA_CHECKSUM = "data_checksum"  # of the first and last records: whether two machines' are the same
TRAIN_EXAMPLES = "train_examples"  # images, sequences or districts that it trains on
MODEL_LAYERS = "model_layers"  # digest of the layers: what the model is, whatever it is called
WEIGHTS = "weights"  # that it began with: random, imagenet or a file's
OPTIMIZER_REQUESTED = "optimizer_requested"
OPTIMIZER_USED = "optimizer_used"
OPTIMIZER_FALLBACK_REASON = "optimizer_fallback_reason"  # why these two differ
DEVICE_CHECK = "device_check"  # whether it computes the model's layers right, before the work
LEARNING_CURVE = "learning_curve"  # how it lies beside the published one
LIMITED_BY = "limited_by"  # the input pipeline or the device
ROOFLINE_BINDS = "roofline_binds"  # of the ceiling: memory (its bandwidth) or compute (the peak)
SLICES = "slices"  # that the tuned protocol cuts a batch into
LAYERS = "layers"  # whose layers the tuned protocol computes with: keras or torch
STEP = "step"  # how a step of the tuned protocol runs, and why not otherwise
FASTER_BACKEND = "faster_backend"  # which was faster at the same on this machine, tuned as well
FEATURES = "features"  # whether a frozen backbone's were there before
ENGINE = "engine"  # createml, or keras, which stands in for it
STAND_IN = "stand_in"  # what it stands in for
FEATURE_EXTRACTOR = "feature_extractor"  # Apple's, and its revision
RESUMED = "resumed"  # from a checkpoint, so that it has no total time

# Of an export.
METHOD = "method"  # transcode, avconvert, or by hand
ENCODER = "encoder"
ENCODERS_REFUSED = "encoders_refused"  # those that did not work, and why
CLIP = "clip"  # checksum of the user's own file, which is what tells it from another
CLIP_LOOPED = "clip_looped"  # how often a rendered part is repeated

# Of a sweep.
ENTRY = "entry"  # the entry point of its jobs
JOBS = "jobs"  # how many they are
OBJECTIVE = "objective"  # the metric that a search made as large as it could
BEST = "best"  # the fastest combination

# Of a published result; its machine's facts have tags as well, see `machine_fact`.
SOURCE = "source"  # where it was published
PRINTED = "printed"  # what stands there
TIME_INCLUDES = "time_includes"  # what its time contains besides
LOGGED_TIME = "logged_time"  # what its logged epochs add up to, where its time is more

# Of a shared result.
SHARED_BY = "shared_by"  # who made it, if they gave a name

# Of the run in its store.
KEY = "key"  # of the journal, or of the published or shared result, that it belongs to
ORIGIN = "origin"  # a digest that only its journal can give
OWNER = "owner"  # a digest of the run and the user who made it, who alone may add to it
PARENT_KEY = "parent_key"  # of the journal of the run that it is nested under
DUPLICATE_OF = "duplicate_of"  # the run that stays in its place

_OF_STORE = {SHARED_BY, KEY, ORIGIN, OWNER, PARENT_KEY, DUPLICATE_OF}
_OF_SWEEP = {ENTRY, JOBS, OBJECTIVE, BEST}
_OF_PUBLISHED = {SOURCE, PRINTED, TIME_INCLUDES, LOGGED_TIME}


def of_result() -> frozenset[str]:
    """Every tag that a run's own result may have: what it did, on what, and how it ended."""
    known = {v for k, v in globals().items() if k.isupper() and k != "PREFIX" and type(v) is str}
    return frozenset(known - _OF_STORE - _OF_SWEEP - _OF_PUBLISHED)


def stored(name: str) -> str:
    """A tag's name in a store."""
    return f"{PREFIX}{name}"


def machine_fact(key: str) -> str:
    """The tag of a fact about a published machine, such as its GPU."""
    return f"machine_{key}"
