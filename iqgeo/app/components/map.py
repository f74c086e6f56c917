"""The map on a page: shows a folium page offline and returns what was clicked or dragged."""

import html
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
import streamlit.components.v1 as components

from iqgeo.app import pictures, resources
from iqgeo.texts import Lang, text
from iqgeo.words.states import region_name

_show = components.declare_component("iqgeo_map", path=str(Path(__file__).with_name("map_frontend")))

_SENT = "map-pages-sent"


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


def show_map(picture: str, lang: Lang, key: str, *, fill: bool = False) -> None:
    """Show a map made by :mod:`iqgeo.app.resources`; with ``fill`` it is as high as its room.

    Moving and zooming the map cause no rerun; a click does, see :func:`map_event`.
    """
    # The empty map is large and the same for all: the browser keeps it, and asks again if it has it no more.
    sent, page_key = st.session_state.setdefault(_SENT, set()), f"{lang}-{resources.region().name}"
    asked = st.session_state.get(key)
    is_there = page_key in sent and not (isinstance(asked, dict) and asked.get("type") == "need")
    sent.add(page_key)
    _show(
        page=None if is_there else pictures.document(lang),
        page_key=page_key,
        scene=picture,
        title=text("app.map.title", lang, region=region_name(resources.region().name, lang)),
        lang=lang,
        fill=fill,
        key=key,
        default=None,
    )


def show_page(page: str, title: str, lang: Lang, key: str, height_px: int) -> None:
    """Show a map that was made as a page of its own, as a published one is."""
    _show(page=page, scene=None, title=title, lang=lang, height=height_px, key=key, default=None)


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
