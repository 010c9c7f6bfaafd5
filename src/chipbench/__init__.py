"""Measure how fast this machine trains and exports, next to every machine measured before it."""

__version__ = "0.1.0"
