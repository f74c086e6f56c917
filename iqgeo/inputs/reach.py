"""Sites held against where people live: swapped coordinates, or another part of the world."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from iqgeo.distances import within
from iqgeo.distances.base import EARTH_RADIUS_KM, unit_vectors
from iqgeo.frames import Brief
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.values import Floats, Mask
from iqgeo.inputs.words import shown
from iqgeo.region import Region

REACH_KM: Final = 35.0
"""A site with no inhabited place this near is outside of the region, whatever the target."""

_NAMED: Final = 3


@dataclass(frozen=True, repr=False)
class Vicinity(Brief):
    """Inhabited places in degrees, how near to one of them a site must be, and the region's name."""

    lon: Floats
    lat: Floats
    reach_km: float
    name: str = ""

    @classmethod
    def of(cls, region: Region, target_km: float) -> "Vicinity":
        """The reach of everyone who lives in a region: the target, :data:`REACH_KM` at least."""
        return cls.of_places(region.settlements, "population", target_km, name=region.name)

    @classmethod
    def of_places(cls, places: pd.DataFrame, people: str, target_km: float, *, name: str = "") -> "Vicinity":
        """The reach of the places where the column ``people`` is above zero."""
        inhabited = (places[people] > 0).to_numpy(dtype=bool)
        lon, lat = (places[column].to_numpy(dtype=np.float64)[inhabited] for column in ("lon", "lat"))
        return cls(lon, lat, max(target_km, REACH_KM), name)

    def check(self, sites: pd.DataFrame, findings: Findings) -> Mask:
        """Say which sites (``name, lon, lat``) are out of reach; rows without a position are skipped.

        They are passed over, as a national list has them; a list that lies outside as a whole is a
        problem. Those that would fit with longitude and latitude exchanged are said to be so.
        """
        lon, lat = sites["lon"].to_numpy(dtype=np.float64), sites["lat"].to_numpy(dtype=np.float64)
        placed = _on_earth(lon, lat)
        if not len(self.lon) or not placed.any():
            return np.zeros(len(lon), dtype=bool)
        outside, turned = self.flag_turned(lon, lat, placed, findings)
        if outside[placed].all():
            findings.problem("sites_elsewhere", region=self.name, reach=f"{self.reach_km:g}")
            return outside
        named = ", ".join(shown(it) for it in sites["name"].to_numpy()[outside][:_NAMED])
        inside = int(placed.sum() - outside.sum() - turned.sum())
        findings.note(
            "sites_outside",
            mask=outside,
            kind="hint",
            value=named,
            inside=inside,
            all=len(lon),
            region=self.name,
            reach=f"{self.reach_km:g}",
        )
        return outside

    def flag_turned(self, lon: Floats, lat: Floats, placed: Mask, findings: Findings) -> tuple[Mask, Mask]:
        """The same as :meth:`turned`; the second are asked about."""
        outside, turned = self.turned(lon, lat, placed)
        flag_swapped(lon, lat, turned, findings)
        return outside, turned

    def turned(self, lon: Floats, lat: Floats, placed: Mask) -> tuple[Mask, Mask]:
        """Which of the rows ``placed`` lie out of reach, and which would not the other way round."""
        outside: Mask = placed & ~self.near(lon, lat, placed)
        turned = outside & self.near(lat, lon, outside & (np.abs(lon) <= 90))
        return outside & ~turned, turned

    def near(self, lon: Floats, lat: Floats, asked: Mask) -> Mask:
        """Whether an inhabited place is within reach; false where not ``asked``."""
        near = np.zeros(len(lon), dtype=bool)
        if asked.any():
            chord, _ = self._tree.query(unit_vectors(lon[asked], lat[asked]))
            distance_km = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(chord / 2, 1.0))
            near[asked] = within(distance_km, self.reach_km)
        return near

    @cached_property
    def _tree(self) -> Any:
        from scipy.spatial import cKDTree

        return cKDTree(unit_vectors(self.lon, self.lat))


def beyond(lon: Floats, lat: Floats, ends: tuple[float, float, float, float]) -> Mask:
    """Which positions lie beyond the west, south, east or north end of where people live.

    Whoever lies between the ends need not be asked about: the tree of a vicinity is made for others alone.
    """
    west, south, east, north = ends
    between = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return _on_earth(lon, lat) & ~between


def _on_earth(lon: Floats, lat: Floats) -> Mask:
    on_earth: Mask = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    return on_earth


def flag_swapped(lon: Floats, lat: Floats, turned: Mask, findings: Findings) -> None:
    """Ask about the rows that fit with longitude and latitude exchanged."""
    pairs = np.full(len(lon), "", dtype=object)
    pairs[turned] = [f"{x:.10g}, {y:.10g}" for x, y in zip(lon[turned], lat[turned], strict=True)]
    findings.flag(turned, "coordinates_swapped", "lon, lat", pairs)
