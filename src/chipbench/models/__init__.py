"""One model per file; each has `build(classes, image_size, weights)` → a Keras model.

One that takes sequences has `sequence_length` and `vocabulary` in the place of `image_size`. One
that continues texts has `sequence_length` alone, and its classes are the tokens.
"""
