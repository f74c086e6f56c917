"""Lines on a terminal or into a file: plain text, the heading of an answer bold where a terminal shows it.

What has to be laid out anew (a table broken within its cells, a line that changes) is left to rich, loaded
when it is first needed: loading it takes longer than many an answer.
"""

import os
import shutil
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Final, TextIO

from iqgeo.safe.clean import terminal_text

if TYPE_CHECKING:
    from rich.status import Status

    from iqgeo.cli.laid_out import LaidOut

# A table written to a file or a pipe is as wide as its longest row wants.
_FILE_WIDTH: Final = 200
_BOLD, _BACK = "\x1b[1m", "\x1b[0m"
# Those that know no commands, and those of Windows, whose commands have to be switched on.
_SPEAKS: Final = os.name != "nt" and os.environ.get("TERM", "").lower() not in ("dumb", "unknown")


class Screen:
    """Where the answers of commands go, as lines: nobody's text is more than text.

    Parameters
    ----------
    file : TextIO
        Where the lines are written
    width : int | None
        Cells of a line; ``None``: those of the terminal, or many in a file
    is_terminal : bool | None
        Whether someone looks at it; ``None``: as the file says, unless ``FORCE_COLOR`` does
    """

    def __init__(self, file: TextIO, *, width: int | None = None, is_terminal: bool | None = None) -> None:
        forced = os.environ.get("FORCE_COLOR")
        looks = file.isatty() if forced is None else forced != ""
        self.file = file
        self.is_terminal = looks if is_terminal is None else is_terminal
        if width is None:
            width = shutil.get_terminal_size().columns if self.is_terminal else _FILE_WIDTH
        self.width = width

    def print(self, words: str = "", *, bold: bool = False) -> None:
        """Write lines as they are: a terminal breaks what is too long for it."""
        shown = terminal_text(words)
        if bold and self.is_terminal and _SPEAKS:
            lines = shown.split("\n")
            shown = "\n".join(f"{_BOLD}{line}{_BACK}" if line else line for line in lines)
        self.file.write(f"{shown}\n")
        # What stands on standard error beside it keeps its place.
        self.file.flush()

    @cached_property
    def laid_out(self) -> "LaidOut":
        """The same for what has to be laid out."""
        from iqgeo.cli.laid_out import LaidOut

        return LaidOut(self.file, self.width, is_terminal=self.is_terminal)

    def status(self, words: str) -> "Status":
        """A line that changes while something is computed, on a terminal."""
        return self.laid_out.status(words)


def console(*, to_error: bool = False) -> Screen:
    """Standard output, or standard error."""
    return Screen(sys.stderr if to_error else sys.stdout)
