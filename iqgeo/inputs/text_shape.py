"""How a text table is written: encoding, delimiter, and where its header stands."""

import codecs
import io
import re
from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np

from iqgeo.errors import InputError, Problem
from iqgeo.inputs.aligned import may_be
from iqgeo.inputs.eurostat import HEADING
from iqgeo.inputs.intake import Notice
from iqgeo.inputs.layout import layout_of
from iqgeo.inputs.source import Opened
from iqgeo.inputs.text_stream import CHUNK, text_stream

DELIMITERS: Final = ";,\t|~"
"""Signs that part the cells of a row."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SNIFFED_LINES: Final = 20
_SNIFFED_BYTES: Final = 256 * 1024
# What consoles and the Excel of a Mac write where no other is asked for.
_OLD_ENCODINGS: Final = ("cp850", "mac_roman")
_NOT_IN_CP1252: Final = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")
# Letters within a word, not the quotation marks around it.
_WITHIN: Final = re.compile(r"(?<=[A-Za-z])([^\x00-\x7f])(?=[A-Za-z])")
_GERMAN: Final = frozenset("äöüß")
_LATE_QUOTE: Final = re.compile(r" +\".*\" *")
# A cell of more lines than this is an open quote.
_QUOTED_LINES: Final = 20


@dataclass(frozen=True)
class TextLayout:
    """How a text file is written: its encoding, delimiter and header.

    ``lines_before`` are the lines before the first row of data, ``records_before`` the rows they make
    (a heading with a line break is one row of two lines), ``title`` what stands above the header.
    ``late_quotes`` says that quotes begin behind a blank: ``"a", "b"``, ``aligned`` that blanks may part the
    columns.
    """

    encoding: str
    delimiter: str
    header: list[str]
    lines_before: int
    records_before: int = 1
    late_quotes: bool = False
    aligned: bool = False
    title: tuple[str, ...] = ()


def shape_of(opened: Opened, form: str, *, whole: bool = True) -> tuple[TextLayout, list[Notice]]:
    """Encoding, delimiter and header of a text file; reads it once from end to end for the encoding.

    Without ``whole`` only the beginning is looked at.

    Raises
    ------
    InputError
        If it is no text, or has no header.
    """
    with text_stream(opened, form) as stream:
        encoding, head = _encoding(stream, opened.name, whole=whole)
    notices = []
    if encoding not in ("utf-8", "utf-8-sig"):
        notices.append(Notice("encoding", "repair", opened.name, value=encoding.upper()))
    decoded = codecs.getincrementaldecoder(encoding)("replace").decode(head[:_SNIFFED_BYTES])
    written = decoded.lstrip("\ufeff")
    lines, heights = _logical_lines(written)
    before = 0
    delimiter = ""
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].rstrip()) <= 5:
        delimiter, before = lines[0].rstrip("\r\n")[4:5], 1
    while before < len(lines) and not lines[before].strip(f' {DELIMITERS}"'):
        before += 1
    if before >= len(lines):
        raise InputError(Problem("file_empty", opened.name))
    delimiter = delimiter or _delimiter_of_table(lines[before:])
    found = layout_of([_cells(line, delimiter) for line in lines[before:]])
    if found is None:
        raise InputError(Problem("file_empty", opened.name))
    records = before + found.above + found.rows
    header = _as_wide_as_rows(found.header, [_cells(line, delimiter) for line in lines[records:]])
    if found.title or found.rows > 1:
        notices.append(Notice("header_found", "repair", opened.name, row=before + found.above + 1))
    late = any(
        _LATE_QUOTE.fullmatch(cell)
        for line in lines[before : records + 1]
        for cell in _split(line, delimiter)
    )
    shape = TextLayout(
        encoding,
        delimiter,
        header,
        sum(heights[:records]),
        records,
        late_quotes=late,
        aligned=may_be(lines[before : before + _SNIFFED_LINES]),
        title=found.title,
    )
    return shape, notices


def _as_wide_as_rows(header: list[str], rows: list[list[str]]) -> list[str]:
    """The header with or without an empty cell at its end, where every row below it has one more or less.

    Some programs end each row with a delimiter and the header with none, or the other way round.
    """
    rows = [row for row in rows if sum(map(bool, row)) > 1]
    if len(header) < 2 or not rows:
        return header
    if all(len(row) == len(header) + 1 and not row[-1] for row in rows):
        return [*header, ""]
    fewer = not header[-1] and all(len(row) == len(header) - 1 for row in rows)
    return header[:-1] if fewer else header


def _logical_lines(written: str) -> tuple[list[str], list[int]]:
    """Lines with those between open quotes joined, and how many lines of the file each is."""
    lines: list[str] = []
    heights: list[int] = []
    open_quote = False
    for line in re.split(r"\r\n|\n|\r", written)[: 10 * _SNIFFED_LINES]:
        if open_quote and heights[-1] < _QUOTED_LINES:
            lines[-1] += "\n" + line
            heights[-1] += 1
        else:
            lines.append(line)
            heights.append(1)
        open_quote = lines[-1].count('"') % 2 == 1
    return lines, heights


def _cells(line: str, delimiter: str) -> list[str]:
    return [cell.strip().strip('"').replace('""', '"') for cell in _split(line, delimiter)]


def _delimiter_of_table(lines: list[str]) -> str:
    """The delimiter of the table, which may begin below lines of another form."""
    if HEADING.fullmatch(lines[0].partition("\t")[0].strip(' "')):
        return "\t"
    best, most = _delimiter(lines[:_SNIFFED_LINES]), 0
    for start in range(min(len(lines) - 1, 3 * _SNIFFED_LINES)):
        below = lines[start : start + _SNIFFED_LINES]
        sign = _delimiter(below)
        width = len(_split(below[0], sign))
        equal = sum(len(_split(line, sign)) == width for line in below[1:])
        if width > 1 and equal > most:
            best, most = sign, equal
        if most == _SNIFFED_LINES - 1:
            break
    return best


def _encoding(stream: BinaryIO, file: str, *, whole: bool) -> tuple[str, bytes]:
    """The encoding a stream can be read in, and its first bytes."""
    head = stream.read(CHUNK)
    if not whole:
        stream = io.BytesIO()
    named = next((name for mark, name in _MARKS if head.startswith(mark)), None) or _without_mark(head, file)
    if _decodes(stream, head, named or "utf-8", final=whole):
        return named or "utf-8", head
    if named is None:
        return _western(head), head
    raise InputError(Problem("encoding_broken", file, value=named.upper()))


def _western(head: bytes) -> str:
    """Western Windows, in which every byte but five is a letter, or an older one that has more umlauts.

    One letter alone could be one of a name from elsewhere (Košice): two different umlauts are asked for, or
    a byte that Windows does not have.
    """
    found = {it: set(_WITHIN.findall(head.decode(it, "replace"))) for it in ("cp1252", *_OLD_ENCODINGS)}
    impossible = any(it in head for it in _NOT_IN_CP1252)
    least = len(found["cp1252"] & _GERMAN) + (1 if impossible else 2)
    best = max(_OLD_ENCODINGS, key=lambda it: len(found[it] & _GERMAN))
    return best if len(found[best] & _GERMAN) >= least else "cp1252"


def _without_mark(head: bytes, file: str) -> str | None:
    """UTF-16 without a byte order mark, or ``None``."""
    zeros = np.frombuffer(head[:4096], dtype=np.uint8) == 0
    if not zeros.any():
        return None
    # Western text in UTF-16 has a zero in every second byte, on one side only.
    even, odd = float(zeros[0::2].mean()), float(zeros[1::2].mean()) if len(zeros) > 1 else 0.0
    if max(even, odd) > 0.3 and min(even, odd) < 0.05:
        return "utf-16-be" if even > odd else "utf-16-le"
    raise InputError(Problem("form_binary", file))


def _decodes(stream: BinaryIO, head: bytes, encoding: str, *, final: bool) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    block = head
    try:
        while block:
            decoder.decode(block)
            block = stream.read(CHUNK)
        # A beginning may be cut within a letter.
        decoder.decode(b"", final=final)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(lines: list[str]) -> str:
    """The delimiter of a header and the rows below it.

    The header decides: decimal commas stand in rows, not in names of columns. Of several the one
    that splits the rows as it splits the header.
    """
    widths = {sign: len(_split(lines[0], sign)) for sign in DELIMITERS}
    if max(widths.values()) == 1:
        return ";" if any(";" in line for line in lines) else ","

    def agreement(sign: str) -> tuple[bool, float, int]:
        equal = sum(len(_split(line, sign)) == widths[sign] for line in lines[1:])
        return widths[sign] > 1, equal / max(1, len(lines) - 1), widths[sign]

    return max(DELIMITERS, key=agreement)


def _split(line: str, delimiter: str) -> list[str]:
    """Cells of one line; a delimiter between quotes does not split."""
    cells, start, quoted = [], 0, False
    for position, letter in enumerate(line):
        if letter == '"':
            quoted = not quoted
        elif letter == delimiter and not quoted:
            cells.append(line[start:position])
            start = position + 1
    return [*cells, line[start:]]
