"""A table of own distances beside the sites and places it speaks of: whom it means, and what it lacks."""

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from iqgeo.distances import great_circle_km
from iqgeo.distances.own import OwnTable
from iqgeo.errors import InputError, Problem
from iqgeo.scenario.by_position import by_position

if TYPE_CHECKING:
    from iqgeo.inputs import Notice
    from iqgeo.scenario.load import Loaded

Floats = NDArray[np.float64]

# Own lengths are held against the straight line where site and place lie so far apart. No way falls short of
# it by more than positions are rounded, and by road hardly one is four times as long.
_APART_KM: Final = 1.0
_SHORT: Final = 0.9
_NO_ROAD_TIMES: Final = 4.0
_NO_WAY_TIMES: Final = 100.0
# So many of all lengths decide: a slip of the pen, or one site beyond a river, speaks for itself alone. What
# a few lengths mean their maker knows, unless no way at all could be as long.
_PAIRS_THAT_TELL: Final = 30
_MANY: Final = 0.25
_NEARLY_ALL: Final = 0.9
# Ways are in proportion to the straight line but for some per cent; of times, who goes farther goes faster.
_GROWS_LIKE_TIME: Final = 0.75
_SPAN_OF_A_TREND: Final = 2.5


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
    found = _as_meant(_by_name(by_position(measure, loaded, notices), loaded, notices), loaded, notices)
    _check_table(found, loaded)
    _note_left_out(found, loaded, notices)
    hold_against_lines(found, _straight_km(found, loaded), notices, sure=sure)
    return found


def _as_meant(measure: OwnTable, loaded: "Loaded", notices: "list[Notice]") -> OwnTable:
    """The rows from places to sites, of a table that has the ways back and those among places, too.

    Candidates and places are exchanged where only so all ids are known. A table with an id that nobody
    knows stays as it is.
    """
    from iqgeo.inputs import Notice
    from iqgeo.inputs.pairs import turned

    table = measure.table
    places = set(loaded.demand.places["id"].astype(str))
    is_place = {column: table[column].isin(places) for column in ("candidate", "place")}
    sites = {it for column in is_place for it in table[column].unique().tolist() if loaded.meant(it)}
    is_site = {column: table[column].isin(sites) for column in is_place}
    right, back = (
        (is_site[of_site] & is_place[of_place]).to_numpy(dtype=bool)
        for of_site, of_place in (("candidate", "place"), ("place", "candidate"))
    )
    known = is_place["candidate"] | is_site["candidate"]
    if right.all() or not (known & (is_place["place"] | is_site["place"])).all():
        return measure
    # Where ids stand in both lists, the way round in which every row fits is the one that is meant.
    ahead = right.any() and not back.all()
    chosen = table[right] if ahead else turned(table[back])
    found = OwnTable(chosen.reset_index(drop=True))
    if not ahead and back.any():
        notices.append(Notice("distances_turned", count=len(found.table)))
    if 0 < len(found.table) < len(table):
        notices.append(Notice("distances_other_ways", count=len(table) - len(found.table)))
    return found if len(found.table) else measure


def _by_name(measure: OwnTable, loaded: "Loaded", notices: "list[Notice]") -> OwnTable:
    """The table with ids in place of names, and of ids in other letters, where nobody else is meant."""
    from iqgeo.inputs import Notice

    table = measure.table
    places, sites = loaded.demand.places["id"].astype(str).tolist(), loaded.known["id"].astype(str).tolist()
    known = set(places)
    ids = _alone([*places, *sites], [*places, *sites])
    names = _alone(loaded.known["name"].astype(str).tolist(), sites)
    for column in ("candidate", "place"):
        keys = set(table[column])
        unknown = sorted(it for it in keys if it not in known and not loaded.meant(it))
        found = {it: ids.get(spelled(it)) or names.get(spelled(it)) for it in unknown}
        # Whom the table knows by two names it may know by two lengths.
        several = Counter([*found.values(), *keys])
        means = {key: it for key, it in found.items() if it and several[it] == 1}
        by_name = [it for it in means if spelled(it) not in ids]
        otherwise = [it for it in means if spelled(it) in ids]
        if by_name:
            notices.append(Notice("distances_by_name", count=len(by_name)))
        if otherwise:
            value = f"{otherwise[0]} – {means[otherwise[0]]}"
            notices.append(Notice("distances_ids_otherwise", count=len(otherwise), value=value))
        if means:
            table = table.assign(**{column: table[column].map(means).fillna(table[column])})
    return measure if table is measure.table else OwnTable(table)


def spelled(key: str) -> str:
    """A key without what two programs write differently: capitals, signs above letters, kinds of blanks.

    Parameters
    ----------
    key : str
        An id or a name.

    Returns
    -------
    str
        The same for all ways of writing it.
    """
    return " ".join(unicodedata.normalize("NFC", key).casefold().split())


def _alone(keys: list[str], ids: list[str]) -> dict[str, str]:
    """The id that each key stands for, by how it is spelled; without keys of several."""
    found: dict[str, set[str]] = {}
    for key, it in zip(keys, ids, strict=True):
        found.setdefault(spelled(key), set()).add(it)
    return {key: next(iter(meant)) for key, meant in found.items() if len(meant) == 1}


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


def _straight_km(measure: OwnTable, loaded: "Loaded") -> Floats:
    """The straight line of every row; not a number where a site or place is not known."""
    at_site = loaded.known.drop_duplicates("id").set_index("id")
    at_place = loaded.demand.places.set_index("id")
    meant = {key: next(iter(loaded.meant(key))) for key in set(measure.table["candidate"])}
    site = at_site.reindex(measure.table["candidate"].map(meant))
    place = at_place.reindex(measure.table["place"])
    return np.asarray(great_circle_km(site["lon"], site["lat"], place["lon"], place["lat"]), dtype=np.float64)


def hold_against_lines(
    measure: OwnTable, straight_km: Floats, notices: "list[Notice]", *, sure: bool
) -> None:
    """Refuse lengths that cannot be kilometres by the straight lines; say where single ones fall short.

    Parameters
    ----------
    measure : OwnTable
        Lengths, a row for each pair.
    straight_km : Floats
        The straight line of every row.
    notices : list[Notice]
        What is odd, and no reason to refuse, is added here.
    sure : bool
        The user says that they are kilometres: nothing is refused.

    Raises
    ------
    InputError
        ``distances_short`` if many of thirty and more fall short of the straight line, ``distances_longer``
        if nearly all of them are so much longer as no way is by road, or most of a few as no way is at all.
    """
    from iqgeo.inputs import Notice

    apart = straight_km > _APART_KM
    if not apart.any():
        return
    rows, straight = measure.table[apart], straight_km[apart]
    km = rows["km"].to_numpy(dtype=np.float64)
    times = km / straight
    short = times < _SHORT
    least = int(np.argmin(times))
    candidate, place = rows[["candidate", "place"]].iloc[least]
    of: dict[str, object] = {"all": len(rows), "pair": f"{candidate} – {place}"}
    of |= {"km": round(float(km[least]), 1), "straight": round(float(straight[least]), 1)}
    telling = len(rows) >= _PAIRS_THAT_TELL
    if not sure:
        if telling and short.mean() > _MANY:
            details = {**of, "count": int(short.sum())}
            raise InputError(Problem("distances_short", column="distances", details=details))
        longer = telling and (times > _NO_ROAD_TIMES).mean() >= _NEARLY_ALL
        if longer or np.median(times) > _NO_WAY_TIMES:
            details = {"times": round(float(np.median(times)), 1)}
            raise InputError(Problem("distances_longer", column="distances", details=details))
        if _growth(straight, km) < _GROWS_LIKE_TIME:
            notices.append(Notice("distances_like_times", "hint"))
    if short.any():
        notices.append(Notice("distances_shorter", "hint", count=int(short.sum()), details=of))


def _growth(straight: Floats, km: Floats) -> float:
    """How lengths grow with the straight line: 1 in proportion, 0 not at all; 1 where there is no telling.

    The line through the middles of the nearest and the farthest third, which single pairs do not move.
    """
    near, far = np.quantile(straight, [1 / 3, 2 / 3])
    near_km, far_km = np.median(km[straight <= near]), np.median(km[straight >= far])
    span = np.median(straight[straight >= far]) / np.median(straight[straight <= near])
    if len(km) < _PAIRS_THAT_TELL or span < _SPAN_OF_A_TREND or near_km <= 0:
        return 1.0
    return float(np.log(far_km / near_km) / np.log(span))


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
