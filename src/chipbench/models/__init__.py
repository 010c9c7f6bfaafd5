"""One model per file; each has `build(classes, image_size, weights)` → a Keras model."""
