"""The params of a run, which thousands of runs have alike."""


class FrozenParams(dict[str, str]):
    """Params that nobody changes: what follows from them can be kept by them."""

    __slots__ = ("_hash",)
    _hash: int

    def __hash__(self) -> int:  # type: ignore[override]
        try:
            return self._hash
        except AttributeError:
            self._hash = hash(frozenset(self.items()))
            return self._hash
