"""How the cells of a workbook look: fonts, colours, formats of numbers in the reader's language."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from iqgeo.reports.cells import Column, ColumnKind
from iqgeo.texts import Lang, date_format

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

# Excel shows the separators of the reader's own language.
_NUMBER_FORMATS: Final[Mapping[ColumnKind, str]] = {
    "text": "General",
    "people": "#,##0",
    "change": "+#,##0;\u2212#,##0;0",
    "km": "#,##0.0",
    "share": "0.0%",
    "rank": "General",
    "degrees": "0.00000",
    "number": "#,##0.0###",
}
_INK, _GREY, _LINE, _HEAD = "#1B2226", "#3C474E", "#8D989F", "#E9ECED"
# Widths are counted in figures of the book's font: one that every program has, lest pictures be stretched;
# of no scheme, or the reader's theme would put its own in place of it.
BOOK_FONT: Final = {"font_name": "Arial", "font_size": 10, "font_scheme": "none"}
_FONT: Final = {**BOOK_FONT, "font_color": _INK, "valign": "top"}


class Styles:
    """The formats of a workbook, made once each."""

    def __init__(self, book: "Workbook", lang: Lang) -> None:
        self._book = book
        self._formats: Mapping[ColumnKind, str] = {**_NUMBER_FORMATS, "date": date_format(lang)}
        self._made: dict[tuple[Any, ...], Format] = {}

    def _get(self, key: tuple[Any, ...], properties: dict[str, Any]) -> "Format":
        if key not in self._made:
            self._made[key] = self._book.add_format({**_FONT, **properties})
        return self._made[key]

    @property
    def book(self) -> "Workbook":
        """The workbook they belong to."""
        return self._book

    @property
    def title(self) -> "Format":
        """The title of a sheet."""
        return self._get(("title",), {"font_size": 14, "bold": True})

    @property
    def line(self) -> "Format":
        """What is said above a table."""
        return self._get(("line",), {"font_color": _GREY})

    @property
    def page_line(self) -> "Format":
        """A line that wraps."""
        return self._get(("page_line",), {"font_color": _GREY, "text_wrap": True})

    @property
    def section(self) -> "Format":
        """The title of a table among others."""
        return self._get(("section",), {"font_size": 11, "bold": True})

    def heading(self, column: Column) -> "Format":
        """The heading of a column: numbers stand at its right edge."""
        right = column.kind != "text"
        look = {"bold": True, "text_wrap": True, "bg_color": _HEAD, "bottom": 1, "bottom_color": _LINE}
        return self._get(
            ("heading", right),
            {**look, "valign": "bottom", "align": "right" if right else "left", "indent": int(not right)},
        )

    def cell(self, kind: ColumnKind, *, bold: bool = False, wrap: bool = False) -> "Format":
        """What stands in a column; a sum is bold, below a line."""
        look: dict[str, Any] = {"num_format": self._formats[kind], "bold": bold}
        if kind == "text":
            # A little air between a number at the right edge of its column and the text beside it.
            look |= {"align": "left", "text_wrap": wrap, "indent": 1}
        if bold:
            look |= {"top": 1, "top_color": _LINE}
        return self._get(("cell", kind, bold, wrap), look)

    def left(self, kind: ColumnKind) -> "Format":
        """A number at the left edge, in a column of words."""
        return self._get(("left", kind), {"num_format": self._formats[kind], "align": "left", "indent": 1})

    def words(self) -> "Format":
        """Words where a number would stand: "cannot be reached"."""
        return self._get(("words",), {"align": "right"})

    def link(self) -> "Format":
        """Words that lead to another sheet."""
        return self._get(("link",), {"font_color": "#00695D", "underline": 1, "indent": 1})
