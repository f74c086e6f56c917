"""What only rich can lay out, with nobody's text being more than text."""

from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from iqgeo.safe.clean import terminal_text


class LaidOut(Console):
    """A console to which nobody's text is more than text: no markup, no pictures, no commands."""

    def __init__(self, file: TextIO, width: int, *, is_terminal: bool, **options: Any) -> None:
        super().__init__(
            file=file, width=width, force_terminal=is_terminal,
            highlight=False, markup=False, emoji=False, **options,
        )  # fmt: skip

    def render_str(self, text: str, **options: Any) -> Text:
        """Every string on its way to the screen passes here, also those in the cells of a table."""
        return super().render_str(terminal_text(text), **options)
