"""What is measured: the metric table, the stopwatch, the monitor and the result record."""
