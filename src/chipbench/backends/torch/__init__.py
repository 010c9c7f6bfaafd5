"""Training with PyTorch: the only code that imports it."""
