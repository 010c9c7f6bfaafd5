"""What a person sees in a terminal, and how text is written there; nothing else knows rich."""
