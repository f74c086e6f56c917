"""What a sheet of Excel says beside its values: what is hidden, and which numbers are shown as per cent."""

import re
import zipfile
from typing import Any, Final

from iqgeo.safe.workbooks import MOST_COLUMNS, attributes_of, position_of

_STYLES: Final = "xl/styles.xml"
_PREFIX: Final = rb"<(?:[\w.-]+:)?"
_ROW_TAG: Final = re.compile(_PREFIX + rb"row\b([^<>]*)>")
_COLUMN_TAG: Final = re.compile(_PREFIX + rb"col\b([^<>]*)>")
_STYLED_CELL: Final = re.compile(_PREFIX + rb"c\s([^<>]*\bs\s*=\s*[\"']\d+[\"'][^<>]*)>")
_FORMAT: Final = re.compile(_PREFIX + rb"numFmt\b([^<>]*)>")
_LOOKS: Final = re.compile(_PREFIX + rb"cellXfs\b")
_LOOKS_END: Final = re.compile(rb"</(?:[\w.-]+:)?cellXfs\s*>")
_LOOK: Final = re.compile(_PREFIX + rb"xf\b([^<>]*)>")
# Formats of per cent that have no description of their own.
_BUILT_IN: Final = (b"9", b"10")
_TRUE: Final = (b"1", b"true")


def hidden_rows(content: bytes) -> frozenset[int]:
    """Numbers of the rows that are hidden or filtered out on a sheet."""
    rows = (attributes_of(it) for it in _ROW_TAG.findall(content))
    hidden = (it.get(b"r", b"") for it in rows if it.get(b"hidden") in _TRUE)
    return frozenset(int(it) for it in hidden if it.isdigit())


def hidden_columns(content: bytes) -> frozenset[int]:
    """Numbers of the columns that are hidden on a sheet, from 1."""
    found: set[int] = set()
    for tag in _COLUMN_TAG.findall(content):
        said = attributes_of(tag)
        ends = said.get(b"min", b""), said.get(b"max", b"")
        if said.get(b"hidden") in _TRUE and all(it.isdigit() for it in ends):
            found.update(range(int(ends[0]), min(int(ends[1]), MOST_COLUMNS) + 1))
    return frozenset(found)


def percent_cells(archive: zipfile.ZipFile, content: bytes) -> list[tuple[int, int]]:
    """Row and column, from 1, of the cells of a sheet whose numbers are shown as per cent."""
    looks = _percent_looks(archive)
    if not looks:
        return []
    tags = map(attributes_of, _STYLED_CELL.findall(content))
    places = (position_of(it.get(b"r", b"")) for it in tags if it.get(b"s") in looks)
    return [it for it in places if it is not None]


def _percent_looks(archive: zipfile.ZipFile) -> frozenset[bytes]:
    """Numbers of the looks of cells that show per cent."""
    if _STYLES not in archive.namelist():
        return frozenset()
    content = archive.read(_STYLES)
    formats = (attributes_of(it) for it in _FORMAT.findall(content))
    percent = {
        *_BUILT_IN,
        *(it.get(b"numFmtId", b"") for it in formats if b"%" in it.get(b"formatCode", b"")),
    }
    start, end = _LOOKS.search(content), _LOOKS_END.search(content)
    if start is None or end is None:
        return frozenset()
    looks = map(attributes_of, _LOOK.findall(content[start.end() : end.start()]))
    return frozenset(b"%d" % at for at, it in enumerate(looks) if it.get(b"numFmtId") in percent)


def shown_as_percent(value: Any) -> Any:
    """A number as per cent are read: ``12.5 %`` for 0.125; everything else as it is."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return f"{100 * value:.10f}".rstrip("0").rstrip(".") + " %"
