"""Workbooks for people in offices: real numbers, frozen headings, filters, widths, ready to print."""

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from iqgeo.reports.cells import Column, ColumnKind, ReportTable
from iqgeo.reports.excel_pictures import LINE_HEIGHT, PAGE_CHARACTERS, insert_chart, insert_pictures
from iqgeo.reports.excel_styles import BOOK_FONT, Styles
from iqgeo.reports.sheet_pages import ROW_POINTS, Page, page_for, width_of
from iqgeo.safe.clean import MAX_CELL_CHARACTERS, clean
from iqgeo.texts import Lang, text
from iqgeo.words.states import day_of

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from iqgeo.reports.column_sheet import ColumnSheet
    from iqgeo.reports.pictures import Picture

# Nothing from a name ever becomes a formula, a link or a number.
_OPTIONS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
# Dates are counted in days from here.
_DAY_ZERO: Final = datetime.date(1899, 12, 30)
_A4: Final = 9
_MOST_LINES = 30
_MOST_WIDTH: Final = 70
# Height of the headings of columns.
_HEAD_POINTS: Final = 40.0
_HEAD_LINE: Final = 13.0
# A footer holds 255 characters with all its commands.
_FOOTER_TITLE = 100


@dataclass(frozen=True)
class Block:
    """A table on a sheet.

    ``total`` is a last row of sums by column, ``links`` lead from the first column's text to a sheet;
    ``headed`` shows the headings of the columns.
    """

    table: ReportTable
    heading: str = ""
    total: Mapping[str, str | float] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    link_column: str = ""
    headed: bool = True


@dataclass(frozen=True)
class Chart:
    """A chart that the reader's program draws from the first two columns of a sheet's last table.

    ``kind`` is ``line`` or ``bar``; ``alt`` the words for those who cannot see it; of a line, ``axis`` says
    what is counted along it, ``most`` is the end of its height, if it has a natural one.
    """

    kind: str
    title: str
    alt: str
    axis: str = ""
    most: float | None = None


@dataclass(frozen=True)
class Sheet:
    """A sheet: a title, lines of text below it, and tables.

    Pictures stand below the lines, one under the other. One table gets a frozen, filtered heading that is
    repeated on every printed page; ``printed`` are so many of its rows as a person would print, if not all.
    It is printed upright or across, whatever takes fewer pages; ``upright`` is for sheets of words.
    """

    name: str
    title: str
    lines: tuple[str, ...]
    blocks: tuple[Block, ...]
    upright: bool = False
    pictures: "tuple[Picture, ...]" = ()
    chart: Chart | None = None
    printed: int | None = None


def workbook_bytes(
    sheets: Sequence[Sheet], lang: Lang, *, title: str, date: datetime.date | None = None
) -> bytes:
    """Write sheets as an Excel workbook. The same sheets on the same ``date`` give the same bytes."""
    from iqgeo.reports.column_book import ColumnBook
    from iqgeo.reports.column_sheet import ColumnSheet

    made = datetime.datetime.combine(day_of(date), datetime.time())
    # The library writes into what it is given.
    book = ColumnBook({**_OPTIONS, "default_format_properties": {**BOOK_FONT}})
    with book:
        book.set_properties({"title": clean(title, 200), "author": "iqgeo", "company": "", "created": made})
        book.set_size(22000, 14000)
        styles = Styles(book, lang)
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name, ColumnSheet), sheet, styles, lang)
    return book.content()


def _write_sheet(page: "ColumnSheet", sheet: Sheet, styles: Styles, lang: Lang) -> None:
    page.hide_gridlines(2)
    page.set_row(0, 1.6 * LINE_HEIGHT)
    page.write_string(0, 0, clean(sheet.title), styles.title)
    widest = _widest(sheet, lang)
    row = _write_lines(page, sheet, _printed_widths(sheet, widest), styles)
    if sheet.pictures:
        row = insert_pictures(page, row, sheet)
        # The numbers of the chart begin a page of their own.
        page.set_h_pagebreaks([row])
    listed = len(sheet.blocks) == 1 and not sheet.pictures
    for block in sheet.blocks:
        if block.heading:
            page.write_string(row, 0, clean(block.heading), styles.section)
            row += 1
        if block.headed:
            _write_heading(page, row, block.table, styles, lang, widest)
            row += 1
        first, last = row, row + len(block.table) - 1
        # A chart is drawn from cells that are kept.
        whole = sheet.chart is None and page.takes(first, len(block.table))
        _write_rows(page, first, block, styles, lang, wrap=not listed or sheet.upright, whole=whole)
        columns = len(block.table.columns)
        if listed:
            page.freeze_panes(first, 0)
            page.repeat_rows(row - 1)
            page.autofilter(row - 1, 0, max(last, first), columns - 1)
            printed = [at for at, column in enumerate(block.table.columns) if column.kind != "degrees"]
            end = max(last, first) + bool(block.total)
            if sheet.printed is not None and sheet.printed < len(block.table):
                end = max(first + sheet.printed - 1, row)
            page.print_area(0, 0, end, printed[-1])
        if len(block.table):
            page.ignore_errors({"number_stored_as_text": _range(first, 0, last, columns - 1)})
        row = last + 1
        if block.total:
            _write_total(page, row, block, styles)
            row += 1
        row += 1
        if sheet.chart is not None and block is sheet.blocks[-1]:
            insert_chart(page, (first, last, row), sheet, sheet.chart, styles.book)
    for at, column in enumerate(widest):
        if at or not sheet.pictures:
            page.set_column(at, at, column)
    _set_up_print(page, sheet, widest, lang)


def _write_lines(page: "Worksheet", sheet: Sheet, widths: Sequence[int], styles: Styles) -> int:
    """The lines above pictures and tables; returns the row below them.

    A line longer than the table is wide wraps, as a printed page ends where the table does.
    """
    alone = bool(sheet.pictures) or len(widths) < 2
    # Letters are narrower than the figures that widths count.
    room = 1.15 * PAGE_CHARACTERS if sheet.pictures else 1.1 * sum(widths)
    for row, line in enumerate(map(clean, sheet.lines), start=1):
        if alone or len(line) <= room:
            page.write_string(row, 0, line, styles.page_line if sheet.pictures else styles.line)
        else:
            page.merge_range(row, 0, row, len(widths) - 1, line, styles.page_line)
        if sheet.pictures or len(line) > room:
            page.set_row(row, math.ceil(len(line) / room) * LINE_HEIGHT)
    return len(sheet.lines) + 2


def _widest(sheet: Sheet, lang: Lang) -> list[int]:
    # Words of an upright sheet wrap.
    whole = len(sheet.blocks) == 1 and not sheet.pictures and not sheet.upright
    columns = [
        [_width(column, block, lang, whole=whole) for column in block.table.columns] for block in sheet.blocks
    ]
    most = max((len(widths) for widths in columns), default=0)
    return [max((widths[at] for widths in columns if at < len(widths)), default=10) for at in range(most)]


def _width(column: Column, block: Block, lang: Lang, *, whole: bool) -> int:
    """How wide a column is; ``whole``: as its words do not wrap, and what is beyond a cell is not printed."""
    values, least = block.table.frame[column.key], column.width
    if block.headed:
        # No word of a heading is broken; beside words there is a little air.
        word = max(map(len, column.heading(lang).split()), default=0)
        least = max(least, word + (column.kind == "text"))
    if column.kind != "text" or not whole or not len(values):
        return least
    longest = max(len(str(it)) for it in set(values.to_numpy(dtype=object).tolist()))
    # Letters are narrower than the figures that widths count.
    return max(least, min(math.ceil(longest / 1.1), _MOST_WIDTH))


def _printed_widths(sheet: Sheet, widths: Sequence[int]) -> Sequence[int]:
    """The widths of the columns that are printed: those of one table end before its degrees."""
    if len(sheet.blocks) != 1:
        return widths
    columns = sheet.blocks[0].table.columns
    return widths[: 1 + max((at for at, it in enumerate(columns) if it.kind != "degrees"), default=0)]


def _range(first_row: int, first: int, last_row: int, last: int) -> str:
    from xlsxwriter.utility import xl_range

    return str(xl_range(first_row, first, last_row, last))


def _head_points(table: ReportTable, lang: Lang, widths: Sequence[int]) -> float:
    """How high the headings stand: as many lines as the words of the longest take."""
    lines = max(
        (
            _lines_in(column.heading(lang), width)
            for column, width in zip(table.columns, widths, strict=False)
        ),
        default=1,
    )
    return max(_HEAD_POINTS, lines * _HEAD_LINE)


def _lines_in(words: str, width: int) -> int:
    """So many lines words take in a column, which are broken between words."""
    lines, room = 1, float(width)
    for word in words.split():
        if len(word) > room and room < width:
            lines, room = lines + 1, float(width)
        room -= len(word) + 1
    return lines


def _write_heading(
    page: "Worksheet", row: int, table: ReportTable, styles: Styles, lang: Lang, widths: Sequence[int]
) -> None:
    page.set_row(row, _head_points(table, lang, widths))
    for at, column in enumerate(table.columns):
        page.write_string(row, at, column.heading(lang), styles.heading(column))


def _write_rows(
    page: "ColumnSheet", first: int, block: Block, styles: Styles, lang: Lang, *, wrap: bool, whole: bool
) -> None:
    """The rows of a table; ``whole`` writes columns where they are nothing but texts or numbers."""
    if wrap:
        _set_heights(page, first, block.table)
    for at, column in enumerate(block.table.columns):
        values = block.table.frame[column.key]
        look = styles.cell(column.kind, wrap=wrap)
        if column.key == block.link_column:
            _write_links(page, first, at, values, block, styles)
        elif column.kind == "text":
            found = values.to_numpy(dtype=object).tolist()
            if whole and set(map(type, found)) == {str} and max(map(len, found)) <= MAX_CELL_CHARACTERS // 2:
                page.write_texts(first, at, found, look)
                continue
            for row, value in enumerate(found, start=first):
                _write_text(page, row, at, value, look, styles)
        else:
            if column.kind == "date":
                values = pd.Series([(it - _DAY_ZERO).days for it in values], dtype=float)
            numbers = values.astype(float).tolist()
            told, words = _told(block.table, column, numbers, lang)
            if whole:
                page.write_numbers(first, at, told, look, words, styles.words())
                continue
            for position, number in enumerate(told):
                if position in words:
                    page.write_string(first + position, at, words[position], styles.words())
                elif number is not None:
                    page.write_number(first + position, at, number, look)


def _told(
    table: ReportTable, column: Column, numbers: list[float], lang: Lang
) -> tuple[list[float | None], dict[int, str]]:
    """The numbers of a column as far as they are told, and by position the words in place of others."""
    found = np.asarray(numbers, dtype=float)
    told: list[float | None] = list(numbers)
    words: dict[int, str] = {}
    small = (found > 0) & (found < table.least_told(column))
    if small.any():
        words |= dict.fromkeys(np.flatnonzero(small).tolist(), table.few(lang))
    unknown = ~np.isfinite(found)
    if unknown.any():
        for position in np.flatnonzero(unknown).tolist():
            told[position] = None
        words |= dict.fromkeys(np.flatnonzero(np.isinf(found)).tolist(), text("reports.unreachable", lang))
    return told, dict(sorted(words.items()))


def _set_heights(page: "Worksheet", first: int, table: ReportTable) -> None:
    """Room for wrapped text: not every program makes it by itself."""
    for row, lines in enumerate(_lines_of(table), start=first):
        page.set_row(row, lines * LINE_HEIGHT)


def _lines_of(table: ReportTable) -> list[int]:
    """How many lines each row takes where its words wrap."""
    found = []
    for values in table.frame[[it.key for it in table.columns]].itertuples(index=False):
        # A number never wraps.
        words = (
            (value, it) for value, it in zip(values, table.columns, strict=True) if isinstance(value, str)
        )
        lines = max([1, *(math.ceil(len(value) / (1.1 * it.width)) for value, it in words)])
        found.append(min(lines, _MOST_LINES))
    return found


def _write_text(page: "Worksheet", row: int, at: int, value: object, look: "Format", styles: Styles) -> None:
    """Text, or a number standing in a column of words (the settings)."""
    if isinstance(value, float):
        kind: ColumnKind = "people" if value == round(value) and abs(value) >= 1000 else "rank"
        page.write_number(row, at, value, styles.left(kind))
        return
    page.write_string(row, at, str(value), look)


def _write_links(
    page: "Worksheet", first: int, at: int, values: pd.Series, block: Block, styles: Styles
) -> None:
    key = block.table.frame.columns[0]
    for row, (value, name) in enumerate(zip(values, block.table.frame[key], strict=True), start=first):
        sheet = block.links.get(str(name))
        if sheet is None:
            page.write_string(row, at, str(value), styles.cell("text"))
        else:
            target = "internal:'" + sheet.replace("'", "''") + "'!A1"
            page.write_url(row, at, target, styles.link(), string=str(value) or sheet)


def _write_total(page: "Worksheet", row: int, block: Block, styles: Styles) -> None:
    for at, column in enumerate(block.table.columns):
        value = block.total.get(column.key, "")
        if isinstance(value, str):
            page.write_string(row, at, value, styles.cell("text", bold=True))
        else:
            page.write_number(row, at, value, styles.cell(column.kind, bold=True))


def _set_up_print(page: "Worksheet", sheet: Sheet, widths: Sequence[int], lang: Lang) -> None:
    page.set_paper(_A4)
    how = Page(across=False) if sheet.upright or sheet.pictures else _page_of(sheet, widths)
    if how.across:
        page.set_landscape()
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    page.fit_to_pages(1, int(how.on_one))
    # An ampersand starts a command in a footer; doubled it stands for itself.
    title = clean(sheet.title, _FOOTER_TITLE).replace("&", "&&")
    pages = text("reports.gaps.page", lang, page="&P", pages="&N")
    page.set_footer(f"&L&8 {title}&R&8 {pages}")


def _page_of(sheet: Sheet, widths: Sequence[int]) -> Page:
    """The page for the rows that are printed."""
    height = (2 + len(sheet.lines)) * ROW_POINTS
    columns: list[int] = []
    listed = len(sheet.blocks) == 1
    for block in sheet.blocks:
        rows = [1] * len(block.table) if listed else _lines_of(block.table)
        rows = rows[: sheet.printed] if listed and sheet.printed is not None else rows
        height += sum(rows) * (ROW_POINTS if listed else LINE_HEIGHT) + 2 * ROW_POINTS
        height += _HEAD_POINTS if block.headed else 0.0
        shown = [at for at, it in enumerate(block.table.columns) if not listed or it.kind != "degrees"]
        columns = shown if len(shown) > len(columns) else columns
    width = width_of(sum(widths[at] for at in columns), len(columns))
    return page_for(max(width, 1.0), height, _HEAD_POINTS)
