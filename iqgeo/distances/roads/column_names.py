"""What the columns of a table of streets, or of its junctions, are called in the tools that write them.

OSRM, SUMO, pgRouting, GMNS, VISUM, TransCAD, ArcGIS, TomTom, momepy, osmnx, and German, Dutch and French
spreadsheets. A name counts whatever its case, its umlauts and what stands between its words.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from iqgeo.distances.roads.rules import SPEED_KMH

if TYPE_CHECKING:
    import pandas as pd

MISSING: Final = frozenset(
    {"", "nan", "none", "null", "<na>", "nat", "<null>", "(null)", "#n/a", "#nv", "\\n"}
)
"""Nothing, in the words of programs; ``\\N`` is that of databases."""
_FOLDED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "è": "e"})
_BETWEEN: Final = re.compile(r"[^a-z0-9]+")

END_IDS: Final = (
    ("from", "to"), ("u", "v"), ("source", "target"), ("von", "nach"), ("from_node", "to_node"),
    ("fromnode", "tonode"), ("from_node_id", "to_node_id"), ("from_nodeid", "to_nodeid"),
    ("fromnodeno", "tonodeno"), ("from_id", "to_id"), ("fromid", "toid"), ("source_id", "target_id"),
    ("source_node", "target_node"), ("node_from", "node_to"), ("node_start", "node_end"),
    ("start_node", "end_node"), ("startnode", "endnode"), ("start_id", "end_id"), ("a_node", "b_node"),
    ("anode", "bnode"), ("node_a", "node_b"), ("node1", "node2"), ("node_1", "node_2"),
    ("von_knoten", "nach_knoten"), ("vonknoten", "nachknoten"), ("knoten_von", "knoten_nach"),
    ("startknoten", "endknoten"), ("anfangsknoten", "endknoten"), ("f_jnctid", "t_jnctid"),
    ("fnode", "tnode"), ("edge_from", "edge_to"), ("src", "dst"), ("src", "dest"), ("origin", "destination"),
    ("orig", "dest"), ("van", "naar"), ("de", "vers"), ("start", "end"), ("anfang", "ende"),
    ("tail", "head"), ("a", "b"), ("i", "j"),
)  # fmt: skip
"""Both ends of a street, pairs that belong together; the first pair that is there counts."""

END_PLACES: Final = tuple(
    tuple(it.format(axis) for it in pattern for axis in axes)
    for axes in (
        ("lon", "lat"), ("x", "y"), ("longitude", "latitude"), ("laenge", "breite"), ("lng", "lat"),
        ("long", "lat"), ("laengengrad", "breitengrad"), ("rechtswert", "hochwert"), ("ostwert", "nordwert"),
    )
    for pattern in (
        ("from_{}", "to_{}"), ("from{}", "to{}"), ("start_{}", "end_{}"), ("source_{}", "target_{}"),
        ("von_{}", "nach_{}"), ("{}1", "{}2"), ("{}_1", "{}_2"), ("{}_from", "{}_to"), ("{}_start", "{}_end"),
        ("{}_von", "{}_nach"), ("a_{}", "b_{}"), ("{}_a", "{}_b"), ("origin_{}", "destination_{}"),
        ("origin_{}", "dest_{}"), ("start_{}", "ziel_{}"), ("anfang_{}", "ende_{}"), ("{}_anfang", "{}_ende"),
        ("{}_start", "{}_ziel"), ("{}_origin", "{}_destination"),
    )
)  # fmt: skip
"""Longitude and latitude of the first end, then of the last."""

_LENGTHS: Final = (
    "length", "laenge", "len", "distance", "distanz", "dist", "entfernung", "strecke", "streckenlaenge",
    "lengte", "afstand", "longueur", "lane_length", "edge_length", "link_length", "road_length",
    "shape_length", "shape_leng", "shape_len", "mm_len", "cost", "kosten", "weight", "gewicht",
)  # fmt: skip
_KM: Final = ("km", "kilometer", "kilometre", "kilometers", "kilometres", "in_km", "in_kilometern")
_METRES: Final = ("m", "meter", "metre", "meters", "metres", "mtr", "in_m", "in_metern")
_MILES: Final = ("miles", "mile", "mi", "meilen", "mijl", "in_miles", "in_mi", "in_meilen")
_FEET: Final = ("feet", "foot", "ft", "in_feet", "in_ft")
_MINUTES: Final = ("minutes", "minuten", "min", "mins", "fahrzeit_min", "time_min", "minuten_fahrzeit")


def _of_unit(unit: tuple[str, ...]) -> list[str]:
    """Lengths with their unit behind them, as ``length_km`` and ``lengthKm``."""
    return [f"{stem}{between}{it}" for it in unit for stem in _LENGTHS for between in ("_", "")]


NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "km": (*_KM, *_of_unit(_KM)),
    "metres": (*_METRES[1:], *_of_unit(_METRES)),
    "miles": (*_MILES, *_of_unit(_MILES)),
    "feet": ("feet", "in_feet", *_of_unit(_FEET)),
    "length": _LENGTHS,
    "minutes": _MINUTES,
    "oneway": (
        "oneway", "one_way", "einbahn", "einbahnstrasse", "einbahnstr", "is_oneway", "is_one_way", "isoneway",
        "directed", "einrichtungsverkehr", "eenrichting", "eenrichtingsverkeer", "sens_unique",
    ),
    "direction": (
        "dir_travel", "traffic_direction", "direction_of_travel", "travel_direction", "dir", "direction",
        "fahrtrichtung", "verkehrsrichtung", "einbahnrichtung", "richtung", "rijrichting", "sens",
        "rijrichtng", "directionality", "sens_de_circulation", "sens_circulation", "sens_circu",
        "traffic_flow_direction", "trafficflowdirection", "flow_direction", "fahrtrichtungen",
        "verkehrsrichtungen",
    ),
    "twoway": (
        "twoway", "two_way", "is_two_way", "bidirectional", "is_bidirectional", "bidirektional", "beidseitig",
        "both_directions", "both_ways", "beide_richtungen", "in_beide_richtungen", "zweirichtungsverkehr",
        "zweirichtung", "gegenverkehr", "gegenverkehr_erlaubt", "tweerichtingsverkeer", "tweerichting",
        "double_sens",
    ),
    "class": ("class", "klasse"),
    "seconds": (
        "seconds", "sekunden", "travel_time_s", "travel_time_sec", "travel_time_seconds", "time_s",
        "time_sec", "duration_s", "duration_sec", "fahrzeit_s", "fahrzeit_sek",
        "fahrzeit_sekunden", "reisezeit_s",
    ),
    "travel_time": (
        "travel_time", "traveltime", "travel_tim", "fahrzeit", "fahrtzeit", "reisezeit", "reistijd",
    ),
    "cost": ("cost", "cost_s"),
    "reverse_cost": ("reverse_cost", "reverse_cost_s", "rcost", "reversecost"),
}  # fmt: skip
"""Usual names of each column of a table of streets, the one that counts where there are several first."""

KM_OF: Final[Mapping[str, float]] = {"km": 1.0, "miles": 1.609344, "feet": 0.3048e-3, "metres": 1e-3}
"""Columns of lengths in a unit that their name says, and how many km it has."""

STATED: Final = (*KM_OF, "length")
_UNITS: Final = {
    word: ours
    for ours, words in (("km", _KM), ("metres", _METRES), ("miles", _MILES), ("feet", _FEET))
    for word in words
}
_UNIT_COLUMNS: Final = frozenset(
    {"unit", "units", "einheit", "eenheid", "length_unit", "length_units", "unit_of_length", "laengeneinheit"}
)

NODE_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "node": (
        "node_id", "node", "osmid", "id", "knoten", "nodeid", "knoten_id", "knotenid", "knotennummer",
        "knoten_nr", "nodeno", "node_no", "no", "nr", "nummer", "number", "n", "name", "fid",
    ),
    "lon": (
        "lon", "longitude", "x", "laenge", "lng", "long", "x_coord", "xcoord", "coord_x", "node_x",
        "geo_laenge", "laengengrad", "geographische_laenge", "lon_wgs84", "x_wgs84", "point_x",
        "easting", "eastings", "rechtswert", "ostwert", "utm_e", "utm_x", "e", "ost",
    ),
    "lat": (
        "lat", "latitude", "y", "breite", "y_coord", "ycoord", "coord_y", "node_y",
        "geo_breite", "breitengrad", "geographische_breite", "lat_wgs84", "y_wgs84", "point_y",
        "northing", "northings", "hochwert", "nordwert", "utm_n", "utm_y", "n", "nord",
    ),
}  # fmt: skip
"""The same of a table of junctions."""

_CLASS_COLUMNS: Final = (
    "fclass", "highway_class", "road_class", "roadclass", "road_type", "roadtype", "strassenklasse",
    "strassentyp", "type", "class", "klasse", "subclass", "kind", "typ",
)  # fmt: skip
_OTHER_HIGHWAYS: Final = frozenset(
    {"footway", "path", "cycleway", "steps", "track", "pedestrian", "bridleway", "busway", "construction"}
    | {"proposed", "bus_guideway", "corridor", "raceway", "platform", "unknown", "sidewalk", "crosswalk"}
    | {f"track_grade{grade}" for grade in range(1, 6)}
)
_CLASSES: Final = _OTHER_HIGHWAYS | set(SPEED_KMH)
_OUR_CLASSES: Final = frozenset({"road", "motorway", "ferry", "destination"})
_PREFIX: Final = re.compile(r"^highway[.:=]")

ENDS: Final = ("from_lon", "from_lat", "to_lon", "to_lat")

LEVELS: Final = frozenset(
    {"bridge", "tunnel", "layer", "brunnel", "bruecke", "structure", "level", "f_zlev", "t_zlev"}
)
"""Columns that say which of two lines that cross runs above the other."""

GEOMETRY: Final = (
    "geometry", "geom", "the_geom", "wkt", "wkt_geom", "wkb_geometry", "shape", "linestring", "geojson",
    "st_asgeojson", "st_astext",
)  # fmt: skip
"""Columns that may hold lines as text or bytes (WKT, WKB, GeoJSON)."""


def folded(name: Any) -> str:
    """A name as it is compared: small letters, no umlauts, one ``_`` between words."""
    return _BETWEEN.sub("_", str(name).strip().lower().translate(_FOLDED)).strip("_")


def edge_columns(frame: "pd.DataFrame") -> dict[Any, str]:
    """Our name of every column of a table of streets that has one."""
    by_name = _by_name(frame)
    chosen: dict[Any, str] = {}
    pairs = [pair for pair in END_IDS if set(pair) <= set(by_name)]
    singles = [(name, ours) for pair in END_IDS[:5] for name, ours in zip(pair, ("from", "to"), strict=True)]
    ends = zip(pairs[0], ("from", "to"), strict=True) if pairs else singles
    for name, ours in ends:
        if name in by_name and ours not in chosen.values():
            chosen[by_name[name]] = ours
    places = next((four for four in END_PLACES if set(four) <= set(by_name)), None)
    for name, ours in zip(places or (), ENDS, strict=bool(places)):
        chosen[by_name[name]] = ours
    chosen = _chosen(by_name, NAMES, chosen)
    unit = _named_unit(frame, by_name)
    return {name: unit if ours == "length" and unit else ours for name, ours in chosen.items()}


def _named_unit(frame: "pd.DataFrame", by_name: dict[str, Any]) -> str | None:
    """The unit of lengths that a column beside them names in every row."""
    for name in _UNIT_COLUMNS & set(by_name):
        said = {unit_of(it) for it in frame[by_name[name]].unique().tolist()}
        if len(said) == 1:
            return said.pop()
    return None


def unit_of(word: Any) -> str | None:
    """The unit of length that a word means, as the column of such lengths is called here."""
    return _UNITS.get(folded(word))


def unit_said(about: Mapping[Any, Any]) -> str | None:
    """The unit of lengths that what is said about a graph names."""
    return next(
        (unit for key, it in about.items() if folded(key) in _UNIT_COLUMNS and (unit := unit_of(it))), None
    )


def node_columns(frame: "pd.DataFrame") -> dict[Any, str]:
    """Our name of every column of a table of junctions that has one."""
    return _chosen(_by_name(frame), NODE_NAMES, {})


def _by_name(frame: "pd.DataFrame") -> dict[str, Any]:
    """Columns by folded name, of several alike the first; but one called so to the letter before."""
    by_name = {folded(name): name for name in reversed(list(frame.columns))}
    return by_name | {str(name): name for name in frame.columns if str(name) == folded(name)}


def _chosen(
    by_name: dict[str, Any], names: Mapping[str, tuple[str, ...]], chosen: dict[Any, str]
) -> dict[Any, str]:
    for ours, aliases in names.items():
        found = next((by_name[it] for it in aliases if it in by_name and by_name[it] not in chosen), None)
        if found is not None and not (ours == "length" and set(KM_OF) & set(chosen.values())):
            chosen[found] = ours
    return chosen


def with_highway(frame: "pd.DataFrame") -> "pd.DataFrame":
    """The frame with a column ``highway`` where another one holds its values (``fclass``, ``type``, ...)."""
    by_name = _by_name(frame)
    if "highway" in by_name:
        return frame
    for name in _CLASS_COLUMNS:
        if name not in by_name:
            continue
        words = [_PREFIX.sub("", str(it).strip().lower()) for it in frame[by_name[name]].tolist()]
        said = [it for it in words if it not in MISSING]
        known = sum(not _CLASSES.isdisjoint(it.split(";")) for it in said)
        if known * 2 <= len(said) or (set(SPEED_KMH) - _OUR_CLASSES).isdisjoint(";".join(said).split(";")):
            continue
        # What Geofabrik calls unknown is a road of unknown class.
        values = ["road" if it == "unknown" else "" if it in MISSING else it for it in words]
        frame = frame.drop(columns=by_name[name])
        frame["highway"] = values
        return frame
    return frame
