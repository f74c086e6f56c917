"""Open a table of edges, and the one of its nodes, under our names for the columns."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from iqgeo.distances.base import Integers
from iqgeo.distances.roads.column_names import STATED, edge_columns, node_columns, with_highway
from iqgeo.distances.roads.delimited import read_delimited
from iqgeo.distances.roads.drawn_text import refuse_nowhere, with_drawn
from iqgeo.distances.roads.osm_columns import with_other_tags
from iqgeo.distances.roads.sheets import ROW, WORKBOOKS, read_sheets, rows_of
from iqgeo.distances.roads.unsaid_system import NOTHING_TOLD, UnsaidSystem, are_degrees
from iqgeo.distances.roads.zipped import of_roads
from iqgeo.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

LAYERED = {".gpkg": "GPKG:", ".geojson": "GeoJSON:", ".json": "GeoJSON:", ".shp": "", ".fgb": ""}
"""Files for maps by their ending, and what tells GDAL to read them as nothing else."""


@dataclass(frozen=True)
class RoadTable:
    """A table with the columns under our names.

    Attributes
    ----------
    theirs : dict[str, str]
        What its author calls them.
    rows : Integers
        (rows,) number of each row in the file.
    without_line : int
        Rows left out as they have no line, where nothing else tells where they run.
    """

    frame: "pd.DataFrame"
    file: str
    theirs: dict[str, str]
    rows: Integers
    geometry: Any = None
    without_line: int = 0

    def column(self, name: str) -> "pd.Series[Any]":
        """Values of one column."""
        return self.frame[name]

    def select(self, kept: Any) -> "RoadTable":
        """Return the rows where ``kept``."""
        return replace(
            self,
            frame=self.frame[kept].reset_index(drop=True),
            rows=self.rows[kept],
            geometry=None if self.geometry is None else self.geometry[kept],
        )


def open_tables(
    path: Path, nodes: Path | None, unsaid: UnsaidSystem = NOTHING_TOLD
) -> tuple[RoadTable, RoadTable | None]:
    """Return the edges and, if they are a table of their own, the nodes.

    Raises
    ------
    InputError
        ``roads_file_broken``, ``roads_no_crs``, ``roads_crs_unclear``, ``roads_not_lines``,
        ``roads_layers_unclear``.
    """
    if path.suffix.lower() in LAYERED:
        edges, points = _layers(path)
    elif path.suffix.lower() in WORKBOOKS:
        edges, points = read_sheets(path)
        edges = with_drawn(edges, path.name, unsaid)
    else:
        if nodes is None and path.stem.endswith("edges"):
            beside = path.with_name(path.name.replace("edges", "nodes"))
            nodes = beside if beside.is_file() else None
        edges, points = _flat(path, unsaid), None
    if nodes is not None and points is None:
        points = read_sheets(nodes)[0] if nodes.suffix.lower() in WORKBOOKS else _flat(nodes, unsaid)
    edge_table = _edges(edges, path.name, unsaid)
    if points is None:
        return edge_table, None
    return edge_table, _nodes(points, path.name if nodes is None else nodes.name, unsaid)


def _edges(frame: Any, file: str, unsaid: UnsaidSystem) -> RoadTable:
    if hasattr(frame, "crs"):
        return _with_lines(frame, file, unsaid)
    return _named(frame, file)


def _nodes(frame: Any, file: str, unsaid: UnsaidSystem) -> RoadTable:
    import pandas as pd

    named = node_columns(frame)
    if hasattr(frame, "crs") and (frame.geom_type == "Point").all():
        positions = _in_degrees(frame, file, unsaid).geometry
        frame = pd.DataFrame(frame.drop(columns=[frame.geometry.name, *_of(named, "lon", "lat")]))
        frame = frame.assign(lon=positions.x, lat=positions.y)
    return _renamed(frame, node_columns(frame), file)


def _of(named: dict[Any, str], *ours: str) -> list[Any]:
    return [their for their, name in named.items() if name in ours]


def _flat(path: Path, unsaid: UnsaidSystem) -> Any:
    import pyarrow as pa

    try:
        if path.suffix.lower() == ".parquet":
            return with_drawn(_parquet(path), path.name, unsaid)
        frame = read_delimited(path.read_bytes())
    except MemoryError:
        raise
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = f"{type(error).__name__}: {error}"
        raise InputError(Problem("roads_file_broken", file=path.name, details={"reason": reason})) from error
    return with_drawn(frame, path.name, unsaid)


def _parquet(path: Path) -> Any:
    import geopandas
    import pyarrow.parquet as pq

    if b"geo" in (pq.read_schema(path).metadata or {}):
        # Points at no number are told of where lines are looked at.
        with np.errstate(invalid="ignore"):
            return _with_index(geopandas.read_parquet(path))
    return _with_index(pq.read_table(path).to_pandas())


def _with_index(frame: Any) -> Any:
    """The frame with what pandas has kept as names of its rows: of edges of osmnx these are their ends."""
    named = [it for it in frame.index.names if it is not None and it not in frame.columns]
    return frame.reset_index(named) if named else frame


def _layers(path: Path) -> tuple[Any, Any]:
    """The layers of edges and of nodes of a file for maps."""
    import pyogrio

    # The prefix keeps GDAL from taking the file for something else than its name says.
    source = LAYERED[path.suffix.lower()] + str(path)
    try:
        layers = {str(name): kind for name, kind in pyogrio.list_layers(source)}
        node_layers = [name for name in layers if "node" in name.lower()]
        edge_layers = _edge_layers({it: kind for it, kind in layers.items() if it not in node_layers})
        edge_layers = of_roads(edge_layers)
        if not edge_layers and layers and all(kind and "Point" in kind for kind in layers.values()):
            raise InputError(Problem("roads_not_lines", file=path.name, value="Point"))
        if len(edge_layers) != 1 or len(node_layers) > 1:
            found = ", ".join(layers)
            raise InputError(Problem("roads_layers_unclear", file=path.name, details={"layers": found}))
        with np.errstate(invalid="ignore"):
            edges = _layer(source, edge_layers[0])
            points = _layer(source, node_layers[0]) if node_layers else None
    except (RuntimeError, UnicodeDecodeError) as error:
        # Whatever pyogrio finds wrong is one of the first kind, but text it cannot read.
        raise InputError(
            Problem("roads_file_broken", file=path.name, details={"reason": str(error)})
        ) from error
    return edges, points


def _layer(source: str, layer: str) -> Any:
    import geopandas
    import shapely

    try:
        # Row by row GDAL reads no more of a GeoPackage than the number of rows that it states.
        return geopandas.read_file(source, layer=layer, use_arrow=source.startswith(LAYERED[".gpkg"]))
    except shapely.errors.GEOSException:
        return _layer_with_points(source, layer)
    except ValueError:
        # Nor does it read lists of truths, which osmnx makes of streets drawn in both directions.
        return geopandas.read_file(source, layer=layer, use_arrow=True)


def _layer_with_points(source: str, layer: str) -> Any:
    """A layer in which some lines have but one point, which is none: their rows are without a line."""
    import geopandas
    import pyogrio
    import shapely

    said, table = pyogrio.read_arrow(source, layer=layer)
    frame = table.to_pandas()
    written = frame.pop(said["geometry_name"] or "wkb_geometry").to_numpy(dtype=object)
    shapes = shapely.from_wkb(written, on_invalid="ignore")
    return geopandas.GeoDataFrame(frame, geometry=shapes, crs=said["crs"])


def _edge_layers(layers: dict[str, Any]) -> list[str]:
    """The layers that may hold streets: those of lines, if there are any."""
    lines = [name for name, kind in layers.items() if kind and "Line" in kind]
    if "lines" in lines and "multilinestrings" in lines:
        # What GDAL makes of OpenStreetMap: its multilines are routes, not streets.
        return ["lines"]
    return lines or [name for name, kind in layers.items() if kind is None or "Point" not in kind]


def _in_degrees(frame: Any, file: str, unsaid: UnsaidSystem) -> Any:
    # GDAL takes GeoJSON for degrees, whatever stands in it.
    if frame.crs is None or (frame.crs == 4326 and not are_degrees(frame.total_bounds)):
        frame = frame.set_crs(unsaid.of_shapes(frame.total_bounds, file), allow_override=True)
    called = unsaid.called(frame.crs, frame.total_bounds)
    if called is not frame.crs:
        frame = frame.set_crs(called, allow_override=True)
    return frame.to_crs(4326)


def _with_lines(frame: Any, file: str, unsaid: UnsaidSystem) -> RoadTable:
    import pandas as pd
    import shapely

    if not len(frame):
        raise InputError(Problem("roads_none_drivable", file=file))
    if frame.geometry.isna().all():
        return _named(frame.drop(columns=frame.geometry.name), file)
    refuse_nowhere(frame.geometry.to_numpy(), str(frame.geometry.name), file, rows_of(frame))
    frame = _in_degrees(frame, file, unsaid)
    frame.index = pd.Index(rows_of(frame), name=ROW)
    several = (frame.geom_type == "MultiLineString").to_numpy()
    if several.any():
        # QGIS saves single lines as multipart ones, too.
        frame.loc[several, frame.geometry.name] = shapely.line_merge(frame.geometry.to_numpy()[several])
    named = _named(frame.drop(columns=frame.geometry.name), file)
    plain = not {"from", "to", *STATED, "minutes"} & set(named.frame.columns)
    has_ends = {"from", "to"} <= set(named.frame.columns)
    missing = _without_line(frame, has_ends)
    if plain:
        # Taking parts apart loses rows without any.
        frame = pd.concat([frame[~missing].explode(), frame[missing]])
        missing = _without_line(frame, has_ends)
    kinds = frame.geom_type
    wrong = np.flatnonzero(~missing & (kinds != "LineString"))
    if len(wrong):
        row = int(wrong[0])
        raise InputError(
            Problem("roads_not_lines", file=file, row=int(frame.index[row]) + 2, value=str(kinds.iloc[row]))
        )
    left_out = missing & (not has_ends)
    frame = frame[~left_out]
    rows = frame.index.to_numpy()
    without = frame.reset_index(drop=True)
    lines = without.geometry.where(~(without.geometry.isna() | without.geometry.is_empty), None).to_numpy()
    table = _named(without.drop(columns=without.geometry.name), file)
    return RoadTable(table.frame, file, table.theirs, rows, lines, int(left_out.sum()))


def _without_line(frame: Any, has_ends: bool) -> Any:
    """Rows without a line: nothing is drawn, or a point or an area beside streets that are lines."""
    nothing = frame.geometry.isna() | frame.geometry.is_empty
    lines = frame.geom_type.isin(["LineString", "MultiLineString"])
    return nothing if has_ends or not lines.any() else nothing | ~lines


def _named(frame: Any, file: str) -> RoadTable:
    """A table of edges under our names, tags of OpenStreetMap in columns of their own."""
    frame = with_highway(with_other_tags(frame))
    return _renamed(frame, edge_columns(frame), file)


def _renamed(frame: Any, chosen: dict[Any, str], file: str) -> RoadTable:
    import pandas as pd

    theirs = {name: str(their) for their, name in chosen.items()}
    # Another column may bear one of our names for something else.
    others = [name for name in frame.columns if name in theirs and name not in chosen]
    renamed = pd.DataFrame(frame.drop(columns=others)).rename(columns=chosen)
    return RoadTable(renamed.reset_index(drop=True), file, theirs, rows_of(renamed))
