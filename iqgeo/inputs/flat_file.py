"""Flat files: a row for every figure (GENESIS ``ffcsv``), cells of codes (open data of Statistik Austria)."""

import re
from dataclasses import replace
from typing import Final

import pandas as pd

from iqgeo.inputs.cells import texts
from iqgeo.inputs.keys import looks_german
from iqgeo.inputs.number_marks import counts_thousands, is_percent, share_of
from iqgeo.inputs.table import Table

# 1_Auspraegung_Code of the older form, 1_variable_attribute_code of the one since 2024.
_CODE: Final = re.compile(r"(?i)^(\d+)_(?:auspraegung|variable_attribute)_code$")
_LABELS: Final = ("{}_Auspraegung_Label", "{}_variable_attribute_label")
_TIME: Final = ("zeit", "time")
_VALUE: Final = "value"
_ALL: Final = "Insgesamt"
# C-GRGEMAKT-0 heads cells such as GRGEMAKT-10101, F-ISIS-1 the figures; C-A10-0 holds years.
CODED: Final = re.compile(r"^C-\w+-\d+$")
_CODE_CELL: Final = re.compile(r"^[A-Z]\w*-(?=.)")
_YEAR: Final = re.compile(r"(?:19|20)\d{2}")


def is_flat(table: Table) -> bool:
    """Whether a table is a flat file."""
    return any(_CODE.match(it) for it in table.columns)


def as_wide(table: Table) -> Table:
    """A flat file with a row for each area and a column for each combination; other tables as they are."""
    table = _decoded(table)
    if not is_flat(table):
        return table
    codes = {found[1]: it for it in table.columns if (found := _CODE.match(it))}
    written = {number: texts(table.frame[it]).str.strip() for number, it in codes.items()}
    region = next((number for number, it in written.items() if looks_german(it[it.ne("")])), None)
    values = _values(table)
    if region is None or not values:
        return table
    parts = [_label(table, number) for number in codes if number != region]
    time = next((it for it in table.columns if it.casefold() in _TIME), None)
    days = texts(table.frame[time]).str.strip() if time is not None else pd.Series([""] * len(table.frame))
    if days.nunique() > 1:
        parts.append(days)
    parts = parts or [pd.Series([_ALL] * len(table.frame), dtype="str")]
    key, name = written[region], _label(table, region)
    areas = pd.DataFrame({"ags": key, "name": name, "row": table.rows}).drop_duplicates("ags")
    columns: dict[str, pd.Series] = {"ags": areas["ags"], "name": areas["name"]}
    for heading, column in values.items():
        named = [
            " | ".join((heading, *labels)) for labels in zip(*(it.tolist() for it in parts), strict=True)
        ]
        figures = pd.DataFrame({"key": key, "as": named, "figure": texts(column).str.strip()})
        figures = figures.loc[column.index].drop_duplicates(["key", "as"])
        wide = figures.pivot_table("figure", "key", "as", aggfunc="first", sort=False)
        for combination in wide.columns:
            columns[str(combination)] = areas["ags"].map(wide[combination]).fillna("")
    frame = pd.DataFrame({it: column.astype("str") for it, column in columns.items()}).reset_index(drop=True)
    dated = tuple(days.unique().tolist()) if days.nunique() == 1 else ()
    return replace(table, frame=frame, rows=areas["row"].to_numpy(), title=(*table.title, *dated))


def _decoded(table: Table) -> Table:
    """A table of codes with the codes alone, and the year under its name."""
    coded = [it for it in table.columns if CODED.match(it)]
    if not coded:
        return table
    bare = {it: texts(table.frame[it]).str.strip().str.replace(_CODE_CELL, "", regex=True) for it in coded}
    year = next((it for it in coded if bare[it].str.fullmatch(_YEAR).all()), None)
    frame = table.frame.assign(**bare)
    return replace(table, frame=frame if year is None else frame.rename(columns={year: "Jahr"}))


def _label(table: Table, number: str) -> pd.Series:
    """What the attribute of a variable is called; where none is said, all are meant."""
    names = [it for it in table.columns if it in [form.format(number) for form in _LABELS]]
    if not names:
        return pd.Series([_ALL] * len(table.frame), dtype="str")
    return texts(table.frame[names[0]]).str.strip().replace("", _ALL)


def _values(table: Table) -> dict[str, pd.Series]:
    """The figures by what they count; of one column that holds several kinds, the rows of each."""
    older = {}
    for it in table.columns:
        if it.count("__") >= 2:
            heading, unit = it.split("__")[1:3]
            older[_in_unit(heading.replace("_", " "), unit.replace("_", " "))] = table.frame[it]
    if older:
        return older
    value = next((it for it in table.columns if it.casefold() == _VALUE), None)
    if value is None:
        return {}
    label = next((it for it in table.columns if it.casefold() == "value_variable_label"), None)
    of_unit = next((it for it in table.columns if it.casefold() == "value_unit"), None)
    nothing = pd.Series("", index=table.frame.index)
    units = nothing if of_unit is None else texts(table.frame[of_unit]).str.strip()
    named = pd.Series(_VALUE, index=table.frame.index) if label is None else texts(table.frame[label])
    pairs = zip(named.str.strip().replace("", _VALUE).tolist(), units.tolist(), strict=True)
    counted = pd.Series([_in_unit(*it) for it in pairs], index=table.frame.index, dtype="str")
    return {heading: table.frame.loc[counted.eq(heading), value] for heading in counted.unique().tolist()}


def _in_unit(heading: str, unit: str) -> str:
    """What is counted, with its unit where that scales the figures: thousands, per cent, per 1,000."""
    scaled = f"{heading} (in {unit})"
    scales = counts_thousands(scaled) or share_of(f"{heading} {unit}") is not None or is_percent(unit)
    if not unit or not scales or share_of(heading) is not None or counts_thousands(heading):
        return heading
    return scaled if counts_thousands(scaled) else f"{heading} ({unit})"
