"""A file as a table of what stands in it: text as text, numbers as numbers, nothing interpreted yet."""

import re
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from iqgeo.compass import numbered_names
from iqgeo.errors import InputError, Problem
from iqgeo.frames import Brief
from iqgeo.inputs import limits
from iqgeo.inputs.cells import texts
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Notice, Rows
from iqgeo.inputs.layout import footnotes_from
from iqgeo.inputs.number_marks import Mask
from iqgeo.inputs.source import Opened, archive_of, books_in
from iqgeo.inputs.words import cleaned, shown
from iqgeo.reading import AS_IT_IS, Reading

_KML: Final = "kml"
# What a file is when its first bytes or its ending say so; but for KML iqgeo does not read it.
_REFUSED_CONTENT: Final = (
    (b"<OGRVRT", "vrt"),
    (b"<VRTDataset", "vrt"),
    (b"<kml", _KML),
    (b"opengis.net/kml", _KML),
    (b"earth.google.com/kml", _KML),
    (b"opengis.net/gml", "gml"),
    (b"<gpx", "gpx"),
    (b"<osm", "roads"),
    (b"<graphml", "roads"),
    (b"<!DOCTYPE html", "html"),
    (b"<html", "html"),
)
_REFUSED_START: Final = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"fgb\x03fgb", "fgb"),
    (b"\xfd7zXZ", "archive"),
    (b"BZh", "archive"),
    (b"BEGIN:VCARD", "vcard"),
    (b"\x00\x00\x27\x0a", "shapefile"),
    (b"CHARSET=", "px"),
    (b"AXIS-VERSION=", "px"),
    (b"\x80\x04\x95", "pickle"),
    (b"\x80\x05\x95", "pickle"),
    (b"\x89HDF", "binary"),
    (b"\x7fELF", "binary"),
)
_REFUSED_SUFFIX: Final = {
    ".vrt": "vrt",
    ".shp": "shapefile",
    ".dbf": "shapefile",
    ".shx": "shapefile",
    ".gml": "gml",
    ".gpx": "gpx",
    ".px": "px",
    ".pdf": "pdf",
    ".docx": "word",
    ".doc": "word",
    ".pkl": "pickle",
    ".pickle": "pickle",
}
_READ_START: Final = (
    (b"SQLite format 3\x00", "gpkg"),
    (b"PAR1", "parquet"),
    (b"\x1f\x8b", "gzip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook"),
)
# A list of JSON, not the bracketed name of a column.
_JSON_LIST: Final = re.compile(rb"\[\s*[\[{\"\d\]-]")
_TEXT: Final = "csv"
_FOOTNOTE_ROWS: Final = 200
_FOOTNOTE_COLUMNS: Final = 50


@dataclass(repr=False)
class Table(Brief):
    """What stands in a file.

    Attributes
    ----------
    frame : pd.DataFrame
        The columns under their own names; text as ``str`` (missing cells empty), numbers as numbers.
    rows : Rows
        Row numbers as Excel or an editor counts them, one a row of ``frame``.
    problems : list[Problem]
        Rows that could not be split into cells.
    geometry : Any
        Shapes of a vector file, an array of shapely geometries, or ``None``.
    crs : Any
        Coordinate system the vector file declares, or ``None``.
    title, footnotes : tuple[str, ...]
        What stands above and below the table, a line each.
    reading : Reading
        What the user said about the file.
    """

    file: str
    frame: pd.DataFrame
    rows: Rows
    notices: list[Notice] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    geometry: Any = None
    crs: Any = None
    title: tuple[str, ...] = ()
    footnotes: tuple[str, ...] = ()
    reading: Reading = AS_IT_IS

    def findings(self) -> Findings:
        """A collection that begins with what reading found; a table without rows is a problem."""
        findings = Findings(self.file, self.rows, self.reading)
        findings.notices += self.notices
        findings.add(self.problems)
        if not len(self.frame) and not self.problems:
            findings.problem("no_rows")
        return findings

    def of_rows(self, kept: Mask, notice: Notice) -> "Table":
        """The table of some of its rows, and a notice that says so."""
        return replace(
            self,
            frame=self.frame[kept].reset_index(drop=True),
            rows=self.rows[kept],
            geometry=None if self.geometry is None else np.asarray(self.geometry)[kept],
            notices=[*self.notices, notice],
        )

    @property
    def columns(self) -> list[str]:
        """The names of the columns as the file has them."""
        return [str(column) for column in self.frame.columns]


def form_of(opened: Opened) -> str:
    """What a file is by its content: ``csv``, ``gzip``, ``zip``, ``workbook``, ``gpkg`` and others.

    The content decides, not the name: a file that only calls itself ``.geojson`` is no GeoJSON.

    Raises
    ------
    InputError
        If iqgeo does not read such files, with what to do instead.
    """
    head = opened.head
    refused = next((kind for start, kind in _REFUSED_START if head.startswith(start)), None)
    if refused is None and opened.suffix in _REFUSED_SUFFIX:
        refused = _REFUSED_SUFFIX[opened.suffix]
    if refused is None and head[:400].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<"):
        # UTF-16 letters stand two bytes apart.
        letters = head.replace(b"\x00", b"").lower()
        refused = next((kind for mark, kind in _REFUSED_CONTENT if mark.lower() in letters), "xml")
    if b"OSMHeader" in head[:64] or (head.lstrip().startswith(b"{") and b'"osm3s"' in head[:400]):
        refused = "roads"
    if refused == "shapefile" and opened.parts_beside():
        return "shapefile"
    if refused == _KML:
        return _KML
    if refused is not None:
        raise InputError(Problem(f"form_{refused}", opened.name))
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _form_of_zip(opened)
    started = next((form for start, form in _READ_START if head.startswith(start)), None)
    if started is not None:
        return started
    return "geojson" if begins_json(head) else _TEXT


def begins_json(head: bytes) -> bool:
    """Whether a file that begins so is JSON: an object, or a list of some."""
    bare = head.lstrip(b"\xef\xbb\xbf\x1e \t\r\n")
    return bare.startswith(b"{") or bool(_JSON_LIST.match(bare))


def _form_of_zip(opened: Opened) -> str:
    with archive_of(opened) as archive:
        names = [member.filename.lower() for member in archive.infolist()]
    if any(name.endswith((".shp", ".gpkg")) for name in names):
        return "zipped"
    if any(name.endswith(".dbf") for name in names):
        raise InputError(Problem("form_zipped_shapefile", opened.name))
    if any(name.endswith(".vrt") for name in names):
        raise InputError(Problem("form_vrt", opened.name))
    if any(name.endswith(".kml") for name in names):
        return _KML
    if any(name.startswith("word/") for name in names):
        raise InputError(Problem("form_word", opened.name))
    if is_workbook(names) or books_in(opened, names):
        return "workbook"
    return "zip"


def is_workbook(names: list[str]) -> bool:
    """Whether the members of a zip are the parts of a workbook."""
    return any(name.startswith("xl/workbook") for name in names) or "content.xml" in names


def header_names(cells: list[str], file: str) -> tuple[list[str], list[Notice]]:
    """Column names fit for use: cleaned, none empty, none twice.

    Raises
    ------
    InputError
        If there are more columns than :data:`limits.COLUMNS`.
    """
    if len(cells) > limits.COLUMNS:
        details = {"count": len(cells), "limit": limits.COLUMNS}
        raise InputError(Problem("too_many_columns", file, details=details))
    names: list[str] = []
    notices: list[Notice] = []
    for position, cell in enumerate(cells, start=1):
        bare = cleaned(cell[: 4 * limits.NAME_LETTERS])
        if bare != cell.strip():
            notices.append(Notice("header_cleaned", "repair", file, value=shown(cell)))
        names.append(shown(bare) or f"#{position}")
    return numbered_names(names), notices


def numbered(count: int, first: int = 2) -> Rows:
    """Row numbers of ``count`` rows that follow each other."""
    return np.arange(first, first + count, dtype=np.int64)


def filled_rows(frame: pd.DataFrame) -> Mask:
    """The rows in which anything stands."""
    filled = np.zeros(len(frame), dtype=bool)
    for column in frame.columns:
        values = frame[column]
        # Text is tested against blanks, numbers against NaN.
        is_text = isinstance(values.dtype, pd.StringDtype)
        filled |= (values.str.strip().ne("") if is_text else values.notna()).to_numpy(dtype=bool)
        if filled.all():
            break
    return filled


def without_empty_rows(frame: pd.DataFrame, rows: Rows) -> tuple[pd.DataFrame, Rows]:
    """Drop rows in which nothing stands (Excel keeps formatted empty ones)."""
    filled = filled_rows(frame)
    return (frame, rows) if filled.all() else (frame[filled].reset_index(drop=True), rows[filled])


def without_headings(table: "Table") -> "Table":
    """A table without the rows that say its headings again, as files have them that were put together."""
    frame = table.frame
    names = [str(it) for it in frame.columns]
    if not names or not len(frame) or not all(isinstance(it, pd.StringDtype) for it in frame.dtypes):
        return table
    again = frame[names[0]].str.strip().eq(names[0]).to_numpy(dtype=bool)
    for name in names[1:] if again.any() else ():
        again = again & frame[name].str.strip().eq(name).to_numpy(dtype=bool)
    if not again.any():
        return table
    row = int(table.rows[again][0])
    notice = Notice("headings_again", "repair", table.file, row=row, count=int(again.sum()))
    return table.of_rows(~again, notice)


def without_footnotes(frame: pd.DataFrame, rows: Rows) -> tuple[pd.DataFrame, Rows, tuple[str, ...]]:
    """Take off the last rows in which only one cell is filled and says something about the table."""
    if len(frame.columns) < 2 or not len(frame):
        return frame, rows, ()
    end = frame.iloc[-_FOOTNOTE_ROWS:]
    cells = [texts(end[column]).str.strip().tolist() for column in frame.columns[:_FOOTNOTE_COLUMNS]]
    written = [list(row) for row in zip(*cells, strict=True)]
    kept = len(frame) - len(end) + footnotes_from(written)
    if kept == len(frame):
        return frame, rows, ()
    notes = tuple(next(filter(None, row), "") for row in written[kept - len(frame) :])
    return frame.iloc[:kept].reset_index(drop=True), rows[:kept], notes


def footnote_notices(footnotes: tuple[str, ...], file: str) -> list[Notice]:
    """Say how many lines below the table were not read as rows."""
    if not footnotes:
        return []
    first = next((it for it in footnotes if any(letter.isalpha() for letter in it)), footnotes[0])
    return [Notice("footnotes", "hint", file, count=len(footnotes), value=shown(first))]
