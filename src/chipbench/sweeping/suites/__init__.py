"""Several benchmarks of several entry points, one after the other under one parent run."""
