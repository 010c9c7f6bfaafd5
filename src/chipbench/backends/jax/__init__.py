"""Training with JAX: the only code that imports it."""
