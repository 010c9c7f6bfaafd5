"""One model per file; each has `build(classes, image_size, weights)` → an uncompiled Keras model."""
