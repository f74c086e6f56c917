"""A sheet that takes whole columns: the same bytes as cell by cell, in a tenth of the time and memory.

xlsxwriter keeps an object for each cell and writes each by itself. Here the cells of a long table stay in
their columns and become text a piece of rows at a time; everything else of a sheet is xlsxwriter's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

# Rows that become text at a time.
_PIECE: Final = 2_000
# Rows that share one hint on their columns, as xlsxwriter has them.
_SPAN: Final = 16
# Files in this form say more of each row.
_OF_2010: Final = 2010


@dataclass(frozen=True, eq=False)
class _ColumnCells:
    """The cells of one column, from a first row on: numbers, or the indexes of texts.

    ``words`` are the indexes of texts that stand where a number would; a value that is None is no cell.
    """

    first: int
    values: Sequence[float | None]
    look: Any
    texts: bool
    words: Mapping[int, int]
    words_look: Any

    @property
    def last(self) -> int:
        return self.first + len(self.values) - 1

    @property
    def ends(self) -> tuple[int, int] | None:
        """The first and last row that have a cell."""
        if None not in self.values:
            return self.first, self.last
        found = [row for row, value in enumerate(self.values, start=self.first) if value is not None]
        return (found[0], found[-1]) if found else None

    def spans(self) -> set[int]:
        """The groups of rows in which there is a cell."""
        if None not in self.values:
            return set(range(self.first // _SPAN, self.last // _SPAN + 1))
        return {row // _SPAN for row, value in enumerate(self.values, start=self.first) if value is not None}


class ColumnSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter has no types
    """A worksheet of xlsxwriter with :meth:`write_texts` and :meth:`write_numbers`.

    A sheet whose chart reads its cells keeps them, and takes none by columns.
    """

    def __init__(self) -> None:
        super().__init__()
        self._columns: dict[int, list[_ColumnCells]] = {}

    def takes(self, first: int, count: int) -> bool:
        """Whether so many rows from ``first`` on can be written by columns."""
        return count > 0 and first + count <= self.xls_rowmax

    def write_texts(self, first: int, at: int, texts: Sequence[str], look: Any) -> None:
        """Write texts one below the other; each must fit a cell."""
        index = self.str_table._get_shared_string_index
        values = [index(it) for it in texts]
        self._keep(at, _ColumnCells(first, values, look, texts=True, words={}, words_look=None))

    def write_numbers(
        self, first: int, at: int, numbers: Sequence[float | None], look: Any, words: Mapping[int, str],
        words_look: Any,
    ) -> None:  # fmt: skip
        """Write finite numbers one below the other.

        ``words`` by position stand in place of numbers; None leaves a cell out.
        """
        index = self.str_table._get_shared_string_index
        values = list(numbers)
        found = {}
        for position, word in words.items():
            values[position], found[first + position] = 0.0, index(word)
        self._keep(at, _ColumnCells(first, values, look, texts=False, words=found, words_look=words_look))

    def _keep(self, at: int, cells: _ColumnCells) -> None:
        ends = cells.ends
        if ends is not None:
            for row in ends:
                self._check_dimensions(row, at)
            self._columns.setdefault(at, []).append(cells)

    def _calculate_spans(self) -> None:
        super()._calculate_spans()
        for at, column in self._columns.items():
            for span in {it for cells in column for it in cells.spans()}:
                low, high = (int(it) for it in self.row_spans.get(span, f"{at + 1}:{at + 1}").split(":"))
                self.row_spans[span] = f"{min(low, at + 1)}:{max(high, at + 1)}"

    def _write_rows(self) -> None:
        if not self._columns:
            super()._write_rows()
            return
        self._calculate_spans()
        every = [cells for column in self._columns.values() for cells in column]
        begin, end = self.dim_rowmin, self.dim_rowmax + 1
        alone = self._rows_alone(every)
        edges = {begin, end, *(it for cells in every for it in (cells.first, cells.last + 1))}
        edges |= {it for row in alone for it in (row, row + 1)}
        ordered = sorted(it for it in edges if begin <= it <= end)
        for first, beyond in pairwise(ordered):
            for start in range(first, beyond, _PIECE):
                columns = {
                    at: cells
                    for at, column in sorted(self._columns.items())
                    for cells in column
                    if cells.first <= first <= cells.last
                }
                if columns and first not in alone:
                    self._write_piece(columns, start, min(start + _PIECE, beyond))
                else:
                    for row in range(start, min(start + _PIECE, beyond)):
                        self._write_mixed(row, columns)

    def _rows_alone(self, every: list[_ColumnCells]) -> set[int]:
        """Rows of columns that also have cells of their own, a height, or a note."""
        if self.default_row_height != self.original_row_height or self.excel_version == _OF_2010:
            return {row for cells in every for row in range(cells.first, cells.last + 1)}
        special = {*self.row_info, *self.comments, *(row for row, cells in self.table.items() if cells)}
        return {row for row in special if any(it.first <= row <= it.last for it in every)}

    def _write_piece(self, columns: Mapping[int, _ColumnCells], first: int, beyond: int) -> None:
        """The rows from ``first`` to before ``beyond``, which have nothing but these columns."""
        _number_looks(columns, first, beyond)
        written = [_written(at, cells, first, beyond) for at, cells in columns.items()]
        spans = self.row_spans
        for row, content in enumerate(map("".join, zip(*written, strict=True)), start=first):
            if content:
                self.fh.write(f'<row r="{row + 1}" spans="{spans[row // _SPAN]}">{content}</row>')

    def _write_mixed(self, row: int, columns: Mapping[int, _ColumnCells]) -> None:
        """A row with cells of columns and cells of its own, as xlsxwriter writes its rows."""
        own = self.table.get(row, {})
        here = {at for at, cells in columns.items() if cells.values[row - cells.first] is not None}
        span, look = self.row_spans.get(row // _SPAN), self.row_info.get(row)
        if own or here:
            self._write_row(row, span, look)
            for at in sorted({*own, *here}):
                if at in own:
                    self._write_cell(row, at, own[at])
                else:
                    self.fh.write(_written(at, columns[at], row, row + 1)[0])
            self._xml_end_tag("row")
        elif row in self.row_info or row in self.comments:
            self._write_empty_row(row, span, look)


def _number_looks(columns: Mapping[int, _ColumnCells], first: int, beyond: int) -> None:
    """Looks get their numbers in the order in which cells, row by row, first use them."""
    uses: list[tuple[int, int, Any]] = []
    for at, cells in columns.items():
        found: dict[bool, int] = {}
        for row in range(first, beyond):
            if cells.values[row - cells.first] is not None:
                found.setdefault(row in cells.words, row)
            if len(found) > bool(cells.words):
                break
        uses += [(row, at, cells.words_look if is_word else cells.look) for is_word, row in found.items()]
    for _, _, look in sorted(uses, key=lambda it: it[:2]):
        look._get_xf_index()


def _written(at: int, cells: _ColumnCells, first: int, beyond: int) -> list[str]:
    """The cells of a column as text, empty where there is none."""
    values = cells.values[first - cells.first : beyond - cells.first]
    rows, name = range(first + 1, beyond + 1), xl_col_to_name(at)
    if cells.texts:
        look = cells.look._get_xf_index()
        return [f'<c r="{name}{row}" s="{look}" t="s"><v>{it}</v></c>'
                for row, it in zip(rows, values, strict=True)]  # fmt: skip
    if not cells.words and None not in values:
        look = cells.look._get_xf_index()
        return [f'<c r="{name}{row}" s="{look}"><v>{value:.16G}</v></c>'
                for row, value in zip(rows, values, strict=True)]  # fmt: skip
    found = []
    for row, value in zip(rows, values, strict=True):
        if value is None:
            found.append("")
        elif row - 1 in cells.words:
            look = cells.words_look._get_xf_index()
            found.append(f'<c r="{name}{row}" s="{look}" t="s"><v>{cells.words[row - 1]}</v></c>')
        else:
            look = cells.look._get_xf_index()
            found.append(f'<c r="{name}{row}" s="{look}"><v>{value:.16G}</v></c>')
    return found
