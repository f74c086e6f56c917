"""Which column is what: the names iqgeo uses, the words other tables have for them, and near misses."""

import difflib
import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

import pandas as pd

from iqgeo.inputs.column_words import WORDS
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.number_marks import is_rate, without_unit
from iqgeo.inputs.table import Table
from iqgeo.inputs.words import folded

_NAME_LIKE: Final = re.compile(r"(^name\b|[ _]name$|^name[ _])")
_AT_WORK: Final = re.compile(r"(?i)^business\s(?=\w)|(?<=\w)\s\(?(?:geschäftlich|dienstlich)\)?$")
_FOOTNOTE_MARK: Final = re.compile(r"\s*\d{1,2}\)+\s*$")
# A number in brackets tells columns of one name apart.
_BRACKETS: Final = re.compile(r"\((?!\d+\))[^)]*\)|\[[^\]]*\]")
# "Einwohner 31.12.2022", "pop_2022": a year, or a day of it, says when and not what.
YEAR: Final = re.compile(
    r"(?<!\d)(?:\d{1,2}\.\s?(?:\d{1,2}\.|[^\W\d_]+)\s?)?(?P<year>(?:19|20)\d{2})"
    # A day, quarter or whole year behind it, as statistics banks write it: 2023-12-31, 2023K4, 2023JJ00.
    r"(?:-\d{2}-\d{2}|-?[KQ][1-4]|JJ00|KW0[1-4]|M{1,2}\d{2})?(?!\d)"
)
_LENGTH: Final = re.compile(
    r"[(\[]\s*(?:m|cm|mm|km|meter|metres?)\s*[)\]]|\bin\s+(?:m|cm|km|metern?)\b", re.IGNORECASE
)
_QUALIFIERS: Final = frozenset(
    {
        "wgs84", "wgs", "84", "etrs89", "etrs", "epsg", "4326", "25832", "25833", "3035", "utm", "utm32",
        "utm33", "gps", "geo", "center", "centroid", "point", "location", "oestl", "noerdl", "dezimal",
        "dezimalgrad", "decimal", "degrees", "degree", "deg", "dd", "grad", "in", "geogr", "geographische",
        "geographischer",
        "ost", "nord", "oestliche", "noerdliche", "east", "north", "e", "n", "o", "koordinate", "koordinaten",
        "coordinate", "coordinates", "coord", "der", "des", "the", "of", "am", "zum", "stand",
        "stichtag", "pos", "position",
    }
)  # fmt: skip
_COUNTS: Final = ("people", "population", "count", "persons")
"""Roles of columns that count: a share, a density or a change calls itself after the same people."""
_ADDRESS: Final = (
    "adresse", "anschrift", "address", "strasse", "plz", "postleitzahl", "postcode", "ort", "stadt",
    "gemeinde", "town", "city",
)  # fmt: skip


def find_columns(
    table: Table,
    findings: Findings,
    required: Iterable[str],
    optional: Iterable[str] = (),
) -> dict[str, str]:
    """The table's own name for each column wanted.

    Notes a problem for each required column that is missing or stands there twice, with the nearest
    other name as an offer, and a hint for each that was taken under another name.
    """
    required = tuple(required)
    wanted = (*required, *optional)
    found = _named(table, findings, wanted)
    by_folded = _by_word(table, set(found.values()))
    # Exact names first, so that a synonym never takes a column that is another's own.
    for exact in (True, False):
        for role in wanted:
            if role in found:
                continue
            for word in (folded(role),) if exact else WORDS.get(role, ()):
                columns = [it for it in by_folded.get(word, ()) if it not in found.values()]
                columns = [it for it in columns if role not in _COUNTS or not is_rate(it)]
                if not columns:
                    continue
                if len(columns) > 1:
                    findings.problem("column_twice", columns[0], columns=", ".join(columns))
                found[role] = columns[0]
                if not exact:
                    findings.note("column_taken", columns[0], kind="hint", role=role)
                break
    if "name" in wanted and "name" not in found:
        _take_name(table, findings, found, alone="name" in required)
    for role in required:
        if role not in found:
            _missing(table, findings, role, set(found.values()))
    return found


def _by_word(table: Table, taken: set[str]) -> dict[str, list[str]]:
    """The free columns by their plain word."""
    by_word: dict[str, list[str]] = {}
    free = [column for column in table.columns if column not in taken]
    for column in free:
        by_word.setdefault(plain_word(column), []).append(column)
    # Under a heading of several rows the last part says what it is: "Koordinaten | Ostwert".
    by_last: dict[str, list[str]] = {}
    for column in free:
        if " | " in column:
            by_last.setdefault(plain_word(column.rpartition(" | ")[2]), []).append(column)
    by_word = {**by_last, **by_word}
    bare = {column: bare_word(column) for column in free}
    often = Counter(bare.values())
    for column, word in bare.items():
        # "Länge (WGS84)" is a longitude, if nothing else calls itself so.
        if word and word not in by_word and often[word] == 1:
            by_word[word] = [column]
    return by_word


def _take_name(table: Table, findings: Findings, found: dict[str, str], *, alone: bool) -> None:
    """The first column that calls itself a name: ``Name der Einrichtung``, ``hospital_name``.

    ``alone`` takes the only column of words that is left, too.
    """
    free = [it for it in table.columns if it not in found.values()]
    named = [it for it in free if _NAME_LIKE.search(it.casefold())]
    if alone and not named:
        known = {word for words in WORDS.values() for word in words} | set(_ADDRESS)
        unknown = [it for it in free if plain_word(it) not in known and bare_word(it) not in known]
        named = [it for it in unknown if _holds_words(table.frame[it])]
        named = named if len(named) == 1 else []
    if named:
        found["name"] = named[0]
        findings.note("column_taken", named[0], kind="hint", role="name")


def _holds_words(column: pd.Series) -> bool:
    """Whether the cells of a column are words, most of them different."""
    if not isinstance(column.dtype, pd.StringDtype):
        return False
    filled = [it for it in column.head(200).str.strip().tolist() if it]
    return 2 * len(set(filled)) > len(filled) and all(re.search(r"[^\W\d_]{2}", it) for it in filled)


def words_of(column: str) -> set[str]:
    """Every word that a column may be known by, ``name`` included where it calls itself one."""
    last = column.rpartition(" | ")[2]
    named = {"name"} if _NAME_LIKE.search(column.casefold()) else set()
    return {folded(column), plain_word(column), plain_word(last), bare_word(column), *named} - {""}


def plain_word(column: str) -> str:
    """A column's name for comparison, without the mark of a footnote: ``Bevölkerung 2)``.

    Address books say of each column that it is the one at work: ``Ort geschäftlich``, ``Business City``.
    """
    return folded(_AT_WORK.sub("", _FOOTNOTE_MARK.sub("", column)))


def bare_word(column: str) -> str:
    """A column's name for comparison, without what only describes it: ``Längengrad Ost [WGS84]``.

    Empty where it measures something in metres, or nothing is left.
    """
    if _LENGTH.search(column):
        return ""
    words = re.findall(r"[^\W_]+", without_unit(YEAR.sub(" ", _BRACKETS.sub(" ", column))))
    return "".join(folded(it) for it in words if folded(it) not in _QUALIFIERS)


def _named(table: Table, findings: Findings, wanted: Iterable[str]) -> dict[str, str]:
    """The columns that the user named, as far as they are wanted here."""
    found = {}
    for role, column in table.reading.columns.items():
        if role not in wanted:
            continue
        same = [it for it in table.columns if it == column or folded(it) == folded(column)]
        if same:
            found[role] = same[0]
        else:
            findings.problem("column_named_missing", column, role=role, present=", ".join(table.columns[:20]))
    return found


def _missing(table: Table, findings: Findings, role: str, taken: set[str]) -> None:
    left = [it for it in table.columns if it not in taken and not (role in _COUNTS and is_rate(it))]
    free = {folded(column): column for column in left}
    words = (folded(role), *WORDS.get(role, ()))
    near = next((hit[0] for word in words if (hit := difflib.get_close_matches(word, free, 1, 0.75))), None)
    present = ", ".join(table.columns[:20])
    if role in ("lon", "lat") and near in (None, *_ADDRESS) and any(word in free for word in _ADDRESS):
        findings.problem("coordinates_missing_address", role, present=present)
    elif near is not None:
        findings.problem("column_misspelt", role, near=free[near], present=present)
    else:
        findings.problem("column_missing", role, present=present)


def note_unused(table: Table, findings: Findings, used: Iterable[str]) -> None:
    """Say which columns were not read."""
    used = set(used)
    unused = [column for column in table.columns if column not in used]
    if unused:
        listed = ", ".join(unused[:10]) + (" …" if len(unused) > 10 else "")
        findings.note("columns_unused", kind="hint", columns=listed)
