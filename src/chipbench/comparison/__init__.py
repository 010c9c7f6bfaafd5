"""Comparing machines: pure statistics, tables, charts, and the published results."""
