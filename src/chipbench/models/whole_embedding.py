"""A vector for each token, whose gradient is that of the whole table on every back end."""

from typing import Any

import keras


@keras.saving.register_keras_serializable("chipbench")
class WholeEmbedding(keras.layers.Embedding):  # type: ignore[misc]  # Keras has no type information
    """As `Embedding`: tokens int [batch, length] → values [batch, length, output_dim].

    With TensorFlow an embedding's gradient is a row for each token that was looked up. Adam of
    Keras 3 squares each of these where one token has several, in place of their sum, and trains
    otherwise than on other back ends.
    """

    def call(self, tokens: Any) -> Any:
        """What stands in their rows."""
        if not hasattr(keras, "ops"):  # Keras 2, whose Adam adds them up
            return super().call(tokens)
        table = self.embeddings * 1  # no variable any more: TensorFlow adds its gradient up
        return keras.ops.cast(keras.ops.take(table, tokens, axis=0), self.compute_dtype)
