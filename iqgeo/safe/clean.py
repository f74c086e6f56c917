"""The one place where text that others wrote is made harmless before it leaves.

Everything a user can bring (names of offices, districts, plans, files) passes on its way out

- into a cell, a line or a document: :func:`clean`; :func:`formula_proof` where a spreadsheet may open it
- to a terminal: :func:`terminal_text`
- where it becomes a name: :func:`file_name`, :func:`sheet_names`
- into HTML, whether folium, the app or a printed page shows it: :func:`html_text`; into a script:
  :func:`script_json`
"""

import html
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

SHOWN_LETTERS = 60
"""So many letters of a stranger's cell stand in a sentence."""

MAX_CELL_CHARACTERS = 32_000
"""Excel holds 32,767 characters in a cell; what is longer is cut, and says so with an ellipsis."""
MAX_SHEET_NAME = 31

# Their full-width and small twins become these by compatibility composition; the true minus does not.
_FORMULA_STARTS = frozenset("=+-@\u2212")
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")
# Excel keeps this name for itself.
_RESERVED_SHEET_NAMES = frozenset({"history"})

# folium compiles its rendered page a second time as a template, where {{ }} runs Python on the
# server; ${ } in a back-quoted string runs JavaScript; a backslash ends a string early.
_TEMPLATE_CHARACTERS = str.maketrans({mark: f"&#{ord(mark)};" for mark in "`$\\{}"})
# What HTML forbids even as an entity, and what ends a line inside a script.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LINE_ENDS = str.maketrans({"\u2028": " ", "\u2029": " "})
_SCRIPT_CHARACTERS = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029`$"})
COMMANDS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufff9-\ufffb]"
)
"""What a terminal takes for a command or a turn of direction; tabs and line breaks are none."""
_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


def clean(value: object, most: int = MAX_CELL_CHARACTERS) -> str:
    """Text as one line that every format can hold.

    Control characters, line breaks included, become spaces; half surrogates and code points that are
    no characters become the replacement character; composed to NFC; cut at ``most`` characters.
    """
    if _is_missing(value):
        return ""
    raw = str(value)
    if len(raw) <= most and raw.isprintable() and unicodedata.is_normalized("NFC", raw):
        return raw.strip()
    if len(raw) > 2 * most:
        raw = raw[: 2 * most]
    cleaned = "".join(_character(character) for character in raw)
    cleaned = unicodedata.normalize("NFC", cleaned).strip()
    return cleaned if len(cleaned) <= most else cleaned[: most - 1] + "…"


def clean_each(values: Sequence[object]) -> list[str]:
    """:func:`clean` of each value; thousands that are clean as they are, as names mostly are, at once."""
    texts = [it for it in values if type(it) is str]
    if len(texts) == len(values):
        # Nothing is composed with a blank: together they are composed as far as each of them is.
        together = " ".join(texts)
        printable = together.isprintable() and unicodedata.is_normalized("NFC", together)
        short = max(map(len, texts), default=0) <= MAX_CELL_CHARACTERS
        if printable and short and texts == [it.strip() for it in texts]:
            return texts
    return [clean(it) for it in values]


def _is_missing(value: object) -> bool:
    # By name: the terminal needs this module, and starts without pandas.
    nothing = value is None or type(value).__name__ in ("NAType", "NaTType")
    return nothing or (isinstance(value, float) and math.isnan(value))


def _character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cc" or category in ("Zl", "Zp"):
        return " "
    point = ord(character)
    if category == "Cs" or point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF:
        return "\ufffd"
    return character


def terminal_text(value: object) -> str:
    """Text as a terminal may get it: line breaks and tabs stay, nothing in it is a command.

    Escape characters and other controls (also those above 127, which some terminals obey), marks that turn
    the direction of writing and half surrogates become the replacement character.
    """
    return COMMANDS.sub("\N{REPLACEMENT CHARACTER}", str(value))


def formula_proof(value: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula.

    Looks past leading spaces and invisible characters; full-width twins count too.
    """
    # Most texts begin with a plain letter or figure, and a list of places has a hundred thousand of them.
    if value[:1].isalnum() and value[0].isascii():
        return value
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


def html_text(value: object) -> str:
    """Return ``value`` as text that HTML, a folium template and a script all show as it was written.

    Control characters, which HTML cannot hold, become U+FFFD.
    """
    text = _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", str(value)).translate(_LINE_ENDS)
    return html.escape(text, quote=True).translate(_TEMPLATE_CHARACTERS)


def html_sentence(sentence: str) -> str:
    """Return a sentence of the catalogue as HTML: escaped, with ``**...**`` as bold."""
    return _BOLD.sub(r"<strong>\1</strong>", html_text(sentence))


def script_json(data: Any) -> str:
    """Write ``data`` as JSON that can stand inside a ``<script>`` of a folium page.

    Strings that will be shown must have passed :func:`html_text`. Never contains a tag, a template
    mark or a line end.

    Raises
    ------
    ValueError
        If ``data`` holds NaN or infinity, which JSON does not know.
    """
    written = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    written = written.translate(_SCRIPT_CHARACTERS)
    # A brace of a string is written as an escape, one of the structure never meets another mark.
    return _STRING.sub(lambda match: _braces_escaped(match.group()), written)


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def _braces_escaped(string: str) -> str:
    return (
        string.replace("{", "\\u007b").replace("}", "\\u007d").replace("%", "\\u0025").replace("#", "\\u0023")
    )
