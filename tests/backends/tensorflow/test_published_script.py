"""The small transformer beside the script that was published of it."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers
from support.published_transformer import published

from chipbench import data
from chipbench.backends import Device, Task, backend
from chipbench.backends.layers import flat_layers
from chipbench.backends.model_building import build_model
from chipbench.backends.optimizer import ChosenOptimizer
from chipbench.backends.tensorflow.feed import feed_of
from chipbench.config.compose import compose_config
from chipbench.data import Arrays

backend("tensorflow").start(verbose=False)
STEPS, BATCH = 30, 4


def parts_of(script: keras.Model) -> list[keras.layers.Layer]:
    """Its layers with weights, in the order of chipbench's model."""
    _, embedding, blocks, *_, hidden, _, last = script.layers
    (block,) = blocks.layers
    first, second = block.ffn.layers
    normalized = block.layernorm1, block.layernorm2
    return [
        *(embedding.token_emb, embedding.pos_emb, block.att, normalized[0]),
        *(first, second, normalized[1], hidden, last),
    ]


def begin_alike(script: keras.Model, model: keras.Model) -> None:
    """Give the script the weights of `model`, and both the same seeds of what they drop."""
    own = [layer for layer in flat_layers(model) if layer.weights]
    weighted = [layer for layer in own if not isinstance(layer, layers.Dropout)]
    for theirs, ours in zip(parts_of(script), weighted, strict=True):
        theirs.set_weights(ours.get_weights())
    (block,) = script.layers[2].layers
    dropped = [block.dropout1, block.dropout2, script.layers[4], script.layers[6]]
    ours = [layer for layer in flat_layers(model) if isinstance(layer, layers.Dropout)]
    for number, pair in enumerate(zip(dropped, ours, strict=True)):
        for layer in pair:
            layer.seed_generator.state.assign([number, 7])


def losses_of(model: keras.Model, train: dict[str, Any]) -> list[float]:
    """The mean loss up to each step of an epoch."""
    losses: list[float] = []
    taken = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: losses.append(logs["loss"])
    )
    model.fit(**train, epochs=1, verbose=0, callbacks=[taken])
    return losses


def test_it_gives_the_losses_of_the_published_script(tmp_path: Path) -> None:
    words = [
        "experiment=smalltransformer_imdb", "dataset.source=generated", f"batch_size={BATCH}",
        f"dataset.max_examples={STEPS * BATCH}", "dataset.shuffle_buffer=0", "output_dir=out",
    ]  # fmt: skip
    config = compose_config("train", words)
    loaded = data.load(config.dataset, tmp_path)
    create = {"_target_": "keras.optimizers.Adam", "learning_rate": 0.001}
    optimizer = ChosenOptimizer("adam", "adam", None, create)
    model = build_model(config, loaded, optimizer, compiled=False)
    script = published()
    assert script.count_params() == model.count_params() == 3_163_394
    begin_alike(script, model)
    task = Task(config, loaded, lambda: model, Device("cpu", "c", lambda: None), None)
    found = losses_of(model, feed_of(task).train)
    assert isinstance(loaded.train, Arrays)
    theirs = {"x": loaded.train.inputs, "y": loaded.train.labels}
    expected = losses_of(script, {**theirs, "batch_size": BATCH, "shuffle": False})
    assert len(found) == len(expected) == STEPS
    assert np.allclose(found, expected, rtol=1e-4)
    assert found[-1] < 0.98 * found[0], "it learned"
