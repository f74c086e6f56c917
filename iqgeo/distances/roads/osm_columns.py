"""What the tags of OpenStreetMap say where a table has them as columns (QuickOSM, osmnx, Geofabrik)."""

import ast
import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.roads.carried import CARRIED_KMH, minutes_of_duration
from iqgeo.distances.roads.column_names import MISSING
from iqgeo.distances.roads.network import DESTINATION, FERRY, ROAD
from iqgeo.distances.roads.one_ways import one_way_words
from iqgeo.distances.roads.overture import tags_of_rules
from iqgeo.distances.roads.rules import (
    GONE,
    MINUTES_PER_HOUR,
    NOT_FOR_CARS,
    ONE_WAY_KEYS,
    SPEED_KMH,
    WAY_KEYS,
    WayUse,
    car_may_pass,
    in_one,
    limit_kmh,
    read_way,
    road_class,
    road_classes,
    values_of,
)
from iqgeo.safe.parse import json_value

if TYPE_CHECKING:
    import pandas as pd

_TWO = 2
_WORDS = {"true": "yes", "false": "no", "1.0": "1", "0.0": "0", "-1.0": "-1"}

TRUTH_KEYS = frozenset({"tunnel", "motorroad", "area", *GONE})
_TRUTHS = {
    **dict.fromkeys(("t", "1", "y", "j", "ja", "wahr", "yes"), "yes"),
    **dict.fromkeys(("f", "0", "n", "nein", "falsch", "no", "-", "keine", "kein"), "no"),
}
"""Databases and spreadsheets, and Geofabrik's shapefiles, say so whether a street is a tunnel."""


OTHER_KEYS = (
    "railway", "waterway", "power", "boundary", "aeroway", "aerialway", "building", "natural", "landuse",
    "leisure", "man_made", "barrier", "piste:type", "telecom", "place",
)  # fmt: skip
"""Keys of other things than roads, which stand among roads where a program writes lines of all kinds."""

_IDS = ("osm_id", "full_id", "@id", "osm_way_id")
"""Columns in which programs say which way of OpenStreetMap a row is: it has a class if it is a road."""


def ways_of(frame: "pd.DataFrame", theirs: Collection[str]) -> list[WayUse | None] | None:
    """How a car uses each row, ``None`` for a row closed to cars; ``None`` if there is no ``highway`` at all.

    A row without a class (new lines of tools that simplify) is a road; and so is every row of a graph that
    osmnx saved, which has chosen its ways already.
    """
    keys = _whole_keys({str(name).lower(): name for name in frame.columns})
    chosen = {"u", "v", "key"} <= {*keys, *theirs}
    if "highway" not in keys:
        return None
    other = _other_things(frame, keys)
    used = [(key, keys[key]) for key in WAY_KEYS if key in keys]
    columns = {key: [value_of(it) for it in frame[name].tolist()] for key, name in used}
    ways = _uses(columns, chosen=chosen)
    return [
        None if no_road and not chosen else way for way, no_road in zip(ways, other.tolist(), strict=True)
    ]


def ways_of_graph(edges: list[dict[str, Any]]) -> list[WayUse]:
    """How a car uses each edge of a graph that someone chose; where none has a class, of no known speed."""
    names = {name for data in edges for name in data}
    keys = [key for key in WAY_KEYS if key in names]
    columns = {key: [value_of(data.get(key)) for data in edges] for key in keys}
    if "highway" not in names:
        columns |= {"": [""] * len(edges)}
        rows = zip(*columns.values(), strict=True)
        return [_chosen({key: it for key, it in zip(columns, row, strict=True) if it}) for row in rows]
    return [way for way in _uses(columns, chosen=True) if way is not None]


def _uses(columns: dict[str, list[str]], *, chosen: bool) -> list[WayUse | None]:
    """How a car uses each row of some columns of tags; ``chosen`` rows are streets even where none may."""
    for key, values in columns.items():
        if key in ONE_WAY_KEYS:
            columns[key] = one_way_words(values, tagged=True)
        elif key in TRUTH_KEYS:
            columns[key] = [_TRUTHS.get(it.lower(), it) for it in values]
    known: dict[tuple[str, ...], WayUse | None] = {}
    ways = []
    for row in zip(*columns.values(), strict=True):
        if row not in known:
            tags = {key: value for key, value in zip(columns, row, strict=True) if value}
            known[row] = _way(tags) or (_chosen(tags) if chosen else None)
        ways.append(known[row])
    return ways


def _other_things(frame: "pd.DataFrame", keys: dict[str, Any]) -> npt.NDArray[np.bool_]:
    """Rows without a class that are something else in OpenStreetMap: a railway, a river, a power line."""
    without = np.ones(len(frame), dtype=bool)
    for key in ("highway", "route"):
        without &= _is_empty(frame, keys.get(key))
    told = np.zeros(len(frame), dtype=bool)
    for key in (*OTHER_KEYS, *_IDS) if without.any() else ():
        told |= ~_is_empty(frame, keys.get(key))
    # Overture Maps has railways and waterways among its segments.
    kinds = [""] if "subtype" not in keys else [value_of(it) for it in frame[keys["subtype"]].tolist()]
    return without & told | np.isin(np.array(kinds, dtype=object), ["rail", "water"])


_MOST_LETTERS = 10


def _whole_keys(keys: dict[str, Any]) -> dict[str, Any]:
    """Columns by their keys, where a shapefile has cut these to ten letters or ``_`` is a colon, too."""
    whole = dict(keys)
    for key in sorted(WAY_KEYS, key=len, reverse=True):
        plain = key.replace(":", "_")
        for written in (plain, key[:_MOST_LETTERS], plain[:_MOST_LETTERS]):
            if written in keys and written not in WAY_KEYS and key not in keys:
                whole[key] = keys[written]
    return whole


def _is_empty(frame: "pd.DataFrame", name: Any) -> npt.NDArray[np.bool_]:
    if name is None:
        return np.ones(len(frame), dtype=bool)
    return np.array([value_of(it) in ("", "no") for it in frame[name].tolist()], dtype=bool)


def may_be_chosen(tags: dict[str, str]) -> bool:
    """Whether cars may use a street of a graph that someone has chosen, though our rules know no such class.

    Whoever asks osmnx for all streets, or for those of walkers, gets footways too, which no car uses.
    """
    classes = values_of(tags.get("highway", ""))
    on_foot = bool(classes) and set(classes) <= NOT_FOR_CARS
    return not on_foot and car_may_pass(tags)


_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")
TAG_COLUMNS = ("other_tags", "tags", "all_tags", "osm_tags")
RULES = "access_restrictions"


def with_other_tags(frame: "pd.DataFrame") -> "pd.DataFrame":
    """The frame with a column for every tag that matters of those a program has put into one column.

    GDAL and osm2pgsql write them as ``"key"=>"value"`` or as JSON, Overpass Turbo as an object, Arrow as
    a map; Overture Maps has rules in their place.
    """
    for name in (*TAG_COLUMNS, RULES):
        if name not in frame.columns:
            continue
        read = _ruled if name == RULES else _pairs
        rows = [read(it) for it in frame[name].tolist()]
        keys = [
            key
            for key in (*WAY_KEYS, *OTHER_KEYS)
            if key not in frame.columns and any(key in row for row in rows)
        ]
        frame = frame.assign(**{key: [row.get(key, "") for row in rows] for key in keys})
    return frame


def _pairs(written: Any) -> dict[str, str]:
    """Tags in one cell; in text, quotes and strokes within them stand behind a stroke."""
    if isinstance(written, str):
        if not written.lstrip().startswith("{"):
            return {key: _ESCAPED.sub(r"\1", value) for key, value in _PAIR.findall(written)}
        written = _object(written)
    if isinstance(written, dict):
        written = list(written.items())
    if not isinstance(written, list | tuple | np.ndarray):
        return {}
    pairs = (it for it in written if isinstance(it, list | tuple | np.ndarray) and len(it) == _TWO)
    return {str(key): text for key, value in pairs if (text := value_of(value))}


def _ruled(written: Any) -> dict[str, str]:
    """What the rules in one cell say."""
    return tags_of_rules(_object(written) if isinstance(written, str) else written)


def _object(written: str) -> Any:
    """What a text of JSON, or of Python, stands for; nothing where it is neither."""
    for read in (json_value, ast.literal_eval):
        try:
            return read(written)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    return None


def value_of(value: Any) -> str:
    """The value as the tag it was: lists with semicolons, yes and no for true and false."""
    if isinstance(value, list | tuple | np.ndarray):
        return ";".join(dict.fromkeys(value_of(it) for it in value))
    text = str(value).strip()
    if text.lower() in MISSING:
        return ""
    return _WORDS.get(text.lower(), in_one(text))


def _way(tags: dict[str, str]) -> WayUse | None:
    """How a car uses a row; one without a class is a road."""
    if "highway" not in tags and "route" not in tags:
        tags["highway"] = "road"
    return read_way(tags)


def _chosen(tags: dict[str, str]) -> WayUse:
    """A street of a graph that someone chose, though none for cars by our rules: its class counts."""
    one_way = read_way({"highway": "road", "oneway": tags.get("oneway", "no")})
    direction = 0 if one_way is None else one_way.direction
    carried = next((kmh for it in values_of(tags.get("route", "")) if (kmh := CARRIED_KMH.get(it))), None)
    if carried is not None:
        minutes = minutes_of_duration(tags.get("duration", ""))
        return WayUse(FERRY, direction, carried, minutes, kept_anyway=True)
    classes = road_classes(tags)
    speed, limit = min((SPEED_KMH[it] for it in classes), default=np.nan), limit_kmh(tags)
    kinds = (road_class(tags, it) for it in classes or [""])
    return WayUse(
        min(kinds, key=lambda it: (it % DESTINATION != ROAD, it)),
        direction,
        speed if limit is None else float(np.minimum(speed, limit)),
        several=len(set(classes)) > 1,
        kept_anyway=not may_be_chosen(tags),
    )


def minutes_of(
    ways: list[WayUse], km: npt.NDArray[np.float64], whole: Collection[str] | None = None
) -> npt.NDArray[np.float64]:
    """Travel time of rows of these lengths; ``whole`` says of which way each is a piece (``pieces_of``)."""
    speed = np.array([way.speed_kmh for way in ways])
    stated = np.array([np.nan if way.minutes is None else way.minutes for way in ways])
    if whole is not None and np.isfinite(stated).any():
        number = np.unique(np.array(list(whole), dtype=object).astype(str), return_inverse=True)[1].ravel()
        length = np.bincount(number, weights=km)[number]
        stated = stated * np.divide(km, length, out=np.ones(len(km)), where=length > 0)
    return np.where(np.isnan(stated), km / speed * MINUTES_PER_HOUR, stated)


def pieces_of(ids: Collection[Any], backwards: Collection[Any]) -> list[str]:
    """Of which way of OpenStreetMap, and in which direction, each edge of osmnx is a piece.

    Each bears all tags of the way, so that every piece of a ferry states how long all of it takes. An edge of
    several ways is one of its own.
    """
    pieces = [f"{value_of(way)} {value_of(back)}" for way, back in zip(ids, backwards, strict=True)]
    return [f"{it} {at}" if ";" in it else it for at, it in enumerate(pieces)]
