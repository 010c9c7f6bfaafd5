"""Training as CreateML does."""
