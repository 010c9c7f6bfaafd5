"""Runs with each text once in memory: those of a store repeat the same few thousand."""

from chipbench.ground import tags
from chipbench.ground.typed import encodable


class SharedTexts:
    """Texts as every file takes them; equal ones are one object."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._names: dict[str, str | None] = {}

    def one(self, text: str) -> str:
        """`text`, or the equal one that is there."""
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = encodable(text)
        return found

    def tag(self, key: str) -> str | None:
        """chipbench's name of a stored tag; None for another program's."""
        if key not in self._names:
            ours = key.startswith(tags.PREFIX)
            self._names[key] = self.one(key.removeprefix(tags.PREFIX)) if ours else None
        return self._names[key]
