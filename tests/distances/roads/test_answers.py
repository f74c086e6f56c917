"""What servers send when they cannot answer, or answer twice: told in their words, nothing doubled."""

import json

import pytest

from iqgeo.distances import roads
from iqgeo.distances.roads.build import built_here, form_of
from iqgeo.distances.roads.read_osm import read_extract
from iqgeo.errors import InputError

from .test_network import codes
from .test_read_osm import node, osm, way, written


@pytest.mark.parametrize("form", ["osm", "osm.gz", "osm.bz2", "json"])
@pytest.mark.parametrize("place", ["first", "last", "long before the end"])
def test_an_answer_broken_off_is_refused_with_the_words_of_the_server(tmp_path, form, place):
    import bz2
    import gzip

    path = tmp_path / f"answer.{form}"
    said = "runtime error: Query timed out in &quot;query&quot; at line 3"
    remark = f"<remark> {said if place == 'first' else f'<![CDATA[{said}]]>'} </remark>"
    rows = [node(1), node(2), way(1, 1, 2, highway="primary")]
    if form == "json":
        elements = [{"type": "node", "id": k, "lon": 9 + k / 100, "lat": 52} for k in (1, 2)]
        elements.append({"type": "way", "id": 1, "nodes": [1, 2], "tags": {"highway": "primary"}})
        parts = {"elements": elements, "osm3s": {}}
        path.write_text(
            json.dumps({"remark": said, **parts} if place == "first" else {**parts, "remark": said})
        )
    else:
        opened = {"osm": open, "osm.gz": gzip.open, "osm.bz2": bz2.open}[form]
        end = f"<!--{'x' * 3_000_000}-->" if place == "long before the end" else ""
        with opened(path, "wt") as file:
            file.write(osm(remark, *rows) if place == "first" else osm(*rows, remark, end))
    with pytest.raises(InputError, match="timed out") as caught:
        built_here(str(path), form_of(path), None, 0.0)
    assert codes(caught) == ["roads_answer_cut"]


@pytest.mark.parametrize("name", ["answer.osm", "answer.json"])
def test_the_page_of_a_busy_server_is_told_in_its_words(tmp_path, name):
    page = (
        '<?xml version="1.0"?><html><head><title>OSM3S Response</title></head><body><p><strong style="x">'
        "Error</strong>: runtime error: &quot;open64&quot; timeout. <b>Too busy</b></p></body></html>"
    )
    with pytest.raises(InputError, match="timeout") as caught:
        form_of(written(tmp_path / name, page))
    assert codes(caught) == ["roads_answer_cut"]
    assert caught.value.problems[0].details["remark"] == 'runtime error: "open64" timeout. Too busy'


@pytest.mark.parametrize("name", ["answer.osm", "answer.json", "answer.osm.xml"])
@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<html><head><title>504</title></head><body><h1>504 Gateway Time-out</h1>", "504 Gateway Time-out"),
        ("<!DOCTYPE HTML>\n<HTML><head><title>429 Too Many Requests</title>", "429 Too Many Requests"),
        (
            "Too many requests, you are being rate limited.\n",
            "Too many requests, you are being rate limited.",
        ),
        ("You requested too many nodes (limit is 50000).", "You requested too many nodes (limit is 50000)."),
    ],
)
def test_any_page_or_line_instead_of_an_answer_is_told_in_its_words(tmp_path, name, page, said):
    with pytest.raises(InputError) as caught:
        form_of(written(tmp_path / name, page))
    assert codes(caught) == ["roads_answer_cut"]
    assert caught.value.problems[0].details["remark"] == said


@pytest.mark.parametrize("name", ["streets.json", "streets.osm", "streets.csv"])
def test_a_table_under_another_name_is_no_answer(tmp_path, name):
    page = "from,to,km\n" if name != "streets.csv" else "<html><h1>Error</h1></html>"
    with pytest.raises(InputError) as caught:
        form_of(written(tmp_path / name, page))
    assert codes(caught) == ["roads_not_what_name_says"]


ELEMENTS = [
    *({"type": "node", "id": k, "lon": 9 + k / 50, "lat": 52} for k in (1, 2, 3)),
    *({"type": "way", "id": k, "nodes": [k, k + 1], "tags": {"highway": "primary"}} for k in (1, 2)),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_lies_in_two_answers_put_into_one_is_there_once(tmp_path, encoding):
    """And Windows writes what it passes on as UTF-16."""
    path = tmp_path / "answer.json"
    path.write_bytes(json.dumps({"elements": [*ELEMENTS, *ELEMENTS[2:]]}).encode(encoding))
    network = roads.build_roads(path)
    assert (network.link_count, network.node_count) == (1, 2)
    assert network.link_two_way.all()


def test_what_lies_in_two_extracts_put_into_one_is_there_once(tmp_path):
    points = [node(k) for k in (1, 2, 3)]
    ways = [way(1, 1, 2, highway="primary"), way(2, 2, 3, highway="primary")]
    path = written(tmp_path / "x.osm", osm(*points, *points[1:], *ways, ways[1]))
    segments, _ = read_extract(path, "osm")
    assert len(segments.tail) == 2


def test_tags_that_a_program_has_made_numbers_truths_and_lists_of_are_read(tmp_path):
    said = [
        {"highway": "primary", "maxspeed": 50, "oneway": False, "name": None},
        {"highway": ["primary", "tertiary"], "maxspeed": [30.0, 50], "access": None},
    ]
    ways = [{**way, "tags": tags, "geometry": None} for way, tags in zip(ELEMENTS[3:], said, strict=True)]
    spare = [{"type": "node", "id": 9, "lon": None, "lat": None, "tags": None}, *ELEMENTS[:3]]
    path = written(tmp_path / "answer.json", json.dumps({"elements": [*spare, *ways], "osm3s": None}))
    network = roads.build_roads(path)
    assert network.link_two_way.all()
    hours = network.link_km.sum() / 2 * (1 / 50 + 1 / 30)
    assert network.link_minutes.sum() == pytest.approx(60 * hours, rel=1e-3)
