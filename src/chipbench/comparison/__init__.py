"""Comparing machines: which runs may be ranked, and the tables, charts and report of them."""
