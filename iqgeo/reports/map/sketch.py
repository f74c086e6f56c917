"""A small map as paths of SVG: outlines and points, nothing to zoom. For choosing and checking."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    import geopandas as gpd

WIDTH: Final = 440.0
_MARGIN: Final = 6.0
_LEAST_AREA: Final = 1.5
"""Parts smaller than this, in square pixels, are not drawn."""

_TOLERANCE: Final = 0.6
_LETTER: Final = 6.5
_LINE: Final = 14.0


@dataclass(frozen=True)
class SketchedArea:
    """An outline: key, name, path, and where its name stands."""

    key: str
    name: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Sketch:
    """Outlines in a frame of ``width`` times ``height`` pixels."""

    width: float
    height: float
    shapes: tuple[SketchedArea, ...]
    _west: float
    _north: float
    _scale: float
    _squeeze: float

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a position lies in the frame."""
        x = _MARGIN + (lon - self._west) * self._squeeze * self._scale
        return round(x, 1), round(_MARGIN + (self._north - lat) * self._scale, 1)


def sketch_of(frame: "gpd.GeoDataFrame", key: str = "ags", width: float = WIDTH) -> Sketch:
    """Draw outlines with their name, simplified to what can be seen at this size."""
    import shapely

    west, south, east, north = (float(it) for it in frame.total_bounds)
    squeeze = float(np.cos(np.radians((south + north) / 2)))
    scale = (width - 2 * _MARGIN) / max((east - west) * squeeze, 1e-9)
    sketch = Sketch(width, round((north - south) * scale + 2 * _MARGIN, 1), (), west, north, scale, squeeze)

    def move(coordinates: Any) -> Any:
        x = _MARGIN + (coordinates[:, 0] - west) * squeeze * scale
        return np.column_stack([x, _MARGIN + (north - coordinates[:, 1]) * scale])

    flat = shapely.transform(frame.geometry.to_numpy(), move)
    try:
        flat = shapely.coverage_simplify(flat, _TOLERANCE)
    except shapely.errors.GEOSException:
        # Outlines that overlap are simplified one by one.
        flat = shapely.simplify(flat, _TOLERANCE)
    shapes = []
    for name_key, name, shape in zip(frame[key].astype(str), frame["name"].astype(str), flat, strict=True):
        inner = shapely.point_on_surface(shape)
        x, y = (0.0, 0.0) if inner.is_empty else (round(inner.x, 1), round(inner.y, 1))
        shapes.append(SketchedArea(name_key, name, _path(shape), x, y))
    apart = tuple(_apart(shapes, shapely.area(flat).tolist()))
    return Sketch(sketch.width, sketch.height, apart, west, north, scale, squeeze)


def _apart(shapes: Sequence[SketchedArea], areas: Sequence[float]) -> Iterator[SketchedArea]:
    """Names that would stand on each other: that of the larger area moves down."""
    for shape, area in zip(shapes, areas, strict=True):
        smaller = [
            it
            for it, size in zip(shapes, areas, strict=True)
            if size < area
            and abs(it.x - shape.x) < _LETTER * (len(it.name) + len(shape.name)) / 2
            and abs(it.y - shape.y) < _LINE
        ]
        yield replace(shape, y=max(it.y for it in smaller) + _LINE + 2) if smaller else shape


def _path(shape: Any) -> str:
    import shapely

    rings = []
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon" or part.area < _LEAST_AREA:
            continue
        for ring in (part.exterior, *part.interiors):
            points = np.round(shapely.get_coordinates(ring), 1).tolist()
            rings.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points[:-1]) + "Z")
    return "".join(rings)


@dataclass(frozen=True)
class Colours:
    """Colours of a sketch: ground, lines between areas, marks and names."""

    ground: str
    line: str
    ink: str


def svg_of(sketch: Sketch, points: Sequence[tuple[float, float, str, bool]], colours: Colours) -> str:
    """The sketch as SVG with points ``lon, lat, name, sure``; names that would overlap are left out."""
    from iqgeo.safe.clean import html_text

    areas = "".join(f'<path d="{it.path}"/>' for it in sketch.shapes)
    marks, names, taken = [], [], list[tuple[float, float, float, float]]()
    for lon, lat, name, sure in points:
        x, y = sketch.point(lon, lat)
        if not (0 <= x <= sketch.width and 0 <= y <= sketch.height):
            continue
        marks.append(_mark(x, y, colours.ink, sure=sure))
        box = (x - 3.4 * len(name), y - 24, x + 3.4 * len(name), y - 8)
        inside = box[0] >= 0 and box[2] <= sketch.width
        if inside and all(
            box[2] < it[0] or it[2] < box[0] or box[3] < it[1] or it[3] < box[1] for it in taken
        ):
            taken.append(box)
            names.append(f'<text x="{x:g}" y="{y - 11:g}">{html_text(name)}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {sketch.width:g} {sketch.height:g}">'
        f'<g fill="{colours.ground}" stroke="{colours.line}" stroke-width=".8">{areas}</g>{"".join(marks)}'
        f'<g fill="{colours.ink}" stroke="{colours.ground}" stroke-width="3" paint-order="stroke" '
        'text-anchor="middle" font-family="Liberation Sans, Arial, sans-serif" font-weight="700" '
        f'font-size="12">{"".join(names)}</g></svg>'
    )


def _mark(x: float, y: float, ink: str, *, sure: bool) -> str:
    if sure:
        return f'<rect x="{x - 4:g}" y="{y - 4:g}" width="8" height="8" fill="{ink}"/>'
    ring = f'fill="none" stroke="{ink}" stroke-width="1.6" stroke-dasharray="3 2"'
    return f'<circle cx="{x:g}" cy="{y:g}" r="7" {ring}/><circle cx="{x:g}" cy="{y:g}" r="2" fill="{ink}"/>'
