"""Sheets of LibreOffice (OpenDocument), read by hand: what is repeated is counted before it is written out.

A cell or row says how often it is repeated, so that a few bytes can stand for a sheet of a billion cells.
Empty repetitions at the end of a row or sheet are never written out; everything else counts against one
budget of cells for the whole workbook.
"""

from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat

from iqgeo.errors import InputError, Problem, too_large
from iqgeo.inputs import limits
from iqgeo.inputs.source import Opened, archive_of
from iqgeo.inputs.workbook_marks import shown_as_percent
from iqgeo.safe.archives import ARCHIVE_ERRORS
from iqgeo.safe.clean import SHOWN_LETTERS

CONTENT: Final = "content.xml"
_MANIFEST: Final = "META-INF/manifest.xml"
_DIGITS: Final = 12
_HIDDEN: Final = ("collapse", "filter")
_NUMBERS: Final = ("float", "percentage", "currency")
_BLANKS: Final = 1_000
_SEPARATOR: Final = " "
_NAMESPACES: Final = {
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "office",
    "urn:oasis:names:tc:opendocument:xmlns:table:1.0": "table",
    "urn:oasis:names:tc:opendocument:xmlns:text:1.0": "text",
    "urn:oasis:names:tc:opendocument:xmlns:style:1.0": "style",
}


@dataclass
class OpenSheet:
    """A sheet: its rows, the numbers of rows and columns that are hidden, and whether it is hidden itself."""

    rows: list[list[Any]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hidden: bool = False


def open_sheets(opened: Opened, most_cells: int, most_rows: int, most_columns: int) -> dict[str, OpenSheet]:
    """Every sheet of an OpenDocument workbook by its name.

    Raises
    ------
    InputError
        If the file is broken, locked, or its sheets span more than the limits.
    """
    with archive_of(opened) as archive:
        names = {it.filename for it in archive.infolist()}
        total = sum(it.file_size for it in archive.infolist())
        if total > limits.WORKBOOK_UNPACKED_BYTES:
            raise InputError(too_large(opened.name, total, limits.WORKBOOK_UNPACKED_BYTES))
        try:
            manifest = archive.read(_MANIFEST) if _MANIFEST in names else b""
            content = archive.read(CONTENT)
        except ARCHIVE_ERRORS as error:
            raise InputError(Problem("zip_broken", opened.name)) from error
    if b"encryption-data" in manifest:
        raise InputError(Problem("workbook_locked", opened.name))
    reader = _Reader(opened.name, most_cells, most_rows, most_columns)
    try:
        reader.parse(content)
    except expat.ExpatError as error:
        raise InputError(Problem("workbook_broken", opened.name)) from error
    return reader.sheets


def _plain(name: str) -> str:
    """``table:table-row`` whatever prefix the file has for the namespace."""
    space, mark, bare = name.rpartition(_SEPARATOR)
    return f"{_NAMESPACES.get(space, space)}:{bare}" if mark else bare


class _Reader:
    """Follows the elements of ``content.xml``; keeps no tree."""

    def __init__(self, file: str, most_cells: int, most_rows: int, most_columns: int) -> None:
        self.sheets: dict[str, OpenSheet] = {}
        self._file = file
        self._most = (most_cells, most_rows, most_columns)
        self._cells = 0
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._sheet: OpenSheet | None = None
        self._depth = 0
        self._row: list[Any] = []
        self._row_repeat = 1
        self._row_hidden = False
        self._hidden_groups: list[bool] = []
        self._empty_rows = 0
        self._columns = 0
        self._empty_cells = 0
        self._cell: dict[str, str] | None = None
        self._paragraphs: list[list[str]] = []
        self._notes = 0
        self._in_paragraph = 0

    def parse(self, content: bytes) -> None:
        """Read the whole part."""
        parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._entities
        parser.Parse(content, True)

    def _entities(self, *_: object) -> None:
        raise InputError(Problem("workbook_entities", self._file))

    def _repeated(self, attributes: dict[str, str], name: str) -> int:
        written = attributes.get(name, "1").strip()
        return max(1, int(written[:_DIGITS])) if written.isascii() and written.isdigit() else 1

    def _start(self, full: str, given: dict[str, str]) -> None:
        name = _plain(full)
        attributes = {_plain(key): value for key, value in given.items()}
        if name == "style:style":
            self._style = attributes.get("style:name", "")
        elif name == "style:table-properties" and attributes.get("table:display") == "false":
            self._hidden_styles.add(self._style)
        elif name == "table:table":
            self._begin_table(attributes)
        elif self._sheet is None or self._depth > 1:
            return
        elif name in ("table:table-row-group", "table:table-header-rows", "table:table-rows"):
            self._hidden_groups.append(attributes.get("table:display") == "false")
        elif name == "table:table-column":
            self._begin_column(self._sheet, attributes)
        elif name == "table:table-row":
            self._row, self._empty_cells = [], 0
            self._row_repeat = self._repeated(attributes, "table:number-rows-repeated")
            collapsed = attributes.get("table:visibility") in _HIDDEN
            self._row_hidden = collapsed or any(self._hidden_groups)
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._cell, self._paragraphs, self._notes, self._in_paragraph = attributes, [], 0, 0
        elif self._cell is not None:
            self._start_in_cell(name, attributes)

    def _begin_table(self, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > 1:
            # A table within a cell is none of the sheets.
            return
        hidden = attributes.get("table:style-name", "") in self._hidden_styles
        self._sheet = OpenSheet(hidden=hidden)
        self._empty_rows = self._columns = 0
        self._hidden_groups = []
        if len(self.sheets) < limits.LISTED:
            self.sheets[attributes.get("table:name", f"#{len(self.sheets) + 1}")] = self._sheet

    def _begin_column(self, sheet: OpenSheet, attributes: dict[str, str]) -> None:
        first = self._columns + 1
        self._columns += self._repeated(attributes, "table:number-columns-repeated")
        if attributes.get("table:visibility") in _HIDDEN:
            sheet.hidden_columns.update(range(first, min(self._columns, self._most[2]) + 1))

    def _start_in_cell(self, name: str, attributes: dict[str, str]) -> None:
        if name == "office:annotation":
            self._notes += 1
        elif self._notes:
            return
        elif name in ("text:p", "text:h"):
            self._paragraphs.append([])
            self._in_paragraph += 1
        elif name == "text:s":
            self._text(" " * min(self._repeated(attributes, "text:c"), _BLANKS))
        elif name == "text:tab":
            self._text("\t")
        elif name == "text:line-break":
            self._text("\n")

    def _text(self, data: str) -> None:
        if self._cell is not None and self._in_paragraph and not self._notes and self._depth == 1:
            self._paragraphs[-1].append(data)

    def _end(self, full: str) -> None:
        name = _plain(full)
        if name == "table:table":
            self._depth = max(0, self._depth - 1)
            self._sheet = self._sheet if self._depth else None
        elif self._sheet is None or self._depth > 1:
            return
        elif name in ("table:table-row-group", "table:table-header-rows", "table:table-rows"):
            if self._hidden_groups:
                self._hidden_groups.pop()
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._end_cell()
        elif name == "table:table-row":
            self._end_row(self._sheet)
        elif name == "office:annotation":
            self._notes = max(0, self._notes - 1)
        elif name in ("text:p", "text:h") and not self._notes:
            self._in_paragraph = max(0, self._in_paragraph - 1)

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        count = self._repeated(self._cell, "table:number-columns-repeated")
        value = self._value(self._cell)
        self._cell = None
        if value is None:
            self._empty_cells += count
            return
        self._spend(len(self._row) + self._empty_cells + count, 0)
        self._row += [None] * self._empty_cells + [value] * count
        self._empty_cells = 0

    def _value(self, cell: dict[str, str]) -> Any:
        """A number, or what is written; nothing for an empty cell."""
        kind = cell.get("office:value-type", "")
        written = "\n".join("".join(it) for it in self._paragraphs)
        if kind in _NUMBERS:
            try:
                number = float(cell.get("office:value", ""))
                return shown_as_percent(number) if kind == "percentage" else number
            except ValueError:
                return written or None
        if kind == "date":
            date = cell.get("office:date-value", written)
            return date.removesuffix("T00:00:00") or None
        if not written.strip() and not kind and "table:formula" in cell:
            # One that no program has computed yet is no empty cell.
            return "=" + cell["table:formula"].partition("=")[2][:SHOWN_LETTERS]
        return written if written.strip() else None

    def _end_row(self, sheet: OpenSheet) -> None:
        if not self._row:
            self._empty_rows += self._row_repeat
            return
        first = len(sheet.rows) + self._empty_rows
        self._spend(len(self._row), first + self._row_repeat)
        self._cells += self._empty_rows + self._row_repeat * len(self._row)
        self._spend(0, 0)
        sheet.rows += [[]] * self._empty_rows + [self._row] * self._row_repeat
        if self._row_hidden:
            sheet.hidden_rows.update(range(first + 1, first + self._row_repeat + 1))
        self._empty_rows = 0

    def _spend(self, columns: int, rows: int) -> None:
        most_cells, most_rows, most_columns = self._most
        if self._cells > most_cells or rows > most_rows or columns > most_columns:
            details = {"rows": max(rows, 1), "columns": max(columns, len(self._row), 1)}
            raise InputError(Problem("workbook_span", self._file, details=details))
