"""CSV as it comes: any encoding and delimiter in use, plain, gzipped or zipped, read block by block."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as pacsv

from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.aligned import parted
from iqgeo.inputs.intake import Notice, Rows
from iqgeo.inputs.layout import is_day, is_footnote
from iqgeo.inputs.open_quotes import rows_in_quotes
from iqgeo.inputs.source import Opened
from iqgeo.inputs.table import (
    Table,
    filled_rows,
    footnote_notices,
    header_names,
    without_empty_rows,
    without_footnotes,
)
from iqgeo.inputs.text_shape import DELIMITERS, TextLayout, shape_of
from iqgeo.inputs.text_stream import text_stream

_KEPT_LINES: Final = 200
_KEPT_LETTERS: Final = 2_000
# What programs of DOS and Windows end a file with.
_END_OF_FILE: Final = "\x1a"
_COMMENT: Final = "#"


class _Ragged:
    """Rows with more or fewer cells than the header has; pyarrow skips them, we name them."""

    def __init__(self, file: str, blank: str, shift: int) -> None:
        self._file = file
        self._blank = blank
        self._shift = shift
        self._last: deque[tuple[int, str]] = deque(maxlen=_KEPT_LINES)
        self.numbers: list[int] = []
        self.problems: list[Problem] = []
        self.more = 0
        self.days: set[str] = set()
        self.comments: list[str] = []

    def __call__(self, row: pacsv.InvalidRow) -> str:
        number = row.number - self._shift
        self.numbers.append(number)
        bare = row.text.strip(self._blank)
        if not bare:
            return "skip"
        if row.actual_columns == 1 and bare.startswith(_COMMENT):
            self.comments.append(bare.lstrip(_COMMENT).strip()[:_KEPT_LETTERS])
            return "skip"
        if row.actual_columns == 1 and is_day(bare) and self.days <= {bare}:
            # Of which day the rows below it are; a second one is no line that can be left out.
            self.days.add(bare)
            return "skip"
        self._last.append((number, row.text[:_KEPT_LETTERS]))
        if len(self.problems) < limits.LISTED:
            details = {"expected": row.expected_columns, "actual": row.actual_columns}
            self.problems.append(Problem("row_ragged", self._file, row=number, details=details))
        else:
            self.more += 1
        return "skip"

    def without_footnotes(self, last_row: int) -> list[str]:
        """Take the lines below the table out of the problems, if the first of them is a footnote."""
        below = [(number, text) for number, text in self._last if number > last_row]
        if not below or not is_footnote(below[0][1].strip(self._blank)):
            return []
        first = below[0][0]
        listed = [problem for problem in self.problems if (problem.row or 0) < first]
        self.more -= len(below) - (len(self.problems) - len(listed))
        self.problems = listed
        return [text.strip(self._blank) for _, text in below]


def batches(
    opened: Opened, form: str, shape: TextLayout, columns: list[str] | None = None
) -> Iterator[Table]:
    """The rows of a text file, a block at a time, all cells as text.

    ``columns`` chooses columns by their cleaned name; blank lines are left out, rows keep their number.

    Raises
    ------
    InputError
        If a block cannot be split into rows.
    """
    names, notices = header_names(shape.header, opened.name)
    keys = [f"f{position}" for position in range(len(names))]
    shift = shape.lines_before - shape.records_before
    ragged = _Ragged(opened.name, f' \t\r\n"{_END_OF_FILE}{shape.delimiter}', shift)
    chosen = [key for key, name in zip(keys, names, strict=True) if columns is None or name in columns]
    rename = dict(zip(keys, names, strict=True))
    text_type = pa.large_string()
    # Rows count on from those of the header, which pyarrow skips.
    done, skipped, last_row = shape.records_before, 0, 0
    with text_stream(opened, form) as stream:
        try:
            reader = pacsv.open_csv(
                pa.PythonFile(stream, mode="r"),
                read_options=pacsv.ReadOptions(
                    use_threads=False,
                    block_size=limits.LINE_BYTES,
                    column_names=keys,
                    skip_rows=shape.lines_before,
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
                last_row = _last_filled(frame, rows, last_row)
                if shape.late_quotes:
                    frame = frame.apply(_unquoted)
                yield Table(opened.name, frame, rows, notices)
                notices = []
        except MemoryError:
            # One of Arrow's own errors, too, and nothing that is wrong with a row.
            raise
        except (UnicodeError, pa.ArrowException, OSError) as error:
            if isinstance(error.__cause__, InputError):
                raise error.__cause__ from error
            raise InputError(Problem("rows_unreadable", opened.name)) from error
    footnotes = [*ragged.comments, *ragged.without_footnotes(last_row)]
    if ragged.more > 0:
        details = {"count": ragged.more, "last": max(ragged.numbers), "listed": len(ragged.problems)}
        ragged.problems.append(Problem("more_rows", opened.name, details=details))
    if ragged.problems or footnotes or ragged.days:
        empty = pd.DataFrame(columns=[rename[key] for key in chosen], dtype="str")
        none = np.empty(0, np.int64)
        yield Table(
            opened.name,
            empty,
            none,
            problems=ragged.problems,
            title=tuple(ragged.days),
            footnotes=tuple(footnotes),
        )


def _last_filled(frame: pd.DataFrame, rows: Rows, before: int) -> int:
    """Number of the last row in which anything stands: blank lines part the notes below a table, too."""
    end, size = len(frame), 1
    while end:
        begin = max(0, end - size)
        filled = np.flatnonzero(filled_rows(frame.iloc[begin:end]))
        if len(filled):
            return int(rows[begin + filled[-1]])
        # Mostly it is the last: the more are empty, the more are looked at together.
        end, size = begin, 16 * size
    return before


def _unquoted(column: pd.Series) -> pd.Series:
    """Cells without the quotes that began behind a blank."""
    bare = column.str.strip()
    quoted = bare.str.fullmatch(r'".*"')
    return column.mask(quoted, bare.str[1:-1].str.replace('""', '"', regex=False)).astype("str")


def _row_numbers(done: int, count: int, missing: Rows) -> Rows:
    """Numbers of ``count`` rows after row ``done``, leaving out the ``missing`` ones."""
    if not len(missing):
        return np.arange(done + 1, done + 1 + count, dtype=np.int64)
    every = np.arange(done + 1, done + 1 + count + len(missing), dtype=np.int64)
    return every[~np.isin(every, missing)][:count]


def read_text(opened: Opened, form: str, max_rows: int, *, inner: bool = False) -> Table:
    """A text file as one table; an ``inner`` one was found in another, and holds no other itself.

    Raises
    ------
    InputError
        If it is no table, or has more than ``max_rows`` rows.
    """
    shape, notices = shape_of(opened, form)
    if shape.aligned and not inner and (within := parted(opened, form, shape.encoding)) is not None:
        told = Notice("columns_aligned", "repair", opened.name)
        table = read_text(within, "csv", max_rows, inner=True)
        return replace(
            table, notices=[*(it for it in notices if it.code == "encoding"), told, *table.notices]
        )
    frames: list[pd.DataFrame] = []
    rows: list[Rows] = []
    problems: list[Problem] = []
    ragged_notes: tuple[str, ...] = ()
    title = shape.title
    count = 0
    for part in batches(opened, form, shape):
        frames.append(part.frame)
        rows.append(part.rows)
        notices += part.notices
        problems += part.problems
        ragged_notes += part.footnotes
        title += part.title
        count += len(part.frame)
        if count > max_rows:
            raise InputError(Problem("too_many_rows", opened.name, details={"limit": max_rows}))
    if not frames:
        names, _ = header_names(shape.header, opened.name)
        frames, rows = [pd.DataFrame(columns=names, dtype="str")], [np.empty(0, np.int64)]
    whole = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    if shape.header[-1] == "" and whole.shape[1] > 1 and whole.iloc[:, -1].eq("").all():
        # Nothing but the delimiters at the ends of the rows.
        whole = whole.iloc[:, :-1]
    frame, numbers = without_empty_rows(whole, np.concatenate(rows))
    parted_rows = _unwrapped(opened, frame, numbers, max_rows) if not inner and not problems else None
    if parted_rows is not None:
        return replace(parted_rows, title=title + parted_rows.title, notices=[*notices, *parted_rows.notices])
    problems += rows_in_quotes(frame, numbers, shape.delimiter, opened.name)
    frame, numbers, footnotes = without_footnotes(frame, numbers)
    footnotes += ragged_notes
    notices += footnote_notices(footnotes, opened.name)
    return Table(opened.name, frame, numbers, notices, problems, title=title, footnotes=footnotes)


def _unwrapped(opened: Opened, frame: pd.DataFrame, rows: Rows, max_rows: int) -> Table | None:
    """The table in a file whose rows stand in quotes as a whole: ``"1,""Göttingen"",9.93"``; else ``None``.

    So a spreadsheet writes one that was opened as text and never parted into columns.
    """
    heading = str(frame.columns[0])
    lines = [heading, *frame.iloc[:, 0]]
    if frame.shape[1] > 1 or not set(DELIMITERS) & set(heading) or any("\n" in it for it in lines):
        return None
    written = "\n".join(lines).encode()
    within = Opened(opened.name, None, written, len(written), written)
    table = read_text(within, "csv", max_rows, inner=True)
    if table.frame.shape[1] < 2 or len(table.frame) != len(rows):
        return None
    told = Notice("rows_unwrapped", "repair", opened.name, count=len(rows))
    return replace(table, rows=rows, notices=[told, *table.notices])
