"""What a map shows of places served on days: where they are, from where they are served, what they reach."""

from dataclasses import dataclass

from iqgeo.coverage import Coverage
from iqgeo.frames import rows
from iqgeo.offices import points_of
from iqgeo.reports.map.geometry import MapBase, Shape, reach, without


@dataclass(frozen=True)
class DayMark:
    """A place served on days, and where its home office stands."""

    id: str
    name: str
    lon: float
    lat: float
    home: str
    home_lon: float
    home_lat: float
    home_km: float
    days_per_month: float
    people: float


def days_area(base: MapBase, coverage: Coverage, reached: Shape | None) -> Shape | None:
    """What only places served on days reach, by the estimate."""
    radius_km = coverage.measure.outline_km(coverage.target.value)
    if radius_km is None or reached is None or not len(coverage.day_places):
        return None
    points = points_of(coverage.day_places, coverage.demand)
    return without(reach(base, points.lon, points.lat, points.landmass, radius_km), reached)


def day_marks(coverage: Coverage) -> tuple[DayMark, ...]:
    """The places with their homes."""
    offices = coverage.offices
    at = {
        str(key): (float(lon), float(lat))
        for key, lon, lat in zip(offices["id"], offices["lon"], offices["lat"], strict=True)
    }
    return tuple(
        DayMark(
            str(it.id), str(it.name), float(it.lon), float(it.lat), str(it.home), *at[str(it.home)],
            float(it.home_km), float(it.days_per_month), float(it.people),
        )
        for it in rows(coverage.day_places)
    )  # fmt: skip
