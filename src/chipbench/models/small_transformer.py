"""The small transformer of the published follow-up of 2023: one block, then a classifier."""

from typing import Any

import keras
from keras import layers

from chipbench.ground.errors import ConfigurationError
from chipbench.models.positions import Positions

_WIDTH, _HEADS, _INNER, _DROPPED = 128, 8, 128, 0.1


def build(classes: int, sequence_length: int, vocabulary: int, weights: str | None) -> keras.Model:
    """Tokens int32 [batch, sequence_length] → class probabilities [batch, classes].

    Keras' example "Text classification with Transformer" (A. Nandan, 2020) in the sizes of
    mac-ml-speed-test, whose heads are as wide as the whole: 3,163,394 parameters at 2 classes,
    20,000 tokens and a length of 200. There are no published weights.
    """
    if weights is not None:
        raise ConfigurationError(
            f"model.weights={weights}: small_transformer trains from scratch; use null"
        )
    tokens = layers.Input((sequence_length,), dtype="int32")
    values = Positions()(layers.Embedding(vocabulary, _WIDTH)(tokens))
    values = layers.GlobalAveragePooling1D()(_block(values))
    values = layers.Dense(_INNER, activation="relu")(layers.Dropout(_DROPPED)(values))
    # float32 whatever the precision: a softmax in half precision loses small probabilities.
    output = layers.Dense(classes, activation="softmax", dtype="float32")
    return keras.Model(tokens, output(layers.Dropout(_DROPPED)(values)), name="small_transformer")


def _block(values: Any) -> Any:
    """Attention and a feed-forward part, each added to what it was given and normalized."""
    attended = layers.MultiHeadAttention(_HEADS, _WIDTH)(values, values)
    added = layers.Add()([values, layers.Dropout(_DROPPED)(attended)])
    values = layers.LayerNormalization(epsilon=1e-6)(added)
    inner = layers.Dense(_WIDTH)(layers.Dense(_INNER, activation="relu")(values))
    added = layers.Add()([values, layers.Dropout(_DROPPED)(inner)])
    return layers.LayerNormalization(epsilon=1e-6)(added)
