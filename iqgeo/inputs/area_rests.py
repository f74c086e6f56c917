"""Districts beside some of their municipalities, whose figure counts those, too; areas without a figure."""

import numpy as np
import pandas as pd

from iqgeo.demand import areas_of_settlements
from iqgeo.errors import InputError, Problem
from iqgeo.inputs.crosswalk import todays_municipalities
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.mergers import CUT_INTO
from iqgeo.region import Region

_NAMED = 5
REST = "-x"
"""What the key of a district ends in that is meant without the municipalities named beside it."""


def with_rests(
    frame: pd.DataFrame, figure: str, region: Region, findings: Findings, key: str
) -> pd.DataFrame:
    """Turn the figure of such a district into what remains for its other municipalities.

    As offices publish it: "Region Hannover" with a row for its city below counts the city twice, read as two
    areas. Where the municipalities alone have more people than their district, the table contradicts itself;
    shares that do not fit together stay as they are, which is said.

    Parameters
    ----------
    frame : pd.DataFrame
        A row per area: ``area`` and its figures; all settlements of the region lie in one.
    figure : str
        ``persons`` or ``share_pct``.
    region : Region
        Whose settlements say who lives where.
    findings : Findings
        Takes what is noticed.
    key : str
        Heading of the column of keys.

    Returns
    -------
    pd.DataFrame
        The same rows.
    """
    areas = frame["area"].astype(str)
    parts = areas.str.fullmatch(r"\d{8}").to_numpy(dtype=bool)
    if not parts.any() or parts.all():
        return frame
    settlements = region.settlements
    inside = pd.Series(areas_of_settlements(settlements, areas.tolist()), index=settlements.index)
    people = settlements["population"].groupby(inside).sum()
    parents = _parents(settlements, inside, set(areas[parts]), set(areas[~parts]))
    position = {it: at for at, it in enumerate(areas.tolist())}
    values, most = frame[figure].to_numpy(dtype=float, copy=True), np.inf if figure == "persons" else 100
    names, found = areas.to_numpy(dtype=object, copy=True), []
    for parent, members in parents.items():
        if f"{parent}{REST}" in position or not people.get(parent, 0):
            continue
        at, of = position[parent], [position[it] for it in members]
        if figure == "persons":
            rest = float(values[at] - values[of].sum())
        else:
            weights = people[members].to_numpy(dtype=float)
            rest = float(values[at] + (weights @ (values[at] - values[of])) / people[parent])
        if 0 <= rest <= most:
            names[at], values[at] = f"{parent}{REST}", rest
            found.append(parent)
        elif figure == "persons":
            findings.problem("area_parts_contradict", key, parent, rest=round(rest, 1))
        else:
            # Shares of several sources: the finer one holds where it is known.
            findings.note("area_rests_odd", key, value=parent, kind="hint")
    if found:
        findings.note("area_rests", key, value=found[0], kind="hint", number=len(found))
    return frame.assign(area=names, **{figure: values})


def _parents(
    settlements: pd.DataFrame, inside: pd.Series, parts: set[str], wholes: set[str]
) -> dict[str, list[str]]:
    """Municipalities with a figure of their own, by the district with one that they lie in."""
    own = settlements.loc[inside.isin(parts).to_numpy(), ["ags", "district_ags"]].astype(str)
    own = own.drop_duplicates("ags")
    found: dict[str, list[str]] = {}
    for ags, today in zip(own["ags"], own["district_ags"], strict=True):
        parent = next((it for it in (ags[:5], today) if it in wholes), None)
        if parent is not None:
            found.setdefault(parent, []).append(ags)
    return found


def is_complete(chosen: pd.DataFrame, region: Region, findings: Findings) -> bool:
    """Every settlement must lie in an area with a figure; whether it is so."""
    try:
        found = set(areas_of_settlements(region.settlements, chosen["area"].tolist()))
        # Today's key of a municipality whose settlements carry the former one is in use through that.
        used = found | {new for old, new in todays_municipalities(region).items() if old in found}
        unused = int((~chosen["area"].isin(used)).sum())
        if unused:
            findings.note("key_unused", kind="hint", number=unused)
        return True
    except InputError as error:
        said = {it.code for it in findings.problems}
        findings.add(
            _together(
                [
                    _missing(it, chosen, region, findings.file)
                    for it in error.problems
                    if not ("district_cut" in said and it.value in CUT_INTO)
                ]
            )
        )
        return False


def _together(missing: list[Problem]) -> list[Problem]:
    """Many districts without a figure in one sentence: most likely the table is of somewhere else."""
    whole = [it for it in missing if it.code == "area_missing"]
    if len(whole) <= _NAMED:
        return missing
    listed = ", ".join(str(it.value) for it in whole[:_NAMED])
    details = {"count": len(whole), "named": listed}
    many = Problem("areas_missing", whole[0].file, details=details)
    return [many, *(it for it in missing if it.code != "area_missing")]


def _missing(found: Problem, chosen: pd.DataFrame, region: Region, file: str) -> Problem:
    """A district without a figure: whole, or which of its municipalities where others have theirs."""
    key, places = str(found.value), region.settlements
    named = f"{key} {region.district_names.get(key, '')}".strip()
    own = set(places.loc[places["district_ags"].eq(key), "ags"].astype(str))
    without = sorted(own - set(chosen["area"]))
    if len(without) == len(own):
        return Problem(found.code, file, value=named)
    names = region.municipality_names
    listed = ", ".join(f"{it} {names.get(it, '')}".strip() for it in without[:_NAMED])
    details = {"count": len(without), "named": listed + (" …" if len(without) > _NAMED else "")}
    return Problem("areas_missing_within", file, value=named, details=details)
