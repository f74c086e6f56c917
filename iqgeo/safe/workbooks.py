"""Workbooks of strangers: what they would unpack to, before a reader believes it, and their rows."""

import io
import re
import zipfile
from typing import Any, Final

from iqgeo.errors import InputError, Problem, too_large
from iqgeo.safe.archives import ARCHIVE_ERRORS

_DIGITS: Final = 12
CELLS: Final = 30_000_000
"""Cells of all sheets together."""

MOST_ROWS: Final = 1_048_576
MOST_COLUMNS: Final = 16_384
"""As large as a sheet can be."""

_REFERENCE: Final = re.compile(rb"\br\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_POSITION: Final = re.compile(rb"\s*([A-Za-z]{0,3})(\d+)\s*$")
_ROW: Final = re.compile(rb"<(?:[\w.-]+:)?row[\s/>]")
_TEXTS: Final = re.compile(rb"<(?:[\w.-]+:)?sst\b[^>]*")
_COUNT: Final = re.compile(rb"\b((?:unique)?count)\s*=\s*(?:\"(\d+)\"|'(\d+)')", re.IGNORECASE)
_CELL: Final = re.compile(rb"<(?:[\w.-]+:)?c[\s/>]")


def check_workbook(archive: zipfile.ZipFile, file: str, most_bytes: int) -> None:
    """Unpack every part once without keeping it: sizes must hold, and no sheet may span too much.

    Parameters
    ----------
    archive : zipfile.ZipFile
        The workbook.
    file : str
        Its name for the screen.
    most_bytes : int
        So much all its parts may be together.

    Raises
    ------
    InputError
        ``form_xls``, ``too_large``, ``zip_broken``, ``workbook_entities``, ``workbook_counts``,
        ``workbook_span``.
    """
    members = archive.infolist()
    if any(it.filename.lower().endswith("workbook.bin") for it in members):
        raise InputError(Problem("form_xls", file))
    total = sum(member.file_size for member in members)
    if total > most_bytes:
        raise InputError(too_large(file, total, most_bytes))
    if len({member.filename.lower() for member in members}) < len(members):
        raise InputError(Problem("zip_broken", file))
    cells = 0
    for member in members:
        try:
            content = archive.read(member)
        except ARCHIVE_ERRORS as error:
            raise InputError(Problem("zip_broken", file)) from error
        if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content[:4096]:
            raise InputError(Problem("workbook_entities", file))
        # The workbook may call any of its parts a sheet, and all of them together must fit.
        _check_counts(content, file)
        cells += _span(content, file, cells)


def _check_counts(content: bytes, file: str) -> None:
    """Refuse a list of texts that says it is longer than it can be: the reader reserves what it says."""
    for start in _TEXTS.finditer(content):
        for name, quoted, bare in _COUNT.findall(start[0]):
            # The one counts the texts of this part, the other the cells that show them.
            most = len(content) if name.lower() == b"uniquecount" else CELLS
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
    if before + rows * columns > 4 * CELLS or highest > MOST_ROWS or widest > MOST_COLUMNS:
        raise InputError(Problem("workbook_span", file, details={"rows": highest, "columns": widest}))
    return rows * columns


def sheets_of(data: bytes, file: str, most: int) -> tuple[dict[str, list[list[Any]]], frozenset[str]]:
    """The rows of the first ``most`` sheets of a checked workbook, and the names of those not hidden.

    Raises
    ------
    InputError
        ``workbook_locked``, ``workbook_broken``.
    """
    import python_calamine

    try:
        workbook = python_calamine.load_workbook(io.BytesIO(data))
        sheets = {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in workbook.sheet_names[:most]
        }
        visible = python_calamine.SheetVisibleEnum.Visible
        return sheets, frozenset(it.name for it in workbook.sheets_metadata if it.visible == visible)
    except MemoryError:
        raise
    except python_calamine.PasswordError as error:
        raise InputError(Problem("workbook_locked", file)) from error
    except BaseException as error:
        # A panic of the Rust reader arrives as a BaseException of its own.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise InputError(Problem("workbook_broken", file)) from error
        raise
