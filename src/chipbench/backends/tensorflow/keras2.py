"""Keras 2.12, which `tensorflow-macos` on Intel Macs has, by its public names."""

from types import ModuleType


def give_public_names() -> None:
    """Let `import keras` have what `tensorflow.keras` has, as every other Keras lets it.

    In 2.12 it is Keras' inside: it lacks `keras.applications.EfficientNetB0`, and what it calls
    `keras.optimizers.Adam` is the old one.
    """
    import keras

    if keras.__version__.startswith("2.12."):
        from keras.api._v2 import keras as public  # what `tensorflow.keras` loads

        _publish(keras, public)


def _publish(inside: ModuleType, public: ModuleType) -> None:
    """Modules stay what they are, since Keras itself takes from them; they gain names."""
    for name, part in vars(public).items():
        if name.startswith("_"):
            continue
        own = vars(inside).get(name)
        if isinstance(part, ModuleType) and isinstance(own, ModuleType):
            _publish(own, part)
        else:
            setattr(inside, name, part)
