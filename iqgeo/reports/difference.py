"""Two plans held against each other: the map of the difference."""

from dataclasses import dataclass, replace
from typing import Any, Final
from xml.etree import ElementTree as ET

import numpy as np

from iqgeo import sites
from iqgeo.coverage import Coverage
from iqgeo.frames import rows as rows_of
from iqgeo.region import Region
from iqgeo.reports.bases import kept_base
from iqgeo.reports.map.dots import people_per_dot, sample
from iqgeo.reports.map.pieces import OFFICE, PROPOSED, Marker
from iqgeo.reports.map.scene import scene_of
from iqgeo.reports.pen import UNITS_PER_MM, MapFrame, Pen, Projection, canvas, frame_around
from iqgeo.reports.print_map import draw_signs
from iqgeo.safe.clean import clean
from iqgeo.texts import Lang, listed, text

_MM: Final = (150.0, 112.0)
_INSET_MM: Final = (42.0, 40.0)
_DOTS: Final = 6_000
_TEAL, _BLUE, _PURPLE, _LIGHT, _DARK = "#00796B", "#1F4E79", "#6A1B9A", "#7FBFB6", "#00463E"


@dataclass(frozen=True, eq=False)
class Pair:
    """Two networks measured by the same promise, and what their plans are called."""

    first: Coverage
    second: Coverage
    names: tuple[str, str]

    @property
    def only(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of the offices that only one of them has."""
        first, second = self.first.offices, self.second.offices
        here, there = sites.opened_since(second, first), sites.opened_since(first, second)
        return tuple(here["name"].astype(str)), tuple(there["name"].astype(str))


def difference_map(it: Pair, region: Region, lang: Lang) -> tuple[str, str]:
    """The map as SVG, zoomed to where the two differ with the whole region in a corner; and it in words."""
    import shapely

    base, sheet = kept_base(region), Projection(region.crs)
    scenes = [scene_of(region, one, base=base) for one in (it.first, it.second)]
    reaches = [scene.reach for scene in scenes]
    whole = frame_around(sheet.metres(base.outline).bounds, *_MM, margin=0.03)
    frame = whole
    if reaches[0] is not None and reaches[1] is not None:
        apart = sheet.metres(shapely.symmetric_difference(*reaches))
        if apart.area > 1e6:
            frame = frame_around(apart.bounds, *_MM, margin=0.12)
            if frame.east - frame.west > 0.8 * (whole.east - whole.west):
                frame = whole
    root = _drawn(it, reaches, sheet, frame, base, lang)
    if frame is not whole:
        _inset(root, it, reaches, sheet, frame, base)
    first, second = (listed(names) or "–" for names in it.only)
    alt = text("plans.against.alt", lang, a=it.names[0], b=it.names[1], first=first, second=second)
    return ET.tostring(root, encoding="unicode"), alt


def _drawn(
    it: Pair, reaches: list[Any], sheet: Projection, frame: MapFrame, base: Any, lang: Lang
) -> ET.Element:
    root = _canvas(frame)
    pen = Pen(root, sheet, frame)
    _ground(pen, base, frame)
    _areas(pen, reaches)
    for district in base.districts:
        pen.area(district.shape, None, "#8D989F", 0.4)
    _people(pen, it)
    _edges(pen, reaches)
    pen.area(base.outline, None, "#1B2226", 0.8)
    draw_signs(pen, _signs(it, lang))
    return root


def _canvas(frame: MapFrame) -> ET.Element:
    root = canvas(frame.width_mm, frame.height_mm)
    defs = ET.SubElement(root, "defs")
    for name, turn, line, ground in (
        ("only-a", "45", _TEAL, "#E6F2F0"),
        ("only-b", "90", "#2F6690", "#EAF1F7"),
    ):
        look = {"id": name, "width": "14", "height": "14", "patternUnits": "userSpaceOnUse"}
        pattern = ET.SubElement(defs, "pattern", {**look, "patternTransform": f"rotate({turn})"})
        ET.SubElement(pattern, "rect", width="14", height="14", fill=ground)
        ET.SubElement(pattern, "rect", width="4", height="14", fill=line)
    return root


def _ground(pen: Pen, base: Any, frame: MapFrame) -> None:
    pen.box(frame.width_mm * UNITS_PER_MM, frame.height_mm * UNITS_PER_MM, "#F4F6F6")
    for neighbour in base.neighbours:
        pen.area(neighbour.shape, "#E9ECED", "#FFFFFF", 1.0)
    pen.area(base.outline, "#FAF7FC")


def _areas(pen: Pen, reaches: list[Any]) -> None:
    import shapely

    first, second = reaches
    if first is None or second is None:
        return
    pen.area(shapely.intersection(first, second), "#D9ECE9")
    pen.area(shapely.difference(first, second), "url(#only-a)")
    pen.area(shapely.difference(second, first), "url(#only-b)")


def _edges(pen: Pen, reaches: list[Any]) -> None:
    if reaches[0] is not None:
        pen.area(reaches[0], None, _TEAL, 1.4)
    if reaches[1] is not None:
        pen.area(reaches[1], None, "#2F6690", 1.4, "3 3")


def _people(pen: Pen, it: Pair) -> None:
    """Dots: reached by both, by one of them, by neither."""
    dots = sample(it.first.places, per_dot=people_per_dot(it.first.people, _DOTS))
    xy = pen.frame.xy(pen.sheet.points(dots.lon, dots.lat))
    mine, theirs = it.first.is_covered[dots.place], it.second.is_covered[dots.place]
    for chosen, colour in (
        (mine & theirs, _LIGHT), (~mine & ~theirs, _PURPLE), (mine & ~theirs, _DARK), (theirs & ~mine, _BLUE),
    ):  # fmt: skip
        pen.dots(xy[np.asarray(chosen)], colour)


def _signs(it: Pair, lang: Lang) -> tuple[Marker, ...]:
    first, second = it.first.offices, it.second.offices
    shared = set(sites.ids(first)) & set(sites.ids(second))
    found = []
    # What both have stands there once.
    for at, frame in enumerate((first, sites.opened_since(first, second))):
        only = text("plans.against.only_in", lang, name=_brief(it.names[at]))
        for row in rows_of(frame):
            key, name = str(row.id), str(row.name)
            label, kind = (name, OFFICE) if key in shared else (f"{name} ({only})", PROPOSED)
            found.append(Marker(key, label, float(row.lon), float(row.lat), kind))
    return tuple(found)


def _brief(name: str) -> str:
    """The name of a plan where there is little room: what stands before a colon, or its beginning."""
    return clean(name.split(":", maxsplit=1)[0], 16)


def _inset(
    root: ET.Element, it: Pair, reaches: list[Any], sheet: Projection, frame: MapFrame, base: Any
) -> None:
    """The whole region in the lower right corner, with what is shown large framed."""
    small = frame_around(sheet.metres(base.outline).bounds, *_INSET_MM, margin=0.04)
    inner = _canvas(small)
    pen = Pen(inner, sheet, small)
    _ground(pen, base, small)
    _areas(pen, reaches)
    _edges(pen, reaches)
    pen.area(base.outline, None, "#1B2226", 0.6)
    draw_signs(pen, tuple(replace(sign, name="") for sign in _signs(it, "de")))
    corner = small.xy(np.array([[frame.west, frame.north], [frame.east, frame.south]]))
    (x, y), (right, bottom) = corner
    box = {"x": f"{x:.0f}", "y": f"{y:.0f}", "width": f"{right - x:.0f}", "height": f"{bottom - y:.0f}"}
    ET.SubElement(inner, "rect", {**box, "fill": "none", "stroke": "#1B2226", "stroke-width": "5"})
    width, height = small.width_mm * UNITS_PER_MM, small.height_mm * UNITS_PER_MM
    at = (frame.width_mm * UNITS_PER_MM - width, frame.height_mm * UNITS_PER_MM - height)
    inner.set("x", f"{at[0]:.0f}")
    inner.set("y", f"{at[1]:.0f}")
    inner.set("width", f"{width:.0f}")
    inner.set("height", f"{height:.0f}")
    root.append(inner)
    edge = {"x": f"{at[0]:.0f}", "y": f"{at[1]:.0f}", "width": f"{width:.0f}", "height": f"{height:.0f}"}
    ET.SubElement(root, "rect", {**edge, "fill": "none", "stroke": "#56616A", "stroke-width": "3"})
