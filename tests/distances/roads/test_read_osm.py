import bz2
import json
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import osmium
import pytest

from iqgeo.distances import roads
from iqgeo.distances.roads.build import form_of
from iqgeo.distances.roads.network import FERRY
from iqgeo.distances.roads.read_json import read_json
from iqgeo.distances.roads.read_osm import read_answer, read_extract
from iqgeo.distances.roads.rules import blocks_cars, read_way
from iqgeo.distances.straight import great_circle_km
from iqgeo.errors import InputError

from .test_network import codes


def large_parts_mm(ways, positions, barriers) -> tuple[int, int]:
    """Length and number of points of the parts with a kilometre of road, straight from tags and positions."""
    graph = nx.MultiDiGraph()
    for number, (tags, refs) in enumerate(ways):
        way = read_way(tags)
        if way is None:
            continue
        for k, (a, b) in enumerate(pairwise(refs)):
            if a == b or a not in positions or b not in positions:
                continue
            mm = round(float(great_circle_km(*positions[a], *positions[b])) * 1e6)
            a_end, b_end = ((p, number, k + s) if p in barriers else p for s, p in ((0.1, a), (0.9, b)))
            if way.direction >= 0:
                graph.add_edge(a_end, b_end, mm=mm, key=(number, k))
            if way.direction <= 0:
                graph.add_edge(b_end, a_end, mm=mm, key=(number, k))
    whole_mm, points = 0, 0
    for part in nx.strongly_connected_components(graph):
        pieces = {key: mm for _, _, key, mm in graph.subgraph(part).edges(keys=True, data="mm")}
        if sum(pieces.values()) >= 1_000_000:
            whole_mm, points = whole_mm + sum(pieces.values()), points + len(part)
    return whole_mm, points


def test_xml_holds_what_its_tags_say(test_only_data):
    path = test_only_data / "osm" / "osnabrueck_martini.osm.xml"
    root = ElementTree.parse(path).getroot()
    tags = {id(e): {t.get("k"): t.get("v") for t in e.findall("tag")} for e in root}
    positions = {n.get("id"): (float(n.get("lon")), float(n.get("lat"))) for n in root.findall("node")}
    barriers = {n.get("id") for n in root.findall("node") if blocks_cars(tags[id(n)])}
    ways = [(tags[id(w)], [n.get("ref") for n in w.findall("nd")]) for w in root.findall("way")]
    network = roads.build_roads(path)
    assert (network.link_mm.sum(), network.info.vertices_kept) == large_parts_mm(ways, positions, barriers)
    assert network.info.date == "2020-06-25"
    assert network.info.has_minutes


@pytest.mark.parametrize(("name", "date"), [("hannover", "2023-11-13"), ("stade", "2023-11-20")])
def test_overpass_holds_what_its_tags_say(test_only_data, name, date):
    path = test_only_data / "osm" / f"{name}_overpass.json"
    elements = json.loads(path.read_text())["elements"]
    nodes = [e for e in elements if e["type"] == "node"]
    positions = {n["id"]: (n["lon"], n["lat"]) for n in nodes}
    barriers = {n["id"] for n in nodes if blocks_cars(n.get("tags", {}))}
    ways = [(e.get("tags", {}), e["nodes"]) for e in elements if e["type"] == "way"]
    network = roads.build_roads(path)
    assert (network.link_mm.sum(), network.info.vertices_kept) == large_parts_mm(ways, positions, barriers)
    assert network.info.date == date


def test_pbf_and_the_same_data_as_xml_give_the_same_network(extracts, tmp_path):
    import osmium

    pbf = roads.build_roads(extracts / "test.osm.pbf")
    assert pbf.info.extent == pytest.approx((26.93, 60.52, 26.97, 60.54), abs=1e-4)
    for name in ("same.osm", "same.osm.bz2"):
        with osmium.SimpleWriter(str(tmp_path / name)) as writer:
            for entity in osmium.FileProcessor(str(extracts / "test.osm.pbf")):
                writer.add(entity)
        assert roads.build_roads(tmp_path / name).info.checksum == pbf.info.checksum


def osm(*elements: str) -> str:
    return '<osm version="0.6">' + "".join(elements) + "</osm>"


def node(number: int, **tags: str) -> str:
    inner = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
    return f'<node id="{number}" lon="{9 + number / 1000}" lat="{52 + number % 2 / 1000}">{inner}</node>'


def way(number: int, *refs: int, **tags: str) -> str:
    inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
    inner += "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
    return f'<way id="{number}">{inner}</way>'


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_ways_before_their_points_are_read(tmp_path):
    nodes, ways = [node(k) for k in range(1, 4)], [way(1, 1, 2, 3, highway="primary")]
    first, last = (
        roads.build_roads(written(tmp_path / f"{k}.osm", osm(*rows)))
        for k, rows in enumerate(([*nodes, *ways], [*ways, *nodes]))
    )
    assert first.info.checksum == last.info.checksum


def test_a_bollard_cuts_the_street(tmp_path):
    nodes = [node(1), node(2), node(3, barrier="bollard"), node(4), node(5), node(6)]
    network = roads.build_roads(
        written(tmp_path / "x.osm", osm(*nodes, way(1, 1, 2, 3, 4, 5, 6, highway="residential")))
    )
    assert network.info.vertices_kept == 4
    assert network.shape_lon.min() == pytest.approx(9.003)


@pytest.mark.parametrize(
    "closed",
    [
        {"barrier": "entrance", "access": "private"},
        {"barrier": "toll_booth", "access": "private"},
        {"barrier": "gate", "locked": "yes"},
        {"access": "private"},
        {"motor_vehicle": "no"},
    ],
)
def test_whatever_on_the_way_is_closed_to_cars_cuts_it_in_every_form(tmp_path, closed):
    nodes = [node(1), node(2), node(3, **closed), node(4), node(5), node(6)]
    street = way(1, 1, 2, 3, 4, 5, 6, highway="residential")
    plain = written(tmp_path / "x.osm", osm(*nodes, street))
    packed = osmium.SimpleWriter(str(tmp_path / "x.osm.pbf"))
    for it in osmium.FileProcessor(str(plain)):
        packed.add(it)
    packed.close()
    drawn = [{"type": "node", "id": k, "lon": 9 + k / 1000, "lat": 52.0} for k in range(1, 7)]
    drawn[2]["tags"] = closed
    whole = {"type": "way", "id": 1, "nodes": [*range(1, 7)], "tags": {"highway": "residential"}}
    house = {"type": "way", "id": 2, "nodes": [1, 2, 1], "tags": {"building": "yes"}}
    answer = written(tmp_path / "x.json", json.dumps({"elements": [*drawn, whole, house]}))
    for path in (plain, tmp_path / "x.osm.pbf", answer):
        network = roads.build_roads(path, least_part_km=0.1)
        assert network.link_count == 2
        assert "not_for_cars" not in {reason for reason, *_ in network.info.notes}


def test_one_way_against_the_line(tmp_path):
    nodes = [node(k) for k in range(1, 5)]
    ways = [way(1, 1, 2, 3, highway="primary", oneway="-1"), way(2, 1, 4, 3, highway="primary", oneway="yes")]
    network = roads.build_roads(written(tmp_path / "x.osm", osm(*nodes, *ways)))
    # Round and round: 1 -> 4 -> 3 -> 2 -> 1, never the other way.
    assert not network.link_two_way.any()
    there = roads.nearest_offices(network, [9.004], [52.0], [9.003], [52.001]).distance_km[0]
    back = roads.nearest_offices(network, [9.003], [52.001], [9.004], [52.0]).distance_km[0]
    assert there < back
    assert there + back == pytest.approx(network.link_km.sum(), abs=1e-9)


def test_ferry_keeps_its_own_class_and_its_duration(tmp_path):
    nodes = [node(k) for k in range(1, 7)]
    ways = [
        way(1, 1, 2, 3, highway="primary"),
        way(2, 3, 4, route="ferry", duration="00:25"),
        way(3, 4, 5, 6, highway="residential"),
    ]
    network = roads.build_roads(written(tmp_path / "x.osm", osm(*nodes, *ways)))
    (ferry,) = np.flatnonzero(network.link_class == FERRY)
    assert network.link_minutes[ferry] == pytest.approx(25)
    at = [9.006], [52.0], [9.001], [52.001]
    over, round_about = (roads.nearest_offices(network, *at, ferries=f) for f in (True, False))
    assert over.status.tolist() == round_about.status.tolist() == [roads.RoadStatus.FERRY_ONLY]
    assert np.isfinite(over.distance_km[0])
    assert np.isinf(round_about.distance_km[0])
    assert over.minutes[0] > 25


def test_overpass_with_geometry_in_the_ways(test_only_data, tmp_path):
    path = test_only_data / "osm" / "stade_overpass.json"
    answer = json.loads(path.read_text())
    position = {
        e["id"]: {"lat": e["lat"], "lon": e["lon"]} for e in answer["elements"] if e["type"] == "node"
    }
    answer["elements"] = [
        {**e, "geometry": [position.get(ref) for ref in e["nodes"]]} if e["type"] == "way" else e
        for e in answer["elements"]
        if e["type"] == "way" or blocks_cars(e.get("tags", {}))
    ]
    bare = written(tmp_path / "geometry.json", json.dumps(answer))
    assert roads.build_roads(bare).info.checksum == roads.build_roads(path).info.checksum


def test_progress_is_reported_in_words(extracts):
    seen = []
    roads.build_roads(extracts / "Helsinki.osm.pbf", progress=seen.append)
    assert [p.step for p in seen] == ["reading_ways", "connecting", "shortcuts", "done"]
    assert "Helsinki.osm.pbf" in seen[0].sentence("de")
    assert all(p.sentence("en") for p in seen)


def test_truncated_files_are_named(extracts, test_only_data, tmp_path):
    whole = {
        "cut.osm.pbf": (extracts / "Helsinki.osm.pbf").read_bytes(),
        "cut.osm": (test_only_data / "osm" / "osnabrueck_martini.osm.xml").read_bytes(),
        "cut.json": (test_only_data / "osm" / "stade_overpass.json").read_bytes(),
    }
    whole["cut.osm.bz2"] = bz2.compress(whole["cut.osm"])
    for name, content in whole.items():
        for share in (0.2, 0.6, 0.95):
            (tmp_path / name).write_bytes(content[: int(len(content) * share)])
            with pytest.raises(InputError) as caught:
                roads.build_roads(tmp_path / name)
            assert codes(caught) == ["roads_file_broken"], (name, share)
            assert name in caught.value.message()


def test_files_that_are_not_what_they_seem(extracts, test_only_data, tmp_path):
    real = {
        "pbf": extracts / "test.osm.pbf",
        "osm": test_only_data / "osm" / "osnabrueck_martini.osm.xml",
        "json": test_only_data / "osm" / "stade_overpass.json",
        "csv": test_only_data / "dcw_edges.csv",
        "geojson": test_only_data / "dcw_roads_ni_buffer.geojson",
    }
    for suffix in (".osm.pbf", ".osm", ".osm.bz2", ".graphml", ".gpkg", ".parquet", ".json", ".csv"):
        for kind, path in real.items():
            if kind in suffix or (kind, suffix) == ("geojson", ".json"):
                continue
            wrong = tmp_path / f"wrong{suffix}"
            wrong.write_bytes(path.read_bytes()[:20_000])
            with pytest.raises(InputError) as caught:
                roads.build_roads(wrong)
            assert codes(caught) == ["roads_not_what_name_says"], (kind, suffix)
    empty = tmp_path / "empty.osm.pbf"
    empty.touch()
    with pytest.raises(InputError) as caught:
        roads.build_roads(empty)
    assert codes(caught) == ["roads_not_what_name_says"]


def test_json_that_is_no_overpass_answer(test_only_data, tmp_path):
    """One with other keys is refused; lines as GeoJSON are read as such, under either ending."""
    path = tmp_path / "roads.json"
    way = '{"type": "way", "id": 1, "nodes": [1, 2], "tags": {"highway": "primary"}}'
    others = ['{"type": "Topology", "objects": {}}', '{"elements": null}', f"[{way}]"]
    for said, code in [
        *((it, "json_other") for it in others),
        (f'{{"elements": [{way}]}}', "without_points"),
    ]:
        path.write_text(said)
        with pytest.raises(InputError) as caught:
            read_json(path)
        assert codes(caught) == [f"roads_{code}"]
    path.write_bytes((test_only_data / "dcw_roads_ni_buffer.geojson").read_bytes())
    assert roads.build_roads(path).info.kind == "table"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("nothing.osm.pbf", "roads_file_missing"),
        ("folder/Niedersachsen", "roads_file_missing"),
        ("Niedersachsen", "roads_needs_online"),
    ],
)
def test_missing_files_and_names_without_leave_to_go_online(source, code):
    with pytest.raises(InputError) as caught:
        roads.build_roads(source)
    assert codes(caught) == [code]


def test_a_folder_is_no_file_of_roads(tmp_path):
    (tmp_path / "netz.gdb").mkdir()
    with pytest.raises(InputError) as caught:
        roads.build_roads(tmp_path / "netz.gdb")
    assert codes(caught) == ["file_not_plain"]


def test_no_drivable_road_and_unknown_endings(tmp_path):
    footway = osm(node(1), node(2), way(1, 1, 2, highway="footway"))
    with pytest.raises(InputError) as caught:
        roads.build_roads(written(tmp_path / "walk.osm", footway))
    assert codes(caught) == ["roads_none_drivable"]
    with pytest.raises(InputError) as caught:
        roads.build_roads(written(tmp_path / "roads.xyz", "x"))
    assert codes(caught) == ["roads_form_unknown"]


def as_pbf(path, text, options=""):
    """The same as PBF, written by osmium."""
    import osmium

    source = written(path.with_suffix(".osm"), text)
    with osmium.SimpleWriter(osmium.io.File(str(path), f"pbf{options}"), overwrite=True) as writer:
        for entity in osmium.FileProcessor(source):
            writer.add(entity)
    return path


@pytest.mark.parametrize("form", ["pbf", "osm", "change"])
def test_a_history_is_no_map(tmp_path, form):
    """What was, beside what is: a street that was moved would lie at both places."""
    street = way(7, 1, 2, 3, highway="primary").replace("<way", '<way visible="true" version="1"')
    moved = way(7, 1, 3, highway="primary").replace("<way", '<way visible="true" version="2"')
    text = osm(node(1), node(2), node(3), street, moved)
    if form == "pbf":
        path = as_pbf(tmp_path / "x.osm.pbf", text, ",history=true")
    else:
        if form == "change":
            text = text.replace("<osm ", "<osmChange ").replace("</osm>", "</osmChange>").replace(moved, "")
        path = written(tmp_path / "x.osm", text)
    with pytest.raises(InputError) as caught:
        read_extract(path, form_of(path))
    assert codes(caught) == ["roads_history"]


@pytest.mark.parametrize("generator", ["JOSM", "a script"])
@pytest.mark.parametrize("said", ['action="delete"', 'visible="false" version="2"'])
def test_a_street_that_is_deleted_in_a_later_row_is_no_street(tmp_path, said, generator):
    gone = f'<way id="7" {said}/>'
    rows = [way(6, 1, 2, highway="primary"), way(7, 2, 3, highway="primary"), gone]
    text = osm(node(1), node(2), node(3), *rows).replace("<osm ", f'<osm generator="{generator}" ', 1)
    segments, _ = read_extract(written(tmp_path / "x.osm", text), "osm")
    assert len(segments.tail) == 1


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), 91, -1e300, "nan"])
@pytest.mark.parametrize("drawn", [False, True])
def test_a_point_of_an_answer_that_is_nowhere_has_no_position(wrong, drawn):
    points = [{"lon": 9.0 + at / 100, "lat": 52.5} for at in range(4)]
    points[3]["lat"] = wrong
    street = {"type": "way", "id": 7, "nodes": [0, 1, 2, 3], "tags": {"highway": "primary"}}
    if drawn:
        street["geometry"] = points
    nodes = [] if drawn else [{"type": "node", "id": at, **it} for at, it in enumerate(points)]
    segments, info = read_answer({"elements": [*nodes, street]}, "a.json")
    assert len(segments.tail) == 2
    assert ("no_position", 1, 0.0) in info.notes


def test_positions_that_a_program_has_made_text_of_are_read():
    points = [{"type": "node", "id": at, "lon": f"9.0{at}", "lat": "52.5"} for at in range(3)]
    street = {"type": "way", "id": 7, "nodes": [0, 1, 2], "tags": {"highway": "primary"}}
    segments, info = read_answer({"elements": [*points, street]}, "a.json")
    assert len(segments.tail) == 2
    assert info.notes == ()
