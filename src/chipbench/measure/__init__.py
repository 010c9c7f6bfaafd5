"""How a measurement is made and what speaks against it: stopwatch, monitor, statistics, result."""
