"""What a back end tells of the GPU's memory, by what the vendor's calls would say."""

from importlib.util import find_spec
from types import SimpleNamespace

import pytest

from chipbench.backends import backend


def back_end(name: str) -> object:
    if find_spec(name) is None:
        pytest.skip(f"no {name}")
    return pytest.importorskip(name)


@pytest.mark.parametrize("name", ["tensorflow", "torch", "jax"])
def test_a_processor_has_none(name: str) -> None:
    back_end(name)
    opened = backend(name)
    opened.load(verbose=False)
    if opened.gpus():
        pytest.skip("a GPU is there")
    assert opened.gpu_memory() == {}


@pytest.mark.parametrize(
    ("device", "known"),
    [("cuda", {"gpu_memory_peak_mib": 1.5}), ("mps", {"gpu_working_set_mib": 10922.0})],
)
def test_torch_tells_what_its_device_counts(
    device: str, known: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    back_end("torch")
    import torch

    monkeypatch.delenv("KERAS_TORCH_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: device == "cuda")
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda: 3 * 2**19)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.mps, "recommended_max_memory", lambda: 10922 * 2**20, raising=False)
    assert backend("torch").gpu_memory() == known
    monkeypatch.delattr(torch.mps, "recommended_max_memory")
    assert backend("torch").gpu_memory() == (known if device == "cuda" else {})


@pytest.mark.parametrize(
    ("counted", "known"),
    [({"peak_bytes_in_use": 2**21}, {"gpu_memory_peak_mib": 2.0}), ({}, {}), (None, {})],
)
def test_jax_tells_what_its_allocator_counts(
    counted: dict[str, int] | None, known: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    back_end("jax")
    import jax

    card = SimpleNamespace(memory_stats=lambda: counted)
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    monkeypatch.setattr(jax, "devices", lambda: [card])
    assert backend("jax").gpu_memory() == known


def test_tensorflow_tells_it_where_the_plug_in_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    back_end("tensorflow")
    import tensorflow as tf

    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: ["a card"])
    experimental = tf.config.experimental
    monkeypatch.setattr(experimental, "get_memory_info", lambda device: {"peak": 2**20})
    assert backend("tensorflow").gpu_memory() == {"gpu_memory_peak_mib": 1.0}

    def refuse(device: str) -> dict[str, int]:
        raise ValueError("Allocator stats not available")

    monkeypatch.setattr(experimental, "get_memory_info", refuse)
    assert backend("tensorflow").gpu_memory() == {}
