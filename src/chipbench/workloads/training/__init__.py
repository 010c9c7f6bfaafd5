"""One training, under a stopwatch."""
