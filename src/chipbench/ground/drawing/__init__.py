"""Pictures of measurements: the only code that knows matplotlib, others say what to draw."""
