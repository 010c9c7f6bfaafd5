"""What is measured. A workload loads and checks in `prepare`, and is timed in `measure`."""
