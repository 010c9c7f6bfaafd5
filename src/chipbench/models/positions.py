"""A vector for each place of a sequence, added to what stands there."""

from typing import Any

import keras


@keras.saving.register_keras_serializable("chipbench")
class Positions(keras.layers.Layer):  # type: ignore[misc]  # Keras has no type information
    """Values [batch, length, width] + a table [length, width] that trains → the same shape.

    What an embedding of the numbers 0, 1, … adds (Vaswani et al., 2017, with learned vectors, as in
    Keras' example "Text classification with Transformer"), without the look-up.
    """

    embeddings: Any
    embeddings_initializer: Any

    def build(self, shape: Any) -> None:
        """One row for each place, which begins as those of `Embedding` do."""
        self.embeddings_initializer = keras.initializers.get("uniform")
        self.embeddings = self.add_weight(
            shape=tuple(shape[1:]), initializer=self.embeddings_initializer, name="embeddings"
        )

    def call(self, values: Any) -> Any:
        """The values moved by their places' vectors."""
        return values + self.embeddings
