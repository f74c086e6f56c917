"""What a reader hands back: the frame, and everything that was repaired or worth saying on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.errors import Problem
from iqgeo.frames import Brief
from iqgeo.texts import Lang, number, said_of, words_of
from iqgeo.texts.later import Word

Source = str | Path | tuple[bytes, str]
"""A path (``file.gpkg#layer`` names a layer or sheet), or the bytes of an upload and its file name."""

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Notice:
    """Something repaired (``kind == "repair"``) or worth knowing (``"hint"``) about an input.

    ``code`` names the sentence ``inputs.notices.<code>``; ``row`` is the first row concerned and
    ``count`` how many there are.
    """

    code: str
    kind: Literal["repair", "hint"] = "repair"
    file: str | None = None
    column: str | None = None
    row: int | None = None
    count: int = 1
    value: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, lang: Lang = "de", *, on_page: bool = False) -> str:
        """Where and what, one paragraph; ``on_page`` without the options of commands."""
        where = Problem(self.code, self.file, self.row, self.column).where(lang)
        values = {"value": self.value, "column": self.column, "count": self.count, **self.details}
        values = {name: _said(it, lang) for name, it in values.items()}
        own = f"inputs.on_page.{self.code}"
        what = said_of(own if on_page and words_of(own) else f"inputs.notices.{self.code}", lang, values)
        return f"{where}: {what}" if where else what


def _said(value: object, lang: Lang) -> object:
    if isinstance(value, Word):
        return value.said(lang)
    return number(value, lang) if isinstance(value, (int, float)) else value


@dataclass(frozen=True, eq=False, repr=False)
class Intake(Brief):
    """A validated table.

    Attributes
    ----------
    frame : pd.DataFrame
        The table, in the columns of its kind.
    kind : str
        ``offices``, ``candidates``, ``demand``, ``census_grid``, ``shares``, ``municipalities``,
        ``distances`` or ``districts``.
    file : str
        Name of the file, fit for the screen.
    rows : int
        Rows with data in the file.
    row_numbers : Rows
        For each row of ``frame`` its number as Excel or an editor counts (header is 1).
    repairs : tuple[Notice, ...]
        Everything repaired or worth saying, in the order found.
    names : Mapping[str, str]
        Name of every municipality by its key, where the table has them.
    year : int | None
        Year that the title of a table of areas names, if it names one.
    weight : str
        Whom the figures of a table of areas count, if it says so; empty if not.
    """

    frame: pd.DataFrame
    kind: str
    file: str
    rows: int
    row_numbers: Rows
    repairs: tuple[Notice, ...] = ()
    year: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    weight: str = ""
