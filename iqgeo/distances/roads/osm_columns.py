"""What the tags of OpenStreetMap say where a table has them as columns (QuickOSM, osmnx, Geofabrik)."""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.roads.column_names import MISSING
from iqgeo.distances.roads.network import ROAD
from iqgeo.distances.roads.one_ways import one_way_words
from iqgeo.distances.roads.rules import (
    MINUTES_PER_HOUR,
    ONE_WAY_KEYS,
    WAY_KEYS,
    WayUse,
    in_one,
    read_way,
)

if TYPE_CHECKING:
    import pandas as pd

_WORDS = {"true": "yes", "false": "no", "1.0": "1", "0.0": "0", "-1.0": "-1"}


def ways_of(frame: "pd.DataFrame", theirs: Collection[str]) -> list[WayUse | None] | None:
    """How a car uses each row, ``None`` for a row closed to cars; ``None`` if there is no ``highway`` at all.

    A row without a class (new lines of tools that simplify) is a road; and so is every row of a graph that
    osmnx saved, which has chosen its ways already.
    """
    keys = {str(name).lower(): name for name in frame.columns}
    chosen = {"u", "v", "key"} <= {*keys, *theirs}
    if "highway" not in keys:
        return None
    used = [(key, keys[key]) for key in WAY_KEYS if key in keys]
    columns = [[value_of(it) for it in frame[name].tolist()] for _, name in used]
    for at, (key, _) in enumerate(used):
        if key in ONE_WAY_KEYS:
            columns[at] = one_way_words(columns[at], tagged=True)
    known: dict[tuple[str, ...], WayUse | None] = {}
    ways = []
    for row in zip(*columns, strict=True):
        if row not in known:
            tags = {key: value for (key, _), value in zip(used, row, strict=True) if value}
            known[row] = _way(tags) or (_unknown(tags) if chosen else None)
        ways.append(known[row])
    return ways


_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")


def with_other_tags(frame: "pd.DataFrame") -> "pd.DataFrame":
    """The frame with a column for every tag that matters of those GDAL and osm2pgsql put into one text."""
    for name in ("other_tags", "tags"):
        if name not in frame.columns:
            continue
        rows = [_pairs(it) if isinstance(it, str) else {} for it in frame[name].tolist()]
        keys = [key for key in WAY_KEYS if key not in frame.columns and any(key in row for row in rows)]
        return frame.assign(**{key: [row.get(key, "") for row in rows] for key in keys})
    return frame


def _pairs(written: str) -> dict[str, str]:
    """Tags in one text, quotes and strokes within them behind a stroke."""
    return {key: _ESCAPED.sub(r"\1", value) for key, value in _PAIR.findall(written)}


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


def _unknown(tags: dict[str, str]) -> WayUse:
    """Some way that is not for cars by our rules, but in a graph that someone chose: its speed is unknown."""
    one_way = read_way({"highway": "road", "oneway": tags.get("oneway", "no")})
    return WayUse(ROAD, 0 if one_way is None else one_way.direction, np.nan)


def minutes_of(ways: list[WayUse], km: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Travel time of rows of these lengths."""
    speed = np.array([way.speed_kmh for way in ways])
    stated = np.array([np.nan if way.minutes is None else way.minutes for way in ways])
    return np.where(np.isnan(stated), km / speed * MINUTES_PER_HOUR, stated)
