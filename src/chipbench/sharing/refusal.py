"""Why a file is not believed, in one line."""

from chipbench.ground.errors import ConfigurationError

_LONGEST = 300


class RefusedFileError(ConfigurationError):
    """A file of shared results that is damaged, or says what cannot be."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why[:_LONGEST]}")
