"""In which district, and on which island, a point lies."""

from typing import Any, Final, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.compass import KM_PER_DEGREE
from iqgeo.distances.base import EARTH_RADIUS_KM, unit_vectors
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.values import Floats, Mask
from iqgeo.region import Region

EDGE_KM: Final = 2.0
"""A place beside the drawn coast or border belongs to the district of the nearest settlement this near."""

ELSEWHERE_KM: Final = 5.0
"""A place farther than this from the district of its key lies elsewhere than the key says."""

_SQUARE_DEGREES: Final = 0.02
# More than there are squares from pole to pole.
_ROWS: Final = 1 << 20

Words = NDArray[np.object_]


class Geography(Protocol):
    """As much of a region as finding the district of a point needs."""

    @property
    def districts(self) -> Any:
        """Outlines ``ags, geometry``."""

    @property
    def context(self) -> Any:
        """Outlines of what is not the region; may be empty."""

    @property
    def settlements(self) -> pd.DataFrame:
        """Places with ``lon, lat, district_ags``."""


class Drawn(Protocol):
    """As much of a region as the distance to its districts needs."""

    @property
    def districts(self) -> Any:
        """Outlines ``ags, geometry``."""

    @property
    def crs(self) -> str:
        """Metric coordinate system."""


def assign_districts(frame: pd.DataFrame, where: Mask, region: Geography, findings: Findings) -> None:
    """Set ``district_ags`` of the places chosen by ``where`` to the district they lie in.

    Beside the outline (a generalised coast), the district of the nearest settlement within
    :data:`EDGE_KM` counts, unless the point lies in a neighbouring area of ``region.context``.
    """
    lon, lat = frame["lon"].to_numpy(), frame["lat"].to_numpy()
    found = frame["district_ags"].to_numpy(dtype=object)
    districts = region.districts
    _paint(found, where, lon, lat, districts.geometry.array, districts["ags"].to_numpy(dtype=object))
    left = where & (found == "")
    if left.any():
        neighbour = np.full(len(frame), "", dtype=object)
        context = region.context
        if len(context):
            _paint(
                neighbour, left, lon, lat, context.geometry.array, np.full(len(context), "-", dtype=object)
            )
        beside = np.flatnonzero(left & (neighbour == ""))
        nearest, near_km = nearest_settlement(lon[beside], lat[beside], region, EDGE_KM)
        at_edge = near_km <= EDGE_KM
        keys = region.settlements["district_ags"].to_numpy(dtype=object)
        found[beside[at_edge]] = keys[nearest[at_edge]] if len(keys) else ""
        mask = np.zeros(len(frame), dtype=bool)
        mask[beside[at_edge]] = True
        findings.note("places_at_edge", mask=mask, kind="hint")
    outside = where & (found == "")
    people = float(np.nansum(frame["people"].to_numpy()[outside])) if "people" in frame else 0.0
    findings.note("places_outside", mask=outside, kind="hint", people=people)
    frame["district_ags"] = pd.Series(found, index=frame.index).astype("str")


_NEARLY_ALL = 0.9
_FEW = 3
"""Of so many places no place, or hardly one, lies where its key says: their positions or keys are others'."""


def note_elsewhere(frame: pd.DataFrame, keyed: Mask, region: Region, findings: Findings, column: str) -> None:
    """Say of which places the key names another district than the one they lie in, and far from it.

    The key decides; drawn borders are coarse, so that a place beside its district is in it.
    """
    far, painted = _far_from_own(frame, keyed, region)
    far &= painted != ""
    if far.any():
        first = int(np.flatnonzero(far)[0])
        own = frame["district_ags"].iloc[first]
        findings.note("key_and_position", column, mask=far, value=own, kind="hint", lies=painted[first])


def note_far_off(frame: pd.DataFrame, keyed: Mask, region: Drawn, findings: Findings) -> None:
    """Say which places lie far from the district of their key; where nearly all do, that is a problem."""
    far, _ = _far_from_own(frame, keyed, region)
    if far.sum() >= max(_FEW, _NEARLY_ALL * keyed.sum()):
        findings.problem("places_off_districts", number=int(far.sum()), all=int(keyed.sum()), km=ELSEWHERE_KM)
        findings.stop_if_any()
    if far.any():
        first = int(np.flatnonzero(far)[0])
        known = f"{frame['id'].iloc[first]}, {frame['ags'].iloc[first]}"
        findings.note("places_far_off", value=known, number=int(far.sum()), km=ELSEWHERE_KM)


def _far_from_own(frame: pd.DataFrame, keyed: Mask, region: Drawn) -> tuple[Mask, Words]:
    """Which places lie far from the district of their key, and the district in which each lies."""
    import geopandas as gpd
    import shapely

    outlines = region.districts.set_index("ags").geometry
    own = frame["district_ags"].to_numpy(dtype=object)
    asked = keyed & np.isin(own, outlines.index.to_numpy(dtype=object))
    painted, far = np.full(len(frame), "", dtype=object), np.zeros(len(frame), dtype=bool)
    lon, lat = frame["lon"].to_numpy(dtype=float), frame["lat"].to_numpy(dtype=float)
    _paint(painted, asked, lon, lat, outlines.array, outlines.index.to_numpy(dtype=object))
    other = np.flatnonzero(asked & (painted != own) & np.isfinite(lon) & np.isfinite(lat))
    if len(other):
        shapes = outlines.to_crs(region.crs)
        points = gpd.GeoSeries.from_xy(lon[other], lat[other], crs="EPSG:4326").to_crs(region.crs)
        away_m = shapely.distance(shapes.loc[own[other]].to_numpy(), points.to_numpy())
        far[other[away_m > 1000 * ELSEWHERE_KM]] = True
    return far, painted


def _paint(found: Words, where: Mask, lon: Floats, lat: Floats, shapes: object, keys: Words) -> None:
    """Write the key of the area each chosen point lies in (or on the edge of) into ``found``.

    Points are sorted into squares first: a square that lies in one area, or in none, decides for all
    its points, so that only those near a border are looked at one by one.
    """
    import shapely

    areas = np.asarray(shapes, dtype=object)
    chosen = np.flatnonzero(where & np.isfinite(lon) & np.isfinite(lat))
    if not len(chosen):
        return
    column = np.floor(lon[chosen] / _SQUARE_DEGREES).astype(np.int64)
    row = np.floor(lat[chosen] / _SQUARE_DEGREES).astype(np.int64)
    squares, square = np.unique(column * _ROWS + row, return_inverse=True)
    west, south = (squares + _ROWS // 2) // _ROWS, (squares + _ROWS // 2) % _ROWS - _ROWS // 2
    sides = (west * _SQUARE_DEGREES, south * _SQUARE_DEGREES)
    boxes = shapely.box(*sides, sides[0] + _SQUARE_DEGREES, sides[1] + _SQUARE_DEGREES)
    tree = shapely.STRtree(boxes)
    shapely.prepare(areas)
    inner = np.full(len(squares), -1, dtype=np.int64)
    at_border = np.zeros((len(squares)), dtype=bool)
    borders = []
    # From the last area to the first: where areas overlap or touch the first one wins.
    for at in range(len(areas) - 1, -1, -1):
        contained = tree.query(areas[at], predicate="contains")
        inner[contained] = at
        border = np.setdiff1d(tree.query(areas[at], predicate="intersects"), contained)
        at_border[border] = True
        borders.append((at, border))
    of_square = inner[square]
    decided = of_square >= 0
    found[chosen[decided]] = keys[of_square[decided]]
    near = np.flatnonzero(at_border[square])
    near = near[np.argsort(square[near], kind="stable")]
    starts = np.searchsorted(square[near], np.arange(len(squares) + 1))
    for at, border in borders:
        parts = [near[starts[it] : starts[it + 1]] for it in border.tolist()]
        points = chosen[np.concatenate(parts)] if parts else np.empty(0, dtype=np.int64)
        found[points[shapely.intersects_xy(areas[at], lon[points], lat[points])]] = keys[at]


def nearest_settlement(
    lon: Floats, lat: Floats, region: Geography, limit_km: float
) -> tuple[NDArray[np.int64], Floats]:
    """Index of the nearest settlement and its distance in km for every point; ``inf`` beyond ``limit_km``."""
    from scipy.spatial import cKDTree

    settlements = region.settlements
    if not len(settlements):
        return np.zeros(len(lon), dtype=np.int64), np.full(len(lon), np.inf)
    tree = cKDTree(unit_vectors(settlements["lon"].to_numpy(), settlements["lat"].to_numpy()))
    bound = 2 * np.sin(limit_km / (2 * EARTH_RADIUS_KM)) * (1 + 1e-9)
    chord, nearest = tree.query(unit_vectors(lon, lat), distance_upper_bound=bound)
    distance_km = np.where(
        np.isinf(chord), np.inf, 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(chord / 2, 1.0))
    )
    # scipy marks "none" with an index behind the last one.
    return np.minimum(nearest, len(settlements) - 1).astype(np.int64), distance_km


def assign_landmass(frame: pd.DataFrame, region: Region, findings: Findings) -> None:
    """Set ``landmass`` of the places on islands without a road, as the nearest settlement has it."""
    settlements = region.settlements
    islands = settlements[settlements["landmass"] != ""]
    if not len(islands):
        return
    lon, lat = frame["lon"].to_numpy(), frame["lat"].to_numpy()
    margin = 2 * EDGE_KM / KM_PER_DEGREE
    near = (lat >= islands["lat"].min() - margin) & (lat <= islands["lat"].max() + margin)
    near &= (lon >= islands["lon"].min() - 2 * margin) & (lon <= islands["lon"].max() + 2 * margin)
    if not near.any():
        return
    nearest, near_km = nearest_settlement(lon[near], lat[near], region, 2 * EDGE_KM)
    landmass = np.full(len(frame), "", dtype=object)
    on_island = settlements["landmass"].to_numpy(dtype=object)[nearest]
    landmass[near] = np.where(near_km <= 2 * EDGE_KM, on_island, "")
    findings.note("ferry_only", mask=landmass != "", kind="hint")
    frame["landmass"] = pd.Series(landmass, index=frame.index).astype("str")
