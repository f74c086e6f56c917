"""Read OpenStreetMap data: extracts (PBF, XML) with pyosmium, and raw answers of the Overpass API."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from iqgeo.distances.base import Integers
from iqgeo.distances.roads.assemble import Segments, length_mm
from iqgeo.distances.roads.foreign import refuse_answers
from iqgeo.distances.roads.network import DEGREES_E7, Note, RoadInfo
from iqgeo.distances.roads.osm_columns import value_of
from iqgeo.distances.roads.osm_points import points_alike, there_and_back
from iqgeo.distances.roads.osm_xml import beside_in, date_in_xml
from iqgeo.distances.roads.plane import MM_PER_KM
from iqgeo.distances.roads.progress import Progress, ProgressCallback, silent
from iqgeo.distances.roads.rules import (
    BARRING_KEYS,
    MINUTES_PER_HOUR,
    NODE_KEYS,
    WAY_KEYS,
    blocks_cars,
    is_road,
    read_way,
)
from iqgeo.distances.roads.zipped import plain
from iqgeo.errors import InputError, Problem

OSM_ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
REPORT_EVERY = 20_000
NO_EXTENT = (0.0, 0.0, 0.0, 0.0)
NOWHERE = (np.nan, np.nan)
MOST_LON, MOST_LAT = 180, 90
_MOSTLY = 0.5


@dataclass
class _WayLists:
    """Drivable ways as flat arrays, filled way by way or all at once: plain arrays hold a state's extract."""

    refs: Any = field(default_factory=lambda: array("q"))
    lon: Any = field(default_factory=lambda: array("d"))
    lat: Any = field(default_factory=lambda: array("d"))
    points: Any = field(default_factory=lambda: array("q"))
    direction: Any = field(default_factory=lambda: array("b"))
    road_class: Any = field(default_factory=lambda: array("b"))
    speed_kmh: Any = field(default_factory=lambda: array("d"))
    minutes: Any = field(default_factory=lambda: array("d"))
    barriers: Any = field(default_factory=lambda: array("q"))
    closed: int = 0
    several: int = 0

    def add(
        self, tags: dict[str, str], refs: Iterable[int], lon: Iterable[float], lat: Iterable[float]
    ) -> None:
        way = read_way(tags)
        if way is None:
            self.closed += 1
            return
        self.several += way.several
        before = len(self.refs)
        self.refs.extend(refs)
        self.lon.extend(lon)
        self.lat.extend(lat)
        self.points.append(len(self.refs) - before)
        self.direction.append(way.direction)
        self.road_class.append(way.road_class)
        self.speed_kmh.append(way.speed_kmh)
        self.minutes.append(np.nan if way.minutes is None else way.minutes)

    def segments(self) -> Segments:
        """Turn all ways into segments; pieces without a position (cut at the extract's rim) are left out."""
        refs, points = np.array(self.refs, dtype=np.int64), np.array(self.points, dtype=np.int64)
        lon, lat = (np.rint(np.array(values) * DEGREES_E7) / DEGREES_E7 for values in (self.lon, self.lat))
        leaving, arriving, lon_of, lat_of = _vertices(
            refs, lon, lat, np.unique(np.array(self.barriers, dtype=np.int64))
        )
        way = np.repeat(np.arange(len(points)), points)
        first = np.flatnonzero((way[1:] == way[:-1]) & ~np.isnan(lon[1:]) & ~np.isnan(lon[:-1]))
        way = way[first]
        against = np.array(self.direction, dtype=np.int8)[way] < 0
        start, end = leaving[first], arriving[first + 1]
        tail, head = np.where(against, end, start), np.where(against, start, end)
        mm = length_mm(lon_of, lat_of, tail, head)
        minutes = mm / MM_PER_KM / np.array(self.speed_kmh)[way] * MINUTES_PER_HOUR
        stated = np.array(self.minutes)[way]
        whole = np.bincount(way, weights=mm, minlength=len(points))[way]
        share = np.divide(mm, whole, out=np.zeros(len(mm)), where=whole > 0)
        return Segments(
            lon=lon_of,
            lat=lat_of,
            tail=tail,
            head=head,
            mm=mm,
            minutes=np.where(np.isnan(stated), minutes, stated * share),
            two_way=np.array(self.direction, dtype=np.int8)[way] == 0,
            road_class=np.array(self.road_class, dtype=np.uint8)[way],
        )

    def notes(self) -> tuple[Note, ...]:
        """What is not among the segments: ways closed to cars, pieces that lack a position."""
        missing, points = np.isnan(np.array(self.lon)), np.array(self.points, dtype=np.int64)
        way = np.repeat(np.arange(len(points)), points)
        cut = int(((missing[1:] | missing[:-1]) & (way[1:] == way[:-1])).sum())
        counts = (
            ("points_alike", points_alike(self.refs, self.points, self.lon, self.lat), 0.0),
            ("not_for_cars", self.closed, 0.0),
            ("no_position", cut, 0.0),
            ("several_classes", self.several, 0.0),
        )
        return tuple(note for note in counts if note[1])

    def positions_missing(self) -> float:
        """Share of the points that came without a position; all where there are ways and no point at all."""
        return float(np.isnan(np.array(self.lon)).mean()) if len(self.lon) else float(len(self.points) > 0)

    def refuse_without_points(self, name: str) -> None:
        """Refuse ways of which nobody can say where they run."""
        if self.positions_missing() == 1:
            raise InputError(Problem("roads_without_points", file=name, value=str(len(self.points))))

    def refuse_lost(self, name: str) -> None:
        """Refuse a graph of which osmnx has written the first piece of each two-way street only."""
        if lost := there_and_back(self.refs, self.points, self.direction):
            raise InputError(Problem("roads_pieces_lost", file=name, value=str(lost)))


def _vertices(refs: Integers, lon: Any, lat: Any, barriers: Integers) -> tuple[Integers, Integers, Any, Any]:
    """Give points numbers as ends of the piece that arrives and of the piece that leaves.

    Both are the same vertex unless the point stops cars: then each piece gets a dead end of its own.
    """
    ids, at, leaving = np.unique(refs, return_index=True, return_inverse=True)
    arriving = leaving.copy()
    blocked = np.flatnonzero(np.isin(refs, barriers))
    leaving[blocked] = len(ids) + np.arange(len(blocked))
    arriving[blocked] = len(ids) + len(blocked) + np.arange(len(blocked))
    at = np.concatenate([at, blocked, blocked])
    return leaving, arriving, lon[at], lat[at]


def read_extract(path: Path, form: str, progress: ProgressCallback = silent) -> tuple[Segments, RoadInfo]:
    """Drivable roads of a PBF or XML extract; ``form`` is ``pbf``, ``osm``, ``osm.bz2`` or ``osm.gz``.

    A PBF file is read twice, first its ways and then the points of these, so that only those take memory.
    Whatever else is read once by pyosmium, which keeps the positions of all its points (16 bytes each); its
    points anew where some are missing, and its ways where these bring them along.

    Raises
    ------
    InputError
        ``roads_file_broken`` if the file ends too early or cannot be decoded.
    """
    import osmium

    if form == "pbf":
        found = _read_pbf(path, progress)
        if found is not None:
            return found
    try:
        return _with_osmium(path, form, progress)
    except InputError:
        raise
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        found = _of_streams(path, progress) if form == "osm.bz2" else None
        if found is not None:
            return found
        raise InputError(
            Problem("roads_file_broken", file=path.name, details={"reason": str(error)})
        ) from error


def _of_streams(path: Path, progress: ProgressCallback) -> tuple[Segments, RoadInfo] | None:
    """Read a file of several bzip2 streams, whose last kilobytes osmium does not see; None if it is none."""
    try:
        with plain(path) as inner:
            segments, info = _with_osmium(inner, "osm", progress)
    except RuntimeError:
        return None
    except InputError as error:
        if error.problems[0].code == "zip_broken":
            return None
        raise
    return segments, replace(info, source=path.name)


def _with_osmium(path: Path, form: str, progress: ProgressCallback) -> tuple[Segments, RoadInfo]:
    """Read whatever osmium knows, a history and what a server broke off refused."""
    import osmium

    # pyosmium takes the form from the last suffix only, unless told.
    file = osmium.io.File(path, form)
    header = osmium.FileProcessor(file).header
    _refuse_history(header, path.name)
    remark, deleted = beside_in(path, form)
    ways, newest = _read_ways(file, path.name, progress, deleted, placed=True)
    if ways.positions_missing() > _MOSTLY:
        # Ways that bring their points along ("out geom").
        ways, newest = _read_ways(file, path.name, progress, deleted, placed=False)
    _refuse_cut_answer(remark, path.name)
    if header.get("generator").startswith("OSMnx"):
        ways.refuse_lost(path.name)
    stamp = header.get("osmosis_replication_timestamp")[:10] or date_in_xml(path) or newest
    return _finished(ways, path.name, stamp, header.box())


def _info(
    source: str,
    date: str | None,
    notes: tuple[Note, ...],
    extent: tuple[float, float, float, float] = NO_EXTENT,
) -> RoadInfo:
    return RoadInfo(
        source=source,
        kind="osm",
        date=date,
        extent=extent,
        attribution=OSM_ATTRIBUTION,
        has_minutes=True,
        vertices_read=0,
        vertices_kept=0,
        notes=notes,
    )


def _read_pbf(path: Path, progress: ProgressCallback) -> tuple[Segments, RoadInfo] | None:
    """Read a PBF file packed as nearly all are, twice: ways, then their points; None where it is not."""
    import osmium

    from iqgeo.distances.roads.pbf import OtherPbfError, PbfError
    from iqgeo.distances.roads.read_pbf import read_ways

    try:
        header = osmium.FileProcessor(osmium.io.File(path, "pbf")).header
        _refuse_history(header, path.name)
        found = read_ways(path, progress)
    except OtherPbfError:
        return None
    except (PbfError, RuntimeError) as error:
        raise InputError(
            Problem("roads_file_broken", file=path.name, details={"reason": str(error)})
        ) from error
    ways = _WayLists(**vars(found.ways), barriers=found.barriers, closed=found.closed, several=found.several)
    stamp = header.get("osmosis_replication_timestamp")[:10] or found.newest
    return _finished(ways, path.name, stamp, header.box())


def _finished(ways: "_WayLists", name: str, stamp: str | None, box: Any) -> tuple[Segments, RoadInfo]:
    ways.refuse_without_points(name)
    if not box.valid():
        return ways.segments(), _info(name, stamp, ways.notes())
    low, high = box.bottom_left, box.top_right
    return ways.segments(), _info(name, stamp, ways.notes(), (low.lon, low.lat, high.lon, high.lat))


def _refuse_cut_answer(remark: str, name: str) -> None:
    """Refuse what Overpass sent before it broke off: with status 0 it would pass for all there is."""
    if remark:
        raise InputError(Problem("roads_answer_cut", file=name, details={"remark": remark[:500]}))


def _refuse_history(header: Any, name: str) -> None:
    """Refuse files of what became of objects: their versions would pass for objects of their own."""
    if header.has_multiple_object_versions:
        raise InputError(Problem("roads_history", file=name))


def _place_points(ways: _WayLists, file: Any) -> None:
    """Put points where they lie that have no position yet.

    These stand behind their ways, or are drawn but not yet uploaded: osmium leaves negative ids out.
    """
    import osmium
    from osmium import osm

    lacking = set(np.array(ways.refs)[np.isnan(np.array(ways.lon))].tolist())
    if not lacking:
        return
    points: Any = osmium.FileProcessor(file, osm.NODE)
    at = {
        node.id: (node.location.lon, node.location.lat)
        for node in points
        if node.id in lacking and node.location.valid()
    }
    for position, ref in enumerate(ways.refs):
        if ref in at:
            ways.lon[position], ways.lat[position] = at[ref]


def _read_ways(
    file: Any, name: str, progress: ProgressCallback, deleted: frozenset[int], *, placed: bool
) -> tuple[_WayLists, str | None]:
    ways, newest = _WayLists(), ""
    tags: dict[str, str]
    read, versions = 0, dict[int, int]()
    for entity in _roads_and_barriers(file, placed=placed):
        if entity.is_node():
            tags = {key: value for key in NODE_KEYS if (value := entity.tags.get(key)) is not None}
            if blocks_cars(tags):
                ways.barriers.append(entity.id)
            continue
        tags = {key: value for key in WAY_KEYS if (value := entity.tags.get(key)) is not None}
        if not is_road(tags) or entity.deleted or entity.id in deleted:
            continue
        # Files that lie over each other, put into one, have what lies in both twice.
        if entity.id in versions:
            if versions[entity.id] != entity.version:
                raise InputError(Problem("roads_history", file=name))
            continue
        versions[entity.id] = entity.version
        places = [(node.ref, node.location) for node in entity.nodes]
        ways.add(
            tags,
            (ref for ref, _ in places),
            (place.lon if place.valid() else np.nan for _, place in places),
            (place.lat if place.valid() else np.nan for _, place in places),
        )
        newest = max(newest, entity.timestamp.strftime("%Y-%m-%d"))
        read += 1
        if read % REPORT_EVERY == 0:
            progress(Progress("reading_ways", read, details={"file": name, "ways": read}))
    progress(Progress("reading_ways", read, read, details={"file": name, "ways": read}))
    _place_points(ways, file)
    # Files without editing data have the epoch as time of every way.
    return ways, newest if newest > "1971" else None


def _roads_and_barriers(file: Any, *, placed: bool) -> Iterator[Any]:
    """Ways and points that matter; ``placed`` by the points before them, or as the ways themselves say."""
    import osmium
    from osmium import osm

    processor = osmium.FileProcessor(file, osm.NODE | osm.WAY)
    if placed:
        processor.with_locations("flex_mem")
    # Whatever stands on a way may be closed to cars: a gate, an entrance, a kerb, a sign.
    yield from processor.with_filter(osmium.filter.KeyFilter("highway", "route", *BARRING_KEYS))


def _degrees(point: dict[str, Any]) -> tuple[float, float]:
    """Where a point of an answer lies; one that is nowhere on Earth has no position."""
    lon, lat = float(point["lon"]), float(point["lat"])
    return (lon, lat) if abs(lon) <= MOST_LON and abs(lat) <= MOST_LAT else NOWHERE


def _plain_tags(tags: dict[str, Any]) -> dict[str, str]:
    """Tags as text, as Overpass writes them: programs in between make numbers, truths and lists of some."""
    return {key: value for key, it in tags.items() if (value := it if isinstance(it, str) else value_of(it))}


def read_answer(answer: Any, name: str, progress: ProgressCallback = silent) -> tuple[Segments, RoadInfo]:
    """Drivable roads of a raw Overpass answer: ``node`` elements, or ``geometry`` in the ways.

    Raises
    ------
    InputError
        ``roads_json_other``, ``roads_file_broken`` if it is no such answer, ``roads_answer_cut`` if it ends
        too early, ``roads_without_points``.
    """
    whole = answer if isinstance(answer, dict) else {}
    _refuse_cut_answer(str(whole.get("remark") or "").strip(), name)
    if not isinstance(whole.get("elements"), list):
        refuse_answers(answer, name)
        raise InputError(Problem("roads_json_other", file=name))
    try:
        # Whoever puts several answers into one has what lies in two of them twice.
        elements = list({(e["type"], e.get("id", at)): e for at, e in enumerate(answer["elements"])}.values())
        date = str((answer.get("osm3s") or {}).get("timestamp_osm_base", ""))[:10] or None
        points = (it for it in elements if it["type"] == "node" and it.get("lon") is not None)
        position = {int(it["id"]): _degrees(it) for it in points}
        number = {at: ref for ref, at in position.items()}
        ways = _WayLists()
        for element in elements:
            if element.get("visible") is False or element.get("action") == "delete":
                continue
            tags = _plain_tags(element.get("tags") or {})
            if element["type"] == "node" and blocks_cars(tags):
                ways.barriers.append(int(element["id"]))
            if element["type"] == "way" and is_road(tags):
                drawn = [_degrees(it) if it else NOWHERE for it in element.get("geometry") or []]
                # Programs in between write ids as text, too.
                refs = [int(it) for it in element.get("nodes") or []]
                places = drawn or [position.get(ref, NOWHERE) for ref in refs]
                # Without ids of its points ("out tags geom") a way meets others where they have a place.
                refs = refs or [number.setdefault(it, -1 - len(number)) for it in drawn]
                if len(refs) != len(places):
                    raise ValueError(f"way {element.get('id')}: {len(refs)} nodes, {len(places)} places")
                ways.add(tags, refs, (lon for lon, _ in places), (lat for _, lat in places))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise InputError(Problem("roads_file_broken", file=name, details={"reason": reason})) from error
    ways.refuse_without_points(name)
    count = len(ways.points)
    progress(Progress("reading_ways", count, count, details={"file": name, "ways": count}))
    return ways.segments(), _info(name, date, ways.notes())
