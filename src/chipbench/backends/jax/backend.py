"""JAX, as all that trains with it sees it."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from omegaconf import DictConfig

from chipbench import hardware
from chipbench.backends.backend import Backend, Device, Task
from chipbench.backends.cluster import Cluster
from chipbench.backends.keras_start import start_keras
from chipbench.backends.single_device import open_single
from chipbench.backends.training_loop import Loop
from chipbench.ground import memory_metrics
from chipbench.hardware.machine import Machine
from chipbench.terminal.quiet_libraries import quiet_stderr


class Jax:
    """On NVIDIA GPUs or on the CPU."""

    name = "jax"
    title = hardware.TITLES[name]
    always_compiled = True

    def load(self, verbose: bool) -> None:
        """Without Keras, whose start the choice of a device precedes."""
        os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
        with quiet_stderr(verbose):
            import jax  # noqa: F401 - Keras imports it in turn

    def start(self, verbose: bool, accelerator: str = "auto") -> None:
        """Import it; GPUs take memory as they need it."""
        self.load(verbose)
        with quiet_stderr(verbose):
            import jax

            if accelerator == "cpu":
                jax.config.update("jax_platforms", "cpu")
            start_keras(self.name, verbose)

    def gpus(self) -> int:
        """One, whichever there are: a model is put on the first."""
        import jax

        return int(jax.default_backend() != "cpu")

    def gpu_names(self) -> Sequence[str | None]:
        """The first one's."""
        import jax

        return [str(jax.devices()[0].device_kind)] if self.gpus() else []

    def open(
        self, config: DictConfig, machine: Machine, cluster: Cluster | None, fingerprint: str
    ) -> Device:
        """The one device, with XLA's deterministic kernels where they are asked for."""
        if config.deterministic:  # read once, when JAX looks for its devices
            flags = os.environ.get("XLA_FLAGS", "")
            os.environ["XLA_FLAGS"] = f"{flags} --xla_gpu_deterministic_ops=true".strip()
        return open_single(self, config, machine)

    def synchronize(self, kind: str) -> None:
        """Wait for all arrays: a barrier of JAX's orders effects and waits for no computation."""
        import jax

        jax.block_until_ready(jax.live_arrays())

    def gpu_memory(self) -> Mapping[str, float]:
        """As XLA's allocator counts it, which does not on every device."""
        import jax

        counted = jax.devices()[0].memory_stats() if self.gpus() else None
        return memory_metrics.in_use((counted or {}).get("peak_bytes_in_use"))

    def seed(self, config: DictConfig) -> None:
        """Keras' own seeds."""
        import keras

        keras.utils.set_random_seed(config.seed)

    def loop(self, task: Task) -> Loop:
        """`model.fit`, or one compiled call per epoch."""
        from chipbench.backends.batches import feed_of
        from chipbench.backends.fit import Fit

        if task.keeps_features:
            from chipbench.backends.jax.tuned import Scans
            from chipbench.backends.tuned import Tuned

            return Tuned(task, Scans(task))
        return Fit(task, task.build(), feed_of(task))

    def on(self, device: str) -> AbstractContextManager[Any]:
        """JAX's own scope."""
        import jax

        kind = jax.default_backend() if device == "gpu" else "cpu"
        scope: AbstractContextManager[Any] = jax.default_device(jax.devices(kind)[0])
        return scope

    def compiled(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """By XLA."""
        import jax

        made: Callable[..., Any] = jax.jit(call)
        return made

    def peak_work(
        self, device: str, edge: int, elements: int, dtype: str
    ) -> tuple[Callable[[], object], Callable[[], object], Callable[[], None]]:
        """Compiled."""
        import jax
        import jax.numpy as jnp

        with self.on(device):
            matrix = jax.random.uniform(jax.random.key(0), (edge, edge)).astype(dtype)
            one, other = jnp.ones(elements), jnp.ones(elements)
        product, add = jax.jit(jnp.matmul), jax.jit(jnp.add)
        return (
            lambda: product(matrix, matrix).block_until_ready(),
            lambda: add(one, other).block_until_ready(),
            lambda: None,
        )


BACKEND: Backend = Jax()
