"""Lines that a table holds as text or bytes: WKT as QGIS, osmnx and PostGIS write it, and WKB."""

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from iqgeo.distances.roads.column_names import GEOMETRY, MISSING, folded
from iqgeo.distances.roads.links import MAX_PROBLEMS
from iqgeo.distances.roads.sheets import rows_of
from iqgeo.distances.roads.unsaid_system import NOTHING_TOLD, UnsaidSystem, named_in
from iqgeo.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

_SRID: Final = re.compile(r"^SRID=(\d+);", re.IGNORECASE)
_HEX: Final = re.compile(r"^[0-9A-Fa-f]{18,}$")
_WKT: Final = re.compile(r"^(MULTI)?(LINESTRING|POINT)\b", re.IGNORECASE)
_GEOJSON: Final = re.compile(r"^\{.{0,200}\"(MULTI)?(LINESTRING|POINT)\"", re.IGNORECASE | re.DOTALL)


def with_drawn(frame: Any, file: str, unsaid: UnsaidSystem = NOTHING_TOLD) -> Any:
    """The table as one for maps where a column of it holds lines or points; as it is where none does.

    Raises
    ------
    InputError
        ``roads_no_crs``, ``roads_crs_unclear`` where nothing says what the coordinates are and they are no
        degrees; what ``refuse_nowhere`` finds.
    """
    import geopandas
    import pyproj
    import shapely

    if hasattr(frame, "crs"):
        return frame
    for name in frame.columns:
        if folded(name) not in GEOMETRY:
            continue
        with np.errstate(invalid="ignore"):
            read = _read(frame[name].tolist())
        if read is not None:
            shapes, srid = read
            _refuse_unread(frame[name], shapes, file, rows_of(frame))
            refuse_nowhere(shapes, str(name), file, rows_of(frame))
            system = srid or named_in(frame) or unsaid.of_shapes(shapely.total_bounds(shapes), file)
            try:
                known = pyproj.CRS.from_user_input(system)
            except pyproj.exceptions.CRSError:
                known = None
            if known is None:
                raise InputError(Problem("roads_no_crs", file=file, column=str(name)))
            return geopandas.GeoDataFrame(frame.drop(columns=name), geometry=shapes, crs=known)
    return frame


def refuse_nowhere(shapes: npt.NDArray[Any], column: str, file: str, rows: npt.NDArray[Any]) -> None:
    """Refuse shapes with a point at no number.

    Raises
    ------
    InputError
        ``roads_not_degrees`` for each row.
    """
    import shapely

    at, owner = shapely.get_coordinates(shapes, return_index=True)
    wrong = np.unique(owner[~np.isfinite(at).all(axis=1)])[:MAX_PROBLEMS].tolist()
    if wrong:
        said = [(int(rows[at]) + 2, str(shapes[at])[:80]) for at in wrong]
        raise InputError(
            [Problem("roads_not_degrees", file, row=row, column=column, value=it) for row, it in said]
        )


def _refuse_unread(
    column: "pd.Series[Any]", shapes: npt.NDArray[Any], file: str, rows: npt.NDArray[Any]
) -> None:
    """Refuse rows in which something stands that is no shape.

    Raises
    ------
    InputError
        ``roads_not_lines`` for each row.
    """
    there = [isinstance(it, bytes) or _text(it) is not None for it in column.tolist()]
    wrong = np.flatnonzero(
        [shape is None and is_there for shape, is_there in zip(shapes, there, strict=True)]
    )
    problems = [
        Problem(
            "roads_not_lines",
            file,
            row=int(rows[at]) + 2,
            column=str(column.name),
            value=str(column.iloc[at])[:80],
        )
        for at in wrong[:MAX_PROBLEMS].tolist()
    ]
    if problems:
        raise InputError(problems)


def _read(values: list[Any]) -> tuple[Any, int | None] | None:
    """The shapes of a column and the number of their system; ``None`` where it holds something else."""
    import shapely

    there = [it for it in values if isinstance(it, bytes) or str(it).strip().lower() not in MISSING]
    if not there:
        return None
    first = there[0]
    written = first if isinstance(first, bytes) else str(first).strip()
    if isinstance(written, bytes) or _HEX.match(written):
        raw = [it if isinstance(it, bytes) else _text(it) for it in values]
        shapes = shapely.from_wkb(np.array(raw, dtype=object), on_invalid="ignore")
        found = [it for it in shapes if it is not None]
        srid = int(shapely.get_srid(found[0])) if found else 0
        return (shapes, srid or None) if found else None
    if _GEOJSON.match(written):
        return shapely.from_geojson(
            np.array([_text(it) for it in values], dtype=object), on_invalid="ignore"
        ), None
    said = _SRID.match(written)
    if not _WKT.match(_SRID.sub("", written)):
        return None
    texts = [None if (text := _text(it)) is None else _SRID.sub("", text) for it in values]
    shapes = shapely.from_wkt(np.array(texts, dtype=object), on_invalid="ignore")
    return shapes, int(said[1]) if said else None


def _text(value: Any) -> str | None:
    text = str(value).strip()
    return None if text.lower() in MISSING else text
