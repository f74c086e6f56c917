"""In which system coordinates are, where a file does not say so: degrees, what was told, or what fits."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from iqgeo.distances.roads.column_names import folded
from iqgeo.errors import InputError, Problem
from iqgeo.systems import SYSTEMS, WGS84, is_known, to_degrees

if TYPE_CHECKING:
    import pandas as pd

_MARGIN_DEGREES: Final = 1.0
_MOSTLY: Final = 0.5
_SYSTEM_COLUMNS: Final = frozenset(
    {"crs", "epsg", "srid", "srs", "koordinatensystem", "bezugssystem", "lagebezug"}
)
_EUROPE: Final = "EPSG:3035"
DEGREES: Final = f"EPSG:{WGS84}"

Bounds = tuple[float, float, float, float]


def are_degrees(coordinates: Any) -> bool:
    """Whether pairs of numbers (longitude, latitude, and so on) can be degrees."""
    pairs = np.asarray(coordinates, dtype=float).reshape(-1, 2)
    return bool(len(pairs) and (np.abs(pairs) <= (180, 90)).all())


@dataclass(frozen=True)
class UnsaidSystem:
    """What else is known of coordinates whose system no file names.

    Attributes
    ----------
    told : str
        The system that whoever brings the file has named, empty without.
    near : Bounds | None
        West, south, east and north of the region the roads are for, in degrees.
    taken : list[str]
        Systems that were told or guessed, as they are used: whoever reads the network is told.
    """

    told: str = ""
    near: Bounds | None = None
    taken: list[str] = field(default_factory=list, compare=False)

    def check(self) -> None:
        """Refuse a system that there is not.

        Raises
        ------
        InputError
            ``crs_unknown``.
        """
        if self.told and not is_known(self.told):
            raise InputError(Problem("crs_unknown", column="crs", value=self.told))

    def of(self, east: Any, north: Any, file: str) -> str:
        """The system in which these coordinates are, east first; see ``of_columns``."""
        system, turned = self.of_columns(east, north, file)
        if turned:
            raise InputError(Problem("roads_no_crs", file=file))
        return system

    def of_columns(self, east: Any, north: Any, file: str) -> tuple[str, bool]:
        """The system in which these coordinates are, and whether only with the two exchanged.

        Metres are known where all points lie where only one system is used, in surveys north first; of
        several the one counts in which most of them lie where the region is. What is no number tells nothing.

        Raises
        ------
        InputError
            ``roads_no_crs`` where no system in use fits, ``roads_crs_unclear`` where several do.
        """
        system, turned = (self.told, False) if self.told else self._fitting(east, north, file)
        if system not in (DEGREES, *self.taken):
            self.taken.append(system)
        return system, turned

    def _fitting(self, east: Any, north: Any, file: str) -> tuple[str, bool]:
        there = np.isfinite(east) & np.isfinite(north)
        east, north = np.asarray(east, dtype=float)[there], np.asarray(north, dtype=float)[there]
        # A typing error among degrees is told of where it stands.
        if not len(east) or ((np.abs(east) > 180) & (np.abs(north) > 90)).mean() <= _MOSTLY:
            return DEGREES, False
        fitting = [(it, False) for it in SYSTEMS if it.holds(east, north)]
        # Europe's own system is as wide as all others together, exchanged, too.
        fitting += [(it, True) for it in SYSTEMS if it.holds(north, east) and it.code != _EUROPE]
        if len(fitting) > 1 and self.near is not None:
            here = [
                (it, turned)
                for it, turned in fitting
                if self._lies_near(it.code, *((north, east) if turned else (east, north)))
            ]
            fitting = here if len(here) == 1 else fitting
        if not fitting:
            raise InputError(Problem("roads_no_crs", file=file))
        if len(fitting) > 1:
            names = ", ".join(f"{it.code} ({it.name})" for it, _ in fitting)
            raise InputError(Problem("roads_crs_unclear", file=file, details={"systems": names}))
        return fitting[0][0].code, fitting[0][1]

    def called(self, system: Any, coordinates: Any) -> Any:
        """The system that a file names, or degrees where it calls degrees metres.

        Of metres none stay below 180: in no system does a road lie so near the origin.
        """
        import pyproj

        if not are_degrees(coordinates) or pyproj.CRS.from_user_input(system).is_geographic:
            return system
        if DEGREES not in self.taken:
            self.taken.append(DEGREES)
        return DEGREES

    def of_shapes(self, bounds: Any, file: str) -> str:
        """The system of shapes that end at these bounds; errors as in ``of``."""
        west, south, east, north = bounds
        system = self.of(np.array([west, east]), np.array([south, north]), file)
        # Streets whose metres or feet all stay below 180 would fit into one yard.
        if system == DEGREES and not are_degrees(bounds):
            raise InputError(Problem("roads_no_crs", file=file))
        return system

    def _lies_near(self, code: str, east: Any, north: Any) -> bool:
        assert self.near is not None
        lon, lat = to_degrees(code, east, north)
        west, south, far_east, far_north = self.near
        inside = (lon >= west - _MARGIN_DEGREES) & (lon <= far_east + _MARGIN_DEGREES)
        inside &= (lat >= south - _MARGIN_DEGREES) & (lat <= far_north + _MARGIN_DEGREES)
        return bool(inside.mean() > _MOSTLY)


def named_in(frame: "pd.DataFrame") -> str:
    """The system that a column beside the coordinates names in every row, empty without."""
    for name in frame.columns:
        if folded(name) not in _SYSTEM_COLUMNS:
            continue
        said = {str(it).strip() for it in frame[name].unique().tolist()}
        code = said.pop() if len(said) == 1 else ""
        code = f"EPSG:{code}" if code.isdecimal() else code
        if code and is_known(code):
            return code.upper()
    return ""


NOTHING_TOLD: Final = UnsaidSystem()
