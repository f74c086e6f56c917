"""Parts of one place told apart by where they lie: "Berlin Nordost", never by a name that nobody gave."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.texts import Lang, number, text
from iqgeo.world import GERMAN_STATES

Floats = NDArray[np.float64]

_DIRECTIONS: Final = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")
KM_PER_DEGREE: Final = 111.2
"""Of latitude, and of longitude at the equator."""


def language_of(districts: Mapping[str, str]) -> Lang:
    """The language of names that are made: German where the districts have German keys, else English."""
    german = all(key.isdigit() and len(key) == 5 and key[:2] in GERMAN_STATES for key in districts)
    return "de" if districts and german else "en"


def way(lon: Floats, lat: Floats, people: Floats) -> tuple[list[str], Floats]:
    """In which direction of their common middle points lie, and how many km from it."""
    weight = people if people.sum() > 0 else np.ones(len(people))
    middle_lon, middle_lat = np.average(lon, weights=weight), np.average(lat, weights=weight)
    return way_from(float(middle_lon), float(middle_lat), lon, lat)


def way_from(middle_lon: float, middle_lat: float, lon: Floats, lat: Floats) -> tuple[list[str], Floats]:
    """In which direction of a point others lie, and how many km from it."""
    east = (lon - middle_lon) * np.cos(np.radians(middle_lat)) * KM_PER_DEGREE
    north = (lat - middle_lat) * KM_PER_DEGREE
    eighth = np.round(np.degrees(np.arctan2(east, north)) / 45).astype(int) % len(_DIRECTIONS)
    return [_DIRECTIONS[it] for it in eighth.tolist()], np.hypot(east, north)


def told_apart(
    names: Sequence[str], keys: Sequence[str], towns: pd.DataFrame, districts: Mapping[str, str]
) -> list[str]:
    """Names none of which stands twice.

    Of the parts of one municipality the middle one keeps its name, the others have the direction in
    which they lie, and the distance where several lie in one. Municipalities of one name have that of
    their district behind it.

    Parameters
    ----------
    names, keys : Sequence[str]
        The municipality of every town, by name and by key.
    towns : pd.DataFrame
        Columns ``district_ags, lon, lat, population``.
    districts : Mapping[str, str]
        Names of the districts by key.
    """
    lang = language_of(districts)
    frame = towns[["district_ags", "lon", "lat", "population"]].reset_index(drop=True)
    frame = frame.assign(name=list(names), key=list(keys))
    bearers = frame.groupby("name")["key"].nunique()
    shared = frame["name"].map(bearers).gt(1)
    beside = frame["district_ags"].map(districts)
    here = shared & beside.notna() & beside.ne(frame["name"])
    frame["name"] = frame["name"].where(~here, frame["name"] + " (" + beside.astype(str) + ")")
    for _, rows in frame.groupby("key"):
        if len(rows) > 1:
            frame.loc[rows.index, "name"] = _of_one(rows, lang)
    # A place that nobody names, in a district that is called as one of its towns, is no part of that town.
    unnamed = frame["key"].eq(frame["district_ags"]) & shared
    theirs = frame["district_ags"].isin(frame.loc[unnamed, "district_ags"])
    for _, rows in frame[theirs].groupby("district_ags"):
        ways = pd.Series(_ways(rows)[0], index=rows.index)
        for at in rows.index[unnamed[rows.index]]:
            word = text(f"inputs.compass.{ways[at]}", lang)
            frame.loc[at, "name"] = text("inputs.compass.district", lang, name=names[at], direction=word)
    return numbered_names(frame["name"].tolist())


def _ways(rows: pd.DataFrame) -> tuple[list[str], Floats]:
    return way(*(rows[it].to_numpy(dtype=np.float64) for it in ("lon", "lat", "population")))


def _of_one(rows: pd.DataFrame, lang: Lang) -> list[str]:
    """Names of the parts of one municipality."""
    ways, km = _ways(rows)
    middle = int(km.argmin())
    often = Counter(it for at, it in enumerate(ways) if at != middle)
    whole = Counter((it, round(float(km[at]))) for at, it in enumerate(ways) if at != middle)
    found = []
    for at, (name, direction) in enumerate(zip(rows["name"], ways, strict=True)):
        form = "towards" if often[direction] == 1 else "towards_km"
        word = text(f"inputs.compass.{direction}", lang)
        # Tenths of a kilometre where whole ones tell two of them not apart.
        digits = 0 if whole[direction, round(float(km[at]))] < 2 else 1
        far = number(round(float(km[at]), digits), lang, digits)
        said = text(f"inputs.compass.{form}", lang, name=name, direction=word, km=far)
        found.append(str(name) if at == middle else said)
    return found


def numbered_names(names: Sequence[str]) -> list[str]:
    """Names none of which stands twice: the second Husum is "Husum (2)"."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result


def without_number(name: str, names: Sequence[str]) -> str:
    """A name of :func:`numbered_names` as it was: "Husum (2)" is "Husum" where one is called so, too."""
    bare, _, number = name.rpartition(" (")
    return bare if number[:-1].isdigit() and bare in names else name
