"""Texts as both databases can keep and find them."""

import unicodedata
from collections.abc import Iterable

import sqlalchemy as sa


def is_storable(value: str) -> bool:
    """Whether both databases keep this text letter by letter: no NUL, no half of a surrogate pair."""
    return "\x00" not in value and not any("\ud800" <= it <= "\udfff" for it in value)


def storable(value: object, most: int) -> str:
    """A name from outside as it is kept: what cannot be, control characters too, becomes a blank; cut."""
    if not isinstance(value, str):
        return ""
    plain = "".join(" " if unicodedata.category(it) in ("Cc", "Cs") else it for it in value)
    return plain.strip()[:most]


def folded(value: str) -> str:
    """A text as it is searched in: without regard to case, forms of umlauts, and runs of blanks."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())


def searchable(name: str, words: Iterable[str]) -> str:
    """What a version is found by: its name on the first line, other words below."""
    return "\n".join([folded(name), *(folded(it) for it in words)])


def has(column: sa.ColumnElement[str], word: str, *, begins: bool = False) -> sa.ColumnElement[bool]:
    """The condition that a searchable column contains (or begins with) ``word``, to the letter."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.like(f"{'' if begins else '%'}{escaped}%", escape="\\")
