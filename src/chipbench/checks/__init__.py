"""What `doctor` looks at: one topic per file, each giving `Check`s."""
