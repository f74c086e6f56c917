"""Workbooks, after a look at what they would unpack to.

``.xlsx`` and ``.xlsm``: their parts can be measured before anything is parsed; ``.ods`` is read by a
reader of our own that counts repetitions (:mod:`iqgeo.inputs.opendocument`). The older binary forms can
announce a sheet of a billion cells in a few bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from iqgeo.errors import InputError, Problem, too_large
from iqgeo.inputs import limits
from iqgeo.inputs.cells import cell_text, columns_of_rows
from iqgeo.inputs.intake import Notice
from iqgeo.inputs.layout import layout_of
from iqgeo.inputs.opendocument import CONTENT, open_sheets
from iqgeo.inputs.source import Opened, archive_of, books_in, member_in
from iqgeo.inputs.table import (
    Table,
    footnote_notices,
    header_names,
    is_workbook,
    without_empty_rows,
    without_footnotes,
)
from iqgeo.inputs.words import shown
from iqgeo.inputs.workbook_marks import hidden_columns, hidden_rows, percent_cells, shown_as_percent
from iqgeo.safe.archives import ARCHIVE_ERRORS, files_in
from iqgeo.safe.workbooks import (
    CELLS,
    MOST_COLUMNS,
    MOST_ROWS,
    check_workbook,
    parts_of_sheets,
    sheets_of,
)

_LEAST_CELLS: Final = 3
_LEAST_ROWS: Final = 2
_HEAD: Final = 64


def read_workbook(opened: Opened, max_rows: int) -> Table:
    """The one sheet with content, or the one that was named.

    Raises
    ------
    InputError
        If the workbook is broken, too large, or several sheets have content and none was named.
    """
    opened = _unzipped(opened)
    book = _book(opened)
    sheets, visible = book.sheets, book.visible
    if opened.layer is not None:
        if opened.layer not in sheets:
            details = {"layers": ", ".join(sheets)}
            raise InputError(Problem("layer_unknown", opened.name, value=opened.layer, details=details))
        chosen = [opened.layer]
    else:
        chosen = [
            name
            for name, rows in sheets.items()
            if name in visible and any(any(_filled(it) for it in row) for row in rows)
        ]
    if not chosen:
        raise InputError(Problem("file_empty", opened.name))
    notices: list[Notice] = []
    if len(chosen) > 1:
        # Title pages and contents of a publication are no tables.
        tables = [name for name in chosen if _is_table(sheets[name])]
        if len(tables) != 1:
            details = {"layers": ", ".join(tables or chosen), "first": (tables or chosen)[0]}
            raise InputError(Problem("layers_unclear", opened.name, details={**details, "file": opened.name}))
        others = ", ".join(shown(name) for name in chosen if name != tables[0])
        notices.append(
            Notice("sheet_chosen", "hint", opened.name, value=tables[0], details={"others": others})
        )
        chosen = tables
    table = _table(opened, sheets[chosen[0]], max_rows, book.marks(opened, chosen[0]))
    table.notices[:0] = notices
    return table


@dataclass(frozen=True)
class _Marks:
    """Numbers of hidden rows and columns, from 1, and the cells whose numbers are shown as per cent."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()
    percent: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True)
class _Book:
    """The sheets of a workbook, which of them are visible, and their marks where these are known already."""

    sheets: Mapping[str, list[list[Any]]]
    visible: frozenset[str]
    known: Mapping[str, _Marks] | None = None

    def marks(self, opened: Opened, sheet: str) -> _Marks:
        """What a sheet says beside its values."""
        return marks_of(opened, sheet) if self.known is None else self.known[sheet]


def _unzipped(opened: Opened) -> Opened:
    """The workbook itself, where it came in a zip: the only one, or the one that was named.

    What is named beside it is a sheet.
    """
    if not opened.head.startswith(b"PK"):
        return opened
    with archive_of(opened) as archive:
        names = [it.filename for it in files_in(archive)]
        if is_workbook([it.lower() for it in names]):
            return opened
        books = books_in(opened, names)
        by_name = any(map(opened.names, books))
        member = member_in(opened if by_name else replace(opened, layer=None), books)
        size = archive.getinfo(member).file_size
        if size > limits.WORKBOOK_BYTES:
            raise InputError(too_large(opened.name, size, limits.WORKBOOK_BYTES))
        try:
            data = archive.read(member)
        except ARCHIVE_ERRORS as error:
            raise InputError(Problem("archive_broken", opened.name)) from error
    return Opened(opened.name, None, data, len(data), data[:_HEAD], None if by_name else opened.layer)


def _book(opened: Opened) -> _Book:
    data = opened.read(limits.WORKBOOK_BYTES)
    if not data.startswith(b"PK"):
        raise InputError(Problem("form_xls", opened.name))
    with archive_of(opened) as archive:
        is_open = CONTENT in archive.namelist()
    if is_open:
        found = open_sheets(opened, CELLS, MOST_ROWS, MOST_COLUMNS)
        return _Book(
            {name: it.rows for name, it in found.items()},
            frozenset(name for name, it in found.items() if not it.hidden),
            {
                name: _Marks(frozenset(it.hidden_rows), frozenset(it.hidden_columns))
                for name, it in found.items()
            },
        )
    with archive_of(opened) as archive:
        check_workbook(archive, opened.name, limits.WORKBOOK_UNPACKED_BYTES)
    return _Book(*sheets_of(data, opened.name, limits.LISTED))


def sheets_here(opened: Opened) -> list[list[Any]]:
    """Every visible sheet of a workbook with the number of its rows in which something stands."""
    book = _book(_unzipped(opened))
    return [
        [name, sum(any(map(_filled, row)) for row in rows)]
        for name, rows in book.sheets.items()
        if name in book.visible
    ]


def _is_table(rows: list[list[Any]]) -> bool:
    """Whether a sheet has rows of at least three cells, more than one."""
    wide = (row for row in rows if sum(map(_filled, row)) >= _LEAST_CELLS)
    return sum(1 for _, _ in zip(wide, range(_LEAST_ROWS), strict=False)) == _LEAST_ROWS


def marks_of(opened: Opened, sheet: str) -> _Marks:
    """What a sheet of Excel says beside its values."""
    with archive_of(opened) as archive:
        part = parts_of_sheets(archive).get(sheet)
        if part is None:
            return _Marks()
        content = archive.read(part)
        return _Marks(hidden_rows(content), hidden_columns(content), percent_cells(archive, content))


def _filled(cell: Any) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def _width(cells: Sequence[str]) -> int:
    return max((at + 1 for at, cell in enumerate(cells) if cell.strip()), default=0)


def _table(opened: Opened, rows: list[list[Any]], max_rows: int, marks: _Marks) -> Table:
    for row, column in marks.percent:
        if row <= len(rows) and column <= len(rows[row - 1]):
            rows[row - 1][column - 1] = shown_as_percent(rows[row - 1][column - 1])
    head = [[cell_text(cell) if _filled(cell) else "" for cell in row] for row in rows[:200]]
    # Empty cells at the end of a row are cells, whether a program writes them or not.
    widest = max(map(len, head), default=0)
    found = layout_of([row + [""] * (widest - len(row)) for row in head])
    if found is None:
        raise InputError(Problem("file_empty", opened.name))
    first = found.above + found.rows
    if len(rows) - first > max_rows:
        raise InputError(Problem("too_many_rows", opened.name, details={"limit": max_rows}))
    width = _width(found.header)
    below = [_width(row) for row in head[first:] if any(row)]
    if 2 * sum(it > width for it in below) > len(below):
        # The last heading stands over several columns, or some have none: what most rows hold is no remark.
        width = max(below)
    names, notices = header_names([*found.header, *[""] * width][:width], opened.name)
    if found.title or found.rows > 1:
        notices.append(Notice("header_found", "repair", opened.name, row=found.above + 1))
    body = [row[:width] for row in rows[first:]]
    shown_rows = [at for at in range(len(body)) if first + at + 1 not in marks.rows]
    left_out = len(body) - len(shown_rows)
    if left_out:
        notices.append(Notice("rows_hidden", "repair", opened.name, count=left_out))
        body = [body[at] for at in shown_rows]
    veiled = [name for at, name in enumerate(names, start=1) if at in marks.columns]
    if veiled:
        columns = ", ".join(shown(it) for it in veiled[: limits.LISTED])
        notices.append(
            Notice("columns_hidden", "hint", opened.name, count=len(veiled), details={"columns": columns})
        )
    frame = columns_of_rows(names, body)
    frame, numbers = without_empty_rows(frame, np.asarray(shown_rows, dtype=np.int64) + first + 1)
    frame, numbers, footnotes = without_footnotes(frame, numbers)
    notices += footnote_notices(footnotes, opened.name)
    return Table(opened.name, frame, numbers, notices, title=found.title, footnotes=footnotes)
