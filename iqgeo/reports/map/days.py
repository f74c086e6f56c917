"""The third class on a map: what is served on days, from where, with its words in the legend."""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from iqgeo.coverage import Coverage
from iqgeo.frames import rows
from iqgeo.offices import points_of
from iqgeo.reports.map.geometry import MapBase, Shape, reach, without
from iqgeo.reports.map.overlay import DAY, Area, Line, Mark, Overlay
from iqgeo.reports.map.scene import MapScene
from iqgeo.reports.map.served import DayMark
from iqgeo.texts import Lang, km, number, plain, text

FAILS: Final = "#8A1C1C"


def with_days(scene: MapScene, lang: Lang) -> Overlay | None:
    """The overlay of a scene with its places served on days, below all that a page adds."""
    if not scene.day_marks:
        return scene.overlay
    added = scene.overlay or Overlay()
    areas = () if scene.days is None else (Area(scene.days, DAY, "horizontal"),)
    return replace(
        added,
        areas=(*areas, *added.areas),
        lines=(*(_line(it) for it in scene.day_marks), *added.lines),
        marks=(*(_mark(it, lang) for it in scene.day_marks), *added.marks),
    )


def days_legend(scene: MapScene, lang: Lang) -> list[tuple[str, str]]:
    """The looks of what is served on days with their words; none without such places.

    Where there is more on the map place and line are one sign; what stands in brackets may go.
    """
    if not scene.day_marks:
        return []
    short = "brief_" if scene.brief else ""
    looks = {"day_home": "place"} if scene.brief else {"day": "place", "day_line": "line"}
    looks["dot_day" if scene.days is None else "horizontal"] = "days"
    return [(look, text(f"network.map.{short}{key}", lang)) for look, key in looks.items()]


def _line(it: DayMark) -> Line:
    return Line(((it.home_lon, it.home_lat), (it.lon, it.lat)), DAY)


def _mark(it: DayMark, lang: Lang) -> Mark:
    tip = text(
        "network.map.tip", lang, name=it.name, days=plain(it.days_per_month, lang),
        people=number(it.people, lang), km=km(it.home_km, lang),
    )  # fmt: skip
    return Mark(it.lon, it.lat, it.name, "day", it.id, tip)


def failure_overlay(base: MapBase, coverage: Coverage, office: str, lang: Lang) -> Overlay:
    """What an office that fails leaves without any, and the places that fall with it."""
    offices = coverage.offices
    fails = offices["id"].astype(str).eq(office).to_numpy()
    radius_km = coverage.measure.outline_km(coverage.target.value)
    areas: tuple[Area, ...] = ()
    if radius_km is not None:
        points = points_of(offices, coverage.demand)

        def around(which: NDArray[np.bool_]) -> Shape:
            return reach(base, points.lon[which], points.lat[which], points.landmass[which], radius_km)

        areas = (Area(without(around(fails), around(~fails)), FAILS, "diagonal", dashed=True),)
    at = offices[fails].iloc[0]
    home = (float(at["lon"]), float(at["lat"]))
    places = coverage.day_places
    fallen = places[places["home"].astype(str).eq(office)]
    lines = tuple(
        Line((home, (float(it.lon), float(it.lat))), FAILS, 2.4, dashed=True) for it in rows(fallen)
    )
    legend = (("diagonal", text("network.map.fails", lang, office=str(at["name"]))),)
    return Overlay(areas=areas, lines=lines, legend=legend)
