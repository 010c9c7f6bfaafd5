"""The one door to the hardware: the only code that knows a platform or a vendor."""
