"""A table of distances between positions, as routing services answer: which places and sites they are."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.distances import great_circle_km
from iqgeo.distances.own import OwnTable, position_of
from iqgeo.errors import InputError, Problem

if TYPE_CHECKING:
    from iqgeo.inputs import Notice
    from iqgeo.scenario.load import Loaded

TOLERANCE_M: Final = 500.0
"""Services move a point to the nearest road; one that has moved farther is nobody's."""
_SAME_M: Final = 25.0
_CLEARLY: Final = 2.0
"""How many times farther the next place must be, for there to be no doubt."""
_LISTED: Final = 3


def by_position(measure: OwnTable, loaded: "Loaded", notices: "list[Notice]") -> OwnTable:
    """The table with the ids of the places and sites where its positions are; others as they are.

    Sources are places and destinations sites, or the other way round, whichever holds for more rows.

    Parameters
    ----------
    measure : OwnTable
        As it was read.
    loaded : Loaded
        Sites and places of all lists.
    notices : list[Notice]
        What was matched is added here.

    Returns
    -------
    OwnTable
        Rows from places to sites.

    Raises
    ------
    InputError
        If a position is that of no place and no site, or of several.
    """
    from iqgeo.inputs import Notice

    table = measure.table
    if not len(table) or position_of(str(table["place"].iloc[0])) is None:
        # Not all are positions: a long table of other ids is looked at no further.
        return measure
    ends = {it: table[it].astype(str) for it in ("place", "candidate")}
    written = sorted({key for keys in ends.values() for key in keys.unique().tolist()})
    positions = {it: at for it in written if (at := position_of(it)) is not None}
    if len(positions) < len(written):
        return measure
    places, sites = (_matched(positions, it) for it in (loaded.demand.places, loaded.known))
    lost = [it for it in positions if it not in places and it not in sites]
    if lost:
        details = {"count": len(lost), "tolerance": TOLERANCE_M}
        raise InputError(
            Problem("routing_positions", column="distances", value=_listed(lost), details=details)
        )
    right, back = (
        (ends[of_place].isin(list(places)) & ends[of_site].isin(list(sites))).to_numpy(dtype=bool)
        for of_place, of_site in (("place", "candidate"), ("candidate", "place"))
    )
    turned = int(back.sum()) > int(right.sum())
    of_place, of_site = ("candidate", "place") if turned else ("place", "candidate")
    chosen = table[back if turned else right]
    long = pd.DataFrame(
        {
            "candidate": chosen[of_site].astype(str).map(sites),
            "place": chosen[of_place].astype(str).map(places),
            "km": chosen["km"],
        }
    )
    long = (
        long.explode("candidate").explode("place").drop_duplicates(["candidate", "place"], ignore_index=True)
    )
    notices.append(Notice("distances_by_position", count=len(positions), details={"tolerance": TOLERANCE_M}))
    if len(chosen) < len(table):
        notices.append(Notice("distances_other_ways", count=len(table) - len(chosen)))
    return OwnTable(long)


def _matched(positions: Mapping[str, tuple[float, float]], points: pd.DataFrame) -> dict[str, list[str]]:
    """The ids at each position, of those that are near enough; several where they are at one spot.

    Raises
    ------
    InputError
        If a second one is nearly as near.
    """
    if not len(points):
        return {}
    lon, lat = (points[it].to_numpy(dtype=np.float64) for it in ("lon", "lat"))
    ids = points["id"].astype(str).to_numpy(dtype=object)
    found: dict[str, list[str]] = {}
    unclear = []
    for position, (own_lon, own_lat) in positions.items():
        # Half a degree holds whatever is within reach of the tolerance.
        near = np.flatnonzero((np.abs(lat - own_lat) < 0.05) & (np.abs(lon - own_lon) < 0.5))
        away = _metres(own_lon, own_lat, lon[near], lat[near])
        if not len(away) or away.min() > TOLERANCE_M:
            continue
        least = float(away.min())
        same = away <= least + _SAME_M
        if (away[~same] <= max(_CLEARLY * least, _SAME_M)).any():
            unclear.append(position)
        found[position] = ids[near[same]].tolist()
    if unclear:
        details = {"count": len(unclear)}
        raise InputError(
            Problem("routing_positions_unclear", column="distances", value=_listed(unclear), details=details)
        )
    return found


def _metres(
    lon: float, lat: float, lons: NDArray[np.float64], lats: NDArray[np.float64]
) -> NDArray[np.float64]:
    here = np.full(len(lons), lon), np.full(len(lons), lat)
    return np.asarray(great_circle_km(*here, lons, lats), dtype=np.float64) * 1000


def _listed(positions: list[str]) -> str:
    return "; ".join(positions[:_LISTED]) + (" …" if len(positions) > _LISTED else "")
