"""A seconds-long training on real data: run as a program with `tensorflow auto adam`.

Prints one JSON object for the framework's start, and one for each device that it trained on.
"""

import json
import sys
from typing import Any

import numpy as np

from chipbench.backends import Backend, backend
from chipbench.backends.initial_weights import draw
from chipbench.data import Arrays
from chipbench.data.bundled_datasets import load_bundled

_EPOCHS = 3
_BATCH_SIZE = 64
_SIZE = 32  # px
_SEED = 42


def main() -> None:
    """Train on the accelerator, where there is one and it is meant, and on the CPU."""
    name, accelerator, optimizer = sys.argv[1:]
    opened = backend(name)
    opened.start(verbose=False, accelerator=accelerator)
    gpus = opened.gpus()
    _say(gpus=gpus)
    for device in ("gpu", "cpu") if gpus else ("cpu",):
        loss, accuracy = _train(opened, device, optimizer)
        _say(device=device, loss=loss, accuracy=accuracy)


def _train(opened: Backend, device: str, optimizer: str) -> list[float]:
    """Validation loss and accuracy after the epochs, from the same weights on every device."""
    import keras

    from chipbench.models import tiny_vgg

    keras.utils.set_random_seed(_SEED)
    loaded = load_bundled("digits", "bundled", _SIZE)
    assert isinstance(loaded.train, Arrays) and isinstance(loaded.validation, Arrays)
    with opened.on(device):
        model = tiny_vgg.build(classes=10, image_size=_SIZE, weights=None)
        draw(model, _SEED, pretrained=False)
        rules = {
            "adam": keras.optimizers.Adam(0.003),
            "sgd": keras.optimizers.SGD(0.02, momentum=0.9),
        }
        model.compile(
            optimizer=rules[optimizer],
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
            # XLA takes longer than the training, and Metal has none.
            jit_compile=opened.always_compiled,
        )
        images, labels = _scaled(loaded.train.inputs), loaded.train.labels
        model.fit(images, labels, batch_size=_BATCH_SIZE, epochs=_EPOCHS, verbose=0)
        known = loaded.validation
        found = model.evaluate(_scaled(known.inputs), known.labels, verbose=0)
    return [float(value) for value in found]


def _scaled(images: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Of 0 to 1, float32."""
    return images / np.float32(255)


def _say(**fields: object) -> None:
    print(json.dumps(fields), flush=True)


if __name__ == "__main__":
    main()
