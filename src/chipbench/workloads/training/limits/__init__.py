"""How close a training came to what its device can do."""
