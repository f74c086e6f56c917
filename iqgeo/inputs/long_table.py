"""Tables with several rows an area, one for each sex, age or nationality: made the table that people know.

The statistics banks of most countries write so (GENESIS, FOLK1A of Denmark, StatLine of the Netherlands,
Eurostat): beside each figure stands of whom it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.errors import InputError, Problem
from iqgeo.inputs.area_columns import EVERYBODY, holds_numbers, weights_asked, words_of_weight
from iqgeo.inputs.area_names import name_column
from iqgeo.inputs.cells import texts
from iqgeo.inputs.columns import find_columns
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.flat_file import CODED
from iqgeo.inputs.intake import Notice
from iqgeo.inputs.key_columns import headed_key, key_column
from iqgeo.inputs.part_rows import added_up, are_all, are_parts, one_figure, without_labels
from iqgeo.inputs.table import Table
from iqgeo.inputs.words import folded, shown
from iqgeo.region import Region
from iqgeo.weights import POPULATION

# Statistics Netherlands: codes of everybody among others that are numbers.
_TOTAL_CODE: Final = r"T\d{6}"
# "Geschlecht - Total": Switzerland says of what.
_TOTAL_OF: Final = " - "
_ABROAD: Final = ("ausland", "etr")
_FOREIGNERS: Final = "foreigners"
_MOST_COMBINATIONS: Final = 120
_MOST_ATTRIBUTES: Final = 12
_WHOLE: Final = 0.5


@dataclass(frozen=True)
class _Attribute:
    """A column that says of whom a figure is, as text, and the values of it that can be asked for."""

    column: str
    written: pd.Series
    kept: tuple[str, ...]


def by_area(table: Table, region: Region | None = None, weight: str | None = None) -> Table:
    """A table with one row an area, and a column for each kind of people; others as they are.

    Of each attribute the rows of all are kept, and those that say what ``weight`` is called; attributes
    in codes have no row of all, their figures are added up. Rows that stand there twice are no
    attribute's: they stay, and whoever reads the table says so.

    Raises
    ------
    InputError
        ``areas_many_parts`` where rows may be parts of all, and nobody has agreed to add them up.
    """
    area = None if table.geometry is not None or not len(table.frame) else _area_column(table, region)
    if area is None:
        return table
    keys = texts(table.frame[area]).str.strip()
    filled = keys.ne("")
    again = bool(keys[filled].duplicated().any())
    attributes, figures, beside = _parted(table, area, keys) if again else ({}, [], [])
    if not attributes or not figures:
        return table
    if not _is_whole(keys, filled, attributes):
        return _of_parts(table, area, keys[filled], (attributes, figures, beside), weight)
    if all(map(CODED.match, attributes)):
        return _summed(table, area, keys, figures, list(attributes))
    found = [_Attribute(it, written, _kept(written, weight)) for it, written in attributes.items()]
    return _spread(table, area, keys, figures, beside, found)


def _of_parts(
    table: Table,
    area: str,
    keys: pd.Series,
    parted: tuple[dict[str, pd.Series], list[str], list[str]],
    weight: str | None,
) -> Table:
    """A table of parts with their sum, one row an area; as it is where they may not be all there are."""
    attributes, figures, beside = parted
    numbers = {it: texts(table.frame[it]).str.strip()[keys.index] for it in figures}
    figure = one_figure(numbers)
    if figure is None or 2 * (keys.value_counts() > 1).sum() < keys.nunique():
        return table
    told = {it: written[keys.index] for it, written in attributes.items()}
    told = without_labels({**told, **{it: written for it, written in numbers.items() if it != figure}})
    if not are_parts(keys, told, numbers[figure]) or any(map(_has_everybody, told.values())):
        return table
    if not table.reading.agreed and not all(are_all(it, written) for it, written in told.items()):
        details = {
            "rows": float(len(keys)),
            "areas": float(keys.nunique()),
            "columns": ", ".join(map(shown, told)),
        }
        raise InputError(Problem("areas_many_parts", table.file, column=area, details=details))
    chosen = pd.Series(data=True, index=keys.index)
    name = figure
    for written in told.values():
        asked = _kept(written, weight)
        if len(asked) < written.nunique():
            chosen &= written.isin(asked)
            name += " | " + ", ".join(asked)
    # A code that is the same in all rows is no figure of an area; a year says of when.
    words = [it for it in beside if not holds_numbers(table.frame[it]) or _is_year(table.frame[it])]
    return added_up(table, area, keys[chosen], numbers[figure][chosen], name, list(told), words)


def _is_year(column: pd.Series) -> bool:
    return bool(texts(column).str.strip().str.fullmatch(r"(?:19|20)\d{2}").all())


def _has_everybody(written: pd.Series) -> bool:
    return any(map(_is_everybody, written.unique().tolist()))


def _spread(
    table: Table,
    area: str,
    keys: pd.Series,
    figures: list[str],
    beside: list[str],
    found: list[_Attribute],
) -> Table:
    """One row an area, and a column for each combination that is kept; as it is where these are many."""
    filled = keys.ne("")
    chosen = filled.copy()
    for it in found:
        chosen &= it.written.isin(it.kept)
    named = _names(found, chosen)
    if named[chosen].nunique() * len(figures) > _MOST_COMBINATIONS:
        return table
    areas = pd.DataFrame({"key": keys, "row": table.rows})[filled].drop_duplicates("key")
    columns = {area: areas["key"]}
    for column in beside:
        columns[column] = texts(table.frame[column]).loc[areas.index]
    for heading in figures:
        written = texts(table.frame[heading]).str.strip()
        parts = pd.DataFrame({"key": keys, "as": named, "figure": written})[chosen]
        wide = parts.pivot_table("figure", "key", "as", aggfunc="first", sort=False)
        for combination in wide.columns:
            columns[f"{heading} | {combination}"] = areas["key"].map(wide[combination]).fillna("")
    frame = pd.DataFrame({it: column.astype("str") for it, column in columns.items()}).reset_index(drop=True)
    told = "; ".join(f"{shown(it.column)}: {', '.join(map(shown, it.kept))}" for it in found)
    notice = Notice("long_table", "hint", table.file, area, details={"taken": told})
    return replace(table, frame=frame, rows=areas["row"].to_numpy(), notices=[*table.notices, notice])


def _summed(table: Table, area: str, keys: pd.Series, figures: list[str], attributes: list[str]) -> Table:
    """One row an area, with the sum over all its rows; as it is where a figure is no number."""
    numbers = table.frame[figures].apply(pd.to_numeric, errors="coerce")
    if numbers.isna().any(axis=None):
        return table
    sums = numbers.groupby(keys, sort=False).sum()
    frame = sums.astype("float64").rename_axis(area).reset_index()
    rows = pd.Series(table.rows).groupby(keys.to_numpy(), sort=False).first()
    notice = Notice(
        "long_summed", "hint", table.file, area, details={"columns": ", ".join(map(shown, attributes))}
    )
    return replace(table, frame=frame, rows=rows.to_numpy(), notices=[*table.notices, notice])


def _area_column(table: Table, region: Region | None) -> str | None:
    """The column of keys or names of areas, each of which may stand there many times."""
    headed = find_columns(table, Findings(table.file), (), ("ags",)).get("ags")
    headed = headed_key(table, region, headed)
    for column in table.columns:
        once = table.frame[[column]].drop_duplicates()
        if 2 * len(once) > len(table.frame):
            continue
        if column == headed and region is None:
            return column
        if key_column(replace(table, frame=once), region, sure=region is not None) is not None:
            return column
    named = None if region is None else name_column(table, region)
    return named if named is not None else headed


def _parted(table: Table, area: str, keys: pd.Series) -> tuple[dict[str, pd.Series], list[str], list[str]]:
    """The attributes as text, the columns of figures, and those that say something of the area itself."""
    attributes: dict[str, pd.Series] = {}
    figures, beside = [], []
    named = set(table.reading.columns.values())
    codes, _ = pd.factorize(keys)
    # Where the area of each row stands first: a column says something of areas if it says it there, too.
    first = np.unique(codes, return_index=True)[1][codes]
    for column in table.columns:
        if column == area:
            continue
        written = texts(table.frame[column]).str.strip()
        if column not in named and bool(written.eq(written.take(first).set_axis(written.index)).all()):
            beside.append(column)
        elif _is_figure(table, column, written):
            figures.append(column)
        elif len(attributes) == _MOST_ATTRIBUTES:
            # No bank says so much of its people; to look at all of them would take long.
            return {}, [], []
        else:
            attributes[column] = written
    return attributes, figures, beside


def _is_figure(table: Table, column: str, written: pd.Series) -> bool:
    """Whether a column holds figures, not codes of whom they are."""
    coded = CODED.match(column) or written.str.fullmatch(_TOTAL_CODE).any()
    return not coded and holds_numbers(table.frame[column])


def _is_everybody(value: str) -> bool:
    words = {folded(value), folded(value.rpartition(_TOTAL_OF)[2])}
    return bool(words & EVERYBODY) or re.fullmatch(_TOTAL_CODE, value) is not None


def _is_whole(keys: pd.Series, filled: pd.Series, attributes: dict[str, pd.Series]) -> bool:
    """Whether the attributes tell the rows of each area apart, and most areas have a row for each."""
    rows = pd.DataFrame({"key": keys, **attributes})[filled]
    if rows.duplicated().any():
        return False
    combinations = len(rows.drop(columns="key").drop_duplicates())
    return combinations > 1 and bool((rows["key"].value_counts() == combinations).mean() >= _WHOLE)


def _kept(written: pd.Series, weight: str | None) -> tuple[str, ...]:
    """The values of an attribute that are asked for: everybody, and who is called like the weight."""
    values = [it for it in written.unique().tolist() if it]
    everybody = [it for it in values if _is_everybody(it)]
    of_weight: list[str] = []
    for key in weights_asked(weight):
        words = words_of_weight(key) if key != POPULATION else ()
        called = [it for it in values if any(word in folded(it) for word in words)]
        called = [it for it in called if not _is_everybody(it)]
        if key == _FOREIGNERS and not called:
            called = [it for it in values if folded(it) in _ABROAD]
        of_weight += sorted(called, key=len)[:1]
    if weight is not None and of_weight:
        return tuple(of_weight)
    return tuple(dict.fromkeys((*of_weight, *everybody))) or tuple(values)


def _names(found: Sequence[_Attribute], chosen: pd.Series) -> pd.Series:
    """What the rows are of, in words: ``Ausländer | Insgesamt``."""
    named = pd.Series("", index=chosen.index, dtype="str")
    for it in found:
        named = named.where(named.eq(""), named + " | ") + it.written
    return named
