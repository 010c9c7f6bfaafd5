"""Which machines train together."""
