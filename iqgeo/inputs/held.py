"""A table read as a kind, held against a region: the one that is said, or the usual one where it is of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from iqgeo.errors import InputError, Problem
from iqgeo.inputs.area_names import name_column
from iqgeo.inputs.areas_anywhere import areas_of, sound_areas_of
from iqgeo.inputs.columns import find_columns
from iqgeo.inputs.factors import factors_of, refuse_of_nobody
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Intake, Notice
from iqgeo.inputs.key_columns import headed_key, key_column, knows_keys
from iqgeo.inputs.municipalities import municipalities_of
from iqgeo.inputs.on_its_side import is_on_its_side, read_upright
from iqgeo.inputs.outlines import districts_of
from iqgeo.inputs.pairs import distances_of
from iqgeo.inputs.places import demand_of, demand_places
from iqgeo.inputs.points import has_positions, positions
from iqgeo.inputs.reach import REACH_KM
from iqgeo.inputs.shares import demand_of_shares, shares_of
from iqgeo.inputs.sites import candidates_of, offices_of
from iqgeo.inputs.table import Table
from iqgeo.region import Region, load_region
from iqgeo.world import land

HELD: Final = frozenset({"offices", "candidates", "demand", "shares", "factors"})
"""Kinds that say something of a region."""

_COAST_DEGREES: Final = 0.2
"""Drawn coasts are coarse."""

_ASKED: Final = frozenset({"place_match", "place_guess"})


@dataclass(frozen=True)
class HeldTable:
    """What was read, or what is wrong, and against which region it was held: a sentence where nobody said."""

    intake: Intake | None
    problems: tuple[Problem, ...]
    told: tuple[Notice, ...] = ()


def hold(table: Table, kind: str, region: Region | None) -> HeldTable:
    """Read a table as a kind, by the rules of the commands.

    Without a region they hold it against the usual one, so it is here; a table that is of no part of it is
    read by the rules that every region has, and what they leave open is said.
    """
    if region is not None or kind not in HELD:
        return _tried(table, kind, region)
    usual = load_region()
    found = _tried(table, kind, usual)
    elsewhere = found.intake is None and not _is_of(table, kind, usual, found.problems)
    if elsewhere:
        found = _tried(table, kind, None)
    code = "held_nowhere" if elsewhere else "held_usual"
    return replace(found, told=(Notice(code, "hint", table.file, details={"region": usual.name}),))


def read_anyhow(table: Table, kind: str) -> Intake:
    """Read a table as a kind, held against no region and its rows to little: whether it is of the kind.

    Raises
    ------
    InputError
        If it is not, or cannot be read.
    """
    return _readers(table, None, areas_of)[kind]()


def _tried(table: Table, kind: str, region: Region | None) -> HeldTable:
    try:
        intake = _readers(table, region, sound_areas_of)[kind]()
        _refuse_unusable(intake, region)
    except InputError as error:
        return HeldTable(None, error.problems)
    return HeldTable(intake, ())


def _readers(
    table: Table, region: Region | None, anywhere: Callable[[Table], Intake]
) -> Mapping[str, Callable[[], Intake]]:
    near = None if region is None else (region, REACH_KM)
    return {
        "offices": lambda: offices_of(table, near=near),
        "candidates": lambda: candidates_of(table, near=near),
        "demand": lambda: demand_places(table, region),
        "municipalities": lambda: municipalities_of(table),
        "distances": lambda: distances_of(table),
        "factors": lambda: factors_of(table),
        "districts": lambda: districts_of(table),
        "shares": lambda: (
            # Whose areas stand above columns, those of the usual region tell.
            read_upright(table, load_region(), anywhere) if region is None else shares_of(table, region)
        ),
    }


def _refuse_unusable(intake: Intake, region: Region | None) -> None:
    """Refuse what can be read but not counted with."""
    if intake.kind == "demand":
        demand_of(intake)
    elif region is not None and intake.kind == "shares":
        demand_of_shares(region, intake)
    elif region is not None and intake.kind == "factors":
        refuse_of_nobody(intake.frame, intake.file, region.settlements)


def _is_of(table: Table, kind: str, region: Region, problems: Iterable[Problem]) -> bool:
    """Whether a table with problems says anything of a region."""
    codes = {it.code for it in problems}
    if kind == "shares":
        return _has_areas(table, region)
    if kind == "factors":
        return "factors_of_nobody" not in codes
    if kind == "demand":
        # People of one's own may live anywhere.
        return True
    if not has_positions(table) and "place_unknown" in codes:
        return bool(codes & _ASKED)
    return "sites_elsewhere" not in codes or not _is_on_land(table)


def _is_on_land(table: Table) -> bool:
    """Whether most positions lie on land: in the sea there is no other region that they could be of."""
    lon, lat, _ = positions(table, Findings(table.file, table.rows, table.reading))
    from shapely import contains_xy, union_all

    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        return False
    ground = union_all(land().geometry.to_numpy()).buffer(_COAST_DEGREES)
    return bool(2 * contains_xy(ground, lon[known], lat[known]).sum() > known.sum())


def _has_areas(table: Table, region: Region) -> bool:
    """Whether any row, or heading, is of an area of a region."""
    headed = find_columns(table, Findings(table.file), (), ("ags",)).get("ags")
    key = headed_key(table, region, headed) or key_column(table, region)
    if key is not None and knows_keys(table.frame[key], region):
        return True
    return name_column(table, region) is not None or is_on_its_side(table, region)
