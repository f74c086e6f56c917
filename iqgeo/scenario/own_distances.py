"""A table of own distances beside the sites and places it speaks of: whom it means, and what it lacks."""

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from iqgeo.distances import great_circle_km
from iqgeo.distances.own import OwnTable
from iqgeo.errors import InputError, Problem

if TYPE_CHECKING:
    from iqgeo.inputs import Notice
    from iqgeo.scenario.load import Loaded

# Own lengths are held against the straight line where site and place lie so far apart: no way is a hundred
# times as long, and none falls short of it by more than positions are rounded.
_APART_KM: Final = 1.0
_NO_WAY_TIMES: Final = 100.0
_SHORT: Final = 0.9


def fitted_table(measure: OwnTable, loaded: "Loaded", notices: "list[Notice]", *, sure: bool) -> OwnTable:
    """The table with the ids of the sites and places that it means.

    Parameters
    ----------
    measure : OwnTable
        As it was read.
    loaded : Loaded
        Sites and places of all lists.
    notices : list[Notice]
        What was turned, and what the table lacks, is added here.
    sure : bool
        The user says that its lengths are kilometres.

    Returns
    -------
    OwnTable
        The same rows.

    Raises
    ------
    InputError
        If it names what nobody knows, leaves an office out, or holds no kilometres.
    """
    found = _as_meant(_by_name(measure, loaded, notices), loaded, notices)
    _check_table(found, loaded)
    _note_left_out(found, loaded, notices)
    _hold_against_lines(found, loaded, notices, sure=sure)
    return found


def _as_meant(measure: OwnTable, loaded: "Loaded", notices: "list[Notice]") -> OwnTable:
    """The table with candidates and places exchanged, where only so all ids are known."""
    from iqgeo.inputs import Notice
    from iqgeo.inputs.pairs import turned

    places = set(loaded.demand.places["id"].astype(str))

    def strange(table: pd.DataFrame) -> bool:
        named = set(table["candidate"])
        return any(not loaded.meant(it) for it in named) or not set(table["place"]) <= places

    if not strange(measure.table) or strange(other := turned(measure.table)):
        return measure
    notices.append(Notice("distances_turned", count=len(other)))
    return OwnTable(other)


def _by_name(measure: OwnTable, loaded: "Loaded", notices: "list[Notice]") -> OwnTable:
    """The table with ids in place of names of sites, where it knows them by these alone."""
    from iqgeo.inputs import Notice

    named = loaded.known.drop_duplicates("name", keep=False)
    ids = dict(zip(named["name"].astype(str), named["id"].astype(str), strict=True))
    for column in ("candidate", "place"):
        keys = set(measure.table[column])
        if keys and not any(loaded.meant(it) for it in keys) and keys <= ids.keys():
            notices.append(Notice("distances_by_name", count=len(keys)))
            return OwnTable(measure.table.assign(**{column: measure.table[column].map(ids)}))
    return measure


def _note_left_out(measure: OwnTable, loaded: "Loaded", notices: "list[Notice]") -> None:
    """Say which candidates and places the table knows no way of: nobody would take it for a lack of data."""
    from iqgeo.inputs import Notice

    meant = {it for key in set(measure.table["candidate"]) for it in loaded.meant(key)}
    pool = loaded.candidates if loaded.own_candidates else loaded.candidates.iloc[:0]
    places = loaded.demand.places
    inhabited = places.loc[places["people"] > 0, "id"].astype(str)
    for code, keys in (
        ("distances_without_candidates", pool["id"].astype(str)),
        ("distances_without_places", inhabited),
    ):
        left = keys[~keys.isin(meant if code.endswith("candidates") else set(measure.table["place"]))]
        if len(left):
            notices.append(Notice(code, count=len(left), value=", ".join(left.head(3))))


def _hold_against_lines(measure: OwnTable, loaded: "Loaded", notices: "list[Notice]", *, sure: bool) -> None:
    """Refuse lengths that are hundreds of times the straight line: metres; say that many fall short of it."""
    from iqgeo.inputs import Notice

    at_site = loaded.known.drop_duplicates("id").set_index("id")
    at_place = loaded.demand.places.set_index("id")
    meant = {key: next(iter(loaded.meant(key))) for key in set(measure.table["candidate"])}
    site = at_site.reindex(measure.table["candidate"].map(meant))
    place = at_place.reindex(measure.table["place"])
    straight = great_circle_km(site["lon"], site["lat"], place["lon"], place["lat"])
    km = measure.table["km"].to_numpy(dtype=float)
    apart = straight > _APART_KM
    if not apart.any():
        return
    ratio = float(np.median(km[apart] / straight[apart]))
    if ratio > _NO_WAY_TIMES and not sure:
        times = round(ratio)
        raise InputError(Problem("distances_longer", column="distances", details={"times": times}))
    short = int((km[apart] < _SHORT * straight[apart]).sum())
    if 2 * short > int(apart.sum()):
        notices.append(Notice("distances_shorter", count=short, details={"all": int(apart.sum())}))


def _check_table(measure: OwnTable, loaded: "Loaded") -> None:
    """Refuse a table that names what nobody knows, names two sites at once, or leaves an office out."""
    named = set(measure.table["candidate"])
    strangers = sorted(key for key in named if not loaded.meant(key))
    places = set(loaded.demand.places["id"].astype(str))
    strangers += sorted(set(measure.table["place"]) - places)
    problems = []
    if strangers:
        problems.append(Problem("distances_unknown_ids", value=", ".join(strangers[:5])))
    problems += [
        Problem("distances_id_twice", value=key, details={"ids": ", ".join(loaded.meant(key))})
        for key in sorted(named)
        if len(loaded.meant(key)) > 1
    ]
    problems += [
        Problem("distances_office_missing", value=key, details={"name": name})
        for key, name in zip(loaded.offices["id"].astype(str), loaded.offices["name"], strict=True)
        if key not in named
    ]
    if problems:
        raise InputError(problems[:20])
