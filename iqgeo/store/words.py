"""Texts as both databases can keep and find them."""

import unicodedata
from collections.abc import Iterable

import sqlalchemy as sa


def is_storable(value: str) -> bool:
    """Whether both databases keep this text letter by letter.

    Parameters
    ----------
    value : str
        Any text.

    Returns
    -------
    bool
        False for a text with NUL or half of a surrogate pair.
    """
    return "\x00" not in value and not any("\ud800" <= it <= "\udfff" for it in value)


def storable(value: object, most: int) -> str:
    """A name from outside as it is kept: what cannot be, control characters too, becomes a blank; cut.

    Parameters
    ----------
    value : object
        What a stranger calls a name.
    most : int
        So many letters are kept.

    Returns
    -------
    str
        Empty for what is no text.
    """
    if not isinstance(value, str):
        return ""
    plain = "".join(" " if unicodedata.category(it) in ("Cc", "Cs") else it for it in value)
    return plain.strip()[:most]


def folded(value: str) -> str:
    """A text as it is searched in: without regard to case, forms of umlauts, and runs of blanks.

    Parameters
    ----------
    value : str
        Any text.

    Returns
    -------
    str
        Equal for texts that a search takes for the same.
    """
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())


def searchable(name: str, words: Iterable[str]) -> str:
    """What a version is found by: its name on the first line, other words below.

    Parameters
    ----------
    name : str
        Of the plan.
    words : Iterable[str]
        What else it is to be found by.

    Returns
    -------
    str
        Folded, a word or words a line.
    """
    return "\n".join([folded(name), *(folded(it) for it in words)])


def has(column: sa.ColumnElement[str], word: str, *, begins: bool = False) -> sa.ColumnElement[bool]:
    """The condition that a searchable column contains (or begins with) ``word``, to the letter.

    Parameters
    ----------
    column : sa.ColumnElement[str]
        Of folded texts.
    word : str
        Folded.
    begins : bool
        Whether it must stand at the beginning.

    Returns
    -------
    sa.ColumnElement[bool]
        ``%`` and ``_`` in the word stand for themselves.
    """
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.like(f"{'' if begins else '%'}{escaped}%", escape="\\")
