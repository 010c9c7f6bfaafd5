"""The search for a random forest's settings, on the processor."""
