"""Several jobs under one parent run: planned, run each in a process of its own, summarised."""
