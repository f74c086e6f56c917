"""Gap regions as they are drawn: where each is written, and the lines between them."""

import numpy as np
import pandas as pd

from iqgeo.coverage import ON_DAYS, RARELY
from iqgeo.distances import great_circle_km
from iqgeo.gaps import GapRegion, Gaps
from iqgeo.reports.map.geometry import MapBase, Shape, areas_of, label_point, without
from iqgeo.reports.map.pieces import GapView


def gap_views(base: MapBase, gaps: Gaps, reached: Shape | None) -> tuple[tuple[GapView, ...], Shape | None]:
    """The gap regions as they are drawn, and the lines between them where nobody is reached."""
    units, names = gaps.units, gaps.coverage.district_names
    shapes: dict[int, Shape] = {}
    edges = None
    if reached is not None:
        columns = (units[it].to_numpy() for it in ("lon", "lat", "gap_region"))
        shapes, lines = areas_of(base, *columns)
        edges = lines.difference(reached)
    views = []
    alone = gaps.places[~gaps.places["reason"].isin((ON_DAYS, RARELY))]
    left = alone.groupby("gap_region")["people"].sum()
    for region in sorted(gaps.regions, key=lambda it: it.number):
        shape = without(shapes[region.number], reached) if region.number in shapes else None
        label = label_point(shape) if shape is not None and not shape.is_empty else None
        lon, lat = label or _settled_middle(region, alone)
        views.append(
            GapView(
                number=region.number,
                place=region.rank,
                name=region.name,
                people=region.people,
                # Places without a district have no name for it.
                districts=tuple(filter(None, (names.get(ags, ags) for ags, _ in region.districts))),
                lon=lon,
                lat=lat,
                shape=shape,
                left=float(left.get(region.number, 0.0)),
            )
        )
    return tuple(views), edges


def _settled_middle(region: GapRegion, alone: pd.DataFrame) -> tuple[float, float]:
    """Where someone of a gap lives who is left out, near its middle, which may lie in another state."""
    mine = alone[alone["gap_region"] == region.number]
    if not len(mine):
        return region.lon, region.lat
    lon, lat = (mine[name].to_numpy(dtype=float) for name in ("lon", "lat"))
    at = int(great_circle_km(np.array(region.lon), np.array(region.lat), lon, lat).argmin())
    return float(lon[at]), float(lat[at])
