"""What a back end makes of a small GPT: run as `python -m support.text_trial torch`.

Prints one JSON object. Keras has one back end in a process, so each is asked in one of its own.
"""

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from chipbench import data
from chipbench.backends import Device, Task, backend, text_generation
from chipbench.backends.model_building import build_model
from chipbench.backends.optimizer import ChosenOptimizer
from chipbench.config.compose import compose_config

#: The last batch of each epoch is a part.
_SMALL = ["dataset.max_examples=88", "dataset.sequence_length=12", "dataset.vocabulary=16"]
_WORDS = [*_SMALL, "batch_size=16", "epochs=2", "dataset.shuffle_buffer=0", "output_dir=out"]


def task_of(name: str, *words: str) -> Task:
    """The training with these overrides."""
    chosen = ["experiment=gpt_tokens", "model.build._target_=support.text_models.build"]
    words = (*chosen, *_WORDS, f"backend={name}", "machine.accelerator=cpu", *words)
    config = compose_config("train", list(words))
    opened = backend(name)
    opened.start(verbose=False, accelerator="cpu")
    loaded = data.load(config.dataset, Path("none"))
    create = {"_target_": "keras.optimizers.SGD", "learning_rate": 0.1}
    optimizer = ChosenOptimizer("sgd", "sgd", None, create)

    def build() -> Any:
        return build_model(config, loaded, optimizer, opened.always_compiled)

    device = Device("cpu", "c", lambda: opened.synchronize("cpu"))
    if name == "tensorflow":
        from chipbench.backends.tensorflow.threads import TensorFlowDevice

        device = TensorFlowDevice("cpu", "c", device.synchronize)
    return Task(config, loaded, build, device, None)


def curve(task: Task) -> tuple[list[list[float]], Any]:
    """Loss, accuracy, and these of the validation, of each epoch; and the loop."""
    loop = backend(task.config.backend.name).loop(task)
    epochs: list[list[float]] = []
    bar: Any = SimpleNamespace(is_drawn=False, epoch=lambda number: None)
    loop.train(lambda e: epochs.append([e.loss, e.accuracy, e.val_loss, e.val_accuracy]), bar)
    return epochs, loop


def generated(task: Task, model: Any) -> dict[str, Any]:
    """How far a text with a cache is from the same without one, token by token."""
    opened = backend(task.config.backend.name)
    assert text_generation.generates(task, model)
    part = task.data.validation.inputs[0][:5]
    probabilities, text = text_generation._Writer(opened, model, part, 12).first()
    slowly = list(part)
    alone = []
    for _ in range(len(part), 13):  # without a cache: all of the text again for each token
        padded = np.array(slowly + [0] * (12 - len(slowly)), "int32")
        alone.append(np.asarray(model.predict_on_batch(padded[None]))[0, len(slowly) - 1])
        slowly.append(int(alone[-1].argmax()))
    wrong = text.copy()
    wrong[-2] = (wrong[-2] + 1) % 16
    try:
        text_generation._hold(model, wrong, probabilities, "float32")
        said = None
    except text_generation.WrongTextError as error:
        said = str(error)
    return {
        "difference": float(abs(probabilities - np.array(alone)).max()),
        "with_cache": text.tolist(),
        "without": [int(token) for token in slowly[:12]],
        "wrong": said,
        "speeds": dict(text_generation.speeds(task, opened, model)),
    }


def main(name: str) -> None:
    """Train by both protocols, and generate."""
    article, loop = curve(task_of(name))
    tuned, _ = curve(task_of(name, "protocol=tuned"))
    feed = loop.feed
    print(
        json.dumps(
            {
                "article": article,
                "tuned": tuned,
                "generated": generated(task_of(name), loop.model),
                "waits": feed.wait_percent(loop.model, 0.1),
                "sample": list(feed.sample().shape),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
