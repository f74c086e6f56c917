"""One map of OpenStreetMap in all the forms in which programs hand it out: packed in parts, out of order."""

import bz2
import gzip
import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.distances.roads.read_json import read_json
from iqgeo.distances.roads.read_osm import read_extract
from iqgeo.errors import InputError
from tests.draws import draws

from .test_network import codes
from .test_pbf import blob, packed, varint
from .test_read_osm import node, osm, way

NODES = [node(number) for number in range(1, 6)]
WAYS = [way(1, 1, 2, 3, highway="primary"), way(2, 5, 4, 3, highway="residential", oneway="yes")]
MAP = osm(*NODES, *WAYS)


def arcs(segments):
    """Every direction that one may drive, by where its ends lie, with length and time."""
    at = list(zip(segments.lon.tolist(), segments.lat.tolist(), strict=True))
    rows = zip(
        *(getattr(segments, name).tolist() for name in ("tail", "head", "mm", "minutes", "two_way")),
        strict=True,
    )
    found = [(at[a], at[b], mm, round(minutes, 6), both) for a, b, mm, minutes, both in rows]
    return sorted(found + [(b, a, mm, minutes, both) for a, b, mm, minutes, both in found if both])


@pytest.fixture(scope="module")
def wanted(tmp_path_factory):
    path = tmp_path_factory.mktemp("plain") / "map.osm"
    path.write_text(MAP)
    return arcs(read_extract(path, "osm")[0])


@settings(max_examples=draws(12))
@given(cuts=st.lists(st.integers(0, len(MAP)), max_size=4).map(sorted), pack=st.sampled_from([bz2, gzip]))
def test_one_file_packed_in_parts_is_one_file(tmp_path_factory, wanted, cuts, pack):
    ends = [0, *cuts, len(MAP)]
    parts = [pack.compress(MAP[a:b].encode()) for a, b in pairwise(ends)]
    ending = "osm.bz2" if pack is bz2 else "osm.gz"
    path = tmp_path_factory.getbasetemp() / f"parts.{ending}"
    path.write_bytes(b"".join(parts))
    segments, info = read_extract(path, ending)
    assert (arcs(segments), info.source) == (wanted, path.name)


def test_a_packed_file_that_ends_too_early_is_refused(tmp_path):
    (tmp_path / "cut.osm.bz2").write_bytes(
        bz2.compress(MAP[:200].encode()) + bz2.compress(MAP[200:300].encode())
    )
    with pytest.raises(InputError) as caught:
        read_extract(tmp_path / "cut.osm.bz2", "osm.bz2")
    assert codes(caught) == ["roads_file_broken"]


@settings(max_examples=draws(30))
@given(st.permutations([*NODES, *WAYS]))
def test_the_order_of_a_file_says_nothing(tmp_path_factory, wanted, rows):
    path = tmp_path_factory.getbasetemp() / "order.osm"
    path.write_text(osm(*rows))
    assert arcs(read_extract(path, "osm")[0]) == wanted


def test_points_within_the_ways_are_where_the_ways_run(tmp_path, wanted):
    """Overpass writes them so for "out geom"."""
    text = osm(*WAYS)
    for number in range(1, 6):
        place = f'lat="{52 + number % 2 / 1000}" lon="{9 + number / 1000}"'
        text = text.replace(f'<nd ref="{number}"/>', f'<nd ref="{number}" {place}/>')
    (tmp_path / "geom.osm").write_text(text)
    assert arcs(read_extract(tmp_path / "geom.osm", "osm")[0]) == wanted


def test_ways_without_any_point_are_told_so(tmp_path):
    (tmp_path / "ids.osm").write_text(osm(*WAYS))
    with pytest.raises(InputError) as caught:
        read_extract(tmp_path / "ids.osm", "osm")
    assert codes(caught) == ["roads_without_points"]


def answer(of_id=int):
    places = {number: (9 + number / 1000, 52 + number % 2 / 1000) for number in range(1, 6)}
    nodes = [{"type": "node", "id": of_id(k), "lon": lon, "lat": lat} for k, (lon, lat) in places.items()]
    tags = {"highway": "residential", "oneway": "yes"}
    first = {
        "type": "way",
        "id": of_id(1),
        "nodes": list(map(of_id, (1, 2, 3))),
        "tags": {"highway": "primary"},
    }
    return {"elements": [*nodes, first, {"type": "way", "id": 2, "nodes": [5, 4, 3], "tags": tags}]}


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_ways_that_nobody_drives_do_not_change_whether_points_are_missing(tmp_path, wanted, closed):
    """They may come without any, and count neither way."""
    path, rest = tmp_path / "answer.json", answer()["elements"]
    nobodys = [
        {"type": "way", "id": 7 + k, "nodes": [8, 9], "tags": {"highway": "service", "access": "no"}}
        for k in range(closed)
    ]
    path.write_text(json.dumps({"elements": [*rest, *nobodys]}))
    assert arcs(read_json(path)[0]) == wanted
    path.write_text(json.dumps({"elements": [it for it in rest if it["type"] == "way"] + nobodys}))
    with pytest.raises(InputError) as caught:
        read_json(path)
    assert codes(caught) == ["roads_without_points"]


@pytest.mark.parametrize("of_id", [int, str, float])
def test_ids_are_the_same_as_text_and_as_numbers(tmp_path, wanted, of_id):
    (tmp_path / "answer.json").write_text(json.dumps(answer(of_id)))
    assert arcs(read_json(tmp_path / "answer.json")[0]) == wanted


def number(field, value):
    return varint(field << 3) + varint(value)


def inner(field, data):
    return varint(field << 3 | 2) + varint(len(data)) + data


def zigzag(values):
    return b"".join(varint((it << 1 ^ it >> 63) & (1 << 64) - 1) for it in values)


def pbf(path, ways):
    """A file of four points and of ways: id, version, whether it is there, points."""
    strings = inner(1, b"".join(inner(1, it) for it in (b"", b"highway", b"primary")))
    points = inner(1, zigzag([1, 1, 1, 1])) + inner(8, zigzag([520_000_000, 0, 0, 100_000]))
    points += inner(9, zigzag([90_000_000, 100_000, 100_000, -100_000]))
    rows = b""
    for way_id, version, there, refs in ways:
        row = number(1, way_id)
        if there:
            row += inner(2, b"\x01") + inner(3, b"\x02")
        row += inner(4, number(1, version) + (b"" if there else number(6, 0)))
        rows += inner(3, row + inner(8, zigzag(np.diff([0, *refs]).tolist())))
    head = inner(4, b"OsmSchema-V0.6") + inner(4, b"DenseNodes")
    data = strings + inner(2, inner(2, points)) + inner(2, rows)
    path.write_bytes(blob(b"OSMHeader", packed(head)) + blob(b"OSMData", packed(data)))
    return read_extract(path, "pbf")[0]


@pytest.mark.parametrize("others", [(1, 2, True, [1, 2, 3]), (1, 2, False, [])])
def test_a_way_in_several_versions_is_a_history_without_its_sign(tmp_path, others):
    once = pbf(tmp_path / "day.osm.pbf", [(1, 1, True, [1, 4, 3])])
    assert len(once.mm) == 2
    with pytest.raises(InputError) as caught:
        pbf(tmp_path / "history.osm.pbf", [(1, 1, True, [1, 4, 3]), others])
    assert codes(caught) == ["roads_history"]


def test_a_way_that_lies_in_two_extracts_put_into_one_is_there_once(tmp_path):
    row, other = (1, 1, True, [1, 4, 3]), (7, 3, True, [1, 2, 3])
    once, twice = pbf(tmp_path / "a.osm.pbf", [row, other]), pbf(tmp_path / "b.osm.pbf", [row, other, row])
    assert arcs(once) == arcs(twice)
    assert len(twice.mm) == 4


def test_a_way_that_was_deleted_is_no_road(tmp_path):
    rows = [(1, 1, True, [1, 4, 3]), (2, 5, False, [1, 2, 3])]
    assert arcs(pbf(tmp_path / "a.osm.pbf", rows)) == arcs(pbf(tmp_path / "b.osm.pbf", rows[:1]))
