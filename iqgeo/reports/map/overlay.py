"""What a page adds to a map: areas, lines, marks and words of its own, and their legend. Plain data."""

from dataclasses import dataclass
from typing import Final, Literal

from iqgeo.reports.map.geometry import Shape

Pattern = Literal["none", "tint", "shade", "diagonal", "horizontal"]
Symbol = Literal["office", "proposed", "provisional", "trial", "day", "dot"]
SHADES: Final = ("#FBF3C0", "#7FC4B8", "#2C7FB0", "#0B2C63")
"""Classes of a layer from light to dark, one order of lightness for every eye."""
DAY: Final = "#2F6690"
"""The blue of what is there on fixed days only."""


@dataclass(frozen=True)
class Area:
    """An area in EPSG:4326 with a pattern and an edge; ``ags`` makes it answer to clicks as ``area``."""

    shape: Shape
    colour: str
    pattern: Pattern = "tint"
    dashed: bool = False
    tip: str = ""
    id: str = ""


@dataclass(frozen=True)
class Line:
    """A line of points ``(lon, lat)``."""

    points: tuple[tuple[float, float], ...]
    colour: str
    width: float = 1.4
    dashed: bool = False


@dataclass(frozen=True)
class Mark:
    """Something at a place, told apart by its symbol; a click tells ``mark`` and its id."""

    lon: float
    lat: float
    name: str
    symbol: Symbol = "day"
    id: str = ""
    tip: str = ""


@dataclass(frozen=True)
class MapLabel:
    """Words on the map, such as what a district gains."""

    lon: float
    lat: float
    words: str


@dataclass(frozen=True)
class Overlay:
    """Everything a page adds; ``legend`` says in words what each of its looks means.

    ``zoom_to`` (west, south, east, north in degrees) is what the map shows first. ``shaded``: its areas are
    what the map is about; reach, gaps and dots give way to them.
    """

    areas: tuple[Area, ...] = ()
    lines: tuple[Line, ...] = ()
    marks: tuple[Mark, ...] = ()
    words: tuple[MapLabel, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()
    zoom_to: tuple[float, float, float, float] | None = None
    shaded: bool = False
