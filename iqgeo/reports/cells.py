"""Tables on their way out: columns with a kind."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import pandas as pd

from iqgeo.safe.clean import clean, clean_each
from iqgeo.texts import Lang, text

ColumnKind = Literal["text", "people", "change", "km", "share", "rank", "degrees", "number", "date"]


@dataclass(frozen=True)
class Column:
    """A column of a table: ``key`` names it in the frame and its heading in the texts.

    A ``date`` is a :class:`datetime.date` in the frame.
    """

    key: str
    kind: ColumnKind = "text"
    width: int = 12

    def heading(self, lang: Lang) -> str:
        """What stands above it."""
        return text(f"reports.column.{self.key}", lang)


@dataclass(frozen=True)
class ReportTable:
    """Columns and the frame that fills them; further columns of the frame are left out.

    Numbers of people below ``least`` are not told: in their place stands that they are fewer. Sums over
    the table are exact, as the frame stays whole.
    """

    columns: tuple[Column, ...]
    frame: pd.DataFrame
    least: int = 0

    def __len__(self) -> int:
        return len(self.frame)

    def only(self, keys: Collection[str]) -> "ReportTable":
        """The table with these columns, in their order here; the frame stays whole."""
        return replace(self, columns=tuple(column for column in self.columns if column.key in keys))

    def is_few(self, column: Column, value: float) -> bool:
        """Whether a number is too small to be told."""
        return 0 < value < self.least_told(column)

    def least_told(self, column: Column) -> int:
        """The smallest number of a column that is told, beside nobody; 0 where all are."""
        return self.least if column.kind == "people" else 0

    def few(self, lang: Lang) -> str:
        """What stands in place of a number too small to be told."""
        return text("words.few", lang, least=self.least)

    def headings(self, lang: Lang) -> list[str]:
        """The headings from left to right."""
        return [column.heading(lang) for column in self.columns]


def cleaned(values: pd.Series) -> pd.Series:
    """The same as ``values.map(clean)``, each different value once: a table names few offices many times."""
    written = values.to_numpy(dtype=object).tolist()
    different = pd.unique(values)
    if len(different) == len(values):
        return pd.Series(clean_each(written), values.index, dtype=str, name=values.name)
    found = {value: clean(value) for value in different}
    words = [found[it] if it in found else clean(it) for it in written]
    return pd.Series(words, values.index, name=values.name)


NO_TABLES: Final[Mapping[str, ReportTable]] = {}
