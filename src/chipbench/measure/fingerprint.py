"""The fingerprint: what must be equal for two runs to be compared."""

import hashlib
import json
from collections.abc import Mapping

#: Raised when a change to the benchmark makes older numbers incomparable; see the CHANGELOG.
BENCHMARK_VERSION = 1


def fingerprint(parts: Mapping[str, object]) -> str:
    """Twelve hex digits of the SHA-256 of `parts` and the benchmark's version."""
    text = json.dumps(dict(parts) | {"version": BENCHMARK_VERSION}, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
