"""Open a table of edges, and the one of its nodes, under our names for the columns."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from iqgeo.distances.base import Integers
from iqgeo.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

NAMES = {
    "from": ("from", "u", "source", "von", "from_node"),
    "to": ("to", "v", "target", "nach", "to_node"),
    "km": ("km", "length_km", "distance_km", "laenge_km"),
    "metres": ("length_m", "laenge_m", "metres", "meters", "length"),
    "minutes": ("minutes", "minuten"),
    "oneway": ("oneway", "one_way", "einbahn"),
    "class": ("class", "klasse"),
    "node": ("node_id", "node", "osmid", "id", "knoten"),
    "lon": ("lon", "longitude", "x", "laenge"),
    "lat": ("lat", "latitude", "y", "breite"),
}
"""Usual names of each column, the one that counts where there are several first."""

ENDS = ("from_lon", "from_lat", "to_lon", "to_lat")


@dataclass(frozen=True)
class RoadTable:
    """A table with the columns under our names.

    Attributes
    ----------
    theirs : what its author calls them.
    rows : (rows,) number of each row in the file.
    without_line : rows left out as they have no line, where nothing else tells where they run.
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


def open_tables(path: Path, nodes: Path | None) -> tuple[RoadTable, RoadTable | None]:
    """Return the edges and, if they are a table of their own, the nodes.

    Raises
    ------
    InputError
        ``roads_file_broken``, ``roads_no_crs``, ``roads_not_lines``, ``roads_layers_unclear``.
    """
    if path.suffix == ".gpkg":
        return _geopackage(path)
    if nodes is None and path.stem.endswith("edges"):
        beside = path.with_name(path.name.replace("edges", "nodes"))
        nodes = beside if beside.is_file() else None
    return _flat(path), None if nodes is None else _flat(nodes)


def _flat(path: Path) -> RoadTable:
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


def _geoparquet(path: Path) -> RoadTable:
    import geopandas
    import pyarrow.parquet as pq

    if b"geo" in (pq.read_schema(path).metadata or {}):
        return _with_lines(geopandas.read_parquet(path), path.name)
    return _named(pq.read_table(path).to_pandas(), path.name)


def _geopackage(path: Path) -> tuple[RoadTable, RoadTable | None]:
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
    except (RuntimeError, UnicodeDecodeError) as error:
        # Whatever pyogrio finds wrong is one of the first kind, but text it cannot read.
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


def _with_lines(frame: Any, file: str) -> RoadTable:
    import pandas as pd
    import shapely

    if frame.geometry.isna().all():
        return _named(frame.drop(columns=frame.geometry.name), file)
    frame = _in_degrees(frame, file).reset_index(drop=True)
    several = (frame.geom_type == "MultiLineString").to_numpy()
    if several.any():
        # QGIS saves single lines as multipart ones, too.
        frame.loc[several, frame.geometry.name] = shapely.line_merge(frame.geometry.to_numpy()[several])
    named = _named(frame.drop(columns=frame.geometry.name), file)
    plain = not {"from", "to", "km", "metres", "minutes"} & set(named.frame.columns)
    missing = frame.geometry.isna() | frame.geometry.is_empty
    if plain:
        # Taking parts apart loses rows without any.
        frame = pd.concat([frame[~missing].explode(), frame[missing]])
        missing = frame.geometry.isna() | frame.geometry.is_empty
    kinds = frame.geom_type
    wrong = np.flatnonzero(~missing & (kinds != "LineString"))
    if len(wrong):
        row = int(wrong[0])
        raise InputError(
            Problem("roads_not_lines", file=file, row=int(frame.index[row]) + 2, value=str(kinds.iloc[row]))
        )
    has_ends = {"from", "to"} <= set(named.frame.columns)
    left_out = missing & (not has_ends)
    frame = frame[~left_out]
    rows = frame.index.to_numpy()
    without = frame.reset_index(drop=True)
    lines = without.geometry.where(~(without.geometry.isna() | without.geometry.is_empty), None).to_numpy()
    table = _named(without.drop(columns=without.geometry.name), file)
    return RoadTable(table.frame, file, table.theirs, rows, lines, int(left_out.sum()))


def _named(frame: Any, file: str) -> RoadTable:
    """Our names for the columns, whichever of the usual ones the table has; of several the first counts."""
    import pandas as pd

    lower = {str(name).strip().lower(): name for name in reversed(list(frame.columns))}
    chosen: dict[Any, str] = {lower[name]: name for name in ENDS if name in lower}
    for ours, aliases in NAMES.items():
        found = next((lower[alias] for alias in aliases if alias in lower), None)
        if found is not None and found not in chosen:
            chosen[found] = ours
    theirs = {name: str(their) for their, name in chosen.items()}
    # Another column may bear one of our names for something else.
    others = [name for name in frame.columns if name in theirs and name not in chosen]
    renamed = pd.DataFrame(frame.drop(columns=others)).rename(columns=chosen)
    return RoadTable(renamed.reset_index(drop=True), file, theirs, np.arange(len(renamed)))
