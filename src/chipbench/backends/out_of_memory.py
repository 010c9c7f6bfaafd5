"""What each framework ends with when the memory is full, told without importing any."""

#: Name of the error's class, and what its message then has: some classes are for other errors too.
_EXHAUSTED = (
    ("MemoryError", ""),
    ("ResourceExhaustedError", ""),  # TensorFlow
    ("OutOfMemoryError", ""),  # PyTorch on a GPU
    ("RuntimeError", "can't allocate memory"),  # PyTorch on the CPU
    ("RuntimeError", "MPS backend out of memory"),
    ("JaxRuntimeError", "RESOURCE_EXHAUSTED"),
    ("XlaRuntimeError", "RESOURCE_EXHAUSTED"),  # JAX before 0.5
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the memory of the machine or of its GPU was too small."""
    name, message = type(error).__name__, str(error)
    return any(name == known and part in message for known, part in _EXHAUSTED)
