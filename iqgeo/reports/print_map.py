"""The map on paper: a vector drawing of a scene as SVG, legible in grey."""

from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from iqgeo.reports.map.dots import NOT_REACHED, ON_DAYS, REACHED, UNCERTAIN
from iqgeo.reports.map.geometry import Shape
from iqgeo.reports.map.overlay import DAY
from iqgeo.reports.map.pieces import OFFICE, PROPOSED, TOP_GAPS, TRIAL, GapView, Marker
from iqgeo.reports.map.scene import MapScene
from iqgeo.reports.pen import INK, POINT, UNITS_PER_MM, MapFrame, Pen, Projection, canvas
from iqgeo.safe.clean import clean
from iqgeo.texts import Lang, number

DAYS: Final = "days"
"""Kind of a marker: a place that is served on days."""

_SEA, _NEIGHBOUR, _LAND = "#F4F6F6", "#E9ECED", "#FFFFFF"
_REACHED_TINT, _TEAL, _OFFICE = "#F3FAF8", "#00796B", "#12312D"
_AMBER_DOT, _AMBER_LINE, _AMBER = "#C98200", "#E8A400", "#FFF6DD"
_PURPLE, _BADGE, _DISTRICT_LINE = "#6A1B9A", "#4A1070", "#8D989F"
# Tints that stay apart in grey: the largest gaps and the others.
_TOP_TINT, _TINT = 0.22, 0.10
_LABEL_PT, _BADGE_PT = 7.2, 6.4
# Average advance of a bold letter, in ems: enough to keep labels apart.
_LETTER_EM = 0.58
_NAMED: Final = 40
"""With more offices than this a name that would cover anything is left out."""

_SCALE_SHARE = 0.2
# A name of which more than this part would lie on others is left out.
_MOST_COVERED = 0.3
# Of more offices than a dozen those that stand already go without a name rather than eat their neighbour's.
_CROWD: Final = 12
_CROWDED: Final = 0.04
_NICE: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def draw(
    scene: MapScene, sheet: Projection, frame: MapFrame, lang: Lang, *, outlined: Shape | None = None
) -> str:
    """Draw a scene; colours, tints and lines stay apart in grey, too. ``outlined`` is one to point out."""
    height = frame.height_mm * UNITS_PER_MM
    width = frame.width_mm * UNITS_PER_MM
    root = canvas(frame.width_mm, frame.height_mm)
    _hatch(root)
    pen = Pen(root, sheet, frame)
    pen.box(width, height, _SEA)
    for neighbour in scene.base.neighbours:
        pen.area(neighbour.shape, _NEIGHBOUR, "#FFFFFF", 1.0)
    pen.area(scene.base.outline, _LAND)
    _draw_shades(pen, scene)
    for gap in scene.gaps:
        if gap.shape is not None:
            pen.area(gap.shape, _PURPLE, opacity=_TOP_TINT if gap.place <= TOP_GAPS else _TINT)
    if scene.reach is not None:
        pen.area(scene.reach, _REACHED_TINT)
    if scene.days is not None:
        pen.area(scene.days, "url(#days)")
    if scene.ring is not None:
        pen.area(scene.ring, "url(#hatch)")
    for district in scene.base.districts:
        pen.area(district.shape, None, _DISTRICT_LINE, 0.4)
    _draw_dots(pen, scene)
    for gap in scene.gaps:
        if gap.shape is not None:
            pen.area(gap.shape, None, _PURPLE, 0.7, "0 1.6")
    _draw_days(pen, scene)
    if scene.reach is not None:
        pen.area(scene.reach, None, _TEAL, 1.5)
    pen.area(scene.base.outline, None, INK, 0.8)
    if outlined is not None:
        pen.area(outlined, None, INK, 1.6)
    if scene.trial_ring is not None:
        pen.area(scene.trial_ring, None, _OFFICE, 1.2, "3 2.6")
    draw_signs(pen, scene.sites, scene.gaps)
    _draw_scale(pen, height, lang)
    return ET.tostring(root, encoding="unicode")


PATTERNS = ("hatch", "nothing", "days")
"""The names of the patterns in a drawing."""


def _hatch(root: ET.Element) -> None:
    defs = ET.SubElement(root, "defs")
    pattern = ET.SubElement(
        defs, "pattern", id="hatch", width="7", height="7",
        patternUnits="userSpaceOnUse", patternTransform="rotate(45)",
    )  # fmt: skip
    ET.SubElement(pattern, "rect", width="7", height="7", fill=_AMBER)
    ET.SubElement(pattern, "rect", width="3", height="7", fill=_AMBER_LINE)
    nothing = ET.SubElement(
        defs, "pattern", id="nothing", width="10", height="10",
        patternUnits="userSpaceOnUse", patternTransform="rotate(45)",
    )  # fmt: skip
    ET.SubElement(nothing, "rect", width="10", height="10", fill="#FFFFFF")
    ET.SubElement(nothing, "rect", width="2.4", height="10", fill=_DISTRICT_LINE)
    lines = ET.SubElement(defs, "pattern", id="days", width="12", height="12", patternUnits="userSpaceOnUse")
    ET.SubElement(lines, "rect", width="12", height="12", fill="#FFFFFF")
    ET.SubElement(lines, "rect", width="12", height="2.4", fill=DAY)


def _draw_shades(pen: Pen, scene: MapScene) -> None:
    """The areas of a layer, hatched where there is nothing."""
    for it in () if scene.overlay is None else scene.overlay.areas:
        pen.area(it.shape, "url(#nothing)" if it.pattern == "diagonal" else it.colour)


def _draw_dots(pen: Pen, scene: MapScene) -> None:
    if scene.dots is None:
        return
    xy = pen.frame.xy(pen.sheet.points(scene.dots.lon, scene.dots.lat))
    for kind, colour in ((REACHED, _TEAL), (UNCERTAIN, _AMBER_DOT), (NOT_REACHED, _PURPLE), (ON_DAYS, DAY)):
        pen.dots(xy[scene.dot_kind == kind], colour)


def _draw_days(pen: Pen, scene: MapScene) -> None:
    """Lines from home to the places served on days, and a ring at each."""
    if not scene.day_marks:
        return
    homes, places = (
        pen.frame.xy(pen.sheet.points(lon, lat))
        for lon, lat in (
            ([it.home_lon for it in scene.day_marks], [it.home_lat for it in scene.day_marks]),
            ([it.lon for it in scene.day_marks], [it.lat for it in scene.day_marks]),
        )
    )
    path = "".join(
        f"M{a[0]:.1f} {a[1]:.1f}L{b[0]:.1f} {b[1]:.1f}" for a, b in zip(homes, places, strict=True)
    )
    line = {"fill": "none", "stroke": DAY, "stroke-width": f"{0.9 * POINT:.1f}"}
    ET.SubElement(pen.root, "path", {"d": path, **line})
    for x, y in places:
        look = {"fill": "#FFFFFF", "stroke": DAY, "stroke-width": f"{1.1 * POINT:.1f}"}
        ET.SubElement(pen.root, "circle", {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "7", **look})


class _Taken:
    """Boxes on which something stands, as arrays: thousands of signs are asked about each name."""

    def __init__(self) -> None:
        self._boxes = np.empty((0, 4))
        self._new: list[tuple[float, float, float, float]] = []

    def add(self, x: float, y: float, half_x: float, half_y: float) -> None:
        """Take a box around a point."""
        self._new.append((x - half_x, y - half_y, x + half_x, y + half_y))

    def covered(self, x: float, y: float, half_x: float, half_y: float) -> float:
        """How much of what is there a box around a point would cover."""
        if self._new:
            self._boxes = np.vstack([self._boxes, np.array(self._new)])
            self._new = []
        wide = np.minimum(self._boxes[:, 2], x + half_x) - np.maximum(self._boxes[:, 0], x - half_x)
        high = np.minimum(self._boxes[:, 3], y + half_y) - np.maximum(self._boxes[:, 1], y - half_y)
        return float((np.maximum(wide, 0) * np.maximum(high, 0)).sum())


def draw_signs(pen: Pen, sites: Sequence[Marker], gaps: Sequence[GapView] = ()) -> None:
    """Offices with their names, and the numbers of the gaps: names give way to what is drawn before.

    Of many offices those have a name that find room for it.
    """
    width, height = pen.frame.width_mm * UNITS_PER_MM, pen.frame.height_mm * UNITS_PER_MM

    def is_inside(xy: Sequence[float] | NDArray[np.float64]) -> bool:
        return bool(0 < xy[0] < width and 0 < xy[1] < height)

    taken = _Taken()
    positions = pen.frame.xy(pen.sheet.points([it.lon for it in sites], [it.lat for it in sites]))
    inside = [(site, xy) for site, xy in zip(sites, positions, strict=True) if is_inside(xy)]
    many = len(inside) > _NAMED
    for site, (x, y) in inside:
        half = 8.0 if site.kind == OFFICE else 12.0
        taken.add(x, y, half, half)
    for gap in sorted((it for it in gaps if not it.is_served), key=lambda it: it.place):
        x, y = pen.frame.xy(pen.sheet.points([gap.lon], [gap.lat]))[0]
        if is_inside((x, y)):
            _draw_badge(pen, gap, x, y)
            taken.add(x, y, 20.0, 20.0)
    for site, (x, y) in inside:
        _draw_site(pen, site, x, y, small=many)
    # A proposed office is what the page is about: it finds its place first.
    for site, (x, y) in sorted(inside, key=lambda it: it[0].kind not in (PROPOSED, TRIAL)):
        close = len(inside) > _CROWD and site.kind not in (PROPOSED, TRIAL)
        most = 0.0 if many else _CROWDED if close else _MOST_COVERED
        _draw_name(pen, site, (x, y), taken, (width, height), most)


def _draw_badge(pen: Pen, gap: GapView, x: float, y: float) -> None:
    filled = gap.place <= TOP_GAPS
    inner, edge = (_BADGE, "#FFFFFF") if filled else ("#FFFFFF", _BADGE)
    look = {"fill": inner, "stroke": edge, "stroke-width": f"{0.8 * POINT:.1f}"}
    ET.SubElement(pen.root, "circle", {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "17", **look})
    colour = "#FFFFFF" if filled else _BADGE
    pen.text(x, y + 0.36 * _BADGE_PT * POINT, str(gap.number), _BADGE_PT, colour, font_weight="bold")


def _draw_site(pen: Pen, site: Marker, x: float, y: float, *, small: bool) -> None:
    """A square for an office, a diamond with a plus for a proposed one; ``small`` where there are many."""
    width = f"{(0.4 if small else 0.9) * POINT:.1f}"
    if site.kind == DAYS:
        look = {"fill": "#FFFFFF", "stroke": DAY, "stroke-width": width}
        ET.SubElement(pen.root, "circle", {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "12", **look})
        dash = {"d": f"M{x - 6:.1f} {y:.1f}h12", "fill": "none", "stroke": DAY, "stroke-width": width}
        ET.SubElement(pen.root, "path", dash)
        return
    if site.kind == TRIAL:
        look = {"fill": "#FFFFFF", "stroke": _OFFICE, "stroke-width": width, "stroke-dasharray": "7 5"}
        ET.SubElement(pen.root, "circle", {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "13", **look})
        ET.SubElement(pen.root, "circle", {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "4", "fill": _OFFICE})
        return
    if site.kind != PROPOSED:
        half = 4 if small else 7
        box = {
            "x": f"{x - half:.1f}",
            "y": f"{y - half:.1f}",
            "width": f"{2 * half}",
            "height": f"{2 * half}",
        }
        look = {"fill": _OFFICE, "stroke": "#FFFFFF", "stroke-width": width}
        ET.SubElement(pen.root, "rect", {**box, **look})
        return
    line = {"stroke": _OFFICE, "stroke-width": width}
    diamond = f"M{x:.1f} {y - 15:.1f}l15 15l-15 15l-15 -15z"
    ET.SubElement(pen.root, "path", {"d": diamond, "fill": "#FFFFFF", **line})
    plus = f"M{x - 6:.1f} {y:.1f}h12M{x:.1f} {y - 6:.1f}v12"
    ET.SubElement(pen.root, "path", {"d": plus, "fill": "none", **line})


def _draw_name(
    pen: Pen, site: Marker, at: tuple[float, float], taken: _Taken, edge: tuple[float, float], most: float
) -> None:
    """The name above, below, right or left of its sign, wherever it covers least.

    It is left out where it would cover more than the share ``most`` of its own size.
    """
    from shapely import box

    words = clean(site.name, 40)
    size = _LABEL_PT * POINT
    half, (x, y) = _LETTER_EM * size * len(words) / 2, at
    gap = 11.0 if site.kind == OFFICE else 17.0
    above, below, beside = y - gap - 0.4 * size, y + gap + 0.5 * size, gap + half
    # Near its sign first, then askew, then a line farther off.
    middles = [
        (x, above), (x, below), (x + beside, y), (x - beside, y),
        (x + 0.8 * half, above), (x - 0.8 * half, above), (x + 0.8 * half, below), (x - 0.8 * half, below),
        (x, above - size), (x, below + size),
    ]  # fmt: skip
    best, least = middles[0], float("inf")
    for middle in middles:
        wide = max(0.0, min(middle[0] + half, edge[0]) - max(middle[0] - half, 0.0))
        high = max(0.0, min(middle[1] + 0.5 * size, edge[1]) - max(middle[1] - 0.5 * size, 0.0))
        outside = 2 * half * size - wide * high
        covered = taken.covered(*middle, half, 0.5 * size) + 4 * outside
        if covered < least - 1e-6:
            best, least = middle, covered
    if least > most * 2 * half * size + 1e-6:
        # Where there is no room a name would make two unreadable; the tables name every office.
        return
    taken.add(*best, half, 0.5 * size)
    pen.plate(box(best[0] - half, best[1] - 0.5 * size, best[0] + half, best[1] + 0.5 * size))
    pen.text(best[0], best[1] + 0.36 * size, words, _LABEL_PT, font_weight="bold")


def _draw_scale(pen: Pen, height: float, lang: Lang) -> None:
    """A bar of a round length at the bottom left."""
    width_km = (pen.frame.east - pen.frame.west) / 1000
    length_km = max((it for it in _NICE if it <= _SCALE_SHARE * width_km), default=_NICE[0])
    length = length_km * 1000 * pen.frame.scale
    x, y = 22.0, height - 22.0
    path = f"M{x:.1f} {y - 9:.1f}v9h{length:.1f}v-9M{x + length / 2:.1f} {y - 6:.1f}v6"
    ET.SubElement(pen.root, "path", {"d": path, "fill": "none", "stroke": INK, "stroke-width": "2.6"})
    pen.text(x, y - 15, "0", 5.6)
    pen.text(x + length, y - 15, f"{number(length_km, lang)} km", 5.6)
