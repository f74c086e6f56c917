"""The map as folium builds it: offline, with the scripts and styles that iqgeo ships."""

import base64
import datetime
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import folium
from branca.element import MacroElement
from jinja2 import Template

from iqgeo.reports.map.around import around
from iqgeo.reports.map.geometry import MapBase
from iqgeo.reports.map.legend import legend_html
from iqgeo.reports.map.payload import base_payload, page_payload, scene_payload
from iqgeo.reports.map.scene import MapScene
from iqgeo.safe.clean import html_text, script_json
from iqgeo.texts import Lang
from iqgeo.words.states import said_of_region

# branca compiles what an element rendered once more as a template. Scripts and styles of ours are
# marked as raw; data cannot contain a template mark (see iqgeo.safe.clean).
_RAW, _END_RAW = "{% raw %}", "{% endraw %}"


def _plain(source: str) -> str:
    """Return a shipped script or style, safe from being read as a template."""
    if _END_RAW in source:
        raise AssertionError("a shipped file must not end a raw block")
    return f"{_RAW}{source}{_END_RAW}"


@cache
def _shipped(name: str) -> str:
    """Return the content of a file that iqgeo ships for the map."""
    file = resources.files("iqgeo.reports.map").joinpath("static", *name.split("/"))
    source = file.read_text(encoding="utf-8")
    # The map of the minified source is not shipped: no browser shall look for it.
    return source.replace("//# sourceMappingURL=leaflet.js.map", "")


class _OfflineMap(folium.Map):
    """folium's map without its links to the internet, and without its ban on zooming a phone's page."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <style>{{ this.styles }}</style>
            <script>{{ this.leaflet }}</script>
            <script>{{ this.drawing }}</script>
        {% endmacro %}
        {% macro html(this, kwargs) %}
            {{ this.before }}
            <div class="folium-map" id="{{ this.get_name() }}"></div>
            <ul class="legend" id="legend">{{ this.legend }}</ul>
            {{ this.after }}
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
                center: {{ this.location|tojson }}, crs: L.CRS.{{ this.crs }}, zoom: 7, zoomSnap: 0,
                zoomDelta: 0.5, zoomControl: false, attributionControl: false, scrollWheelZoom: false,
                maxBoundsViscosity: 0.9,
                dragging: !L.Browser.mobile, maxZoom: 13, keyboardPanDelta: 60, wheelPxPerZoomLevel: 120
            });
        {% endmacro %}
        """
    )

    def __init__(
        self, location: tuple[float, float], *, legend: str, before: str = "", after: str = ""
    ) -> None:
        super().__init__(location=location, tiles=None, zoom_control=False)
        self.default_js, self.default_css = [], []
        self.styles = _plain(_shipped("leaflet/leaflet.css") + _shipped("map.css"))
        self.leaflet = _plain(_shipped("leaflet/leaflet.js"))
        self.drawing = _plain(_shipped("map.js"))
        self.legend, self.before, self.after = legend, before, after


def shipped_links() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Leaflet's script and style as addresses that hold them, for a folium map of somebody's own."""
    kinds = (
        ("leaflet", "leaflet/leaflet.js", "text/javascript"),
        ("leaflet_css", "leaflet/leaflet.css", "text/css"),
    )
    script, style = (
        [(name, f"data:{media};base64,{base64.b64encode(_shipped(file).encode()).decode()}")]
        for name, file, media in kinds
    )
    return script, style


class _View(MacroElement):
    """The drawing of a region, and of a scene if there is one already."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            window.iqgeoView = window.iqgeo.start({{ this._parent.get_name() }}, {{ this.base }});
            {% if this.scene %}window.iqgeoView.show({{ this.scene }});{% endif %}
        {% endmacro %}
        """
    )

    def __init__(self, base: dict[str, Any], scene: dict[str, Any] | None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "View"
        self.base = script_json(base)
        self.scene = None if scene is None else script_json(scene)


def build_map(
    scene: MapScene,
    lang: Lang = "de",
    *,
    whole_page: bool = False,
    about: Sequence[str] = (),
    today: datetime.date | None = None,
) -> folium.Map:
    """Build the folium map of a scene; it needs no internet.

    Parameters
    ----------
    scene : MapScene
        What is drawn.
    lang : Lang
        Of all words.
    whole_page : bool
        With headline, tables and sources around the map, as it is exported.
    about, today : Sequence[str], datetime.date | None
        What stands above the map, and the day it is read on (see :func:`around`).
    """
    before, after = around(scene, lang, about=about, today=today) if whole_page else ("", "")
    return _assemble(
        scene.base,
        scene_payload(scene, lang),
        lang,
        legend=legend_html(scene, lang),
        before=before,
        after=after,
    )


def map_html(
    scene: MapScene, lang: Lang = "de", *, about: Sequence[str] = (), today: datetime.date | None = None
) -> str:
    """Return the exported page: one HTML file with everything in it, opened without internet.

    The same scene gives the same bytes.
    """
    return _rendered(build_map(scene, lang, whole_page=True, about=about, today=today))


def map_document(base: MapBase, lang: Lang = "de") -> str:
    """Return the HTML of an empty map for the app, which hands it one scene after the other."""
    return _rendered(_assemble(base, None, lang, legend="", before="", after=""))


def scene_json(scene: MapScene, lang: Lang = "de", *, clickable: bool = False, dark: bool = False) -> str:
    """Return a scene as JSON for the ``show`` of a page made by :func:`map_document`."""
    return script_json(scene_payload(scene, lang, clickable=clickable, dark=dark))


def scene_parts(
    scene: MapScene, lang: Lang = "de", *, clickable: bool = False, dark: bool = False
) -> dict[str, str]:
    """Return a scene in parts, each as JSON, by their names in :func:`scene_payload`."""
    payload = scene_payload(scene, lang, clickable=clickable, dark=dark)
    return {name: script_json(it) for name, it in payload.items()}


def page_parts(scene: MapScene, lang: Lang, *, clickable: bool, dark: bool) -> dict[str, str]:
    """Return the parts of a scene that a page changes without another network."""
    payload = page_payload(scene, lang, clickable=clickable, dark=dark)
    return {name: script_json(it) for name, it in payload.items()}


def _assemble(
    base: MapBase, scene: dict[str, Any] | None, lang: Lang, *, legend: str, before: str, after: str
) -> folium.Map:
    west, south, east, north = base.bounds
    built = _OfflineMap(((south + north) / 2, (west + east) / 2), legend=legend, before=before, after=after)
    figure: Any = built.get_root()
    # folium names its elements by chance; one of each needs no more than a fixed name.
    built._id, figure._id = "iqgeo", "iqgeo"
    figure.title = html_text(
        said_of_region("map.page.title", lang, base.name, sites=base.site_noun.many(lang))
    )
    # folium's own head loads a polyfill and states no language.
    figure.header._children.clear()
    figure._template = Template(_FIGURE.replace("LANG", lang))
    view = _View(base_payload(base, lang), scene)
    view._id = "iqgeo"
    view.add_to(built)
    return built


_FIGURE = """<!DOCTYPE html>
<html lang="LANG">
<head>
<meta charset="utf-8" />
<title>{{ this.title }}</title>
{{ this.header.render(**kwargs) }}
</head>
<body>
{{ this.html.render(**kwargs) }}
<script>
{{ this.script.render(**kwargs) }}
</script>
</body>
</html>
"""


def _rendered(built: folium.Map) -> str:
    html: str = built.get_root().render()
    return html
