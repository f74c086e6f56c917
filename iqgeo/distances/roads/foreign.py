"""Files that hold no roads as iqgeo reads them, told by what they are."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from iqgeo.errors import InputError, Problem

_HEAD_BYTES: Final = 4096
_NETWORK, _MAP, _TIMETABLE, _ANSWER = (
    "roads_of_other_program", "roads_of_map_program", "roads_timetable", "roads_of_routing",
)  # fmt: skip
_CHANGES: Final = "roads_history"

_BY_ENDING: Final = {
    **dict.fromkeys((".osc", ".osc.gz", ".osc.bz2"), (_CHANGES, "")),
    **{it: (_MAP, it.removeprefix(".").upper()) for it in (".kml", ".kmz", ".gml", ".gpx", ".dxf", ".dwg")},
    **{it: (_MAP, it.removeprefix(".").upper()) for it in (".tab", ".mif", ".sqlite", ".svg", ".gml.gz")},
    ".o5m": (_NETWORK, "OpenStreetMap (o5m)"),
    ".xodr": (_NETWORK, "OpenDRIVE"),
    ".osrm": (_NETWORK, "OSRM"),
    ".net": (_NETWORK, "VISUM"),
    ".ver": (_NETWORK, "VISUM"),
    ".gml.zip": (_MAP, "GML"),
}  # fmt: skip
_BY_ELEMENT: Final = (
    ("osmChange", _CHANGES, ""),
    ("net", _NETWORK, "SUMO"),
    ("network", _NETWORK, "MATSim"),
    ("OpenDRIVE", _NETWORK, "OpenDRIVE"),
    ("kml", _MAP, "KML"),
    ("gpx", _MAP, "GPX"),
)
_FIRST_ELEMENT: Final = re.compile(r"<(?!\?|!)(?:[\w.-]+:)?([\w.-]+)")
_GML: Final = re.compile(r"xmlns:gml\s*=|www\.opengis\.net/gml")
_OF_TIMETABLES: Final = frozenset({"stops.txt", "trips.txt", "stop_times.txt"})
_COLUMNS_OF_TIMETABLES: Final = frozenset({"stop_id", "trip_id", "shape_pt_lat", "route_short_name"})
_KEYS_OF_ANSWERS: Final = (
    ({"code", "routes"}, "OSRM"),
    ({"code", "distances"}, "OSRM"),
    ({"code", "durations"}, "OSRM"),
    ({"trip"}, "Valhalla"),
    ({"sources_to_targets"}, "Valhalla"),
    ({"paths", "info"}, "GraphHopper"),
    ({"routes", "bbox", "metadata"}, "openrouteservice"),
    ({"distances", "metadata"}, "openrouteservice"),
    ({"durations", "metadata"}, "openrouteservice"),
)


def refuse_other_files(path: Path) -> None:
    """Refuse a file whose ending or first element says that it is of another program.

    Raises
    ------
    InputError
        ``roads_history``, ``roads_of_other_program``, ``roads_of_map_program``.
    """
    name = path.name.lower()
    found = next((it for ending, it in _BY_ENDING.items() if name.endswith(ending)), None) or _by_content(
        path
    )
    if found is not None:
        code, kind = found
        raise InputError(Problem(code, file=path.name, details={"kind": kind} if kind else {}))


def _by_content(path: Path) -> tuple[str, str] | None:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES).decode("utf-8", "replace")
    if not head.lstrip("\ufeff \t\r\n").startswith("<"):
        return None
    first = _FIRST_ELEMENT.search(head)
    if first is None:
        return None
    known = next(((code, kind) for it, code, kind in _BY_ELEMENT if it == first[1]), None)
    return known or ((_MAP, "GML") if _GML.search(head) else None)


def refuse_timetables(names: Iterable[str], file: str) -> None:
    """Refuse a timetable: the files of a zip, or the columns of one of its tables.

    Raises
    ------
    InputError
        ``roads_timetable``.
    """
    found = {it.rpartition("/")[2].lower() for it in names}
    if len(_OF_TIMETABLES & found) > 1 or _COLUMNS_OF_TIMETABLES & found:
        raise InputError(Problem(_TIMETABLE, file=file))


def refuse_answers(whole: Any, file: str) -> None:
    """Refuse what a routing service has answered.

    Raises
    ------
    InputError
        ``roads_of_routing``.
    """
    keys = set(whole) if isinstance(whole, dict) else set()
    kind = next((name for needed, name in _KEYS_OF_ANSWERS if needed <= keys), None)
    if kind is not None:
        raise InputError(Problem(_ANSWER, file=file, details={"kind": kind}))
