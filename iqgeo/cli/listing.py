"""A table for the terminal: rich's own where something has to be wrapped, else the same lines without it.

Rich lays every cell out as a paragraph; for some hundred cells that takes longer than most answers.
"""

from dataclasses import dataclass, field
from typing import Literal

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from iqgeo.safe.clean import terminal_text

Side = Literal["left", "right"]
_BETWEEN = "  "


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

    def show(self, out: Console) -> None:
        """Write it."""
        every = [self.headings, *self.rows]
        broken = any("\n" in cell or "\t" in cell for row in every for cell in row)
        lengths = [[cell_len(cell) for cell in row] for row in every]
        widths = [max(column) for column in zip(*lengths, strict=True)]
        if broken or sum(widths) + len(_BETWEEN) * (len(widths) - 1) > out.width:
            out.print(self._wrapped())
            return
        lines = [
            _BETWEEN.join(
                cell + " " * (width - length) if side == "left" else " " * (width - length) + cell
                for cell, length, width, side in zip(row, of_row, widths, self.sides, strict=True)
            )
            for row, of_row in zip(every, lengths, strict=True)
        ]
        out.print(Text(lines[0], style="bold"), soft_wrap=True)
        out.file.write("".join(f"{line}\n" for line in lines[1:]))

    def _wrapped(self) -> Table:
        table = Table(box=None, header_style="bold", pad_edge=False)
        for heading, side in zip(self.headings, self.sides, strict=True):
            table.add_column(heading, justify=side)
        for row in self.rows:
            table.add_row(*row)
        return table
