"""Output of the operating system's own commands."""

import subprocess

_TIMEOUT_S = 20


def output_of(*command: str) -> bytes | None:
    """What `command` prints; None if it is missing, fails or hangs."""
    try:
        process = subprocess.run(
            command,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
            # With this and an absolute path macOS spawns, and does not fork a training process.
            close_fds=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return process.stdout if process.returncode == 0 else None
