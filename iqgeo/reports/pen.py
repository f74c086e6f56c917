"""Drawing on paper: a part of the metric plane as SVG, with shapes, dots and words. Knows no map."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from iqgeo.reports.map.geometry import Shape
from iqgeo.systems import WGS84, transformer

UNITS_PER_MM: Final = 10.0
FONT: Final = "Liberation Sans"
POINT: Final = 25.4 / 72 * UNITS_PER_MM
"""A point of type in drawing units."""

INK: Final = "#1B2226"
_DOT_MM: Final = 0.42


def canvas(width_mm: float, height_mm: float) -> ET.Element:
    """An empty drawing of this size."""
    width, height = width_mm * UNITS_PER_MM, height_mm * UNITS_PER_MM
    return ET.Element(
        "svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=f"{width_mm:g}mm", height=f"{height_mm:g}mm",
    )  # fmt: skip


def write_words(
    root: ET.Element, x: float, y: float, words: str, size: float, colour: str, anchor: str = "middle",
    *, bold: bool = False,
) -> None:  # fmt: skip
    """Words of a chart; ``size`` in drawing units."""
    look = {
        "x": f"{x:.1f}", "y": f"{y:.1f}", "font-family": FONT, "font-size": f"{size:g}", "fill": colour,
        "text-anchor": anchor, "font-weight": "bold" if bold else "normal",
    }  # fmt: skip
    ET.SubElement(root, "text", look).text = words


@dataclass(frozen=True)
class MapFrame:
    """The part of the metric plane that is drawn, in metres, and how large, in mm."""

    west: float
    south: float
    east: float
    north: float
    width_mm: float

    @property
    def scale(self) -> float:
        """Drawing units per metre."""
        return self.width_mm * UNITS_PER_MM / (self.east - self.west)

    @property
    def height_mm(self) -> float:
        """Height that keeps the proportions."""
        return (self.north - self.south) * self.scale / UNITS_PER_MM

    def xy(self, coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        """Drawing units of metric coordinates, shape ``(n, 2)``; y runs down."""
        moved = coordinates - np.array([self.west, self.north])
        return np.asarray(moved * np.array([self.scale, -self.scale]))


def frame_around(
    bounds: Sequence[float], width_mm: float, height_mm: float, margin: float = 0.04
) -> MapFrame:
    """Fit bounds (metres) with a margin into a box of the paper, centred."""
    west, south, east, north = bounds
    per_mm = max((east - west) / width_mm, (north - south) / height_mm) * (1 + 2 * margin)
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    half_x, half_y = per_mm * width_mm / 2, per_mm * height_mm / 2
    return MapFrame(middle_x - half_x, middle_y - half_y, middle_x + half_x, middle_y + half_y, width_mm)


class Projection:
    """Projects the shapes of scenes into a metric system, each once."""

    def __init__(self, crs: str) -> None:
        self.crs = crs
        self._known: dict[int, tuple[Any, Any]] = {}
        # Shapes as they were drawn: by identity, which stays while they are known, and by frame.
        self.paths: dict[tuple[int, MapFrame], str] = {}

    @cached_property
    def _transformer(self) -> Any:
        return transformer(WGS84, self.crs)

    def metres(self, shape: Shape) -> Shape:
        """Return the shape in metres; shapes are kept by identity."""
        import shapely

        known = self._known.get(id(shape))
        if known is None:
            moved = shapely.transform(shape, lambda xy: np.column_stack(self._transformer.transform(*xy.T)))
            # To look at a shape costs a fifth of making it anew.
            valid = moved if shapely.is_valid(moved) else shapely.make_valid(moved)
            known = self._known[id(shape)] = (shape, valid)
        return known[1]

    def points(self, lon: Iterable[float], lat: Iterable[float]) -> NDArray[np.float64]:
        """Metric coordinates of points, shape ``(n, 2)``."""
        return np.column_stack(self._transformer.transform(np.asarray(lon), np.asarray(lat)))


class Pen:
    """Draws metric shapes into an SVG element."""

    def __init__(self, root: ET.Element, sheet: Projection, frame: MapFrame) -> None:
        import shapely

        self.root, self.sheet, self.frame = root, sheet, frame
        # A little beyond the edge, so that no outline runs along it.
        self._clip = shapely.box(frame.west, frame.south, frame.east, frame.north).buffer(
            (frame.east - frame.west) * 0.02, join_style="mitre"
        )

    def box(self, width: float, height: float, fill: str) -> None:
        """Fill the drawing from its corner."""
        ET.SubElement(self.root, "rect", width=f"{width:.0f}", height=f"{height:.0f}", fill=fill)

    def area(
        self,
        shape: Shape,
        fill: str | None,
        line: str | None = None,
        points: float = 0.0,
        dashes: str = "",
        *,
        opacity: float = 1.0,
    ) -> None:
        """Draw a shape in degrees: filled, lined, both."""
        path = self._path(shape)
        if not path:
            return
        look = {"d": path, "fill": fill or "none", "fill-rule": "evenodd"}
        if opacity < 1:
            look["fill-opacity"] = f"{opacity:g}"
        if line is not None:
            look |= {"stroke": line, "stroke-width": f"{points * POINT:.2f}", "stroke-linejoin": "round"}
        if dashes:
            look["stroke-dasharray"] = " ".join(f"{float(part) * POINT:.2f}" for part in dashes.split())
            look["stroke-linecap"] = "round"
        ET.SubElement(self.root, "path", look)

    def _path(self, shape: Shape) -> str:
        """A shape in degrees as a path; what several maps draw, or fill and line, is traced once."""
        paths, key = self.sheet.paths, (id(shape), self.frame)
        if key not in paths:
            metric = self.sheet.metres(shape).intersection(self._clip)
            paths[key] = "".join(self._ring(ring) for ring in _rings(metric))
        return paths[key]

    def _ring(self, coordinates: NDArray[np.float64]) -> str:
        xy = np.round(self.frame.xy(coordinates)).astype(int)
        # Points that fall together at the printed size say nothing.
        keep = np.append(True, np.any(np.diff(xy, axis=0) != 0, axis=1))
        xy = xy[keep]
        if len(xy) < 3:
            return ""
        steps = np.diff(xy, axis=0).tolist()
        return f"M{xy[0, 0]} {xy[0, 1]}l" + " ".join([f"{x} {y}" for x, y in steps]) + "z"

    def dots(self, xy: NDArray[np.float64], colour: str) -> None:
        """Dots of one colour as one path: lines without length and with round ends."""
        inside = np.round(xy).astype(int)
        edge = np.array([self.frame.width_mm, self.frame.height_mm]) * UNITS_PER_MM
        inside = inside[np.all((inside >= 0) & (inside <= edge), axis=1)]
        if len(inside):
            look = {
                "stroke": colour,
                "stroke-width": f"{_DOT_MM * UNITS_PER_MM:g}",
                "stroke-linecap": "round",
            }
            path = "".join([f"M{x} {y}h0" for x, y in inside.tolist()])
            ET.SubElement(self.root, "path", {"d": path, "fill": "none", **look})

    def plate(self, shape: Shape) -> None:
        """White behind a name: a halo around each letter eats its neighbours in some viewers."""
        west, north, east, south = shape.bounds
        look = {"fill": "#FFFFFF", "fill-opacity": "0.82", "rx": "4"}
        at = {"x": f"{west:.1f}", "y": f"{north:.1f}"}
        size = {"width": f"{east - west:.1f}", "height": f"{south - north:.1f}"}
        ET.SubElement(self.root, "rect", {**at, **size, **look})

    def text(self, x: float, y: float, words: str, points: float, colour: str = INK, **look: str) -> None:
        """Write words, centred."""
        attributes = {
            "x": f"{x:.1f}", "y": f"{y:.1f}", "font-family": FONT, "font-size": f"{points * POINT:.1f}",
            "fill": colour, "text-anchor": "middle",
        }  # fmt: skip
        attributes |= {key.replace("_", "-"): value for key, value in look.items()}
        ET.SubElement(self.root, "text", attributes).text = words


def _rings(shape: Shape) -> list[NDArray[np.float64]]:
    import shapely

    rings = []
    for part in shapely.get_parts(shape):
        if part.is_empty:
            continue
        if part.geom_type == "Polygon":
            rings += [np.asarray(ring.coords) for ring in (part.exterior, *part.interiors)]
        elif part.geom_type == "GeometryCollection":
            rings += _rings(part)
    return rings
