"""The small transformer as the script of 2023 makes it, after Keras' example."""

from typing import Any

import keras
from keras import layers, ops


class TransformerBlock(layers.Layer):
    """As the protocol of 2023 has it, after Keras' example."""

    def __init__(self, embed_dim: int, num_heads: int, ff_dim: int, rate: float = 0.1) -> None:
        super().__init__()
        self.att = layers.MultiHeadAttention(num_heads=num_heads, key_dim=embed_dim)
        parts = [layers.Dense(ff_dim, activation="relu"), layers.Dense(embed_dim)]
        self.ffn = keras.Sequential(parts)
        self.layernorm1 = layers.LayerNormalization(epsilon=1e-6)
        self.layernorm2 = layers.LayerNormalization(epsilon=1e-6)
        self.dropout1 = layers.Dropout(rate)
        self.dropout2 = layers.Dropout(rate)

    def call(self, inputs: Any, training: Any = None) -> Any:
        attended = self.dropout1(self.att(inputs, inputs), training=training)
        first = self.layernorm1(inputs + attended)
        return self.layernorm2(first + self.dropout2(self.ffn(first), training=training))


class TokenAndPositionEmbedding(layers.Layer):
    """A vector of each token, and one of its place."""

    def __init__(self, maxlen: int, vocab_size: int, embed_dim: int) -> None:
        super().__init__()
        self.token_emb = layers.Embedding(input_dim=vocab_size, output_dim=embed_dim)
        self.pos_emb = layers.Embedding(input_dim=maxlen, output_dim=embed_dim)

    def call(self, x: Any) -> Any:
        return self.token_emb(x) + self.pos_emb(ops.arange(x.shape[-1]))


def published() -> keras.Model:
    """The whole, compiled: int sequences [n, 200] of 20,000 tokens, two kinds."""
    inputs = layers.Input(shape=(200,))
    x = TokenAndPositionEmbedding(200, 20_000, 128)(inputs)
    x = keras.Sequential([TransformerBlock(128, 8, 128)])(x)
    x = layers.Dropout(0.1)(layers.GlobalAveragePooling1D()(x))
    x = layers.Dropout(0.1)(layers.Dense(128, activation="relu")(x))
    model = keras.Model(inputs, layers.Dense(units=2, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
