"""Optimizers that fail as accelerator plug-ins have been seen to fail."""

import os
import signal
import time
from typing import Any

import keras


class Raising(keras.optimizers.SGD):
    def apply(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("no kernel for this op")


class Hanging(keras.optimizers.SGD):
    def apply(self, *args: Any, **kwargs: Any) -> Any:
        time.sleep(3600)


class Killing(keras.optimizers.SGD):
    def apply(self, *args: Any, **kwargs: Any) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)


class NotANumber(keras.optimizers.SGD):
    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        super().update_step(gradient * float("nan"), variable, learning_rate)


class NotLearning(keras.optimizers.SGD):
    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        super().update_step(gradient * 0, variable, learning_rate)


class Frozen(keras.optimizers.Adam):
    """Leaves one of its variables as it is."""

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        if self._get_variable_index(variable) != 1:
            super().update_step(gradient, variable, learning_rate)


class Forgetful(keras.optimizers.Adam):
    """Corrects no bias of its averages, as a fused kernel may forget."""

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        super().update_step(gradient, variable, learning_rate * 2)
