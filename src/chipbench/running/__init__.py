"""How an entry point runs, and one benchmark from start to end."""
