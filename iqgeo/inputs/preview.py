"""What stands in a file of sites before anything is made of it: sheets, columns, and the doubtful rows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.errors import InputError, Problem
from iqgeo.frames import Brief
from iqgeo.inputs import limits
from iqgeo.inputs.area_columns import area_columns
from iqgeo.inputs.area_names import areas_named, keyed
from iqgeo.inputs.cells import texts
from iqgeo.inputs.columns import find_columns, plain_word
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.gazetteer import TownMatch, match_places, town_columns
from iqgeo.inputs.intake import Notice, Source
from iqgeo.inputs.on_its_side import upright
from iqgeo.inputs.pair_column import ROLES as PAIRS
from iqgeo.inputs.pair_column import pair_column
from iqgeo.inputs.read import answered, apart, read_table
from iqgeo.inputs.sites import Near, looked_at
from iqgeo.inputs.source import Opened, open_source
from iqgeo.inputs.table import Table, form_of
from iqgeo.reading import AS_IT_IS, Reading
from iqgeo.region import Region

ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "offices": (
        "name", "lon", "lat", "latlon", "lonlat", "town", "postcode", "address", "key", "opened", "closed",
        "kind", "operator", "id",
    ),
    "candidates": (
        "name", "lon", "lat", "latlon", "lonlat", "town", "postcode", "address", "population", "ags", "id",
    ),
    "demand": ("people", "lon", "lat", "latlon", "lonlat", "ags", "name", "id"),
    "shares": ("ags", "share_pct", "persons", "name"),
}  # fmt: skip
"""What a column of a file of a kind may be, as it is offered."""

SAMPLE_ROWS: Final = 8
_TOWN_ROLES: Final = ("town", "postcode", "address", "key")
_PERSONAL: Final = re.compile(
    r"(ansprech|kontakt|contact|leitung|leiter|mitarbeit|sachbearbeit|berater(in)?$|vorname|nachname|familienname"
    r"|firstname|surname|lastname|mail|telefon|telephone|phone|handy|mobil|fax)"
)
_PERSON: Final = re.compile(
    r"(?:\b(?:Frau|Herrn?|Hr\.|Fr\.|Dr\.|Prof\.|Mrs?\.?|Ms\.?)\s+[A-ZÄÖÜ])|[\w.+-]+@[\w-]+\.\w"
)


@dataclass(frozen=True)
class Doubt:
    """A row that the user has to say a word about.

    Attributes
    ----------
    row : int
        Its number, as Excel or an editor counts.
    problem : Problem
        What is wrong with it.
    match : TownMatch | None
        The town that is proposed for it; ``None`` without a proposal.
    turned : tuple[float, float] | None
        Longitude and latitude exchanged, if that is what is proposed.
    """

    row: int
    problem: Problem
    match: TownMatch | None = None
    turned: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Look(Brief):
    """What stands in a file.

    Attributes
    ----------
    sheets : tuple[tuple[str, int], ...]
        Name and filled rows of every sheet of a workbook; empty for other forms.
    sheet : str | None
        The sheet that was looked at.
    columns : tuple[str, ...]
        The columns as the file calls them.
    roles : Mapping[str, str]
        What each is taken for, by column; those not in it are not read.
    personal : frozenset[str]
        Columns that seem to hold names of persons.
    sample : pd.DataFrame
        The first rows, as text; ``numbers`` counts them as Excel does.
    header_row, above : int
        Row of the header, and lines of text above it.
    rows : int
        Rows with data.
    problems : tuple[Problem, ...]
        What is wrong with the file as a whole.
    doubts : tuple[Doubt, ...]
        Rows to be asked about, the first ones of each kind.
    doubtful : Mapping[int, str] | None
        Number of every row that is not sure, by what is wrong with it.
    sites : pd.DataFrame | None
        ``name, lon, lat, row`` of the rows as far as they have a position.
    notices : tuple[Notice, ...]
        What was repaired or is worth knowing.
    """

    sheets: tuple[tuple[str, int], ...]
    sheet: str | None
    columns: tuple[str, ...]
    roles: Mapping[str, str]
    personal: frozenset[str]
    sample: pd.DataFrame
    numbers: tuple[int, ...]
    header_row: int
    above: int
    rows: int
    problems: tuple[Problem, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    doubtful: Mapping[int, str] | None = None
    sites: pd.DataFrame | None = None
    notices: tuple[Notice, ...] = ()


def look_at(
    source: Source,
    kind: str,
    *,
    near: Near | None = None,
    layer: str | None = None,
    swap_coordinates: bool = False,
    reading: Reading = AS_IT_IS,
) -> Look:
    """Look at a file as ``offices``, ``candidates``, ``demand`` or ``shares``.

    Raises
    ------
    InputError
        If it holds no table at all.
    """
    opened = open_source(source, layer)
    sheets: tuple[tuple[str, int], ...] = ()
    if form_of(opened) == "workbook":
        found = apart("iqgeo.inputs.workbook:sheets_here", opened)
        sheets = tuple((str(name), int(rows)) for name, rows in found)
    whole, sheet = _whole(opened, sheets, _most_rows(kind))
    given = whole
    if kind == "shares" and near is not None:
        # Columns are asked for by what are rows of the file.
        whole = upright(given, near[0])
    table = answered(whole, reading)
    sample = whole.frame.head(SAMPLE_ROWS).apply(texts)
    header = next((it.row for it in whole.notices if it.code == "header_found" and it.row), 1)
    look = Look(
        sheets=sheets,
        sheet=sheet,
        columns=tuple(whole.columns),
        roles=roles_of(table, kind),
        personal=frozenset(it for it in whole.columns if _is_personal(whole, it)),
        sample=sample,
        numbers=tuple(int(it) for it in whole.rows[: len(sample)]),
        header_row=header,
        above=len(whole.title),
        rows=len(whole.frame),
    )
    if kind == "shares" and near is not None:
        return _of_areas(look, table, near[0], asks=whole is given)
    return _of_sites(look, table, kind, near, swap_coordinates) if kind in ("offices", "candidates") else look


def _whole(opened: Opened, sheets: tuple[tuple[str, int], ...], most_rows: int) -> tuple[Table, str | None]:
    """All that stands in a file, and on which sheet: where several may be meant, the first with rows."""
    try:
        table = read_table(opened, max_rows=most_rows)
    except InputError as error:
        if not sheets or not any(it.code == "layers_unclear" for it in error.problems):
            raise
        named = next((name for name, rows in sheets if rows > 1), sheets[0][0])
        return read_table(replace(opened, layer=named), max_rows=most_rows), named
    chosen = next((it.value for it in table.notices if it.code == "sheet_chosen"), None)
    # Which one it is stands beside the others: no news.
    table.notices = [it for it in table.notices if it.code != "sheet_chosen"]
    return table, opened.layer or chosen or next((name for name, rows in sheets if rows), None)


def _most_rows(kind: str) -> int:
    return limits.DEMAND_ROWS if kind == "demand" else limits.SITES


def roles_of(table: Table, kind: str) -> dict[str, str]:
    """What each column of a table is taken for, by column."""
    wanted = ROLES[kind]
    found = find_columns(table, Findings(table.file), (), [it for it in wanted if it not in _TOWN_ROLES])
    roles = {column: role for role, column in found.items() if role in wanted}
    pairs = pair_column(table)
    if pairs is not None:
        # Said by whoever reads it which of the two stands first; offered as it mostly is.
        roles[pairs] = next((it for it in PAIRS if it in table.reading.columns), PAIRS[0])
    for role, column in town_columns(table).items():
        if role in wanted:
            roles.setdefault(column, role)
    return roles


def _is_personal(table: Table, column: str) -> bool:
    """Whether a column seems to hold names of persons: by its heading, or by what stands in it."""
    if _PERSONAL.search(plain_word(column)):
        return True
    if not isinstance(table.frame[column].dtype, pd.StringDtype):
        return False
    filled = table.frame[column].head(1_000).str[: limits.NAME_LETTERS]
    return bool(filled.str.contains(_PERSON).any())


def _of_sites(look: Look, table: Table, kind: str, near: Near | None, swap: bool) -> Look:
    read = looked_at(table, kind, swap_coordinates=swap, near=near)
    table, findings = read.table, read.findings
    found = dict(findings.doubts)
    of_file = tuple(it for it in findings.problems if it.row is None and it.code not in _COUNTS)
    of_rows = {it.row: it for it in reversed(findings.problems) if it.row is not None}
    listed = [of_rows[row] for row in sorted(found) if row in of_rows]
    doubts = _doubts(listed, table, read.frame, near)
    positions = read.frame[["name", "lon", "lat"]].assign(row=table.rows)
    return replace(
        look,
        problems=of_file,
        doubts=doubts,
        doubtful=found,
        sites=positions[read.kept & positions["lon"].notna().to_numpy()].reset_index(drop=True),
        notices=tuple(findings.notices),
    )


def _of_areas(look: Look, table: Table, region: Region, *, asks: bool) -> Look:
    """What is read marked as such, and names that may be meant otherwise, each to be asked about."""
    named, findings = areas_named(table, region), table.findings()
    by_key = table if named is None else keyed(table, named, findings)
    used = area_columns(by_key, Findings(table.file, table.rows, table.reading), region, None)
    roles = dict(look.roles)
    if used is not None:
        for column, role in ((used.key, "ags"), (used.value, "persons" if used.persons else "share_pct")):
            if column in table.columns and role not in roles.values():
                roles.setdefault(column, role)
    look = replace(look, roles=roles)
    if named is None or not asks:
        return look
    matches = named.matches
    at = {int(row): place for place, row in enumerate(table.rows.tolist())}
    of_rows = {it.row: it for it in findings.problems if it.row is not None}
    doubts = tuple(
        Doubt(row, problem, matches[at[row]] if matches[at[row]].ags else None)
        for row, problem in sorted(of_rows.items())
        if row in at
    )
    return replace(look, doubts=doubts, doubtful=dict(findings.doubts))


# What counts rows that were not listed, or offers to leave them aside.
_COUNTS: Final = ("more_rows", "rows_aside_offer")
_TURNED: Final = "coordinates_swapped"


def _doubts(
    problems: Sequence[Problem], table: Table, frame: pd.DataFrame, near: Near | None
) -> tuple[Doubt, ...]:
    """A question for each problem of a row, with the town or the turned position it may mean."""
    towns = [it.row or 0 for it in problems if it.code != _TURNED]
    matches: list[TownMatch] = []
    if towns and near is not None and town_columns(table):
        matches = match_places(table, near[0], np.isin(table.rows, towns))
    doubts = []
    for problem in problems:
        at, row = int((table.rows == problem.row).argmax()), problem.row or 0
        if problem.code == _TURNED:
            lon, lat = float(frame["lon"].iloc[at]), float(frame["lat"].iloc[at])
            doubts.append(Doubt(row, problem, turned=(lat, lon)))
        else:
            doubts.append(Doubt(row, problem, matches[at] if matches and matches[at].found else None))
    return tuple(doubts)
