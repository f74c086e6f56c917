"""Tables on their way out: columns with a kind, and text that no program takes for a command."""

import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from iqgeo.texts import Lang, text

Kind = Literal["text", "people", "change", "km", "share", "rank", "degrees"]

MAX_CELL_CHARACTERS = 32_000
"""Excel holds 32,767 characters in a cell; what is longer is cut, and says so with an ellipsis."""
MAX_SHEET_NAME = 31

# Their full-width and small twins become these by compatibility composition; the true minus does not.
_FORMULA_STARTS = frozenset("=+-@\u2212")
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")
# Excel keeps this name for itself.
_RESERVED_SHEET_NAMES = frozenset({"history"})


@dataclass(frozen=True)
class Column:
    """A column of a table: ``key`` names it in the frame and its heading in the texts."""

    key: str
    kind: Kind = "text"
    width: int = 12

    def heading(self, lang: Lang) -> str:
        """What stands above it."""
        return text(f"reports.column.{self.key}", lang)


@dataclass(frozen=True)
class Table:
    """Columns and the frame that fills them; further columns of the frame are left out."""

    columns: tuple[Column, ...]
    frame: pd.DataFrame

    def __len__(self) -> int:
        return len(self.frame)

    def only(self, keys: Collection[str]) -> "Table":
        """The table with these columns, in their order here; the frame stays whole."""
        return replace(self, columns=tuple(column for column in self.columns if column.key in keys))

    def headings(self, lang: Lang) -> list[str]:
        """The headings from left to right."""
        return [column.heading(lang) for column in self.columns]


def clean(value: object, most: int = MAX_CELL_CHARACTERS) -> str:
    """Text as one line that every format can hold.

    Control characters, line breaks included, become spaces; half surrogates and code points that are
    no characters become the replacement character; composed to NFC; cut at ``most`` characters.
    """
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    raw = str(value)
    if len(raw) <= most and raw.isprintable() and unicodedata.is_normalized("NFC", raw):
        return raw.strip()
    if len(raw) > 2 * most:
        raw = raw[: 2 * most]
    cleaned = "".join(_character(character) for character in raw)
    cleaned = unicodedata.normalize("NFC", cleaned).strip()
    return cleaned if len(cleaned) <= most else cleaned[: most - 1] + "…"


def _character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cc" or category in ("Zl", "Zp"):
        return " "
    point = ord(character)
    if category == "Cs" or point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF:
        return "\ufffd"
    return character


def formula_proof(value: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula.

    Looks past leading spaces and invisible characters; full-width twins count too.
    """
    for character in value:
        if character.isspace() or unicodedata.category(character) == "Cf":
            continue
        return "'" + value if unicodedata.normalize("NFKC", character)[:1] in _FORMULA_STARTS else value
    return value


def sheet_names(wanted: Iterable[str], taken: Sequence[str] = ()) -> list[str]:
    """Names for sheets that Excel accepts: valid, at most 31 characters, unique whatever the case.

    ``taken`` are names already given.
    """
    used = {name.casefold() for name in taken}
    names = []
    for wish in wanted:
        base = _NOT_IN_SHEET_NAMES.sub(" ", clean(wish, 200)).strip(" '")
        base = _within(base, MAX_SHEET_NAME).strip(" '") or "-"
        name, number = base, 2
        while name.casefold() in used or name.casefold() in _RESERVED_SHEET_NAMES:
            ending = f" ({number})"
            name = _within(base, MAX_SHEET_NAME - len(ending)).rstrip(" '") + ending
            number += 1
        used.add(name.casefold())
        names.append(name)
    return names


def _within(name: str, units: int) -> str:
    """Cut to UTF-16 code units, which is what Excel counts."""
    return name.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore")


def file_name(name: str, most: int = 60) -> str:
    """A part of a file name that every system accepts: letters, digits, ``-`` and ``_``."""
    words = re.sub(r"[^\w\-]+", "_", clean(name, 4 * most), flags=re.UNICODE).strip("_-")
    return _within(words, most).strip("_-") or "_"
