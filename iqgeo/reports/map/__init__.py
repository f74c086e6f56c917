"""The map: one scene, drawn by folium for the app and for the exported page, without internet.

``scene_of`` turns a coverage into plain data (no streamlit, no folium); ``build_map`` and ``map_html``
draw it. folium itself is imported when one of those is first used.
"""

from typing import TYPE_CHECKING

from iqgeo.late import late_names
from iqgeo.reports.map.geometry import MapBase, base_of
from iqgeo.reports.map.overlay import Overlay
from iqgeo.reports.map.pieces import CLOSED, PROPOSED, PROVISIONAL, TRIAL, Candidate, Instead, Marker, Spots
from iqgeo.reports.map.scene import MapScene, list_scene_of, scene_of

if TYPE_CHECKING:
    from iqgeo.reports.map.page import (
        build_map,
        map_document,
        map_html,
        page_parts,
        scene_json,
        scene_parts,
    )

__all__ = [
    "CLOSED",
    "PROPOSED",
    "PROVISIONAL",
    "TRIAL",
    "Candidate",
    "Instead",
    "MapBase",
    "MapScene",
    "Marker",
    "Overlay",
    "Spots",
    "base_of",
    "build_map",
    "list_scene_of",
    "map_document",
    "map_html",
    "page_parts",
    "scene_json",
    "scene_of",
    "scene_parts",
]

# folium takes half a second.
_FOLIUM = dict.fromkeys(
    ("build_map", "map_document", "map_html", "page_parts", "scene_json", "scene_parts"), "page"
)

__getattr__, __dir__ = late_names(__name__, _FOLIUM)
