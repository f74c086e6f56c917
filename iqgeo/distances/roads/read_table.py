"""Read a road network from a table of edges: CSV, Parquet or GeoPackage."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats
from iqgeo.distances.roads.links import Links, segments_of
from iqgeo.distances.roads.network import FERRY, MOTORWAY, ROAD, RoadInfo
from iqgeo.distances.roads.plane import MM_PER_KM
from iqgeo.distances.straight import great_circle_km
from iqgeo.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from iqgeo.distances.roads.assemble import Segments

MAX_PROBLEMS = 100
"""So many rows are named; a table with more mistakes has one cause."""

MAX_KM = 2_000.0
"""No road without a junction is longer: such a length is in metres."""

UNIT_FACTOR = 100.0
"""Lengths so many times the straight line, in the middle of all edges, are in metres, not km."""

NAMES = {
    "from": ("from", "u", "source", "von"),
    "to": ("to", "v", "target", "nach"),
    "km": ("km", "length_km", "distance_km", "laenge_km"),
    "minutes": ("minutes", "minuten"),
    "oneway": ("oneway", "one_way", "einbahn"),
    "class": ("class", "klasse"),
    "node": ("node_id", "node", "id", "osmid", "knoten"),
    "lon": ("lon", "longitude", "x", "laenge"),
    "lat": ("lat", "latitude", "y", "breite"),
}
ENDS = ("from_lon", "from_lat", "to_lon", "to_lat")
YES, NO = (
    frozenset({"1", "yes", "true", "ja", "1.0"}),
    frozenset({"0", "no", "false", "nein", "", "0.0", "nan"}),
)
CLASSES = {"": ROAD, "road": ROAD, "nan": ROAD, "motorway": MOTORWAY, "ferry": FERRY}


@dataclass(frozen=True)
class _Table:
    """A table with the columns under our names, and what it and they are called in problems."""

    frame: "pd.DataFrame"
    file: str
    theirs: dict[str, str]
    geometry: Any = None

    def column(self, name: str) -> "pd.Series[Any]":
        return self.frame[name]


def read_edge_table(path: Path, nodes: Path | None = None) -> tuple["Segments", RoadInfo]:
    """Roads from a table with a row per edge: ``from, to, km`` and, if there, ``minutes, oneway, class``.

    ``oneway`` is yes/no (1/0, true/false, ja/nein), no unless said; ``class`` is ``road``, ``motorway`` or
    ``ferry``, road unless said. Where the nodes lie comes from the columns ``from_lon, from_lat, to_lon,
    to_lat``, from lines (GeoPackage, GeoParquet), or from a second table with ``node_id, lon, lat``: the file
    ``nodes``, the layer ``nodes`` of the GeoPackage, or for ``NAME_edges.csv`` the file ``NAME_nodes.csv``.
    ``km`` may be missing where lines are given: then it is the length of the line.

    Raises
    ------
    InputError
        Every missing column, unknown node, and missing, negative or impossible length.
    """
    edges, points = _tables(path, nodes)
    problems = _missing(edges, ("from", "to") if edges.geometry is None else ())
    if edges.geometry is None or "km" in edges.frame:
        problems += _missing(edges, ("km",))
    has_ends = all(name in edges.frame for name in ENDS)
    if points is None and edges.geometry is None and not has_ends:
        problems.append(Problem("roads_nodes_missing", file=edges.file))
    if points is not None:
        problems += _missing(points, ("node", "lon", "lat"))
    if problems:
        raise InputError(problems)
    problems = _value_problems(edges)
    lon, lat, tail, head = _places(edges, points, problems)
    if problems:
        raise InputError(problems[:MAX_PROBLEMS])
    links = _links(edges, lon, lat, tail, head)
    info = RoadInfo(
        source=path.name,
        kind="table",
        date=None,
        extent=(0.0, 0.0, 0.0, 0.0),
        attribution="",
        has_minutes=bool(np.isfinite(links.minutes).all()) and len(links.minutes) > 0,
        vertices_read=0,
        vertices_kept=0,
    )
    return segments_of(links), info


def _tables(path: Path, nodes: Path | None) -> tuple[_Table, _Table | None]:
    if path.suffix == ".gpkg":
        return _geopackage(path)
    if nodes is None and path.stem.endswith("edges"):
        beside = path.with_name(path.name.replace("edges", "nodes"))
        nodes = beside if beside.is_file() else None
    return _flat(path), None if nodes is None else _flat(nodes)


def _flat(path: Path) -> _Table:
    import pandas as pd
    import pyarrow as pa

    try:
        if path.suffix == ".parquet":
            return _geoparquet(path)
        text = path.read_text(encoding="utf-8-sig")
        separator = ";" if text.split("\n", 1)[0].count(";") else ","
        from io import StringIO

        frame = pd.read_csv(StringIO(text), sep=separator, dtype=str, keep_default_na=False)
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = f"{type(error).__name__}: {error}"
        raise InputError(Problem("roads_file_broken", file=path.name, details={"reason": reason})) from error
    return _named(frame, path.name)


def _geoparquet(path: Path) -> _Table:
    import geopandas
    import pyarrow.parquet as pq

    if b"geo" in (pq.read_schema(path).metadata or {}):
        return _with_lines(geopandas.read_parquet(path), path.name)
    return _named(pq.read_table(path).to_pandas(), path.name)


def _geopackage(path: Path) -> tuple[_Table, _Table | None]:
    import geopandas
    import pyogrio

    # The prefix keeps GDAL from taking the file for something else than its name says.
    source = f"GPKG:{path}"
    try:
        layers = {str(name): kind for name, kind in pyogrio.list_layers(source)}
        node_layers = [name for name in layers if "node" in name.lower()]
        edge_layers = [name for name in layers if name not in node_layers and layers[name] != "Point"]
        if len(edge_layers) != 1 or len(node_layers) > 1:
            found = ", ".join(layers)
            raise InputError(Problem("roads_layers_unclear", file=path.name, details={"layers": found}))
        edges = geopandas.read_file(source, layer=edge_layers[0])
        points = geopandas.read_file(source, layer=node_layers[0]) if node_layers else None
    except pyogrio.errors.DataSourceError as error:
        raise InputError(
            Problem("roads_file_broken", file=path.name, details={"reason": str(error)})
        ) from error
    edge_table = _with_lines(edges, path.name) if "geometry" in edges else _named(edges, path.name)
    if points is None:
        return edge_table, None
    if "geometry" in points:
        positions = _in_degrees(points, path.name).geometry
        points = points.drop(columns="geometry").assign(lon=positions.x, lat=positions.y)
    return edge_table, _named(points, path.name)


def _in_degrees(frame: Any, file: str) -> Any:
    if frame.crs is None:
        raise InputError(Problem("roads_no_crs", file=file))
    return frame.to_crs(4326)


def _with_lines(frame: Any, file: str) -> _Table:
    if frame.geometry.isna().all():
        return _named(frame.drop(columns=frame.geometry.name), file)
    frame = _in_degrees(frame, file)
    kinds = frame.geom_type
    if not (kinds == "LineString").all():
        row = int(np.flatnonzero(kinds != "LineString")[0])
        raise InputError(Problem("roads_not_lines", file=file, row=row + 2, value=str(kinds.iloc[row])))
    geometry = frame.geometry.to_numpy()
    return _named(frame.drop(columns=frame.geometry.name), file, geometry)


def _named(frame: Any, file: str, geometry: Any = None) -> _Table:
    """Our names for the columns, whichever of the usual ones the table has."""
    lower = {str(name).strip().lower(): name for name in frame.columns}
    chosen = {
        lower[alias]: ours for ours, aliases in NAMES.items() for alias in aliases[::-1] if alias in lower
    }
    ends = {lower[name]: name for name in ENDS if name in lower}
    ours = {**chosen, **ends}
    theirs = {name: str(their) for their, name in ours.items()}
    return _Table(frame.rename(columns=ours), file, theirs, geometry)


def _missing(table: _Table, names: tuple[str, ...]) -> list[Problem]:
    found = ", ".join(map(str, table.frame.columns))
    return [
        Problem("roads_column_missing", file=table.file, column=name, details={"found": found})
        for name in names
        if name not in table.frame
    ]


def _numbers(values: Any) -> Floats:
    import pandas as pd

    if not pd.api.types.is_numeric_dtype(values):
        values = values.astype(str).str.strip().str.replace(",", ".", regex=False)
    return np.asarray(pd.to_numeric(values, errors="coerce"), dtype=float)


def _words(values: Any) -> npt.NDArray[Any]:
    return np.asarray(values.astype(str).str.strip().str.lower().to_numpy(dtype=object))


def _wrong(table: _Table, column: str, wrong: npt.NDArray[np.bool_], code: str) -> list[Problem]:
    rows = np.flatnonzero(wrong)[:MAX_PROBLEMS]
    return [
        Problem(
            code,
            file=table.file,
            row=int(row) + 2,
            column=table.theirs[column],
            value=str(table.column(column).iloc[row]),
        )
        for row in rows
    ]


def _value_problems(edges: _Table) -> list[Problem]:
    problems: list[Problem] = []
    for column, code in (("km", "roads_length_wrong"), ("minutes", "roads_minutes_wrong")):
        if column in edges.frame:
            values = _numbers(edges.column(column))
            # A comparison with NaN is False: missing values are caught here too.
            problems += _wrong(edges, column, ~((values >= 0) & (values < np.inf)), code)
    if "km" in edges.frame:
        problems += _wrong(edges, "km", _numbers(edges.column("km")) > MAX_KM, "roads_length_huge")
    if "oneway" in edges.frame:
        known = np.isin(_words(edges.column("oneway")), list(YES | NO))
        problems += _wrong(edges, "oneway", ~known, "roads_oneway_unknown")
    if "class" in edges.frame:
        known = np.isin(_words(edges.column("class")), list(CLASSES))
        problems += _wrong(edges, "class", ~known, "roads_class_unknown")
    return problems


def _places(
    edges: _Table, points: _Table | None, problems: list[Problem]
) -> tuple[Floats, Floats, npt.NDArray[Any], npt.NDArray[Any]]:
    """Position of every node, and the nodes at the ends of every edge; mistakes are added to ``problems``."""
    import pandas as pd
    import shapely

    if points is not None:
        ids = pd.Index(points.column("node").astype(str).str.strip())
        lon, lat = _numbers(points.column("lon")), _numbers(points.column("lat"))
        problems += _wrong(points, "node", np.asarray(ids.duplicated()), "roads_node_twice")
        problems += _wrong(points, "lon", ~(np.abs(lon) <= 180), "roads_not_degrees")
        problems += _wrong(points, "lat", ~(np.abs(lat) <= 90), "roads_not_degrees")
        ends = []
        for column in ("from", "to"):
            asked = edges.column(column).astype(str).str.strip()
            at = ids.drop_duplicates().get_indexer(pd.Index(asked))
            problems += _wrong(edges, column, at < 0, "roads_node_unknown")
            ends.append(at)
        return lon, lat, ends[0], ends[1]
    if edges.geometry is not None:
        coordinates = [shapely.get_coordinates(shapely.get_point(edges.geometry, end)) for end in (0, -1)]
        if "from" not in edges.frame or "to" not in edges.frame:
            keys = np.rint(np.vstack(coordinates) * 1e7).astype(np.int64)
            _, number = np.unique(keys, axis=0, return_inverse=True)
            return _at_ends(np.vstack(coordinates), number.ravel())
    else:
        columns = [_numbers(edges.column(name)) for name in ENDS]
        for name, values, most in zip(ENDS, columns, (180, 90, 180, 90), strict=True):
            problems += _wrong(edges, name, ~(np.abs(values) <= most), "roads_not_degrees")
        coordinates = [np.column_stack(columns[:2]), np.column_stack(columns[2:])]
    names = pd.concat([edges.column("from"), edges.column("to")]).astype(str).str.strip()
    return _at_ends(np.vstack(coordinates), pd.factorize(names)[0])


def _at_ends(coordinates: Floats, number: Any) -> tuple[Floats, Floats, npt.NDArray[Any], npt.NDArray[Any]]:
    at = np.empty((number.max() + 1 if len(number) else 0, 2))
    at[number] = coordinates
    half = len(number) // 2
    return at[:, 0], at[:, 1], number[:half], number[half:]


def _links(edges: _Table, lon: Floats, lat: Floats, tail: Any, head: Any) -> Links:
    frame, count = edges.frame, len(tail)
    straight_km = great_circle_km(lon[tail], lat[tail], lon[head], lat[head])
    if "km" in frame:
        km = _numbers(frame["km"])
        apart = straight_km > 0.01
        if apart.any() and np.median(km[apart] / straight_km[apart]) > UNIT_FACTOR:
            raise InputError(Problem("roads_length_in_metres", file=edges.file, column="km"))
        mm = np.rint(km * MM_PER_KM)
    else:
        mm = np.full(count, np.nan)
    one_way = (
        np.isin(_words(frame["oneway"]), list(YES)) if "oneway" in frame else np.zeros(count, dtype=bool)
    )
    classes = [CLASSES[word] for word in _words(frame["class"])] if "class" in frame else [ROAD] * count
    return Links(
        lon=lon,
        lat=lat,
        tail=np.asarray(tail, dtype=np.int64),
        head=np.asarray(head, dtype=np.int64),
        mm=mm,
        minutes=_numbers(frame["minutes"]) if "minutes" in frame else np.full(count, np.nan),
        two_way=~one_way,
        road_class=np.array(classes, dtype=np.uint8),
        geometry=edges.geometry,
    )
