"""What a back end's device check finds in layers and optimizers, right and wrong.

Run as `python -m support.device_trial torch`. Prints one JSON object. Keras has one back end in a
process, so each is asked in one of its own.
"""

import json
import sys
from dataclasses import replace
from typing import Any

from chipbench.backends import backend
from chipbench.backends.trials import optimizer_trial, training

_RATE = 0.01
_LAYERS = "support.faulty_layers"
_NAMES = ("first/kernel", "first/bias", "last/kernel")


def main(name: str) -> None:
    """What was found, by what was planted."""
    opened = backend(name)
    opened.start(verbose=False, accelerator="cpu")
    import keras
    from support import faulty_layers, faulty_optimizers

    from chipbench.backends.trials import layer_trials, model_steps, optimizer_rules
    from chipbench.models import small_transformer

    # Forty steps on toy data are another test's.
    optimizer_trial.problem_of = lambda *_: None  # type: ignore[assignment]
    create = {"_target_": "keras.optimizers.Adam", "learning_rate": _RATE}

    def verdict(model: str, precision: str, **sizes: int) -> dict[str, Any]:
        of = {"classes": 4, "sizes": sizes or {"image_size": 12}, "precision": precision}
        model_of = {**of, "name": model, "build": f"{_LAYERS}.{model}", "logits": False}
        return training.verdict(opened, {"create": create, "device": "cpu", "model": model_of})

    def build() -> Any:
        return faulty_layers.small(4, 12, None)

    def take(precision: str) -> model_steps.Steps:
        return model_steps.take(build, create, precision, opened.always_compiled)

    found: dict[str, Any] = {"layers": verdict("build", "float32")}
    found["sequences"] = verdict("of_sequences", "float32", sequence_length=12, vocabulary=50)
    keras.mixed_precision.set_global_policy("mixed_float16")
    probes = layer_trials.probes_of(build())
    found["right"] = list(layer_trials.faults(probes, "mixed_float16", opened.always_compiled))
    # JAX has no products of float16 with sums in float32 on the CPU, which attention asks for.
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    probes = layer_trials.probes_of(small_transformer.build(2, 12, 50, None))
    found["probed"] = [type(probe.layer).__name__ for probe in probes]
    found["right"] += layer_trials.faults(probes, "mixed_bfloat16", opened.always_compiled)
    expected, scaled = take("float32"), take("mixed_float16")
    found["scaled"] = [*model_steps.faults(scaled, expected, "mixed_float16"), *scaled.unmoved]
    for rule in (
        keras.optimizers.Adam(_RATE),
        keras.optimizers.SGD(_RATE, momentum=0.9),
        faulty_optimizers.Frozen(_RATE),
        faulty_optimizers.NotLearning(_RATE),
        faulty_optimizers.Forgetful(_RATE),
    ):
        found[type(rule).__name__] = list(optimizer_rules.faults(rule, _NAMES))
    scaling = keras.optimizers.LossScaleOptimizer.__init__

    def at_one(self: Any, inner: Any, **_: Any) -> None:
        scaling(self, inner, initial_scale=1.0)

    keras.optimizers.LossScaleOptimizer.__init__ = at_one

    unscaled = replace(take("mixed_float16"), scale=2.0)  # as if it only said so
    found["unscaled"] = list(model_steps.faults(unscaled, expected, "mixed_float16"))
    found["underflow"] = list(
        model_steps.faults(replace(unscaled, scale=1.0), expected, "mixed_float16")
    )
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
