"""The way from a place to its nearest office as a line to be drawn."""

from dataclasses import dataclass

import numpy as np

from iqgeo.distances.base import Floats, Measure, Points
from iqgeo.distances.road import Road


@dataclass(frozen=True, eq=False)
class Way:
    """A line from a place to its nearest office: ``lon, lat`` in degrees, shape ``(n,)``.

    ``distance_km`` is that of the measure; ``on_roads`` tells a way along roads from a straight line.
    """

    lon: Floats
    lat: Floats
    distance_km: float
    on_roads: bool


def ways(measure: Measure, places: Points, offices: Points) -> list[Way | None]:
    """Return the way from every place to its nearest office, ``None`` where none can be reached.

    On roads where the measure is :class:`~iqgeo.distances.Road`; a straight line otherwise, as an
    estimate knows no roads.
    """
    if not len(places) or not len(offices):
        return [None] * len(places)
    nearest = measure.nearest(places, offices)
    if isinstance(measure, Road):
        lines = _along_roads(measure, places, offices)
    else:
        lines = [
            (np.array([lon, offices.lon[office]]), np.array([lat, offices.lat[office]]))
            for lon, lat, office in zip(places.lon, places.lat, nearest.office, strict=True)
        ]
    return [
        None if line is None or not np.isfinite(km) else Way(*line, float(km), isinstance(measure, Road))
        for line, km in zip(lines, nearest.distance_km, strict=True)
    ]


def _along_roads(measure: Road, places: Points, offices: Points) -> list[tuple[Floats, Floats] | None]:
    from iqgeo.distances.roads import routes

    found = routes(
        measure.network, places.lon, places.lat, offices.lon, offices.lat,
        snap_limit_km=measure.snap_limit_km, ferries=False,
    )  # fmt: skip
    return [None if route is None else (route.lon, route.lat) for route in found]
