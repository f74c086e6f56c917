"""Excel workbooks, after a look at what they would unpack to.

Only ``.xlsx`` and ``.xlsm``: their parts can be measured before anything is parsed. The older binary
forms and OpenDocument can announce a sheet of a billion cells in a few bytes.
"""

import io
import re
from typing import Any, Final

from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.cells import columns_of_rows
from iqgeo.inputs.intake import Notice
from iqgeo.inputs.source import ARCHIVE_ERRORS, Opened, archive_of, too_large
from iqgeo.inputs.table import Table, header_names, numbered, without_empty_rows

_DIGITS: Final = 12
_CELLS: Final = 30_000_000
_MOST_ROWS: Final = 1_048_576
_MOST_COLUMNS: Final = 16_384
_REFERENCE: Final = re.compile(rb"\br\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_POSITION: Final = re.compile(rb"\s*([A-Za-z]{0,3})(\d+)\s*$")
_ROW: Final = re.compile(rb"<(?:[\w.-]+:)?row[\s/>]")
_TEXTS: Final = re.compile(rb"<(?:[\w.-]+:)?sst\b[^>]*")
_COUNT: Final = re.compile(rb"\b((?:unique)?count)\s*=\s*(?:\"(\d+)\"|'(\d+)')", re.IGNORECASE)
_CELL: Final = re.compile(rb"<(?:[\w.-]+:)?c[\s/>]")


def read_workbook(opened: Opened, max_rows: int) -> Table:
    """The one sheet with content, or the one that was named.

    Raises
    ------
    InputError
        If the workbook is broken, too large, or several sheets have content and none was named.
    """
    data = opened.read(limits.WORKBOOK_BYTES)
    if not data.startswith(b"PK"):
        raise InputError(Problem("form_xls", opened.name))
    _measure(opened)
    sheets = _sheets(data, opened.name)
    if opened.layer is not None:
        if opened.layer not in sheets:
            details = {"layers": ", ".join(sheets)}
            raise InputError(Problem("layer_unknown", opened.name, value=opened.layer, details=details))
        chosen = [opened.layer]
    else:
        chosen = [
            name for name, rows in sheets.items() if any(any(_filled(it) for it in row) for row in rows)
        ]
    if not chosen:
        raise InputError(Problem("file_empty", opened.name))
    if len(chosen) > 1:
        details = {"layers": ", ".join(chosen), "first": chosen[0], "file": opened.name}
        raise InputError(Problem("layers_unclear", opened.name, details=details))
    return _table(opened, sheets[chosen[0]], max_rows)


def _filled(cell: Any) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def _table(opened: Opened, rows: list[list[Any]], max_rows: int) -> Table:
    filled = [sum(map(_filled, row)) for row in rows[:50]]
    # A title above the table fills a single cell.
    start = next((at for at, count in enumerate(filled) if count > 1), None)
    if start is None:
        start = next((at for at, count in enumerate(filled) if count), None)
    if start is None:
        raise InputError(Problem("file_empty", opened.name))
    if len(rows) - start - 1 > max_rows:
        raise InputError(Problem("too_many_rows", opened.name, details={"limit": max_rows}))
    width = max((at + 1 for at, cell in enumerate(rows[start]) if _filled(cell)), default=0)
    names, notices = header_names(
        [str(cell) if _filled(cell) else "" for cell in rows[start][:width]], opened.name
    )
    if any(filled[:start]):
        notices.append(Notice("header_found", "repair", opened.name, row=start + 1))
    body = [row[:width] for row in rows[start + 1 :]]
    frame = columns_of_rows(names, body)
    frame, numbers = without_empty_rows(frame, numbered(len(body), start + 2))
    return Table(opened.name, frame, numbers, notices)


def _measure(opened: Opened) -> None:
    """Unpack every part once without keeping it: sizes must hold, and no sheet may span too much."""
    with archive_of(opened) as archive:
        members = archive.infolist()
        if any(
            it.filename.lower() == "content.xml" or it.filename.lower().endswith("workbook.bin")
            for it in members
        ):
            raise InputError(Problem("form_xls", opened.name))
        total = sum(member.file_size for member in members)
        if total > limits.WORKBOOK_UNPACKED_BYTES:
            raise InputError(too_large(opened.name, total, limits.WORKBOOK_UNPACKED_BYTES))
        if len({member.filename.lower() for member in members}) < len(members):
            raise InputError(Problem("zip_broken", opened.name))
        cells = 0
        for member in members:
            try:
                content = archive.read(member)
            except ARCHIVE_ERRORS as error:
                raise InputError(Problem("zip_broken", opened.name)) from error
            if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content[:4096]:
                raise InputError(Problem("workbook_entities", opened.name))
            # The workbook may call any of its parts a sheet, and all of them together must fit.
            _check_counts(content, opened.name)
            cells += _span(content, opened.name, cells)


def _check_counts(content: bytes, file: str) -> None:
    """Refuse a list of texts that says it is longer than it can be: the reader reserves what it says."""
    for start in _TEXTS.finditer(content):
        for name, quoted, bare in _COUNT.findall(start[0]):
            # The one counts the texts of this part, the other the cells that show them.
            most = len(content) if name.lower() == b"uniquecount" else _CELLS
            if int((quoted or bare)[:_DIGITS]) > most:
                raise InputError(Problem("workbook_counts", file, value=(quoted or bare)[:20].decode()))


def _span(content: bytes, file: str, before: int) -> int:
    """Cells a sheet may span; refused if, with those ``before``, they are more than fit.

    The reader keeps the whole rectangle.

    Not a parser but an upper bound that no spelling of the XML gets below: every attribute ``r``
    counts, wherever it stands, and every cell and row may also follow the last one without it.
    """
    if not _CELL.search(content):
        return 0
    highest = widest = 0
    for reference in set(_REFERENCE.findall(content)):
        position = _POSITION.match(reference[0] or reference[1])
        if position is None:
            continue
        column = 0
        for letter in position[1].upper():
            column = column * 26 + letter - 64
        highest, widest = max(highest, int(position[2][:_DIGITS])), max(widest, column)
    parts = _ROW.split(content)
    rows = highest + len(parts)
    columns = widest + max(len(_CELL.findall(part)) for part in parts)
    # Honest sheets name every position, which doubles both sides of the bound at most.
    if before + rows * columns > 4 * _CELLS or highest > _MOST_ROWS or widest > _MOST_COLUMNS:
        raise InputError(Problem("workbook_span", file, details={"rows": highest, "columns": widest}))
    return rows * columns


def _sheets(data: bytes, file: str) -> dict[str, list[list[Any]]]:
    import python_calamine

    try:
        workbook = python_calamine.load_workbook(io.BytesIO(data))
        return {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in workbook.sheet_names[: limits.LISTED]
        }
    except MemoryError:
        raise
    except python_calamine.PasswordError as error:
        raise InputError(Problem("workbook_locked", file)) from error
    except BaseException as error:
        # A panic of the Rust reader arrives as a BaseException of its own.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise InputError(Problem("workbook_broken", file)) from error
        raise
