"""How a stranger's text is written in a terminal."""


def plain(text: str) -> str:
    """`text` on one line, without anything that a terminal acts on.

    Names come from stores, files and command lines of others. Escapes (8-bit ones too), control
    characters and marks that turn the direction of writing are spelled out, such as `\\x1b`; a
    surrogate, which no stream could encode, as well.
    """
    return "".join(_written(character) for character in text)


def _written(character: str) -> str:
    if character.isspace():  # a line's end and a tab as well
        return " "
    return character if character.isprintable() else ascii(character)[1:-1]
