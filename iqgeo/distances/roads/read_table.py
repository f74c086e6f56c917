"""Read a road network from a table of edges: CSV, Excel, Parquet or a file for maps."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats
from iqgeo.distances.roads.column_names import ENDS, KM_OF, LEVELS, MISSING, STATED, folded
from iqgeo.distances.roads.end_ids import agreeing, ends_of, ids_of, reversed_where, without_useless_ids
from iqgeo.distances.roads.foreign import refuse_timetables
from iqgeo.distances.roads.joining import join_loose_ends
from iqgeo.distances.roads.links import MAX_PROBLEMS, Links, segments_of
from iqgeo.distances.roads.network import (
    DESTINATION,
    FERRY,
    MOTORWAY,
    ROAD,
    Note,
    RoadInfo,
    in_e7,
)
from iqgeo.distances.roads.one_ways import CLOSED
from iqgeo.distances.roads.osm_columns import minutes_of, pieces_of, ways_of
from iqgeo.distances.roads.placed import in_degrees
from iqgeo.distances.roads.plane import MM_PER_KM
from iqgeo.distances.roads.publishers import streets_only
from iqgeo.distances.roads.rules import ONE_WAY_KEYS
from iqgeo.distances.roads.table import RoadTable, open_tables
from iqgeo.distances.roads.table_rules import (
    DIRECTIONS,
    MAX_KM,
    are_times,
    directions_unknown,
    length_notes,
    lengths_either_way,
    lengths_mm,
    line_km,
    listed_by_direction,
    minutes_said,
    numbers,
    one_ways_said,
    with_units_of_cells,
)
from iqgeo.distances.roads.unsaid_system import NOTHING_TOLD, UnsaidSystem
from iqgeo.distances.straight import great_circle_km
from iqgeo.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from iqgeo.distances.roads.assemble import Segments

CLASSES = {
    **dict.fromkeys(MISSING, ROAD),
    "road": ROAD,
    "motorway": MOTORWAY,
    "ferry": FERRY,
    "destination": DESTINATION,
}


def read_edge_table(
    path: Path, nodes: Path | None = None, unsaid: UnsaidSystem = NOTHING_TOLD
) -> tuple["Segments", RoadInfo]:
    """Roads from a table with a row per edge: ``from, to, km`` and, if there, ``minutes, oneway, class``.

    ``oneway`` is yes/no (1/0, true/false, ja/nein) or -1 for traffic against the line, no unless said;
    ``class`` is ``road``, ``motorway``, ``ferry`` or ``destination``, road unless said, or where all are said
    in other words. A column ``highway`` with its like (``access``, ``maxspeed``, ...) is read by the rules
    for OpenStreetMap. Where the nodes lie comes from the columns ``from_lon, from_lat, to_lon, to_lat``, from
    lines (files for maps, WKT or WKB in a column), or
    from a second table with ``node_id, lon, lat``: the file ``nodes``, the layer ``nodes`` of the GeoPackage,
    or for ``NAME_edges.csv`` the file ``NAME_nodes.csv``. ``km`` may be missing where lines are given: then
    it is the length of the line. Coordinates in metres are read where their system is known
    (:mod:`.unsaid_system`). All of these have the usual other names and words too (:mod:`.column_names`,
    :mod:`.one_ways`); a length of no stated unit is in what fits the line or the straight line.

    A table without a word on one-ways that lists most streets once per direction lists all of them so: what
    stands in it once is a one-way.

    Lines whose ends have no ids (or missing ones, or ids that contradict the lines) meet where they have a
    point in common, and ends are joined to lines within a metre. Points and areas beside them are left out.

    Raises
    ------
    InputError
        Every missing column, missing or unknown node, and missing, negative or impossible length.
    """
    edges, points = open_tables(path, nodes, unsaid)
    refuse_timetables(map(str, edges.frame.columns), edges.file)
    tagged = "highway" in [str(it).lower() for it in edges.frame.columns]
    edges, others = (edges, 0) if tagged else streets_only(edges)
    edges = with_units_of_cells(edges)
    if edges.geometry is None:
        edges = in_degrees(edges, ENDS, unsaid)
    if points is not None:
        points = in_degrees(points, ("lon", "lat"), unsaid)
    edges, by_lines, left_aside = without_useless_ids(_with_our_classes(edges), points)
    has_ends = all(name in edges.frame for name in ENDS)
    problems = _missing(edges, ("from", "to") if edges.geometry is None and not has_ends else ())
    if edges.geometry is None and not set(STATED) & set(edges.frame.columns):
        problems += _missing(edges, ("km",))
    if points is None and edges.geometry is None and not has_ends:
        problems.append(Problem("roads_nodes_missing", file=edges.file))
    if has_ends and not {"from", "to"} <= set(edges.frame.columns):
        points = None
    if points is not None and not by_lines:
        problems += _missing(points, ("node", "lon", "lat"))
    if problems:
        raise InputError(problems)
    said = one_ways_said(edges, tagged=tagged)
    unknown = directions_unknown(edges)
    if said is not None:
        edges = replace(edges, frame=edges.frame.assign(oneway=said.to_numpy()))
    edges, shut = lengths_either_way(edges)
    said = None if said is None else edges.column("oneway")
    problems = _value_problems(edges, None if tagged else said)
    ways = ways_of(edges.frame, [it.lower() for it in edges.theirs.values()])
    lon, lat, tail, head = _places(edges, None if by_lines else points, problems)
    if problems:
        raise InputError(problems[:MAX_PROBLEMS])
    links, counts = _links(edges, (lon, lat, tail, head), ways)
    segments = segments_of(links, joined_at_bends=by_lines)
    joined = 0
    if by_lines:
        levels = not LEVELS.isdisjoint(map(folded, edges.frame.columns))
        ends = _at(segments, links.lon, links.lat)
        segments, joined = join_loose_ends(segments, knots=ends, levels_told=levels)
    counts["not_for_cars"] += others + shut
    counts |= {
        "direction_aside": unknown,
        "no_line": edges.without_line,
        "ids_left_aside": left_aside,
        "ends_joined": joined,
    }
    notes: tuple[Note, ...] = tuple((reason, count, 0.0) for reason, count in counts.items() if count)
    return segments, RoadInfo(
        source=path.name,
        kind="table",
        date=None,
        extent=(0.0, 0.0, 0.0, 0.0),
        attribution="",
        has_minutes=bool(np.isfinite(links.minutes).all()) and len(links.minutes) > 0,
        vertices_read=0,
        vertices_kept=0,
        notes=notes,
    )


def _with_our_classes(edges: RoadTable) -> RoadTable:
    """The table without a column of classes that are all somebody else's, as B, L and K of German offices."""
    said = set() if "class" not in edges.frame else {*_words(edges.column("class"))} - MISSING
    if not said or not said.isdisjoint(CLASSES):
        return edges
    return replace(edges, frame=edges.frame.drop(columns="class"))


def _missing(table: RoadTable, names: tuple[str, ...]) -> list[Problem]:
    found = ", ".join(map(str, table.frame.columns))
    return [
        Problem("roads_column_missing", file=table.file, column=name, details={"found": found})
        for name in names
        if name not in table.frame
    ]


def _words(values: Any) -> npt.NDArray[Any]:
    return np.array([str(it).strip().lower() for it in values.tolist()], dtype=object)


def _wrong(table: RoadTable, column: str, wrong: npt.NDArray[np.bool_], code: str) -> list[Problem]:
    rows = np.flatnonzero(wrong)[:MAX_PROBLEMS]
    return [
        Problem(
            code,
            file=table.file,
            row=int(table.rows[row]) + 2,
            column=table.theirs[column],
            value=str(table.column(column).iloc[row]),
        )
        for row in rows
    ]


def _value_problems(edges: RoadTable, one_ways: "pd.Series[Any] | None") -> list[Problem]:
    problems: list[Problem] = []
    of_unit = [it for it in ("km", "miles", "feet") if it in edges.frame]
    stated = next(iter(of_unit), "km")
    if not of_unit and edges.geometry is None:
        stated = "metres" if "metres" in edges.frame else "length"
    for column, code in ((stated, "roads_length_wrong"), ("minutes", "roads_minutes_wrong")):
        if column in edges.frame:
            values = numbers(edges.column(column))
            # A comparison with NaN is False: missing values are caught here too.
            problems += _wrong(edges, column, ~((values >= 0) & (values < np.inf)), code)
    for name in of_unit[:1]:
        km = numbers(edges.column(name)) * KM_OF[name]
        problems += _wrong(edges, name, km > MAX_KM, "roads_length_huge")
    said = next((it for it in ("oneway", "twoway") if it in edges.theirs), None)
    if said and one_ways is not None:
        known = one_ways.isin([*DIRECTIONS, CLOSED]).to_numpy()
        problems += _wrong(edges, said, ~known, "roads_oneway_unknown")
    if "class" in edges.frame:
        known = np.isin(_words(edges.column("class")), list(CLASSES))
        problems += _wrong(edges, "class", ~known, "roads_class_unknown")
    return problems


def _places(
    edges: RoadTable, points: RoadTable | None, problems: list[Problem]
) -> tuple[Floats, Floats, npt.NDArray[Any], npt.NDArray[Any]]:
    """Position of every node, and the nodes at the ends of every edge; mistakes are added to ``problems``."""
    import pandas as pd

    if "from" in edges.frame and "to" in edges.frame:
        ends = [ids_of(edges.column(name)) for name in ("from", "to")]
        for name, values in zip(("from", "to"), ends, strict=True):
            problems += _wrong(edges, name, np.isin(values, list(MISSING)), "roads_end_missing")
    if points is not None:
        ends, nodes = agreeing(ends, ids_of(points.column("node")))
        ids = pd.Index(nodes)
        lon, lat = numbers(points.column("lon")), numbers(points.column("lat"))
        problems += _wrong(points, "node", np.isin(ids, list(MISSING)), "roads_end_missing")
        # A row that is there again as it was says nothing new.
        again = pd.DataFrame({"node": nodes, "lon": lon, "lat": lat}).duplicated().to_numpy()
        problems += _wrong(points, "node", np.asarray(ids.duplicated()) & ~again, "roads_node_twice")
        problems += _wrong(points, "lon", ~(np.abs(lon) <= 180), "roads_not_degrees")
        problems += _wrong(points, "lat", ~(np.abs(lat) <= 90), "roads_not_degrees")
        first = ~ids.duplicated()
        at = [ids[first].get_indexer(pd.Index(it)) for it in ends]
        for name, values, found in zip(("from", "to"), ends, at, strict=True):
            unknown = (found < 0) & ~np.isin(values, list(MISSING))
            problems += _wrong(edges, name, unknown, "roads_node_unknown")
        return lon[first], lat[first], at[0], at[1]
    if edges.geometry is not None:
        coordinates = ends_of(edges.geometry)
    else:
        columns = [numbers(edges.column(name)) for name in ENDS]
        for name, values, most in zip(ENDS, columns, (180, 90, 180, 90), strict=True):
            problems += _wrong(edges, name, ~(np.abs(values) <= most), "roads_not_degrees")
        if problems:
            return (np.empty(0),) * 4
        coordinates = [np.column_stack(columns[:2]), np.column_stack(columns[2:])]
    if "from" not in edges.frame or "to" not in edges.frame:
        keys = in_e7(np.vstack(coordinates))
        _, number = np.unique(keys, axis=0, return_inverse=True)
        return _at_ends(np.vstack(coordinates), number.ravel())
    lon, lat, tail, head = _at_ends(np.vstack(coordinates), pd.factorize(np.concatenate(ends))[0])
    for name, number in (("from", tail), ("to", head)):
        # The end of a row without a line lies where another row has it.
        problems += _wrong(edges, name, np.isnan(lon[number]), "roads_node_unknown")
    return lon, lat, tail, head


def _at_ends(coordinates: Floats, number: Any) -> tuple[Floats, Floats, npt.NDArray[Any], npt.NDArray[Any]]:
    at = np.full((number.max() + 1 if len(number) else 0, 2), np.nan)
    placed = ~np.isnan(coordinates[:, 0])
    at[number[placed]] = coordinates[placed]
    half = len(number) // 2
    return at[:, 0], at[:, 1], number[:half], number[half:]


def _links(edges: RoadTable, places: tuple[Any, ...], ways: list[Any] | None) -> tuple[Links, dict[str, int]]:
    """All links open to cars, and how many rows are not, and how many are one-way as no row leads back."""
    lon, lat, tail, head = places
    frame, count = edges.frame, len(tail)
    direction, open_to_cars = np.zeros(count, dtype=np.int64), np.ones(count, dtype=bool)
    if "oneway" in frame and ways is None:
        open_to_cars = (frame["oneway"] != CLOSED).to_numpy()
        direction = np.array([DIRECTIONS.get(word, 0) for word in frame["oneway"].tolist()], dtype=np.int64)
    classes = [CLASSES[word] for word in _words(frame["class"])] if "class" in frame else [ROAD] * count
    straight_km = great_circle_km(lon[tail], lat[tail], lon[head], lat[head])
    mm = lengths_mm(edges, straight_km)
    stated = length_notes(mm, straight_km)
    if np.isnan(mm).all() and set(KM_OF) & set(frame):
        stated["lengths_aside"] = count
    minutes = numbers(frame["minutes"]) if "minutes" in frame else np.full(count, np.nan)
    km = mm / MM_PER_KM if edges.geometry is None else line_km(edges.geometry)
    if "minutes" in frame and not are_times(minutes, km):
        frame, minutes, stated["minutes_aside"] = frame.drop(columns="minutes"), np.full(count, np.nan), count
    if ways is not None:
        open_to_cars = np.array([way is not None for way in ways])
        direction = np.array([0 if way is None else way.direction for way in ways])
        if "class" not in frame:
            classes = [ROAD if way is None else way.road_class for way in ways]
    by_direction, twice = None, 0
    if not {"oneway", *ONE_WAY_KEYS} & {str(it).lower() for it in frame.columns}:
        by_direction, twice = listed_by_direction(tail, head, km)
        if by_direction is not None:
            direction = np.where(direction == 0, 1, direction)
    against = direction < 0
    links = Links(
        lon=lon,
        lat=lat,
        tail=np.where(against, head, tail).astype(np.int64),
        head=np.where(against, tail, head).astype(np.int64),
        mm=mm,
        minutes=minutes,
        two_way=direction == 0,
        road_class=np.array(classes, dtype=np.uint8),
        geometry=reversed_where(edges.geometry, against),
    )
    links = links.select(open_to_cars)
    if "minutes" not in frame:
        said = minutes_said(frame[open_to_cars], _drawn_km(links))
        links = links if said is None else replace(links, minutes=said)
    if ways is not None:
        ways = [way for way in ways if way is not None]
        if "minutes" not in frame and said is None and ways:
            pieces = frame[open_to_cars]
            told = {"osmid", "reversed"} <= set(pieces.columns)
            whole = pieces_of(pieces["osmid"], pieces["reversed"]) if told else None
            found = minutes_of(ways, _drawn_km(links), whole)
            # Times known for some streets only would give wrong sums.
            known = bool(np.isfinite(found).all())
            links = replace(links, minutes=found if known else np.full(len(found), np.nan))
    alone = 0 if by_direction is None else int((by_direction & open_to_cars).sum())
    stated["closed_but_kept"] = sum(way.kept_anyway for way in ways or ())
    several = sum(way.several for way in ways or ())
    counts = {"not_for_cars": int((~open_to_cars).sum()), "listed_one_way": alone, "listed_twice": twice}
    return links, counts | stated | {"several_classes": several}


def _at(segments: "Segments", lon: Floats, lat: Floats) -> npt.NDArray[np.bool_]:
    """Which vertices lie at one of these points."""
    places, points = (in_e7(np.column_stack(it)) for it in ((segments.lon, segments.lat), (lon, lat)))
    number = np.unique(np.vstack([places, points]), axis=0, return_inverse=True)[1].ravel()
    return np.isin(number[: len(places)], number[len(places) :])


def _drawn_km(links: Links) -> Floats:
    """Length of each link, measured along its line, or from end to end without one, where it is not given."""
    stated = np.asarray(links.mm / MM_PER_KM)
    if links.geometry is None:
        return stated
    straight = great_circle_km(
        *(it[end] for end in (links.tail, links.head) for it in (links.lon, links.lat))
    )
    without = np.array([line is None for line in links.geometry], dtype=bool)
    measured = np.where(without, straight, line_km(links.geometry))
    return np.where(np.isnan(stated), measured, stated)
