"""Training on several devices or machines with TensorFlow."""
