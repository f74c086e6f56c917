"""The legend of a map: each look as a small drawing, with its words."""

import re

from iqgeo.reports.map.days import days_legend
from iqgeo.reports.map.overlay import SHADES
from iqgeo.reports.map.pieces import CLOSED, OFFICE, PROPOSED, PROVISIONAL, TRIAL
from iqgeo.reports.map.scene import MapScene
from iqgeo.safe.clean import html_text
from iqgeo.texts import Lang, number, text
from iqgeo.words.units import promise

_SYMBOLS = {
    "office": '<rect x="5" y="5" width="11" height="11" fill="#12312D"/>',
    "proposed": '<path d="M11 2 20 11 11 20 2 11Z" fill="#fff" stroke="#12312D" stroke-width="2"/>'
    '<path d="M11 7v8M7 11h8" stroke="#12312D" stroke-width="1.8"/>',
    "trial": '<circle cx="11" cy="11" r="8" fill="#fff" stroke="#12312D" stroke-width="1.6" '
    'stroke-dasharray="3 2.2"/><circle cx="11" cy="11" r="2.2" fill="#12312D"/>',
    "reached": '<rect x="1" y="3" width="28" height="16" fill="#D9ECE9" stroke="#00796B" '
    'stroke-width="1.8"/>',
    "uncertain": '<rect x="1" y="3" width="28" height="16" fill="#FFF6DD"/>'
    '<path d="M1 10 8 3M1 17 15 3M6 19 22 3M13 19 29 3M20 19 29 10M27 19 29 17" stroke="#E8A400" '
    'stroke-width="1.8"/>',
    "not_reached": '<rect x="1" y="3" width="28" height="16" fill="#F1E8F5" stroke="#6A1B9A" '
    'stroke-width="1.2" stroke-dasharray="1.2 2.6"/><g fill="#6A1B9A"><circle cx="8" cy="8" r="1.6"/>'
    '<circle cx="14" cy="14" r="1.6"/><circle cx="20" cy="7" r="1.6"/><circle cx="24" cy="14" r="1.6"/>'
    '<circle cx="6" cy="15" r="1.6"/></g>',
    "dot_reached": '<circle cx="11" cy="11" r="3" fill="#00796B"/>',
    "dot_not_reached": '<circle cx="11" cy="11" r="3" fill="#6A1B9A"/>',
    "way_road": '<path d="M1 16C8 3 14 19 21 6" fill="none" stroke="#12312D" stroke-width="2.2"/>',
    "way_straight": '<path d="M1 16 21 6" stroke="#12312D" stroke-width="1.8" stroke-dasharray="4 3"/>',
    "provisional": '<path d="M11 2 20 11 11 20 2 11Z" fill="#fff" stroke="#00796B" stroke-width="1.8" '
    'stroke-dasharray="3.2 2.2"/><path d="M11 7v8M7 11h8" stroke="#00796B" stroke-width="1.8" '
    'stroke-dasharray="2 1.4"/>',
    "provisional_reach": '<rect x="1" y="3" width="28" height="16" fill="#ECF6F4" stroke="#00796B" '
    'stroke-width="1.6" stroke-dasharray="4 3"/>',
    "candidates": '<circle cx="5" cy="11" r="3.4" fill="#fff" stroke="#12312D"/><circle cx="16" cy="11" '
    'r="4.6" fill="#8CC3BA" stroke="#12312D"/><circle cx="29" cy="11" r="6" fill="#00574B" '
    'stroke="#12312D"/>',
    "closed": '<rect x="5" y="5" width="11" height="11" fill="#fff" stroke="#56616A" stroke-width="1.4"/>'
    '<path d="M3 3 19 19M19 3 3 19" stroke="#8A1C1C" stroke-width="1.8"/>',
    "day": '<circle cx="11" cy="11" r="6" fill="#fff" stroke="#2F6690" stroke-width="1.8"/>'
    '<path d="M6 9h10M5 12h12" stroke="#2F6690" stroke-width="1.4"/>',
    "diagonal": '<rect x="1" y="3" width="28" height="16" fill="#fff" stroke="#12312D" stroke-width="1.6"/>'
    '<path d="M1 10 8 3M1 17 15 3M6 19 22 3M13 19 29 3M20 19 29 10M27 19 29 17" stroke="#12312D" '
    'stroke-width="1.2"/>',
    "horizontal": '<rect x="1" y="3" width="28" height="16" fill="#fff" stroke="#2F6690" stroke-width="1.6" '
    'stroke-dasharray="4 3"/><path d="M1 7h28M1 11h28M1 15h28" stroke="#2F6690" stroke-width="1.2"/>',
    "day_line": '<path d="M1 16 21 6" stroke="#2F6690" stroke-width="1.8"/>',
    "day_home": '<path d="M1 15 16 9" stroke="#2F6690" stroke-width="1.8"/><circle cx="20" cy="8" r="6" '
    'fill="#fff" stroke="#2F6690" stroke-width="1.8"/><path d="M15 7h10M14 10h12" stroke="#2F6690" '
    'stroke-width="1.4"/>',
    "dot_day": '<circle cx="11" cy="11" r="3" fill="#2F6690"/>',
    **{
        f"shade_{at}": f'<rect x="1" y="3" width="28" height="16" fill="{it}" stroke="#12312D"/>'
        for at, it in enumerate(SHADES, start=1)
    },
    "circle": '<circle cx="11" cy="11" r="7" fill="#6A1B9A" fill-opacity=".78"/>',
}
_WIDE_SYMBOLS = {
    "reached",
    "uncertain",
    "not_reached",
    "provisional_reach",
    "diagonal",
    "horizontal",
    "day_home",
}
_WIDE_SYMBOLS |= {f"shade_{at}" for at, _ in enumerate(SHADES, start=1)}
_WIDTHS = {"candidates": 38}
_MAY_GO = re.compile(r"\[([^\[\]]*)\]")


def legend_html(scene: MapScene, lang: Lang) -> str:
    """Return the legend in words, as the items of a list."""
    kinds = {site.kind for site in scene.sites}
    shown = [kind for kind in (OFFICE, PROPOSED, PROVISIONAL, TRIAL, CLOSED) if kind in kinds]
    if scene.overlay is not None and scene.overlay.shaded:
        return "".join([*(_own_item(kind, kind, scene, lang) for kind in shown), *_added(scene, lang)])
    outlined = scene.reach is not None
    looks = [(kind, kind) for kind in shown]
    looks.append(("reached" if outlined else "dot_reached", "reached"))
    items = [_own_item(look, key, scene, lang) for look, key in looks]
    if scene.maybe is not None and outlined:
        items.append(_legend_item("provisional_reach", text("map.legend.maybe", lang)))
    if scene.ring is not None:
        items.append(_own_item("uncertain", "uncertain", scene, lang))
    if scene.dots is None:
        items.append(_legend_item("circle", text("map.legend.circle", lang)))
    else:
        items.append(_own_item("not_reached" if outlined else "dot_not_reached", "not_reached", scene, lang))
        if scene.candidates:
            items.append(_legend_item("candidates", text("map.legend.candidates", lang)))
        if scene.brief:
            return "".join([*items, *_added(scene, lang)])
        per_dot = text("map.legend.dot", lang, people=number(scene.dots.people_per_dot, lang))
        items.append(f'<li class="note"><span class="more">{html_text(per_dot)}</span></li>')
    return "".join([*items, *_added(scene, lang)])


def _own_item(look: str, key: str, scene: MapScene, lang: Lang) -> str:
    """An item whose words are the catalogue's, short ones where towns and gaps are on the map as well."""
    words = text(
        f"map.legend.{'brief_' if scene.brief else ''}{key}", lang, target=promise(scene.target, lang)
    )
    return _legend_item(look, words)


def _added(scene: MapScene, lang: Lang) -> list[str]:
    """The ways, what is served on days, and what a page says of the looks that it adds."""
    ways = [("way_road" if it else "way_straight") for it in sorted({it.on_roads for it in scene.ways})]
    items = [_legend_item(it, text(f"map.legend.{it}", lang)) for it in ways]
    items += [_legend_item(*it) for it in days_legend(scene, lang)]
    overlay = scene.overlay
    return [*items, *(_legend_item(*it, whole=True) for it in (() if overlay is None else overlay.legend))]


def _legend_item(symbol: str, words: str, *, whole: bool = False) -> str:
    """An item of the legend; a strip that lacks room leaves out what stands in brackets, unless ``whole``."""
    width = _WIDTHS.get(symbol, 30 if symbol in _WIDE_SYMBOLS else 22)
    drawing = (
        f'<svg width="{width}" height="22" class="on-ground" aria-hidden="true">{_SYMBOLS[symbol]}</svg>'
    )
    said = html_text(words)
    if not whole:
        said = _MAY_GO.sub(r'<span class="more">\1</span>', said)
    # One piece: the parts of a flexible row would lose the blanks between them.
    return f"<li>{drawing}<span>{said}</span></li>"
