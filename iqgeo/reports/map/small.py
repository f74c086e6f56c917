"""A map as small as a stamp: outline, offices and how far they reach. A string, made without any geometry."""

import math
from collections.abc import Sequence
from typing import Final

from iqgeo.distances import EARTH_RADIUS_KM
from iqgeo.reports.map.geometry import MapBase, Shape

Sign = tuple[float, float, str]
"""Longitude, latitude, and what stands there: ``office``, ``new``, ``closed``, ``days`` (served on days)."""

_WIDTH: Final = 128.0
_INK, _TEAL, _LAND, _SEA, _RED = "#12312D", "#00796B", "#F0EAF5", "#F3F5F6", "#8A1C1C"
_BLUE: Final = "#2F6690"
_LINES: Final = (
    '<pattern id="days" width="3" height="3" patternUnits="userSpaceOnUse">'
    f'<path d="M0 1.5h3" stroke="{_BLUE}" stroke-width=".7"/></pattern>'
)


def small_map(base: MapBase, signs: Sequence[Sign], radius_km: float | None) -> str:
    """Draw a plan as SVG."""
    west, south, east, north = base.bounds
    shrink = math.cos(math.radians((south + north) / 2))
    scale = _WIDTH / ((east - west) * shrink)
    height = (north - south) * scale

    def xy(lon: float, lat: float) -> tuple[float, float]:
        return (lon - west) * shrink * scale, (north - lat) * scale

    outline = _path(base.outline, xy)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:.0f} {height:.0f}" '
        f'width="{_WIDTH:.0f}" height="{height:.0f}">',
        f'<rect width="100%" height="100%" fill="{_SEA}"/><path d="{outline}" fill="{_LAND}"/>',
        f'<clipPath id="land"><path d="{outline}"/></clipPath><g clip-path="url(#land)">',
    ]
    radius = 0.0 if radius_km is None else math.degrees(radius_km / EARTH_RADIUS_KM) * scale
    if any(kind == "days" for *_, kind in signs):
        parts.append(_LINES)
    # Who has an office in reach is served there: its circles lie above those of the days.
    for lon, lat, kind in sorted(signs, key=lambda it: it[2] != "days"):
        if radius and kind != "closed":
            x, y = xy(lon, lat)
            office = f'fill="#D9ECE9" stroke="{_TEAL}" stroke-width="1"'
            look = 'fill="url(#days)"' if kind == "days" else office
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" {look}/>')
    parts.append(f'</g><path d="{outline}" fill="none" stroke="#1B2226" stroke-width="0.8"/>')
    parts += [_sign(*xy(lon, lat), kind) for lon, lat, kind in signs]
    return "".join([*parts, "</svg>"])


def _sign(x: float, y: float, kind: str) -> str:
    if kind == "new":
        diamond = f"M{x:.1f} {y - 4:.1f}l4 4l-4 4l-4 -4z"
        return f'<path d="{diamond}" fill="#FFFFFF" stroke="{_INK}" stroke-width="1.2"/>'
    if kind == "closed":
        cross = f"M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6"
        return f'<path d="{cross}" fill="none" stroke="{_RED}" stroke-width="1.6"/>'
    if kind == "days":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.6" fill="#FFFFFF" stroke="{_BLUE}" stroke-width="1"/>'
    return f'<rect x="{x - 2:.1f}" y="{y - 2:.1f}" width="4" height="4" fill="{_INK}"/>'


def _path(shape: Shape, xy: "object") -> str:
    """The outline as a path; points that fall together at this size say nothing."""
    assert callable(xy)
    found = []
    for part in getattr(shape, "geoms", [shape]):
        points: list[tuple[int, int]] = []
        for lon, lat, *_ in part.exterior.coords:
            x, y = xy(lon, lat)
            here = (round(2 * x), round(2 * y))
            if not points or points[-1] != here:
                points.append(here)
        if len(points) > 3:
            found.append("M" + "L".join(f"{x / 2:g} {y / 2:g}" for x, y in points) + "z")
    return "".join(found)
