"""A small GPT: it continues a text, token by token."""

from typing import Any

import keras
from keras import layers

from chipbench.ground.errors import ConfigurationError
from chipbench.models.positions import Positions
from chipbench.models.whole_embedding import WholeEmbedding

_BLOCKS, _WIDTH, _HEADS, _DROPPED = 6, 384, 6, 0.2
_EPSILON = 1e-5  # of the layer normalizations, as nanoGPT has it


def build(classes: int, sequence_length: int, weights: str | None) -> keras.Model:
    """Tokens int32 [batch, sequence_length] → of each the next one's probabilities.

    float32 [batch, sequence_length, classes]: the classes are the tokens. The sizes are those of
    nanoGPT's `train_shakespeare_char` (A. Karpathy, 2022), its blocks those of GPT-2 (Radford et
    al., 2019): 10,942,720 parameters at 256 tokens and a length of 256. There are no published
    weights.
    """
    if weights is not None:
        raise ConfigurationError(f"model.weights={weights}: gpt trains from scratch; use null")
    return sized(classes, sequence_length, _BLOCKS, _WIDTH, _HEADS, _DROPPED)


def sized(
    classes: int, sequence_length: int, blocks: int, width: int, heads: int, dropped: float
) -> keras.Model:
    """The same with so many blocks and heads, and so many values for each token.

    `dropped`: the share that is left out at random as it trains.
    """
    tokens = layers.Input((sequence_length,), dtype="int32")
    values = WholeEmbedding(classes, width, name="tokens")(tokens)
    values = Positions(name="places")(values)
    values = layers.Dropout(dropped)(values)
    for number in range(blocks):
        values = _block(values, f"block_{number}", heads, dropped)
    values = layers.LayerNormalization(epsilon=_EPSILON, name="last_normalized")(values)
    # float32 whatever the precision: a softmax in half precision loses small probabilities.
    output = layers.Dense(classes, activation="softmax", dtype="float32", name="next")
    return keras.Model(tokens, output(values), name="gpt")


def _block(values: Any, name: str, heads: int, dropped: float) -> Any:
    """Attention to what came before and a feed-forward part, each of what is normalized first."""
    width = values.shape[-1]
    seen = layers.LayerNormalization(epsilon=_EPSILON, name=f"{name}_normalized")(values)
    attention = layers.MultiHeadAttention(heads, width // heads, name=f"{name}_attention")
    attended = attention(seen, seen, use_causal_mask=True)
    values = layers.Add()([values, layers.Dropout(dropped)(attended)])
    seen = layers.LayerNormalization(epsilon=_EPSILON, name=f"{name}_normalized_again")(values)
    inner = layers.Dense(4 * width, activation="gelu", name=f"{name}_inner")(seen)
    outer = layers.Dense(width, name=f"{name}_outer")(inner)
    return layers.Add()([values, layers.Dropout(dropped)(outer)])
