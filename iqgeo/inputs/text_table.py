"""CSV as it comes: any encoding and delimiter in use, plain, gzipped or zipped, read block by block."""

import codecs
import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as pacsv

from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.intake import Notice, Rows
from iqgeo.inputs.source import ARCHIVE_ERRORS, Opened, archive_of, too_large
from iqgeo.inputs.table import Table, header_names, without_empty_rows

_CHUNK: Final = 4 * limits.MIB
_DELIMITERS: Final = ";,\t|"
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SNIFFED_LINES: Final = 20
_SNIFFED_BYTES: Final = 256 * 1024


@dataclass(frozen=True)
class Shape:
    """How a text file is written: its encoding, delimiter, header, and the lines before it."""

    encoding: str
    delimiter: str
    header: list[str]
    lines_before: int


class _Counted(io.RawIOBase):
    """A stream that refuses to yield more than the limits allow, whatever its directory promised."""

    def __init__(self, inner: BinaryIO, file: str, packed: int | None) -> None:
        self._inner = inner
        self._file = file
        self._packed = packed
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._inner.read(len(buffer))
        except ARCHIVE_ERRORS as error:
            raise InputError(Problem("archive_broken", self._file)) from error
        self._read += len(data)
        if self._read > limits.TABLE_BYTES:
            raise InputError(too_large(self._file, self._read, limits.TABLE_BYTES))
        if self._packed is not None and self._read > max(
            limits.UNPACK_FREE_BYTES, limits.UNPACK_RATIO * self._packed
        ):
            raise InputError(Problem("zip_bomb", self._file, value=self._file))
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def text_stream(opened: Opened, form: str) -> Iterator[BinaryIO]:
    """The bytes of the table, unpacked on the way.

    Raises
    ------
    InputError
        If a zip holds no table or several of them, or unpacks to too much.
    """
    if form == "zip":
        with archive_of(opened) as archive:
            member = _table_in(opened, [it.filename for it in archive.infolist() if not it.is_dir()])
            packed = archive.getinfo(member).compress_size
            try:
                inner = archive.open(member)
            except ARCHIVE_ERRORS as error:
                raise InputError(Problem("archive_broken", opened.name)) from error
            with inner, io.BufferedReader(_Counted(inner, opened.name, packed), _CHUNK) as stream:  # type: ignore[arg-type]
                yield stream
    elif form == "gzip":
        with (
            opened.open() as packed_stream,
            gzip.GzipFile(fileobj=packed_stream) as unpacked,
            io.BufferedReader(_Counted(unpacked, opened.name, opened.size), _CHUNK) as stream,  # type: ignore[arg-type]
        ):
            yield stream
    else:
        with opened.open() as stream:
            yield stream


def _table_in(opened: Opened, names: list[str]) -> str:
    """The one table in a zip, or the one that was named."""
    tables = [name for name in names if name.lower().endswith((".csv", ".txt", ".tsv"))]
    if opened.layer is not None:
        tables = [name for name in tables if opened.layer in (name, name.rsplit("/", 1)[-1])]
    if len(tables) == 1:
        return tables[0]
    if not tables:
        raise InputError(Problem("zip_no_table", opened.name))
    listed = ", ".join(tables[: limits.LISTED])
    raise InputError(
        Problem(
            "layers_unclear", opened.name, details={"layers": listed, "first": tables[0], "file": opened.name}
        )
    )


def shape_of(opened: Opened, form: str, *, whole: bool = True) -> tuple[Shape, list[Notice]]:
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
    lines = written.splitlines()[: 10 * _SNIFFED_LINES]
    before = 0
    delimiter = ""
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].rstrip()) <= 5:
        delimiter, before = lines[0].rstrip("\r\n")[4:5], 1
    while before < len(lines) and not lines[before].strip(' ;,\t|"'):
        before += 1
    if before >= len(lines):
        raise InputError(Problem("file_empty", opened.name))
    delimiter = delimiter or _delimiter(lines[before : before + _SNIFFED_LINES])
    cells = [cell.strip().strip('"').replace('""', '"') for cell in _split(lines[before], delimiter)]
    return Shape(encoding, delimiter, cells, before), notices


def _encoding(stream: BinaryIO, file: str, *, whole: bool) -> tuple[str, bytes]:
    """The encoding a stream can be read in, and its first bytes."""
    head = stream.read(_CHUNK)
    if not whole:
        stream = io.BytesIO()
    named = next((name for mark, name in _MARKS if head.startswith(mark)), None) or _without_mark(head, file)
    if _decodes(stream, head, named or "utf-8", final=whole):
        return named or "utf-8", head
    if named is None:
        # Western Windows, in which every byte but five is a letter.
        return "cp1252", head
    raise InputError(Problem("encoding_broken", file, value=named.upper()))


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
            block = stream.read(_CHUNK)
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
    widths = {sign: len(_split(lines[0], sign)) for sign in _DELIMITERS}
    if max(widths.values()) == 1:
        return ";" if any(";" in line for line in lines) else ","

    def agreement(sign: str) -> tuple[bool, float, int]:
        equal = sum(len(_split(line, sign)) == widths[sign] for line in lines[1:])
        return widths[sign] > 1, equal / max(1, len(lines) - 1), widths[sign]

    return max(_DELIMITERS, key=agreement)


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


class _Ragged:
    """Rows with more or fewer cells than the header has; pyarrow skips them, we name them."""

    def __init__(self, file: str, blank: str) -> None:
        self._file = file
        self._blank = blank
        self.numbers: list[int] = []
        self.problems: list[Problem] = []
        self.more = 0

    def __call__(self, row: pacsv.InvalidRow) -> str:
        self.numbers.append(row.number)
        if not row.text.strip(self._blank):
            return "skip"
        if len(self.problems) < limits.LISTED:
            details = {"expected": row.expected_columns, "actual": row.actual_columns}
            self.problems.append(Problem("row_ragged", self._file, row=row.number, details=details))
        else:
            self.more += 1
        return "skip"


def batches(opened: Opened, form: str, shape: Shape, columns: list[str] | None = None) -> Iterator[Table]:
    """The rows of a text file, a block at a time, all cells as text.

    ``columns`` chooses columns by their cleaned name; blank lines are left out, rows keep their number.

    Raises
    ------
    InputError
        If a block cannot be split into rows.
    """
    names, notices = header_names(shape.header, opened.name)
    keys = [f"f{position}" for position in range(len(names))]
    ragged = _Ragged(opened.name, f' \t\r\n"{shape.delimiter}')
    chosen = [key for key, name in zip(keys, names, strict=True) if columns is None or name in columns]
    rename = dict(zip(keys, names, strict=True))
    text_type = pa.large_string()
    # The header is a row like any other to pyarrow, which counts from 1 after the lines it skips.
    done, skipped = 1 + shape.lines_before, 0
    with text_stream(opened, form) as stream:
        try:
            reader = pacsv.open_csv(
                pa.PythonFile(stream, mode="r"),
                read_options=pacsv.ReadOptions(
                    use_threads=False,
                    block_size=limits.LINE_BYTES,
                    column_names=keys,
                    skip_rows=1 + shape.lines_before,
                    encoding="utf8" if shape.encoding in ("utf-8", "utf-8-sig") else shape.encoding,
                ),
                parse_options=pacsv.ParseOptions(
                    delimiter=shape.delimiter,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=ragged,
                ),
                convert_options=pacsv.ConvertOptions(
                    column_types=dict.fromkeys(keys, text_type),
                    include_columns=chosen,
                    strings_can_be_null=False,
                ),
            )
            for batch in reader:
                missing = np.asarray(ragged.numbers[skipped:], dtype=np.int64)
                rows = _row_numbers(done, batch.num_rows, missing)
                skipped = len(ragged.numbers)
                done += batch.num_rows + len(missing)
                frame = pa.Table.from_batches([batch]).to_pandas().rename(columns=rename)
                yield Table(opened.name, frame, rows, notices)
                notices = []
        except (pa.ArrowInvalid, UnicodeError, pa.ArrowException, OSError) as error:
            if isinstance(error.__cause__, InputError):
                raise error.__cause__ from error
            raise InputError(Problem("rows_unreadable", opened.name)) from error
    if ragged.more:
        details = {"count": ragged.more, "last": max(ragged.numbers), "listed": len(ragged.problems)}
        ragged.problems.append(Problem("more_rows", opened.name, details=details))
    if ragged.problems:
        empty = pd.DataFrame(columns=[rename[key] for key in chosen], dtype="str")
        yield Table(opened.name, empty, np.empty(0, np.int64), problems=ragged.problems)


def _row_numbers(done: int, count: int, missing: Rows) -> Rows:
    """Numbers of ``count`` rows after row ``done``, leaving out the ``missing`` ones."""
    if not len(missing):
        return np.arange(done + 1, done + 1 + count, dtype=np.int64)
    every = np.arange(done + 1, done + 1 + count + len(missing), dtype=np.int64)
    return every[~np.isin(every, missing)][:count]


def read_text(opened: Opened, form: str, max_rows: int) -> Table:
    """A text file as one table.

    Raises
    ------
    InputError
        If it is no table, or has more than ``max_rows`` rows.
    """
    shape, notices = shape_of(opened, form)
    frames: list[pd.DataFrame] = []
    rows: list[Rows] = []
    problems: list[Problem] = []
    count = 0
    for part in batches(opened, form, shape):
        frames.append(part.frame)
        rows.append(part.rows)
        notices += part.notices
        problems += part.problems
        count += len(part.frame)
        if count > max_rows:
            raise InputError(Problem("too_many_rows", opened.name, details={"limit": max_rows}))
    if not frames:
        names, _ = header_names(shape.header, opened.name)
        frames, rows = [pd.DataFrame(columns=names, dtype="str")], [np.empty(0, np.int64)]
    whole = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    frame, numbers = without_empty_rows(whole, np.concatenate(rows))
    return Table(opened.name, frame, numbers, notices, problems)
