"""The training workload: one model, one data set, one optimizer, under a stopwatch."""

from collections.abc import Mapping
from functools import partial

from omegaconf import DictConfig

from chipbench import data
from chipbench.backends import ChosenOptimizer, Device, Task, backend
from chipbench.backends.cluster import find_cluster
from chipbench.backends.keras_start import say_what_is_not_heeded
from chipbench.backends.model_building import build_model
from chipbench.config.recorded_params import recorded_params
from chipbench.data import DataSet
from chipbench.ground import tags
from chipbench.ground.cache import cache_folder
from chipbench.ground.errors import ConfigurationError
from chipbench.hardware.machine import Machine
from chipbench.measure.fingerprint import fingerprint
from chipbench.workloads.training.device_trial import checked_model, choose
from chipbench.workloads.training.prepared_training import PreparedTraining


class Training:
    """Trains `config.model` on `config.dataset`; see the protocols in `conf/protocol/`."""

    def __init__(self, config: DictConfig, machine: Machine) -> None:
        self._config = config
        self._machine = machine
        self._cluster = find_cluster(config)

    @property
    def variant(self) -> str:
        """The batch size, and the protocol and the back end where they are not the article's."""
        config = self._config
        chosen = (config.protocol.name, config.backend.name)
        others = [name for name in chosen if name not in ("article", "tensorflow")]
        return " · ".join([f"b{config.batch_size}", *others])

    @property
    def tags(self) -> Mapping[str, object]:
        """The back end and its version."""
        name = self._config.backend.name
        return {tags.BACKEND: name, tags.BACKEND_VERSION: self._machine.framework_version(name)}

    def prepare(self) -> PreparedTraining:
        """Open the device, load the data, choose the optimizer, build and compile the model."""
        config, machine = self._config, self._machine
        several = self._cluster is not None
        if not config.protocol.validate and (config.protocol.loop == "graph" or several):
            raise ConfigurationError(
                "protocol.validate=false needs protocol.loop=keras and a single machine"
            )
        opened = backend(config.backend.name)
        say_what_is_not_heeded(opened.name)
        workers = None if self._cluster is None else self._cluster.size
        asked_for = fingerprint(recorded_params(config), {tags.WORKERS: workers})
        device = opened.open(config, machine, self._cluster, asked_for)
        share = _share(config.batch_size, device.replicas)
        opened.seed(config)
        cache = cache_folder(config.cache_dir)
        loaded = data.load(config.dataset, cache)
        if config.batch_size > loaded.train_examples:
            raise ConfigurationError(
                f"batch_size={config.batch_size}: the data set {loaded.name} has "
                f"{loaded.train_examples} training {config.dataset.examples}; use that many or "
                "fewer"
            )
        model = checked_model(config, loaded.classes)
        optimizer = choose(config.optimizer, opened.name, machine, device.kind, cache, model)
        build = partial(build_model, config, loaded, optimizer, opened.always_compiled)
        task = Task(config, loaded, build, device, self._cluster, self._augmentation())
        found = self._findings(device, share, loaded, optimizer)
        return PreparedTraining(task, machine, opened.loop(task), found)

    def _augmentation(self) -> Mapping[str, bool] | None:
        """None: the images as they are."""
        return None

    def _findings(
        self, device: Device, share: int, loaded: DataSet, optimizer: ChosenOptimizer
    ) -> dict[str, object]:
        several = device.replicas > 1
        return {
            tags.DEVICE: device.name,
            tags.REPLICAS: device.replicas if several else None,
            tags.BATCH_SIZE_PER_REPLICA: share if several else None,
            tags.WORKERS: None if self._cluster is None else self._cluster.size,
            tags.DATA_SOURCE: loaded.source,
            tags.DATA_CHECKSUM: loaded.checksum,
            tags.TRAIN_EXAMPLES: loaded.train_examples,
            tags.WEIGHTS: _source_of(self._config.model.weights),
            tags.OPTIMIZER_REQUESTED: optimizer.requested,
            tags.OPTIMIZER_USED: optimizer.used,
            tags.OPTIMIZER_FALLBACK_REASON: optimizer.reason,
            tags.DEVICE_CHECK: optimizer.device_check,
        }


def _share(batch_size: int, replicas: int) -> int:
    """Images per replica and step. Raises ConfigurationError if the batch does not divide."""
    if batch_size % replicas:
        raise ConfigurationError(
            f"batch_size={batch_size}: {replicas} replicas need a multiple of {replicas}"
        )
    return batch_size // replicas


def _source_of(weights: str | None) -> str:
    if weights is None:
        return "random"
    return "imagenet" if weights == "imagenet" else "file"
