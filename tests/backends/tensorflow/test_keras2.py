"""Keras 2.12, which cannot stand beside the Keras that is installed: modules of the same shape."""

from importlib import metadata
from types import ModuleType

import pytest

from chipbench.backends import backend
from chipbench.backends.tensorflow.graph_loop import pairs
from chipbench.backends.tensorflow.keras2 import _publish
from chipbench.ground.errors import UnsupportedBenchmark


def module(name: str, **names: object) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(names)
    return made


def test_the_inside_gains_the_public_names_and_its_modules_stay() -> None:
    optimizers = module("keras.optimizers", Adam="the old one", adam="Keras' own module")
    inside = module("keras", optimizers=optimizers)
    public = module(
        "tf.keras",
        optimizers=module("tf.keras.optimizers", Adam="the new one", AdamW="another"),
        applications=module("tf.keras.applications", EfficientNetB0="a model"),
        _private="nothing",
    )
    _publish(inside, public)
    assert inside.optimizers is optimizers
    assert (optimizers.Adam, optimizers.AdamW) == ("the new one", "another")
    assert optimizers.adam == "Keras' own module"
    assert inside.applications.EfficientNetB0 == "a model"
    assert not hasattr(inside, "_private")


def test_pairs_in_a_graph_are_strict_too() -> None:
    tf = pytest.importorskip("tensorflow")

    @tf.function
    def paired(first: tuple[int, ...], second: tuple[int, ...]) -> int:
        return sum(a * b for a, b in pairs(first, second))

    assert int(paired((1, 2), (3, 4))) == 11
    with pytest.raises(ValueError, match="shorter"):
        paired((1, 2), (3,))


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_keras_2_has_tensorflow_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chipbench.backends.find_spec", lambda package: package)
    monkeypatch.setattr(metadata, "version", lambda package: "2.12.0")
    with pytest.raises(UnsupportedBenchmark, match="Keras 2.12.0.*no other back end"):
        backend(name)
    assert backend("tensorflow").name == "tensorflow"
