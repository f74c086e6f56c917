"""No text that a user can bring is ever run: not by folium's templates, not by the browser."""

import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.distances import Target
from iqgeo.gap_names import GapName
from iqgeo.reports.map import Candidate, Instead, MapScene, Marker, Overlay, Spots, map_html, scene_json
from iqgeo.reports.map.dots import DotSample
from iqgeo.reports.map.geometry import District, MapBase, Neighbour, Town
from iqgeo.reports.map.overlay import MapLabel, Mark
from iqgeo.reports.map.pieces import Circle, DistrictFigures, GapView
from iqgeo.safe.clean import html_sentence, html_text, script_json
from iqgeo.texts import LANGUAGES
from iqgeo.weights import standard_weight

PAYLOADS = (
    "{{ 7*7 }}",
    "{{ cycler.__init__.__globals__.os.system('true') }}",
    "{% for x in range(3) %}x{% endfor %}{% endraw %}",
    "${alert(1)}",
    "`+alert(1)+`",
    r"C:\Users\neu\x41",
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "');alert(1);//\u2028\u2029\x00",
    "{# comment #} <!-- x",
)
SINKS = (
    "region",
    "district",
    "ags",
    "neighbour",
    "office",
    "office_id",
    "trial",
    "gap",
    "circle",
    "attribution",
    "town",
    "candidate",
    "spot",
    "mark",
)


def scene_with(text: str, sinks: tuple[str, ...] = SINKS) -> MapScene:
    """A small scene in which ``text`` stands in the named fields."""

    def put(sink: str, otherwise: str) -> str:
        return text if sink in sinks else otherwise

    square = shapely.box(9.0, 52.0, 10.0, 53.0)
    base = MapBase(
        name=put("region", "Region"),
        districts=(District(put("ags", "03101"), put("district", "Kreis"), square),),
        outline=square,
        landmasses={"": square},
        neighbours=(Neighbour(put("neighbour", "Nachbar"), shapely.box(10, 52, 11, 53), (10.5, 52.5)),),
        land=shapely.box(9, 52, 11, 53),
        bounds=(9.0, 52.0, 10.0, 53.0),
        frame=(8.0, 51.0, 11.0, 54.0),
        towns=(Town(put("town", "Stadt"), 9.4, 52.4, 1000),),
    )
    candidate = Candidate(
        put("candidate", "C"), put("candidate", "Ort"), 9.1, 52.1, put("district", "Kreis"), 900.0, 5.0, 0.5,
        (put("district", "Kreis"),), 2, Instead(put("candidate", "Ort"), -1.0, 5.0),
    )  # fmt: skip
    mark = Mark(9.7, 52.7, put("mark", "Tag"), id=put("mark", "M"), tip=put("mark", "Tag"))
    words = MapLabel(9.8, 52.8, put("mark", "Gewinn"))
    return MapScene(
        base=base, weight=standard_weight("population"), year=2011, stage=2012, target=Target(35.0),
        distance="detour", factor=1.3, band=(1.2, 1.4), people=100.0, covered=47.0, covered_band=(40.0, 50.0),
        sites=(
            Marker(put("office_id", "A"), put("office", "Ort"), 9.5, 52.5, "office", 47.0),
            Marker("T", put("trial", "Versuch"), 9.6, 52.6, "trial"),
        ),
        reach=square, ring=None, trial_ring=None,
        gaps=(
            GapView(
                number=1, place=1, name=GapName("own", (put("gap", "Lücke"),)), people=53.0,
                districts=(put("district", "Kreis"),), lon=9.2, lat=52.2, shape=square,
            ),
        ),
        gap_edges=None,
        dots=DotSample(10.0, np.zeros(1, np.int64), np.array([9.5]), np.array([52.5])),
        dot_kind=np.zeros(1, np.uint8),
        circles=(Circle("1", put("circle", "Gemeinde"), 9.3, 52.3, 5.0, 40.0),),
        districts={put("ags", "03101"): DistrictFigures(100.0, 47.0)},
        attributions=dict.fromkeys(LANGUAGES, (put("attribution", "Quelle"),)),
        candidates=(candidate,),
        spots=Spots((put("spot", "Ort"),), (9.1,), (52.1,), {put("spot", "A"): (0.5,)}),
        overlay=Overlay(marks=(mark,), words=(words,), legend=(("day", put("mark", "Tag")),)),
    )  # fmt: skip


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))


def tags_of(page: str) -> list[tuple[str, tuple[str, ...]]]:
    parser = _Tags()
    parser.feed(re.sub(r"map_[0-9a-f]{32}", "map", page))
    return parser.found


def data_of(page: str) -> tuple[dict, dict]:
    """Base and scene as the browser's JSON parser reads them from a page."""
    base = re.search(r"window\.iqgeo\.start\(map_\w+, (\{.*\})\);", page)
    scene = re.search(r"window\.iqgeoView\.show\((\{.*\})\);", page)
    assert base is not None
    assert scene is not None
    return json.loads(base.group(1)), json.loads(scene.group(1))


def shown(text: str) -> str:
    """What a reader should see of ``text``: itself, but for what HTML cannot hold."""
    return html.unescape(html_text(text))


PLAIN_TAGS = tags_of(map_html(scene_with("Ort")))


def check_page(text: str, sinks: tuple[str, ...]) -> None:
    page = map_html(scene_with(text, sinks))
    assert tags_of(page) == PLAIN_TAGS
    base, scene = data_of(page)
    read = {
        "neighbour": base["neighbours"][0]["name"],
        "ags": base["districts"][0]["ags"],
        "office": scene["sites"][0]["name"],
        "office_id": scene["sites"][0]["id"],
        "trial": scene["sites"][1]["name"],
        "gap": scene["gaps"][0]["name"],
        "town": base["towns"][0]["name"],
        "candidate": scene["towns"][0]["name"],
        "spot": scene["spots"]["name"][0],
        "mark": scene["overlay"]["marks"][0]["name"],
    }
    for sink in set(sinks) & set(read):
        assert html.unescape(read[sink]) == shown(text), sink
    card = (*scene["said"].values(), scene["towns"][0]["where"], *map(str, scene["candidates"][0]))
    told = (scene["circles"][0]["tip"], scene["sites"][0]["tip"], scene["overlay"]["marks"][0]["tip"], *card)
    for words in (*scene["districts"].values(), *told):
        assert set(re.findall(r"<[^>]*>", words)) <= {"<strong>", "</strong>"}


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("sink", SINKS)
def test_hostile_names_stay_names(payload: str, sink: str) -> None:
    check_page(payload, (sink,))


@given(st.text(st.sampled_from("{}%#$`\\<>&\"'/*! \n\r\u2028\x00abcs7endraw"), max_size=40))
@settings(max_examples=60)
def test_any_mix_of_special_characters_stays_text(text: str) -> None:
    check_page(text, SINKS)


@given(st.text(max_size=60))
def test_html_text_shows_what_was_written(text: str) -> None:
    escaped = html_text(text)
    assert not set(escaped) & set("<>\"'`$\\{}\u2028\u2029\x00")
    assert html_text(text) == escaped
    readable = "".join(it for it in text if it.isprintable() and it not in "\ufffe\uffff")
    if readable == text:
        assert html.unescape(escaped) == text


@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda it: st.lists(it) | st.dictionaries(st.text(), it)
    )
)
def test_script_json_reads_back_and_holds_no_mark(data: object) -> None:
    written = script_json(data)
    assert json.loads(written) == data
    for mark in ("<", ">", "&", "{{", "{%", "{#", "${", "`", "\u2028", "\n"):
        assert mark not in written


def test_script_json_refuses_what_json_does_not_know() -> None:
    with pytest.raises(ValueError, match="JSON"):
        script_json({"km": float("inf")})


def test_bold_is_the_only_markup_of_a_sentence() -> None:
    assert html_sentence("Rund **47 von 100** <b>") == "Rund <strong>47 von 100</strong> &lt;b&gt;"


def test_scene_for_the_app_is_escaped_too() -> None:
    hostile = PAYLOADS[6]
    scene = json.loads(scene_json(replace(scene_with(hostile))))
    assert "<script" not in json.dumps(scene["sites"] + scene["gaps"])
