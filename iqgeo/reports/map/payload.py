"""A scene as plain JSON data for map.js: coordinates rounded, every text formatted and escaped."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from iqgeo.reports.map.chances import DECIMALS, by_id, chances, reached, said, spots, town
from iqgeo.reports.map.days import with_days
from iqgeo.reports.map.dots import encode, encode_kinds
from iqgeo.reports.map.geometry import MapBase, Shape
from iqgeo.reports.map.legend import legend_html
from iqgeo.reports.map.overlay import Overlay
from iqgeo.reports.map.pieces import (
    TOP_GAPS,
    TRIAL,
    Circle,
    GapView,
    Marker,
)
from iqgeo.reports.map.scene import MapScene
from iqgeo.safe.clean import html_sentence, html_text
from iqgeo.texts import Lang, km, number, people_rounded, percent, text
from iqgeo.words.states import region_name, said_of_region
from iqgeo.words.units import promise

_LARGEST_CIRCLE_PX = 15.0
_SMALLEST_CIRCLE_PX = 2.0

TOPPLUS_URL = "https://sgx.geodatenzentrum.de/wmts_topplus_open/tile/1.0.0/web_light_grau/default/WEBMERCATOR/{z}/{y}/{x}.png"
TOPPLUS_ATTRIBUTION = "© Bundesamt für Kartographie und Geodäsie (TopPlusOpen), dl-de/by-2-0"


def base_payload(base: MapBase, lang: Lang) -> dict[str, Any]:
    """Return what of a map stays the same: outlines, neighbours, controls."""
    return {
        "bounds": [round(it, DECIMALS) for it in base.bounds],
        "frame": [round(it, DECIMALS) for it in base.frame],
        "parts": 10**DECIMALS,
        "land": _rings(base.land),
        "outline": _rings(base.outline),
        "districts": [
            {"ags": html_text(it.ags), "name": html_text(it.name), "rings": _rings(it.shape)}
            for it in base.districts
        ],
        "neighbours": [
            {
                "steps": _stepped_rings(it.shape),
                "name": html_text(region_name(it.name, lang)) if it.label else "",
                "lon": round(it.label[0], DECIMALS) if it.label else 0,
                "lat": round(it.label[1], DECIMALS) if it.label else 0,
            }
            for it in base.neighbours
        ],
        "towns": [
            {
                "name": html_text(it.name),
                "lon": round(it.lon, 3),
                "lat": round(it.lat, 3),
                "people": it.people,
            }
            for it in base.towns
        ],
        "borders": stepped_borders(base),
        "texts": {
            "borders": html_text("" if base.borders_exact else text("map.control.borders", lang)),
            "map": html_text(said_of_region("map.control.map", lang, base.name)),
            "zoom_in": html_text(text("map.control.zoom_in", lang)),
            "zoom_out": html_text(text("map.control.zoom_out", lang)),
            "whole": html_text(text("map.control.whole", lang)),
            "layers": html_text(text("map.control.layers", lang)),
            "district": html_text(text("map.control.district", lang)),
        },
    }


def scene_payload(
    scene: MapScene, lang: Lang, *, clickable: bool = False, dark: bool = False
) -> dict[str, Any]:
    """Return what of a map changes with the coverage.

    Whatever changes by itself stands under a key of its own: the app sends only what its map has not got.
    """
    return {
        **page_payload(scene, lang, clickable=clickable, dark=dark),
        "background": _background() if scene.background else None,
        "reach": _rings(scene.reach) if scene.reach is not None else None,
        "ring": _rings(scene.ring) if scene.ring is not None else None,
        "trial_ring": _rings(scene.trial_ring) if scene.trial_ring is not None else None,
        "brief": scene.brief,
        "maybe": _rings(scene.maybe) if scene.maybe is not None else None,
        "maybe_edge": _rings(scene.maybe_edge) if scene.maybe_edge is not None else None,
        "towns": [town(it, lang) for it in by_id(scene.candidates)],
        "candidates": chances(scene.candidates, lang),
        "said": said(lang) if scene.candidates else None,
        "spots": None if scene.spots is None else spots(scene.spots, lang),
        "reached": {} if scene.spots is None else reached(scene.spots),
        "layers": [
            {"key": key, "name": text(f"map.layer.{key}", lang)}
            for key, there in (
                ("people", scene.dots is not None),
                ("candidates", True),
                ("districts", True),
                ("ways", True),
            )
            if there and scene.candidates
        ],
        "sites": [_site(it, scene, lang) for it in scene.sites],
        "gap_edges": _lines(scene.gap_edges) if scene.gap_edges is not None else [],
        "gaps": [_gap(it, lang) for it in scene.gaps if not it.is_served],
        "districts": _district_tips(scene, lang),
        "dots": {"count": 0} if scene.dots is None else encode(scene.dots),
        "dot_kind": "" if scene.dots is None else encode_kinds(scene.dot_kind),
        "circles": _circles(scene.circles, lang),
    }


def page_payload(scene: MapScene, lang: Lang, *, clickable: bool, dark: bool) -> dict[str, Any]:
    """Return what of :func:`scene_payload` a page changes without another network."""
    overlay = with_days(scene, lang)
    return {
        "clickable": clickable,
        "dark": dark,
        "zoom_to": [round(it, DECIMALS) for it in scene.zoom_to] if scene.zoom_to else None,
        "overlay": None if overlay is None else _overlay(overlay),
        "ways_from": html_text(scene.ways_from),
        "ways": [
            {"line": np.round(np.stack([it.lat, it.lon], axis=1), DECIMALS).tolist(), "road": it.on_roads}
            for it in scene.ways
        ],
        "legend": legend_html(scene, lang),
    }


def _overlay(overlay: Overlay) -> dict[str, Any]:
    return {
        "areas": [
            {
                "rings": _rings(it.shape),
                "colour": html_text(it.colour),
                "pattern": it.pattern,
                "dashed": it.dashed,
                "tip": html_sentence(it.tip),
                "id": html_text(it.id),
            }
            for it in overlay.areas
        ],
        "lines": [
            {
                "line": [[round(lat, DECIMALS), round(lon, DECIMALS)] for lon, lat in it.points],
                "colour": html_text(it.colour),
                "width": it.width,
                "dashed": it.dashed,
            }
            for it in overlay.lines
        ],
        "marks": [
            {
                "lon": it.lon,
                "lat": it.lat,
                "name": html_text(it.name),
                "kind": it.symbol,
                "id": html_text(it.id),
                "tip": html_sentence(it.tip or it.name),
                "label": html_text((it.tip or it.name).replace("**", "")),
            }
            for it in overlay.marks
        ],
        "words": [{"lon": it.lon, "lat": it.lat, "words": html_sentence(it.words)} for it in overlay.words],
    }


def _background() -> dict[str, str]:
    return {"url": TOPPLUS_URL, "attribution": html_text(TOPPLUS_ATTRIBUTION)}


def _rings(shape: Shape) -> list[list[list[list[float]]]]:
    """Polygons as map.js wants them: polygons of rings of ``[lat, lon]``."""
    import shapely

    polygons = [
        part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty
    ]
    return [[_ring(polygon.exterior), *(_ring(hole) for hole in polygon.interiors)] for polygon in polygons]


def _ring(ring: Shape) -> list[list[float]]:
    import shapely

    rounded = np.round(shapely.get_coordinates(ring)[:-1, ::-1], DECIMALS)
    written: list[list[float]] = rounded.tolist()
    return written


def stepped_borders(base: MapBase) -> dict[str, Any]:
    """Borders of municipalities in whole parts of a degree, each point by its step from the one before."""
    import shapely

    parts = 10**DECIMALS if base.borders_exact else 1000
    lines = [] if base.borders is None else shapely.get_parts(base.borders)
    return {"parts": parts, "lines": [_steps(shapely.get_coordinates(it), parts) for it in lines]}


def _stepped_rings(shape: Shape) -> list[list[list[int]]]:
    """As :func:`_rings`, each ring in steps: what lies around a region is the most of a map."""
    return [
        [_steps(np.fliplr(np.array(ring)), 10**DECIMALS) for ring in polygon] for polygon in _rings(shape)
    ]


def _steps(points: NDArray[np.float64], parts: int) -> list[int]:
    """Points ``lon, lat`` as ``lat, lon, ...`` in whole parts of a degree, each from the one before."""
    whole = np.round(points[:, ::-1] * parts).astype(int)
    steps: list[int] = np.diff(whole, axis=0, prepend=np.zeros((1, 2), int)).ravel().tolist()
    return steps


def _lines(shape: Shape) -> list[list[list[float]]]:
    """Lines as lists of ``[lat, lon]``."""
    import shapely

    lines = [part for part in shapely.get_parts(shape) if part.geom_type == "LineString"]
    return [np.round(shapely.get_coordinates(it)[:, ::-1], DECIMALS).tolist() for it in lines]


def _site(site: Marker, scene: MapScene, lang: Lang) -> dict[str, Any]:
    sentence = text(
        "map.tip.trial" if site.kind == TRIAL else "map.tip.site",
        lang,
        name=site.name,
        people=number(site.people, lang),
        target=promise(scene.target, lang),
    )
    return {
        "id": html_text(site.id),
        "kind": site.kind,
        "lon": site.lon,
        "lat": site.lat,
        "name": html_text(site.name),
        "note": html_text(site.note),
        "label": html_text(sentence.replace("**", "")),
        "tip": "" if site.note else html_sentence(sentence),
    }


def _gap(gap: GapView, lang: Lang) -> dict[str, Any]:
    people = text(
        "map.people.counted",
        lang,
        people=people_rounded(gap.people if gap.left != gap.left else gap.left, lang),
    )
    return {
        "number": gap.number,
        "place": gap.place,
        "top": gap.place <= TOP_GAPS,
        "lon": round(gap.lon, DECIMALS),
        "lat": round(gap.lat, DECIMALS),
        "name": html_text(gap.name.text(lang)),
        "people": html_text(people),
        "rings": _rings(gap.shape) if gap.shape is not None else None,
    }


def _district_tips(scene: MapScene, lang: Lang) -> dict[str, str]:
    tips = {}
    for district in scene.base.districts:
        figures = scene.districts.get(district.ags)
        if figures is None or not figures.people:
            sentence = text("map.tip.district_empty", lang, name=district.name)
        else:
            sentence = text(
                "map.tip.district",
                lang,
                name=district.name,
                covered=number(figures.covered, lang),
                people=number(figures.people, lang),
                share=percent(figures.covered / figures.people, lang, 0),
            )
        tips[html_text(district.ags)] = html_sentence(sentence)
    return tips


def _circles(circles: tuple[Circle, ...], lang: Lang) -> list[dict[str, Any]]:
    """Circles, the largest first so that small ones lie on top."""
    if not circles:
        return []
    most = max(it.people for it in circles)
    drawn = []
    for it in sorted(circles, key=lambda circle: -circle.people):
        unreachable = not np.isfinite(it.distance_km)
        sentence = text(
            "map.tip.circle_unreachable" if unreachable else "map.tip.circle",
            lang,
            name=it.name,
            people=number(it.people, lang),
            distance=km(it.distance_km, lang),
        )
        drawn.append(
            {
                "id": html_text(it.id),
                "lon": round(it.lon, DECIMALS),
                "lat": round(it.lat, DECIMALS),
                "radius": round(
                    max(_SMALLEST_CIRCLE_PX, _LARGEST_CIRCLE_PX * float(np.sqrt(it.people / most))), 1
                ),
                "chosen": it.chosen,
                "tip": html_sentence(sentence),
            }
        )
    return drawn
