"""Results as files: what one must be to be believed, how one is made, and what reads it back."""
