"""The frameworks that train, each behind the same door."""
