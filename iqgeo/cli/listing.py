"""A table for the terminal: rich's own where something has to be wrapped, else the same lines without it.

Rich lays every cell out as a paragraph; for some hundred cells that takes longer than most answers.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from iqgeo.cli.screen import Screen
from iqgeo.safe.clean import terminal_text

if TYPE_CHECKING:
    from rich.table import Table

Side = Literal["left", "right"]
_BETWEEN: Final = "  "
# Every letter before this is one cell wide; beyond stand marks of no width and letters of two.
_ONE_CELL: Final = "\u0300"


@dataclass
class Listing:
    """Headings and rows of plain text."""

    headings: list[str] = field(default_factory=list)
    sides: list[Side] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def add_column(self, heading: str, justify: Side = "left") -> None:
        """Add a column; numbers stand to the right."""
        self.headings.append(terminal_text(heading))
        self.sides.append(justify)

    def add_row(self, *cells: str) -> None:
        """Add a row; what is missing at its end stays empty."""
        shown = [terminal_text(it) for it in cells]
        self.rows.append(shown + [""] * (len(self.headings) - len(shown)))

    def show(self, out: Screen) -> None:
        """Write it."""
        every = [self.headings, *self.rows]
        broken = any("\n" in cell or "\t" in cell for row in every for cell in row)
        lengths = [[_cells(cell) for cell in row] for row in every]
        widths = [max(column) for column in zip(*lengths, strict=True)]
        if broken or sum(widths) + len(_BETWEEN) * (len(widths) - 1) > out.width:
            out.laid_out.print(self._wrapped())
            return
        lines = [
            _BETWEEN.join(
                cell + " " * (width - length) if side == "left" else " " * (width - length) + cell
                for cell, length, width, side in zip(row, of_row, widths, self.sides, strict=True)
            )
            for row, of_row in zip(every, lengths, strict=True)
        ]
        out.print(lines[0], bold=True)
        if lines[1:]:
            out.print("\n".join(lines[1:]))

    def _wrapped(self) -> "Table":
        from rich.table import Table

        table = Table(box=None, header_style="bold", pad_edge=False)
        for heading, side in zip(self.headings, self.sides, strict=True):
            table.add_column(heading, justify=side)
        for row in self.rows:
            table.add_row(*row)
        return table


def _cells(words: str) -> int:
    """How many cells of a terminal words take."""
    if not words or max(words) < _ONE_CELL:
        return len(words)
    from rich.cells import cell_len

    return cell_len(words)
