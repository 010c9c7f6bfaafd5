"""Training with TensorFlow: the only code that imports it."""
