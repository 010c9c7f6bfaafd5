"""What a back end has no use for is refused in one line that names the key and the remedy."""

import pytest

from chipbench.backends.supported_settings import require_applicable
from chipbench.config.compose import compose_config
from chipbench.ground.errors import ConfigurationError


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("backend=jax strategy=mirrored", "use backend=tensorflow, or strategy=none"),
        ("backend=torch strategy=multi_worker", "backend=torch trains on one device"),
        ("backend=jax protocol.jit_compile=true", "JAX compiles every step as it is"),
        ("backend=jax protocol=tuned protocol.jit_compile=true", "JAX compiles every step"),
        ("protocol=tuned protocol.jit_compile=true", "use protocol=article"),
        ("backend=torch protocol=tuned protocol.jit_compile=true", "use protocol=article"),
        ("protocol=tuned protocol.untimed_epochs=1", "protocol.untimed_epochs=1: only `model.fit`"),
        ("strategy=multi_worker protocol.untimed_epochs=1", "only `model.fit` on one machine"),
        ("strategy=multi_worker duration_s=5", "duration_s=5: with strategy=multi_worker"),
        ("backend=jax protocol.intra_op_threads=2", "protocol.intra_op_threads=2: JAX takes no"),
        ("backend=jax protocol.inter_op_threads=1", "protocol.inter_op_threads=1: JAX takes no"),
        ("backend=torch protocol=tuned protocol.slices=4", "protocol.slices=4: backend=torch"),
    ],
)
def test_what_does_nothing_is_refused(words: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said.replace("(", r"\(")) as refused:
        require_applicable(compose_config("train", [*words.split(), "output_dir=none"]))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "words",
    [
        "protocol.jit_compile=true",
        "backend=torch protocol.jit_compile=true",
        "protocol=tuned protocol.jit_compile=true dataset.in_memory=false",  # through `model.fit`
        "backend=torch protocol=tuned protocol.intra_op_threads=1",
        "backend=jax protocol=tuned",
        "protocol=tuned protocol.slices=4",
    ],
)
def test_what_does_something_is_not(words: str) -> None:
    require_applicable(compose_config("train", [*words.split(), "output_dir=none"]))


def test_the_tuned_protocol_is_held_to_the_keras_that_it_was_made_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = compose_config("train", ["protocol=tuned", "output_dir=none"])
    monkeypatch.setattr(
        "chipbench.backends.supported_settings.metadata.version", lambda name: "2.12.0"
    )
    with pytest.raises(ConfigurationError, match=r"this is Keras 2\.12\.0, .*use protocol=article"):
        require_applicable(config)
    config.protocol.loop = "keras"
    require_applicable(config)
