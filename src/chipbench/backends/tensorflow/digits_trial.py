"""A seconds-long training on real data: run as a program with `auto adam`.

Prints one JSON object for TensorFlow's start, and one for each device that it trained on.
"""

import json
import sys
from typing import Any

from chipbench.backends.tensorflow.device import import_tensorflow
from chipbench.backends.tensorflow.reading import images_of, untuned
from chipbench.data import digits

_EPOCHS = 3
_BATCH_SIZE = 64
_SIZE = 32  # px
_SEED = 42


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
    data = _batches()
    for device in ("gpu", "cpu") if gpus else ("cpu",):
        with tf.device(f"/{device.upper()}:0"):
            loss, accuracy = _train(optimizer, *data)
        _say(device=device, loss=loss, accuracy=accuracy)


def _batches() -> tuple[Any, Any]:
    """Training and validation batches: float32 images [batch, 32, 32, 3] of 0 to 1, and labels."""
    import tensorflow as tf

    loaded = digits.load(_SIZE)

    def scaled(image: tf.Tensor, label: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.cast(image, tf.float32) / 255.0, label

    train, validation = (
        untuned(images_of(split).map(scaled).cache()) for split in (loaded.train, loaded.validation)
    )
    shuffled = train.shuffle(loaded.train_examples, seed=_SEED)
    return shuffled.batch(_BATCH_SIZE), validation.batch(loaded.validation_examples)


def _train(optimizer: str, train: Any, validation: Any) -> list[float]:
    """Validation loss and accuracy after the epochs, from the same weights on every device."""
    import keras

    from chipbench.models import tiny_vgg

    keras.utils.set_random_seed(_SEED)
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
    model.fit(train, epochs=_EPOCHS, verbose=0)
    return [float(value) for value in model.evaluate(validation, verbose=0)]


def _say(**fields: object) -> None:
    print(json.dumps(fields), flush=True)


if __name__ == "__main__":
    main()
