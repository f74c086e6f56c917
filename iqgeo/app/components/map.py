"""The map on a page: shows a folium page offline and returns what was clicked or dragged.

The browser keeps what it was sent (the empty map, and the parts of every scene by their checksums), so that a
click sends what is new. What it should have and has not, it asks for.
"""

import html
import json
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
import streamlit.components.v1 as components

from iqgeo.app import pictures, resources
from iqgeo.app.pictures import Part, Picture
from iqgeo.texts import Lang
from iqgeo.words.states import said_of_region

_show = components.declare_component("iqgeo_map", path=str(Path(__file__).with_name("map_frontend")))

_PAGES = "map-pages-sent"
MOST_KEPT = 200
"""So many parts of a map a browser keeps (the same number stands in its script); the oldest go first."""


@dataclass(frozen=True)
class MapEvent:
    """What was done on the map.

    ``kind`` is ``click`` (on a spot), ``site`` (an office), ``moved`` (an office dragged to a spot) or
    ``circle`` (a municipality); ``lon, lat`` in degrees where there is a spot, ``id`` where there is
    a thing.
    """

    kind: str
    lon: float
    lat: float
    id: str


def show_map(picture: Picture, lang: Lang, key: str, *, fill: bool = False) -> None:
    """Show a map made by :mod:`iqgeo.app.pictures`; with ``fill`` it is as high as its room.

    Moving and zooming the map cause no rerun; a click does, see :func:`map_event`.
    """
    lost = _is_lost(key)
    page_key = f"{lang}-{resources.region().name}"
    pages = st.session_state.setdefault(_PAGES, set())
    is_there = page_key in pages and not lost
    pages.add(page_key)
    sent = st.session_state.setdefault(f"{key}-sent", {})
    if lost:
        sent.clear()
    _show(
        page=None if is_there else pictures.document(lang),
        page_key=page_key,
        name=key,
        parts=written(picture, sent),
        title=said_of_region("app.map.title", lang, resources.region().name),
        lang=lang,
        fill=fill,
        key=key,
        default=None,
    )


def written(picture: Picture, sent: dict[str, None]) -> str:
    """A picture for a map that has been sent some parts: those by their checksums alone; ``sent`` follows."""
    return json.dumps(
        {name: [it.key, it.json if _is_new(it, sent) else None] for name, it in picture.items()}
    )


def _is_lost(key: str) -> bool:
    """Whether a browser has said since the last run that it has not got what it should have."""
    value = st.session_state.get(key)
    asked = value.get("at") if isinstance(value, dict) and value.get("type") == "need" else None
    is_lost = asked is not None and asked != st.session_state.get(f"{key}-lost")
    st.session_state[f"{key}-lost"] = asked
    return is_lost


def _is_new(part: Part, sent: dict[str, None]) -> bool:
    """Whether a map has not been sent a part yet; the order is that of the last use, as in the browser."""
    is_new = part.key not in sent
    sent.pop(part.key, None)
    sent[part.key] = None
    while len(sent) > MOST_KEPT:
        del sent[next(iter(sent))]
    return is_new


def show_page(page: str, title: str, lang: Lang, key: str, height_px: int) -> None:
    """Show a map that was made as a page of its own, as a published one is."""
    _show(page=page, parts=None, title=title, lang=lang, height=height_px, key=key, default=None)


def map_event(key: str) -> MapEvent | None:
    """Return what was done on the map since the last run, once; ask before the map is drawn."""
    value = st.session_state.get(key)
    if not isinstance(value, dict) or not isinstance(value.get("at"), (int, float)):
        return None
    seen = f"{key}-seen"
    if st.session_state.get(seen) == value["at"]:
        return None
    st.session_state[seen] = value["at"]
    lon, lat = value.get("lon"), value.get("lat")
    return MapEvent(
        kind=str(value.get("type", "")),
        lon=float(lon) if isinstance(lon, (int, float)) else float("nan"),
        lat=float(lat) if isinstance(lat, (int, float)) else float("nan"),
        id=html.unescape(str(value.get("id", ""))),
    )
