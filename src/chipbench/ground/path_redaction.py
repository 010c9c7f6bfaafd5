"""Text without folders: where a file lies often names a person, a project or an employer."""

import re
from pathlib import Path

#: What ends a path in a sentence.
_END = r"\s'\"`:;,|<>()\[\]{}"
_QUOTED = re.compile(r"(?<=')(?:file:/*|sqlite:/*)?(?:/|~\w*/)[^'\n]*(?=')")
_DOUBLE_QUOTED = re.compile(r'(?<=")(?:file:/*|sqlite:/*)?(?:/|~\w*/)[^"\n]*(?=")')
#: Below the root in two steps or more, which a unit such as `/s` is not; an address is none.
_BARE = re.compile(rf"(?<![\w:/.~%-])(?:file:/+|sqlite:/+)?(?:/|~\w*/)[^{_END}/]*/+[^{_END}]*")
_OF_HOME = re.compile(rf"(?<![\w:/.~%-])~\w*/[^{_END}]*")
_HOME = re.compile(r"(?:/home|/Users)/[^/]+/*")


def without_folders(text: str) -> str:
    """`text`, each path in it cut down to its last part. Applied again, it changes nothing."""
    for home in _homes():
        text = re.sub(rf"{re.escape(home)}(?=[/{_END}]|$)", "~", text)
    for pattern in (_QUOTED, _DOUBLE_QUOTED, _BARE, _OF_HOME):
        text = pattern.sub(lambda found: last_part(found[0]), text)
    return text


def last_part(path: str) -> str:
    """The name of the file or folder that `path` leads to; a home folder's is a person's."""
    if _HOME.fullmatch(path):
        return "~"
    return path.rstrip("/").rpartition("/")[2] or "/"


def home_folder() -> Path | None:
    """The user's; None for a user whom the system does not know, where no HOME names it."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def _homes() -> list[str]:
    """The home folder as it is named, and as it is."""
    home = home_folder()
    if home is None:
        return []
    named = {str(home), str(home.resolve())}
    return sorted(named - {"/"}, key=len, reverse=True)
