"""What a training needs of its device, tried in a process of its own with a JSON request.

First the optimizer: some accelerator plug-ins train wrongly with some of them (tensorflow issues
55707, 53093), or abort the process. Then the model that will train: its kinds of layers against
NumPy, and, where the CPU in float32 is not what computes, a few of its steps against those. Last,
where it is not known yet, the most that the device gives.
"""

import json
import sys
from collections.abc import Mapping
from typing import Any

from hydra.utils import instantiate

from chipbench.backends import Backend, backend
from chipbench.backends.trials import optimizer_trial, peak

_CPU = ("cpu", "float32")


def main() -> None:
    """Print the verdict as one JSON object on the last line."""
    trial = json.loads(sys.argv[1])
    opened = backend(trial["backend"])
    opened.start(verbose=False, accelerator=trial["device"])
    said = verdict(opened, trial)
    if said.get("kinds") is not None and not (said["problem"] or said["faults"]):
        said |= _peak(opened, trial)
    print(json.dumps(said))


def verdict(opened: Backend, trial: Mapping[str, Any]) -> dict[str, Any]:
    """`mistake`, or the optimizer's `problem`, or else the device's `faults` and what was held.

    `unchecked` is why the device could not be.
    """
    create, device = trial["create"], trial["device"]
    mistake = optimizer_trial.mistake_in(create)
    if mistake is not None:
        return {"mistake": mistake}
    problem = optimizer_trial.problem_of(opened, create, device)
    if problem is not None or trial.get("model") is None:
        return {"problem": problem, "faults": []}
    try:
        return _of_model(opened, trial)
    except Exception as error:  # whatever a model of the user's own raises; its training will say
        why = f"{type(error).__name__}: {' '.join(str(error).split())}"
        return {"problem": None, "faults": [], "unchecked": why}


def _peak(opened: Backend, trial: Mapping[str, Any]) -> dict[str, Any]:
    """The device's `peak` as well, where that is asked for: the framework has been started."""
    if "peak" not in trial:
        return {}
    try:
        return {"peak": peak.measure(opened, trial["device"], trial["peak"])}
    except Exception:  # whatever the framework raises: no peak says nothing against the device
        return {}


def _of_model(opened: Backend, trial: Mapping[str, Any]) -> dict[str, Any]:
    import keras

    from chipbench.backends.trials import layer_trials, model_steps, optimizer_rules, step_recording
    from chipbench.models.model_option import built

    model, device = trial["model"], trial["device"]
    compiled, precision = opened.always_compiled, model["precision"]

    def build() -> Any:
        return built({**model, "weights": None}, tried=False)

    keras.mixed_precision.set_global_policy(precision)
    with keras.StatelessScope(initialize_variables=False):  # its shape alone is needed
        shape = build()
    names = [step_recording.called(weight) for weight in shape.trainable_weights]
    probes = layer_trials.probes_of(shape)
    # Else Keras draws the weights that it put off at the end of the next scope: 16 s with JAX.
    keras.utils.clear_session()
    with opened.on(device):
        keras.mixed_precision.set_global_policy(precision)
        rule = instantiate(optimizer_trial.at_the_trials_rate(trial["create"]))
        problems = list(optimizer_rules.faults(rule, names))
        found = list(layer_trials.faults(probes, precision, compiled))
    if (device, precision) != _CPU and not found:
        found, unmoved = model_steps.both(
            build, trial["create"], precision, compiled, opened.on, device
        )
        problems += [f"the weights {name} do not move" for name in unmoved]
    return {
        "problem": problems[0] if problems else None,
        "faults": found,
        "kinds": len(probes),
    }


if __name__ == "__main__":
    main()
