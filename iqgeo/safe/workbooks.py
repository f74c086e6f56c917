"""Workbooks of strangers: what they would unpack to, before a reader believes it, and their rows."""

import html
import io
import re
import zipfile
from typing import Any, Final

from iqgeo.errors import InputError, Problem, too_large
from iqgeo.safe.archives import ARCHIVE_ERRORS
from iqgeo.safe.clean import SHOWN_LETTERS

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
_RELATION: Final = re.compile(rb"<(?:[\w.-]+:)?Relationship\b([^<>]*)>")
_SHEET: Final = re.compile(rb"<(?:[\w.-]+:)?sheet\b([^<>]*)>")
_ATTRIBUTE: Final = re.compile(rb"([\w.:-]+)\s*=\s*[\"']([^\"']*)[\"']")
_CELL: Final = re.compile(rb"<(?:[\w.-]+:)?c[\s/>]")
_TAG: Final = rb"(?:[\w.-]+:)?"
# No group is possessive: Pythons before 3.11.5 match one that tries several ways inside wrongly.
_FORMULA_CELL: Final = re.compile(
    rb"<%(t)bc\s([^<>]*[^<>/])>\s*+<%(t)bf\b(?:[^<>]*/>|[^<>]*>([^<]*)</%(t)bf>)\s*+"
    rb"(?:<%(t)bv\s*+/>|<%(t)bv>\s*+</%(t)bv>)?\s*+</%(t)bc>" % {b"t": _TAG}
)
_ERROR_CELL: Final = re.compile(
    rb"<%(t)bc\s([^<>]*\bt=[\"']e[\"'][^<>]*)>\s*+(?:<%(t)bf\b(?:[^<>]*/>|[^<>]*>[^<]*</%(t)bf>)\s*+)?"
    rb"<%(t)bv>([^<]*)</" % {b"t": _TAG}
)
_NO_VALUE: Final = ((_ERROR_CELL, (b'"e"', b"'e'"), ""), (_FORMULA_CELL, (b"<f", b":f"), "="))
"""Cells without a value, what stands wherever there is one, and the sign before what is put there."""


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
        highest = max(highest, int(position[2][:_DIGITS]))
        widest = max(widest, _column_of(position[1]))
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
        _name_what_is_no_value(data, sheets)
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


def attributes_of(tag: bytes) -> dict[bytes, bytes]:
    """The attributes of a tag, by their names as they stand there."""
    return dict(_ATTRIBUTE.findall(tag))


def parts_of_sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of a workbook that holds each of its sheets, by its name."""
    names = {member.filename for member in archive.infolist()}
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return {}
    related = [attributes_of(it) for it in _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels"))]
    targets = {it.get(b"Id"): it.get(b"Target", b"").decode("utf-8", "replace") for it in related}
    found = {}
    for entry in _SHEET.findall(archive.read("xl/workbook.xml")):
        said = attributes_of(entry)
        target = targets.get(said.get(b"r:id"), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in names:
            found[html.unescape(said.get(b"name", b"").decode("utf-8", "replace"))] = part
    return found


def _name_what_is_no_value(data: bytes, sheets: dict[str, list[list[Any]]]) -> None:
    """Put what stands in a cell without a value into it, which the reader leaves empty.

    That is an error (``#REF!``), and a formula that no program has computed yet: as nothing at all it would
    pass for a year or a figure that nobody knows.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name, part in parts_of_sheets(archive).items():
            content = archive.read(part) if name in sheets else b""
            for pattern, signs, sign in _NO_VALUE:
                # Most sheets have neither, and to look at every cell takes longer than to read them.
                there = any(it in content for it in signs)
                for tag, written in pattern.findall(content) if there else ():
                    said = attributes_of(tag)
                    # A formula may have found an empty text.
                    if not sign or said.get(b"t") != b"str":
                        word = html.unescape(written.decode("utf-8", "replace"))[:SHOWN_LETTERS]
                        _put(sheets[name], said.get(b"r", b""), sign + word)


def _put(rows: list[list[Any]], reference: bytes, word: str) -> None:
    """Put a word into the cell at a place if nothing is in it.

    The reader ends where the last value stands; how far cells may lie apart has been looked at before.
    """
    position = position_of(reference)
    if position is None:
        return
    row, column = position
    rows += [[] for _ in range(row - len(rows))]
    cells = rows[row - 1]
    cells += [None] * (column - len(cells))
    if cells[column - 1] in (None, ""):
        cells[column - 1] = word


def position_of(reference: bytes) -> tuple[int, int] | None:
    """Row and column, from 1, of a reference such as ``C5``; ``None`` for what is none."""
    found = _POSITION.match(reference)
    if found is None:
        return None
    row, column = int(found[2][:_DIGITS]), _column_of(found[1])
    return (row, column) if row and column else None


def _column_of(letters: bytes) -> int:
    """The number of a column, from 1; 0 without letters."""
    column = 0
    for letter in letters.upper():
        column = column * 26 + letter - 64
    return column
