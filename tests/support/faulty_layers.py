"""Layers that compute as broken kernels have been seen to compute."""

from typing import Any

import keras
from keras import layers, ops


class ZeroConv2D(layers.Conv2D):
    def call(self, inputs: Any) -> Any:
        return ops.zeros_like(super().call(inputs))


class OneChannelConv2D(layers.Conv2D):
    """Forgets the last input channel."""

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        return super().convolution_op(inputs[..., :-1], kernel[..., :-1, :])


class ReluBeforeBias(layers.Dense):
    def call(self, inputs: Any) -> Any:
        return ops.relu(ops.matmul(inputs, self.kernel)) + self.bias


class WrongGradientNormalization(layers.BatchNormalization):
    """As if its moments were constants."""

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        made = super().call(inputs, training=training)
        straight = inputs * ops.mean(self.gamma)
        return ops.stop_gradient(made) + straight - ops.stop_gradient(straight)


class ShiftedDepthwise(layers.DepthwiseConv2D):
    """Channels take the kernel of their neighbour."""

    def call(self, inputs: Any) -> Any:
        return super().call(ops.roll(inputs, 1, axis=-1))


class MeanOfMaximum(layers.MaxPooling2D):
    def call(self, inputs: Any) -> Any:
        return ops.average_pool(inputs, self.pool_size, self.strides)


class NextRowEmbedding(layers.Embedding):
    """Looks up the row behind the one that is asked for."""

    def call(self, inputs: Any) -> Any:
        return ops.take(ops.roll(self.embeddings, -1, axis=0), inputs, axis=0)


class UnscaledAttention(layers.MultiHeadAttention):
    """Forgets to divide by the root of the heads' width."""

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
        super().build(query_shape, value_shape, key_shape)
        self._inverse_sqrt_key_dim = 1.0


class BlindAttention(layers.MultiHeadAttention):
    """Sees the places behind its own."""

    def call(
        self, query: Any, value: Any, key: Any = None, use_causal_mask: bool = False, **named: Any
    ) -> Any:
        return super().call(query, value, key, **named)


class ConstantMoments(layers.LayerNormalization):
    """As if its moments were constants to the gradient."""

    def call(self, inputs: Any) -> Any:
        made = super().call(inputs)
        straight = inputs * ops.mean(self.gamma)
        return ops.stop_gradient(made) + straight - ops.stop_gradient(straight)


def build(classes: int, image_size: int, weights: str | None) -> keras.Model:
    """A model in which every layer is wrong but its last."""
    return keras.Sequential(
        [
            layers.Input((image_size, image_size, 3)),
            ZeroConv2D(8, 3, name="zeros"),
            OneChannelConv2D(8, 3, padding="same", name="channels"),
            WrongGradientNormalization(name="gradient"),
            ShiftedDepthwise(3, name="depthwise"),
            MeanOfMaximum(name="maximum"),
            layers.Flatten(),
            ReluBeforeBias(8, activation="relu", name="fused"),
            layers.Dense(classes, activation="softmax", dtype="float32", name="right"),
        ]
    )


def small(classes: int, image_size: int, weights: str | None) -> keras.Model:
    """The smallest model with most kinds of layers, all right."""
    return keras.Sequential(
        [
            layers.Input((image_size, image_size, 3)),
            layers.Conv2D(4, 3, strides=2, activation="relu", name="convolution"),
            layers.DepthwiseConv2D(3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(classes, activation="softmax", dtype="float32", name="last"),
        ]
    )


def of_sequences(
    classes: int, sequence_length: int, vocabulary: int, weights: str | None
) -> keras.Model:
    """Each kind of layer of sequences, wrong; and attention that is right, once with a mask."""
    tokens = layers.Input((sequence_length,), dtype="int32")
    values = NextRowEmbedding(vocabulary, 16, name="row")(tokens)
    values = UnscaledAttention(2, 8, name="scale")(values, values)
    values = BlindAttention(2, 8, name="mask")(values, values, use_causal_mask=True)
    values = layers.MultiHeadAttention(2, 8, name="right")(values, values, use_causal_mask=True)
    values = ConstantMoments(name="moments")(values)
    values = layers.LayerNormalization(name="unlike")(values)
    values = layers.Dense(16, activation="gelu", name="smooth")(values)
    pooled = layers.GlobalAveragePooling1D()(values)
    return keras.Model(tokens, layers.Dense(classes, activation="softmax", dtype="float32")(pooled))
