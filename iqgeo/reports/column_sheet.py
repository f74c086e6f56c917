"""A sheet that takes whole columns: the same bytes as cell by cell, in a tenth of the time and memory.

xlsxwriter keeps an object for each cell and writes each by itself. Here the cells of a long table stay in
their columns and become text a piece of rows at a time; everything else of a sheet is xlsxwriter's own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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

    @cached_property
    def full(self) -> bool:
        """Whether each row has a cell."""
        return None not in self.values

    @property
    def whole(self) -> bool:
        """Whether each row has a cell of the one kind."""
        return self.full and not self.words

    @property
    def ends(self) -> tuple[int, int] | None:
        """The first and last row that have a cell."""
        if self.full:
            return self.first, self.last
        found = [row for row, value in enumerate(self.values, start=self.first) if value is not None]
        return (found[0], found[-1]) if found else None

    def part(self, first: int, beyond: int) -> Sequence[float | None]:
        """The values from one row to before another."""
        return self.values[first - self.first : beyond - self.first]

    def spans(self) -> set[int]:
        """The groups of rows in which there is a cell."""
        if self.full:
            return set(range(self.first // _SPAN, self.last // _SPAN + 1))
        return {row // _SPAN for row, value in enumerate(self.values, start=self.first) if value is not None}


class ColumnSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter has no types
    """A worksheet of xlsxwriter with :meth:`write_texts` and :meth:`write_numbers`.

    A sheet whose chart reads its cells keeps them, and takes none by columns.
    """

    def __init__(self) -> None:
        super().__init__()
        self._columns: dict[int, list[_ColumnCells]] = {}
        self.row_spans: dict[int, str] = {}

    def takes(self, first: int, count: int) -> bool:
        """Whether so many rows from ``first`` on can be written by columns."""
        return count > 0 and first + count <= self.xls_rowmax

    def write_texts(self, first: int, at: int, texts: Sequence[str], look: Any) -> None:
        """Write texts one below the other; each must fit a cell."""
        index = self.str_table._get_shared_string_index
        # Asked once for each different text; the table also counts how often they stand somewhere.
        found = {it: index(it) for it in dict.fromkeys(texts)}
        self.str_table.count += len(texts) - len(found)
        values = [found[it] for it in texts]
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
        ends: dict[int, list[int]] = {}
        for span, written in self.row_spans.items():
            ends[span] = [int(it) for it in written.split(":")]
        # Most columns of a table have the same rows: of these the first and the last one count.
        alike: dict[object, tuple[_ColumnCells, list[int]]] = {}
        for at, column in self._columns.items():
            for cells in column:
                rows = (cells.first, cells.last) if cells.full else id(cells)
                alike.setdefault(rows, (cells, []))[1].append(at + 1)
        for cells, numbers in alike.values():
            for span in cells.spans():
                known = ends.setdefault(span, [numbers[0], numbers[0]])
                known[0], known[1] = min(known[0], *numbers), max(known[1], *numbers)
        self.row_spans = {span: f"{low}:{high}" for span, (low, high) in ends.items()}

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
        numbers = [str(row + 1) for row in range(first, beyond)]
        spans = [self.row_spans.get(row // _SPAN, "") for row in range(first, beyond)]
        # One pattern for all rows: what stands in it is names of columns and numbers of looks.
        pattern = ['<row r="%s" spans="%s">']
        filled: list[Sequence[object]] = [numbers, spans]
        for at, cells in columns.items():
            if not cells.whole:
                pattern.append("%s")
                filled.append(_written(at, cells, first, beyond))
                continue
            kind, form = (' t="s"', "%s") if cells.texts else ("", "%.16G")
            look = cells.look._get_xf_index()
            pattern.append(f'<c r="{xl_col_to_name(at)}%s" s="{look}"{kind}><v>{form}</v></c>')
            filled += [numbers, cells.part(first, beyond)]
        one = "".join([*pattern, "</row>"])
        rows: Iterable[tuple[object, ...]] = zip(*filled, strict=True)
        if not any(it.whole for it in columns.values()):
            rows = (it for it in rows if any(it[2:]))
        self.fh.write("".join([one % it for it in rows]))

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
    values = cells.part(first, beyond)
    words = [cells.words.get(row) for row in range(first, beyond)]
    # A look has no number before a cell uses it, so only that of what there is is asked for.
    number, word = f'<c r="{xl_col_to_name(at)}%d"', ""
    if any(it is not None for it in words):
        word = f'{number} s="{cells.words_look._get_xf_index()}" t="s"><v>%d</v></c>'
    if any(it is None and value is not None for it, value in zip(words, values, strict=True)):
        kind = ' t="s"><v>%d' if cells.texts else "><v>%.16G"
        number += f' s="{cells.look._get_xf_index()}"{kind}</v></c>'
    return [
        "" if value is None else number % (row, value) if it is None else word % (row, it)
        for row, (value, it) in enumerate(zip(values, words, strict=True), start=first + 1)
    ]
