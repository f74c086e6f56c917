"""The register of municipalities as text of fixed columns (GV100AD), as it was published first."""

import re
from typing import Final

import pandas as pd

from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.intake import Notice
from iqgeo.inputs.source import Opened
from iqgeo.inputs.table import Table, numbered
from iqgeo.inputs.text_stream import text_stream

# Columns of a line, counted from 0: first, and one behind the last. Record type and day stand in all.
_TYPE: Final = slice(0, 2)
_DAY: Final = slice(2, 10)
_PARTS: Final = {
    "satzart": _TYPE,
    "land": slice(10, 12),
    "rb": slice(12, 13),
    "kreis": slice(13, 15),
    "gemeinde": slice(15, 18),
    "gemeindename": slice(22, 72),
}
# Of municipalities alone: other record types have other things in these columns.
_OF_MUNICIPALITIES: Final = {"bevoelkerung": slice(139, 150), "postleitzahl": slice(165, 170)}
_MUNICIPALITY: Final = "60"
_NAME_END: Final = 72
_LINE: Final = re.compile(rb"(?:\xef\xbb\xbf)?[1-6]0(?:19|20)\d{6}\d{2}[\d ]{6}")
# GV100NAD: other properties of the same units, without their names.
_OTHERS: Final = re.compile(rb"(?:\xef\xbb\xbf)?[46]1(?:19|20)\d{6}\d{5}")


def is_register_text(opened: Opened, form: str) -> bool:
    """Whether a text file is the register in fixed columns.

    Raises
    ------
    InputError
        If it is the file of the other properties, which has no names.
    """
    with text_stream(opened, form) as stream:
        first = stream.read(_NAME_END * 4).split(b"\n", 1)[0]
    if _OTHERS.match(first) and len(first) > _NAME_END:
        raise InputError(Problem("register_other", opened.name))
    return bool(_LINE.match(first)) and len(first) > _NAME_END


def read_register_text(opened: Opened, form: str, max_rows: int) -> Table:
    """The register with a row a unit, in columns that are called as in its tables.

    Raises
    ------
    InputError
        If a line is none of the register's, or there are too many.
    """
    with text_stream(opened, form) as stream:
        content = stream.read(limits.REGISTER_BYTES + 1)
    if len(content) > limits.REGISTER_BYTES:
        raise InputError(Problem("too_many_rows", opened.name, details={"limit": max_rows}))
    try:
        written, encoding = content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        # Until 2019 in the letters of Western Europe.
        written, encoding = content.decode("cp1252", "replace"), "CP1252"
    lines = written.split("\n")
    rows = numbered(len(lines), 1)
    filled = [(row, line.rstrip("\r\x1a")) for row, line in zip(rows.tolist(), lines, strict=True)]
    filled = [(row, line) for row, line in filled if line.strip()]
    if len(filled) > max_rows:
        raise InputError(Problem("too_many_rows", opened.name, details={"limit": max_rows}))
    odd = [
        row
        for row, line in filled
        if not _LINE.match(line[:18].ljust(18).encode()) or not line[22:72].strip()
    ]
    if odd:
        raise InputError(Problem("register_line", opened.name, row=odd[0], details={"count": len(odd)}))
    columns = {name: [line[part].strip() for _, line in filled] for name, part in _PARTS.items()}
    for name, part in _OF_MUNICIPALITIES.items():
        columns[name] = [line[part].strip() if line[_TYPE] == _MUNICIPALITY else "" for _, line in filled]
    frame = pd.DataFrame({name: pd.Series(cells, dtype="str") for name, cells in columns.items()})
    days = {line[_DAY] for _, line in filled}
    title = tuple(f"Gebietsstand {day[6:]}.{day[4:6]}.{day[:4]}" for day in days) if len(days) == 1 else ()
    notices = [Notice("encoding", "repair", opened.name, value=encoding)] if encoding else []
    return Table(opened.name, frame, rows[[row - 1 for row, _ in filled]], notices, title=title)
