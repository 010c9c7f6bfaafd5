"""TensorFlow, as all that trains with it sees it."""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Any

from omegaconf import DictConfig

from chipbench import hardware
from chipbench.backends.backend import Backend, Task
from chipbench.backends.cluster import Cluster
from chipbench.backends.device_agreement import agreed, device_name, used_of
from chipbench.backends.keras_start import start_keras
from chipbench.backends.tensorflow.keras2 import give_public_names
from chipbench.backends.tensorflow.replicas import open_replicas
from chipbench.backends.tensorflow.threads import TensorFlowDevice, set_threads, threads_for
from chipbench.backends.training_loop import Loop
from chipbench.ground import memory_metrics
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.hardware.machine import Machine
from chipbench.terminal.messages import announce
from chipbench.terminal.quiet_libraries import quiet_stderr


class TensorFlow:
    """The one that the article used."""

    name = "tensorflow"
    title = hardware.TITLES[name]
    always_compiled = False

    def load(self, verbose: bool) -> None:
        """And Keras on it."""
        if not verbose:
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        with quiet_stderr(verbose):
            start_keras(self.name, verbose)
            give_public_names()
            import tensorflow  # noqa: F401 - Keras' back end, and what names it

    def start(self, verbose: bool, accelerator: str = "auto") -> None:
        """Import it; GPUs take memory as they need it."""
        self.load(verbose)
        with quiet_stderr(verbose):
            import tensorflow as tf

            logging.getLogger("tensorflow").setLevel(logging.INFO if verbose else logging.ERROR)
            gpus = tf.config.list_physical_devices("GPU")
            if accelerator == "cpu":
                tf.config.set_visible_devices([], "GPU")
                return
            for gpu in gpus:
                tf.config.experimental.set_memory_growth(gpu, True)

    def gpus(self) -> int:
        """Those that are visible to it."""
        import tensorflow as tf

        return len(tf.config.get_visible_devices("GPU"))

    def gpu_names(self) -> Sequence[str | None]:
        """As its CUDA build tells them; Metal's plug-in tells none."""
        import tensorflow as tf

        gpus = tf.config.get_visible_devices("GPU")
        details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
        return [None if hardware.is_mac() else each.get("device_name") for each in details]

    def open(
        self, config: DictConfig, machine: Machine, cluster: Cluster | None, fingerprint: str
    ) -> TensorFlowDevice:
        """See that the Metal plug-in fits before anything is imported, then start."""
        if config.protocol.loop == "graph" and config.strategy.name != "none":
            raise ConfigurationError("protocol=tuned trains on one device; use strategy=none")
        mismatch = hardware.metal_plugin_mismatch(machine)
        if mismatch is not None:
            raise UnsupportedBenchmark(str(mismatch))
        accelerator = config.machine.accelerator
        announce("starting TensorFlow")
        self.start(config.verbose, accelerator)
        import tensorflow as tf

        threads = threads_for(config, machine)
        set_threads(threads)
        kind = agreed(self, machine, accelerator, self.gpus())
        if kind == "gpu" and hardware.is_mac() and config.protocol.jit_compile:
            raise UnsupportedBenchmark(
                "protocol.jit_compile=true: Apple's GPU plug-in has no XLA; use false"
            )
        replicas = open_replicas(config.strategy, cluster, fingerprint)
        several = config.strategy.name != "none"
        used = used_of(machine, kind, self.gpu_names()[: None if several else 1])
        return TensorFlowDevice(
            kind=kind,
            name=device_name(machine, used),
            used=used,
            synchronize=tf.test.experimental.sync_devices,
            replicas=replicas.number,
            mirrored=replicas,
            threads=threads.operations or 1,
        )

    def synchronize(self, kind: str) -> None:
        """TensorFlow's own barrier over all devices."""
        import tensorflow as tf

        tf.test.experimental.sync_devices()

    def gpu_memory(self) -> Mapping[str, float]:
        """As TensorFlow's allocator counts it; a plug-in's own may not."""
        import tensorflow as tf

        if not self.gpus():
            return {}
        with suppress(ValueError, tf.errors.OpError):
            return memory_metrics.in_use(tf.config.experimental.get_memory_info("GPU:0")["peak"])
        return {}

    def seed(self, config: DictConfig) -> None:
        """Keras' own seeds, and TensorFlow's deterministic kernels where they are asked for."""
        import keras
        import tensorflow as tf

        keras.utils.set_random_seed(config.seed)
        if config.deterministic:
            tf.config.experimental.enable_op_determinism()

    def loop(self, task: Task) -> Loop:
        """`model.fit`, graph calls of whole epochs, or several workers' own loop."""
        if task.keeps_features:
            from chipbench.backends.tensorflow.tuned import Graphs
            from chipbench.backends.tuned import Tuned

            return Tuned(task, Graphs(task))
        if task.cluster is not None:
            from chipbench.backends.tensorflow.distributed.multi_worker import MultiWorker

            return MultiWorker(task)
        from chipbench.backends.tensorflow.mirrored import fit

        return fit(task)

    def on(self, device: str) -> AbstractContextManager[Any]:
        """TensorFlow's own scope."""
        import tensorflow as tf

        scope: AbstractContextManager[Any] = tf.device(f"/{device.upper()}:0")
        return scope

    def compiled(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """One graph."""
        import tensorflow as tf

        made: Callable[..., Any] = tf.function(call)
        return made

    def peak_work(
        self, device: str, edge: int, elements: int, dtype: str
    ) -> tuple[Callable[[], object], Callable[[], object], Callable[[], None]]:
        """As graphs of one operation."""
        import tensorflow as tf

        with self.on(device):
            matrix = tf.cast(tf.random.stateless_uniform([edge, edge], [1, 2]), dtype)
            one, other = tf.ones([elements]), tf.ones([elements])
        product: Any = tf.function(lambda: tf.linalg.matmul(matrix, matrix))
        add: Any = tf.function(lambda: tf.add(one, other))
        return product, add, tf.test.experimental.sync_devices


BACKEND: Backend = TensorFlow()
