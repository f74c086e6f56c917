"""Where the table stands in a sheet or text file: below its titles, under one header row or several.

Statistical offices put titles and dates above a table, spread its header over merged cells of two or
three rows and write footnotes below. None of it is lost: titles and footnotes are handed on as text.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from iqgeo.inputs.number_marks import GROUPING, counts_thousands, is_percent, share_of

_SEARCHED_ROWS: Final = 200
_HEADER_ROWS: Final = 6
_CELL_LETTERS: Final = 1_000
# A year with another behind an underscore is a word; groups of three digits are a number.
_NUMBER: Final = re.compile(
    rf"[+-]?(?:[\d.,{GROUPING.replace('_', '')}]*\d[\d.,]*|\d{{1,3}}(?:_\d{{3}})+(?:[.,]\d+)?)\s*%?"
)
# VG250_KRS: the level of the districts.
MUNICIPALITY_LAYER: Final = "<municipalities>"
"""In place of the name of a layer: that of the municipalities, whatever it is called."""
_MUNICIPALITIES: Final = re.compile(r"(?i)(^|[_\-])gem([_\-.]|$)|gemeinden?([_\-.]|$)")
_DISTRICTS: Final = re.compile(r"(?i)(^|[_\-])krs([_\-.]|$)|kreise?([_\-.]|$)")
_VIEW: Final = "v_"
# NUTS250_N3: the European level that the German districts are.
_NUTS_3: Final = re.compile(r"(?i)nuts.*(^|[_\-])n3([_\-.]|$)")
_DAY: Final = re.compile(r"(\d{1,2}\.\s?\d{1,2}\.\s?)?(19|20)\d\d")
_TAG: Final = re.compile(r"#[a-z]\w*(\s*\+\w+)*", re.ASCII)
_LETTER: Final = re.compile(r"[^\W\d_]")
_UNIT: Final = re.compile(
    r"(?i)(anzahl|%|in\s*%|prozent|personen|einwohner|km2?|km²|qkm|(in\s*)?(1[ .\u00a0]?000|tsd\.?|tausend)|"
    r"‰|promille|euro?|number|per\s?cent)"
)
_FOOTNOTE: Final = re.compile(
    r"(?i)\s*([_=*-]{3,}|quellen?\b|source|q\s*:|kilde\s*:|bron\s*:|©|\(c\)|copyright|stand\s*:|stand\b.*\d{4}|anmerkung|hinweis|note[ns]?\b|"
    r"zeichenerkl|datenbank\s*:|erstellt|created|abruf|datenlizenz|lizenz|licen[cs]e|dl-de|\(?\d{1,2}\)\s|\*+\)?\s|"
    r"[-./x…•]\s*=\s|dieses werk|vervielfältigung|nachdruck|"
    r"statistische[sr]?\s+(ämter|amt|bundesamt|landesamt)|"
    r"[(\[]?\d+\s(rows?|zeilen?)\b|\(\d+\s(row\(s\)|zeile\(n\)))"
)


@dataclass(frozen=True)
class Layout:
    """Where a table is in rows of cells.

    Attributes
    ----------
    header : list[str]
        Its columns; what merged header cells say of several stands before each, after `` | ``.
    above : int
        Rows above the header.
    rows : int
        Rows of the header, so that the first row of data is ``above + rows``.
    title : tuple[str, ...]
        What stands above it, a line each.
    """

    header: list[str]
    above: int
    rows: int
    title: tuple[str, ...] = ()


def layout_of(cells: Sequence[Sequence[str]]) -> Layout | None:
    """Find the table in the first rows of a file; ``None`` if nothing stands there.

    A plain table with one header row at the top is found as such; everything else needs signs that a
    plain table does not have: rows of another width above, or a header with gaps or doubles.
    """
    head = [[cell[:_CELL_LETTERS].strip() for cell in row] for row in cells[:_SEARCHED_ROWS]]
    start = _start(head)
    if start is None:
        return None
    width = len(head[start])
    count = 1
    while _continues(head, start, count):
        count += 1
    header = _joined(head[start : start + count], width)
    if start + count < len(head) and (_column_numbers(row := head[start + count]) or _tags(row)):
        count += 1
    title = tuple(" ".join(filter(None, row)) for row in head[:start] if any(row))
    return Layout(header, start, count, title)


def _filled(row: Sequence[str]) -> int:
    return sum(map(bool, row))


def is_number(cell: str) -> bool:
    """Whether a cell holds a number, in any notation."""
    return bool(_NUMBER.fullmatch(cell))


def _numbers(row: Sequence[str]) -> int:
    return sum(map(is_number, row))


def _start(head: list[list[str]]) -> int | None:
    """The first row of the header."""
    filled = [at for at, row in enumerate(head) if any(row)]
    wide = [at for at in filled if _filled(head[at]) > 1]
    if not wide:
        return filled[0] if filled else None
    widths = Counter(len(head[at]) for at in wide)
    common, often = widths.most_common(1)[0]
    first = wide[0]
    if often >= 3 and often * 2 > len(wide) and len(head[first]) != common:
        of_width = next(at for at in wide if len(head[at]) == common)
        # Rows of data under a header that is too short or too long are no header themselves.
        if not _numbers(head[of_width]):
            first = of_width
    while _is_label(head, first):
        first = next(at for at in wide if at > first)
    return first - 1 if first and _heads_figures(head[first - 1], head[first]) else first


def _heads_figures(row: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a row has but the heading of the one column of figures, and nothing above keys and names."""
    over = [column for column, cell in enumerate(row) if cell]
    if len(row) != len(below) or len(row) < 2 or over != [len(row) - 1] or not below[0]:
        return False
    # Below it stands a figure, no unit or year that would go on with the header.
    return is_number(below[-1]) and not _UNIT.fullmatch(below[-1]) and not _DAY.fullmatch(below[-1])


def _is_label(head: list[list[str]], at: int) -> bool:
    """Whether a row says something about the table, such as ``Stichtag | 31.12.2022``."""
    row, below = head[at], next((it for it in head[at + 1 :] if _filled(it) > 1), None)
    if below is None or len(row) < 4 or any(row[2:]) or _filled(below) < 4 or _numbers(below):
        return False
    return bool(below[0] and below[1]) and not (row[0] and not row[1])


def _continues(head: list[list[str]], start: int, count: int) -> bool:
    """Whether the row after the first ``count`` of the header belongs to it, too."""
    at = start + count
    if count >= _HEADER_ROWS or at + 1 >= len(head):
        return False
    row = head[at]
    if not any(row) or len(row) != len(head[start]):
        return False
    if _numbers(row) and not _is_of_years(row, head[at + 1]):
        return False
    units = [cell for cell in row if cell]
    if not row[0] and all(_UNIT.fullmatch(cell) for cell in units):
        return True
    below = [it for it in head[at + 1 : at + 21] if _filled(it) > 1]
    above_figures = [
        sum(column < len(it) and is_number(it[column]) for it in below) * 2 >= len(below)
        for column, cell in enumerate(row)
        if cell
    ]
    so_far = _joined(head[start:at], len(head[start]))
    if all(so_far) and len(set(so_far)) == len(so_far):
        # The header is whole: only words above the figures alone, and nothing above the keys, go on with it.
        return not row[0] and bool(below) and bool(below[0][0]) and all(above_figures)
    return any(above_figures)


def _is_of_years(row: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a row has years or days above figures: ``2020 | 31.12.2021``, and nothing above the keys."""
    figures = [cell for cell in row if is_number(cell)]
    return not row[0] and bool(any(below) and below[0]) and all(_DAY.fullmatch(it) for it in figures)


def _joined(rows: list[list[str]], width: int) -> list[str]:
    """One name a column; a merged cell of an upper row stands for those right of it."""
    if len(rows) == 1:
        return [rows[0][column] for column in range(width)]
    parts: list[list[str]] = [[] for _ in range(width)]
    for at, row in enumerate(rows):
        last = at == len(rows) - 1
        carried = ""
        for column in range(width):
            cell = row[column] if column < len(row) else ""
            under = any(column < len(it) and it[column] for it in rows[at + 1 :])
            if cell:
                carried = cell
            elif not under or last:
                carried = ""
            word = " ".join((cell or carried).split())
            # A unit says nothing that the rows above it do not say better.
            # What scales the figures stays: thousands, shares; per cent in one way of writing.
            word = "%" if is_percent(word) else word
            scales = word == "%" or counts_thousands(word) or share_of(word) is not None
            is_new = word not in parts[column] and (scales or not _UNIT.fullmatch(word))
            if word and (is_new or not parts[column]):
                parts[column].append(word)
    return [" | ".join(part) for part in parts]


def _column_numbers(row: Sequence[str]) -> bool:
    """Whether a row only numbers the columns: 1, 2, 3 ..."""
    filled = [cell for cell in row if cell]
    return len(filled) >= 3 and filled == [str(it) for it in range(1, len(filled) + 1)]


def _tags(row: Sequence[str]) -> bool:
    """Whether a row says for programs what the columns hold: ``#adm2+code | #population+total`` (HXL)."""
    filled = [cell for cell in row if cell]
    return len(filled) > 1 and all(_TAG.fullmatch(it) for it in filled)


def is_day(written: str) -> bool:
    """Whether a line holds a day or a year and nothing else."""
    return bool(_DAY.fullmatch(written.strip()))


def is_footnote(written: str) -> bool:
    """Whether a line below a table says something about it and is no row of it."""
    return bool(_FOOTNOTE.match(written))


def footnotes_from(rows: Sequence[Sequence[str]]) -> int:
    """Index from which on the last rows of a table are footnotes; ``len(rows)`` if none are.

    Footnotes fill the first cell alone, and begin with a line, a sign or a word that says so.
    """
    at = len(rows)
    begun = len(rows)
    while at and _filled(rows[at - 1]) <= 1 and len(rows) - at < _SEARCHED_ROWS:
        at -= 1
        only = next((cell for cell in rows[at] if cell), "")
        if only and not _LETTER.search(only) and not is_footnote(only):
            break
        if is_footnote(only):
            begun = at
    return begun


def municipality_layer(layers: Sequence[str]) -> str | None:
    """The one layer of municipalities among several levels; ``None`` if there is no telling."""
    found = [it for it in layers if _MUNICIPALITIES.search(it)]
    found = [it for it in found if not (it.startswith(_VIEW) and it[len(_VIEW) :] in found)]
    return found[0] if len(found) == 1 else None


def district_layer(layers: Sequence[str]) -> str | None:
    """The one layer of districts among several levels; ``None`` if there is no telling."""
    for pattern in (_DISTRICTS, _NUTS_3):
        districts = [it for it in layers if pattern.search(it)]
        # "v_vg250_krs" is a view of "vg250_krs", which has all of it.
        districts = [it for it in districts if not (it.startswith(_VIEW) and it[len(_VIEW) :] in districts)]
        if len(districts) == 1:
            return districts[0]
    return None
