"""Tables with a row for each sex, age and nationality of an area, and none of all: their rows are added up.

Only where each row is one part and no sum stands among them. Where words leave it open whether the parts are
all there are, it is asked.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.inputs.area_columns import is_of_everybody, says_figure
from iqgeo.inputs.intake import Notice
from iqgeo.inputs.number_marks import is_rate
from iqgeo.inputs.parts import are_whole
from iqgeo.inputs.table import Table
from iqgeo.inputs.words import shown

_AGE_HEADING: Final = re.compile(r"(?i)alter|age|leeftijd|jahre|lebensjahr")
_AGE: Final = r"\d{1,3}"
_OLDEST: Final = 130
_MOST_VALUES: Final = 150


def one_figure(figures: Mapping[str, pd.Series]) -> str | None:
    """The column of people among columns of numbers, which may be codes and ages, too."""
    named = [it for it in figures if says_figure(it) or is_of_everybody(it)]
    found = named if len(figures) > 1 else list(figures)
    return found[0] if len(found) == 1 and not is_rate(found[0]) else None


def without_labels(attributes: Mapping[str, pd.Series]) -> dict[str, pd.Series]:
    """Attributes without those that only say in other words what another says."""
    kept: dict[str, pd.Series] = {}
    for name, written in attributes.items():
        again = any(
            len(pd.DataFrame({"a": it, "b": written}).drop_duplicates()) == it.nunique() == written.nunique()
            for it in kept.values()
        )
        if not again:
            kept[name] = written
    return kept


def are_parts(keys: pd.Series, attributes: Mapping[str, pd.Series], figure: pd.Series) -> bool:
    """Whether every row is another part of its area, and no value of an attribute is the sum of others."""
    numbers = pd.to_numeric(figure, errors="coerce")
    whole = bool((numbers >= 0).all()) and bool((numbers == np.floor(numbers)).all())
    if not attributes or not whole or pd.DataFrame({"": keys, **attributes}).duplicated().any():
        return False
    total = float(numbers.sum())
    for written in attributes.values():
        sums = numbers.groupby(written).sum()
        # Who is half of all is all the others together.
        if written.eq("").any() or len(sums) > _MOST_VALUES or (len(sums) > 2 and (2 * sums == total).any()):
            return False
    return total > 0


def are_all(name: str, written: pd.Series) -> bool:
    """Whether the values of an attribute are known to be all there are: both sexes, years of age."""
    values = written.unique().tolist()
    if are_whole(values):
        return True
    ages = _AGE_HEADING.search(name) is not None and bool(written.str.fullmatch(_AGE).all())
    return ages and max(map(int, values)) <= _OLDEST


def added_up(
    table: Table, area: str, keys: pd.Series, figure: pd.Series, name: str, over: list[str], beside: list[str]
) -> Table:
    """One row an area, with the sum of its rows."""
    first = ~keys.duplicated()
    sums = pd.to_numeric(figure).groupby(keys, sort=False).sum().astype("float64")
    frame = table.frame.loc[keys.index][first.to_numpy()][[area, *beside]].reset_index(drop=True)
    frame = frame.assign(**{name: sums.to_numpy()})
    notice = Notice("long_summed", "hint", table.file, area, details={"columns": ", ".join(map(shown, over))})
    rows = table.rows[keys.index.to_numpy()][first.to_numpy()]
    return replace(table, frame=frame, rows=rows, notices=[*table.notices, notice])
