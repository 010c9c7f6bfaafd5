"""A seconds-long training on real data: `python -m chipbench.checks.digits_trial auto adam`.

Prints one JSON object for TensorFlow's start, and one for each device that it trained on.
"""

import json
import sys
from typing import Any

from chipbench.data import arrays, digits
from chipbench.workloads.device import import_tensorflow

_EPOCHS = 3
_BATCH_SIZE = 64
_SIZE = 32  # px


def main() -> None:
    """Train on the accelerator, where there is one and it is meant, and on the CPU."""
    accelerator, optimizer = sys.argv[1:]
    tf = import_tensorflow(verbose=False)
    gpus = [] if accelerator == "cpu" else tf.config.list_physical_devices("GPU")
    if not gpus:
        tf.config.set_visible_devices([], "GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    _say(tensorflow=tf.__version__, gpus=len(gpus))
    data = _arrays()
    for device in ("gpu", "cpu") if gpus else ("cpu",):
        with tf.device(f"/{device.upper()}:0"):
            loss, accuracy = _train(optimizer, *data)
        _say(device=device, loss=loss, accuracy=accuracy)


def _arrays() -> tuple[Any, Any]:
    loaded = digits.load(_SIZE)
    train, labels = arrays(loaded.train, loaded.train_examples)
    validation, validation_labels = arrays(loaded.validation, loaded.validation_examples)
    return (train / 255.0, labels), (validation / 255.0, validation_labels)


def _train(optimizer: str, train: tuple[Any, Any], validation: tuple[Any, Any]) -> list[float]:
    """Validation loss and accuracy after the epochs, from the same weights on every device."""
    import keras

    from chipbench.models import tiny_vgg

    keras.utils.set_random_seed(42)
    model = tiny_vgg.build(classes=10, image_size=_SIZE, weights=None)
    rules = {
        "adam": keras.optimizers.Adam(0.003),
        "sgd": keras.optimizers.SGD(0.02, momentum=0.9),
    }
    model.compile(
        optimizer=rules[optimizer],
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,  # XLA takes longer than the training, and Metal has none
    )
    model.fit(*train, batch_size=_BATCH_SIZE, epochs=_EPOCHS, verbose=0)
    return [float(value) for value in model.evaluate(*validation, batch_size=360, verbose=0)]


def _say(**fields: object) -> None:
    print(json.dumps(fields), flush=True)


if __name__ == "__main__":
    main()
