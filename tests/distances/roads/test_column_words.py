"""Tables of streets under the names, words, units and signs of the tools that write them: one network."""

import json
import struct
import zipfile
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas
import networkx as nx
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from iqgeo.distances.roads.build import built_here, form_of, from_child
from iqgeo.distances.roads.column_names import END_IDS, END_PLACES, NAMES, NODE_NAMES
from iqgeo.distances.roads.joining import join_loose_ends
from iqgeo.distances.roads.links import segments_of
from iqgeo.distances.roads.osm_columns import with_other_tags
from iqgeo.distances.roads.read_json import read_json
from iqgeo.distances.roads.read_table import read_edge_table
from iqgeo.errors import InputError

from .test_anyones import plain_links
from .test_network import codes

PLACES = {"a": (9.5, 52.5), "b": (9.54, 52.5), "c": (9.54, 52.52), "d": (9.58, 52.51), "e": (9.60, 52.49)}
STREETS = [
    ("a", "b", 2713, 0), ("b", "c", 2230, 0), ("c", "a", 3600, 1), ("c", "d", 2990, 0), ("d", "e", 2650, -1),
    ("e", "b", 4300, -1),
]  # fmt: skip
"""From, to, metres, and 1 or -1 for one-way streets along or against the line."""


def arcs_wanted():
    found = {}
    for start, end, metres, way in STREETS:
        if way >= 0:
            found[start, end] = metres
        if way <= 0:
            found[end, start] = metres
    return found


def arcs_read(path, nodes=None):
    """Lengths in metres between places, by direction, as a file is read (before parts are chosen)."""
    segments, info = read_edge_table(path, nodes)
    at = {it: name for name, it in PLACES.items()}
    lon, lat = np.round(segments.lon, 7), np.round(segments.lat, 7)
    name = [at.get(it) for it in zip(lon.tolist(), lat.tolist(), strict=True)]
    found = {}
    for tail, head, mm, both in zip(segments.tail, segments.head, segments.mm, segments.two_way, strict=True):
        for one, other in ((tail, head), (head, tail)) if both else ((tail, head),):
            key = name[one], name[other]
            found[key] = min(found.get(key, np.inf), float(mm) / 1000)
    return found, info


KM, METRES, NOT_SAID = (NAMES[it] for it in ("km", "metres", "length"))
WORDS = [
    ("1", "0", "-1"), ("yes", "", "-1"), ("FT", "B", "TF"), ("F", "B", "T"), ("forward", "both", "backward"),
    ("hin", "beide", "gegen"), ("ja", "nein", "-1.0"), ("YES", "UNKNOWN", "reversed"),
]  # fmt: skip
NUMBERS = [
    lambda it: f"{Decimal(it):.18E}", lambda it: f"{Decimal(it):.18e}".replace(".", ","),
    lambda it: f"{it:024d}", "{}.0".format, lambda it: f"{it:,}".replace(",", "."), " {}".format,
]  # fmt: skip
"""Ids as spreadsheets write them where they take them for numbers, in one table and not in the other."""

SIGNS = [("utf-8", ","), ("utf-8-sig", ";"), ("cp1252", ";"), ("utf-16", "\t"), ("utf-8", "|")]


def spelled(draw, name):
    """A name as some tool or person writes it."""
    shape = draw(st.sampled_from([str, str.upper, str.title, lambda it: it.replace("_", " ")]))
    return shape(name).replace("laenge", draw(st.sampled_from(["laenge", "länge"])))


@given(data=st.data())
@settings(max_examples=30)
def test_names_words_units_and_signs_do_not_matter(data):
    draw = data.draw
    pair = draw(st.sampled_from(END_IDS))
    name, per_metre = draw(
        st.tuples(st.sampled_from(KM), st.just(0.001))
        | st.tuples(st.sampled_from(METRES), st.just(1))
        | st.tuples(st.sampled_from(NOT_SAID), st.sampled_from([0.001, 1]))
    )
    one_way, (along, both, against) = (
        draw(st.sampled_from([*NAMES["oneway"], *NAMES["direction"]])),
        draw(st.sampled_from(WORDS)),
    )
    ids = draw(
        st.sampled_from([str, ord, lambda it: -ord(it), lambda it: 10**18 + ord(it), "Straße {}".format])
    )
    rows = [(ids(a), ids(b), m * per_metre, way, PLACES[a], PLACES[b]) for a, b, m, way in STREETS]
    said = {1: along, 0: both, -1: against}
    listed = draw(st.sampled_from(["once", "by direction", "by direction, unsaid"]))
    if listed != "once":
        turned = [(b, a, m * (1 + 1e-12), q, p) for a, b, m, way, p, q in rows if way <= 0]
        rows = [row for row in rows if row[3] >= 0] + [(a, b, m, 1, p, q) for a, b, m, p, q in turned]
        rows = [(a, b, m, 1, p, q) for a, b, m, _, p, q in rows]
        # F in every row may as well be a database's "false": that is asked about.
        said = {1: "1" if along == "F" else along}
    where = draw(st.sampled_from(["nodes", "ends", "ends alone", "drawn"]))
    numbered = isinstance(rows[0][0], int) and rows[0][0] > 0
    in_edges = draw(st.sampled_from([str, *NUMBERS])) if where == "nodes" and numbered else str
    frame = pd.DataFrame({spelled(draw, pair[0]): [in_edges(row[0]) for row in rows]})
    frame[spelled(draw, pair[1])] = [in_edges(row[1]) for row in rows]
    frame[spelled(draw, name)] = [row[2] for row in rows]
    if listed != "by direction, unsaid":
        column = one_way if listed == "once" or one_way in NAMES["oneway"] else "oneway"
        frame[spelled(draw, column)] = [said[row[3]] for row in rows]
    encoding, separator = draw(st.sampled_from(SIGNS))
    how = {
        "index": False,
        "sep": separator,
        "encoding": encoding,
        "decimal": "," if separator == ";" else ".",
    }
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x_edges.csv"
        if where == "nodes":
            names = [draw(st.sampled_from(NODE_NAMES[it])) for it in ("node", "lon", "lat")]
            points = [(ids(it), *PLACES[it]) for it in PLACES]
            pd.DataFrame(points, columns=names).to_csv(Path(folder) / "x_nodes.csv", **how)
        elif where == "drawn":
            backwards = draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
            frame["WKT"] = [
                shapely.LineString(row[4:6][:: -1 if it else 1]).wkt
                for it, row in zip(backwards, rows, strict=True)
            ]
        else:
            for at, column in enumerate(draw(st.sampled_from(END_PLACES))):
                frame[spelled(draw, column)] = [(*row[4], *row[5])[at] for row in rows]
            if where == "ends alone":
                frame = frame.drop(columns=list(frame.columns[:2]))
        frame.to_csv(path, **how)
        found, info = arcs_read(path)
    assert found == pytest.approx(arcs_wanted(), abs=0.01 if where != "drawn" else 10)
    alone = [note[:2] for note in info.notes]
    assert alone == ([("listed_one_way", 3)] if listed == "by direction, unsaid" else [])


def test_lengths_that_fit_no_unit_are_asked_about(tmp_path):
    frame = pd.DataFrame({"u": ["a", "b"], "v": ["b", "c"], "cost": [30.0, 41.5]})
    frame.to_csv(tmp_path / "x_edges.csv", index=False)
    points = pd.DataFrame([(it, *PLACES[it]) for it in PLACES], columns=["id", "x", "y"])
    points.to_csv(tmp_path / "x_nodes.csv", index=False)
    with pytest.raises(InputError) as caught:
        read_edge_table(tmp_path / "x_edges.csv")
    assert codes(caught) == ["roads_length_unit"]


def test_streets_listed_once_without_a_word_on_one_ways_run_both_ways(tmp_path):
    rows = [(a, b, m / 1000, *PLACES[a], *PLACES[b]) for a, b, m, _ in STREETS]
    for turned in (set(), {0, 2, 3}, set(range(6))):
        listed = [
            (row[1], row[0], row[2], *row[5:], *row[3:5]) if k in turned else row
            for k, row in enumerate(rows)
        ]
        columns = ["von", "nach", "km", "lon1", "lat1", "lon2", "lat2"]
        pd.DataFrame(listed, columns=columns).to_csv(tmp_path / "x.csv", index=False)
        found, info = arcs_read(tmp_path / "x.csv")
        assert set(found) == {key for a, b, *_ in STREETS for key in ((a, b), (b, a))}
        assert info.notes == ()


def test_costs_below_zero_close_a_direction(tmp_path):
    """pgRouting: source, target, length in degrees and in metres, both costs, coordinates of the ends."""
    rows = [
        (a, b, 0.04, m, m if way >= 0 else -1, m if way <= 0 else -1, *PLACES[a], *PLACES[b])
        for a, b, m, way in STREETS
    ]
    columns = ["source", "target", "length", "length_m", "cost", "reverse_cost", "x1", "y1", "x2", "y2"]
    pd.DataFrame(rows, columns=columns).to_csv(tmp_path / "ways.csv", index=False)
    assert arcs_read(tmp_path / "ways.csv")[0] == pytest.approx(arcs_wanted(), abs=0.01)


def drawn_streets(**columns):
    lines = [shapely.LineString([PLACES[a], PLACES[b]]) for a, b, *_ in STREETS]
    footpath = shapely.LineString([PLACES["a"], PLACES["e"]])
    ways = [way for *_, way in STREETS]
    frame = geopandas.GeoDataFrame({"oneway": ways}, geometry=lines, crs=4326)
    more = geopandas.GeoDataFrame({"oneway": [0]}, geometry=[footpath], crs=4326)
    frame = pd.concat([frame, more], ignore_index=True)
    return frame.assign(oneway=frame["oneway"].map({1: "yes", 0: "no", -1: "-1"}), **columns)


KINDS = ["primary", "residential", "unclassified", "secondary", "tertiary", "service", "footway"]


@pytest.mark.parametrize("column", ["fclass", "class", "type", "road_class", "SUMO", "other_tags"])
def test_classes_of_streets_are_read_whatever_the_column(tmp_path, column):
    frame = drawn_streets(kind_of=KINDS)
    if column == "other_tags":
        # What GDAL makes of an extract: one-ways in a text, other layers beside.
        frame["other_tags"] = [f'"oneway"=>"{it}","surface"=>"asphalt"' for it in frame["oneway"]]
        frame = frame.drop(columns="oneway").rename(columns={"kind_of": "highway"})
        several = frame[:1].assign(geometry=shapely.MultiLineString([frame.geometry[0]]))
        several.to_file(tmp_path / "x.gpkg", layer="multilinestrings")
        frame[:1].assign(geometry=shapely.Point(9, 52).buffer(1)).to_file(tmp_path / "x.gpkg", layer="areas")
    elif column == "SUMO":
        frame = frame.assign(type="highway." + frame["kind_of"]).drop(columns="kind_of")
    else:
        frame = frame.rename(columns={"kind_of": column})
    frame.to_file(tmp_path / "x.gpkg", layer="lines")
    found, info = arcs_read(tmp_path / "x.gpkg")
    assert set(found) == set(arcs_wanted())
    assert ("not_for_cars", 1, 0.0) in info.notes
    assert info.has_minutes


@pytest.mark.parametrize("name", ["x.geojson", "x.json", "x.shp", "x.fgb"])
def test_lines_in_other_files_for_maps(tmp_path, name):
    frame = drawn_streets()[: len(STREETS)]
    frame = frame if "json" in name else frame.to_crs(25832)
    frame.to_file(tmp_path / name, driver="GeoJSON" if "json" in name else None)
    found, _ = arcs_read(tmp_path / name)
    assert set(found) == set(arcs_wanted())
    assert form_of(tmp_path / name) == ("geojson" if "json" in name else name[-3:])


@pytest.mark.parametrize("lost", ["1E+09", "", None])
def test_ids_that_are_lost_give_way_to_where_the_ends_lie(tmp_path, lost):
    """A spreadsheet has shortened all ids to the same digits, or some are missing: said, and not needed."""
    rows = [(a, b, m / 1000, way, *PLACES[a], *PLACES[b]) for a, b, m, way in STREETS]
    frame = pd.DataFrame(rows, columns=["from", "to", "km", "oneway", *END_PLACES[0]])
    frame = frame.assign(**{"from": "1E+09", "to": "1E+09"} if lost else {"to": [*frame["to"][:-1], lost]})
    frame.to_csv(tmp_path / "e.csv", index=False)
    found, info = arcs_read(tmp_path / "e.csv")
    assert found == pytest.approx(arcs_wanted(), abs=0.01)
    assert info.notes == (("ids_left_aside", len(STREETS), 0.0),)


@pytest.mark.parametrize("form", ["shp", "gpkg", "geojson", "csv", "edges"])
def test_a_zip_holds_one_road_file_whatever_else_is_in_it(tmp_path, form):
    inside, path = tmp_path / "x", tmp_path / "Straßen.shp.zip"
    inside.mkdir()
    frame = drawn_streets()[: len(STREETS)]
    name = {"shp": "gis_osm_roads_free_1.shp"}.get(form, f"roads.{form}")
    if form == "edges":
        name = "my_edges.csv"
        points = [(it, *PLACES[it]) for it in PLACES]
        pd.DataFrame(points, columns=["node_id", "lon", "lat"]).to_csv(inside / "my_nodes.csv", index=False)
        rows = [(a, b, m / 1000, way) for a, b, m, way in STREETS]
        pd.DataFrame(rows, columns=["from", "to", "km", "oneway"]).to_csv(inside / name, index=False)
    elif form == "csv":
        pd.DataFrame(frame.assign(WKT=frame.geometry.to_wkt()).drop(columns="geometry")).to_csv(inside / name)
    else:
        frame.to_file(inside / name)
    others = {"shp": ["gis_osm_railways_free_1.shp", "gis_osm_waterways_free_1.shp"]}.get(form, [])
    for other in others:
        frame[:1].to_file(inside / other)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README", "©")
        for file in inside.iterdir():
            archive.write(file, f"Land/{file.name}")
            archive.writestr(f"__MACOSX/Land/._{file.name}", "x")
    network, _ = from_child(built_here(str(path), form_of(path), None, 0.0))
    assert network.info.source == f"Straßen.shp.zip: {name}"
    assert network.info.vertices_kept == len(PLACES)
    assert network.link_two_way.sum() == sum(row[3] == 0 for row in STREETS)


def test_a_zip_without_one_road_file_says_so(tmp_path):
    path = tmp_path / "x.zip"
    for members, code in (
        ({"README": "x"}, "roads_zip_unclear"),
        ({"a/roads.csv": "x", "b/roads.csv": "x"}, "roads_zip_unclear"),
        ({"roads.csv": "from,to,km\n" + "a,b,1.0\n" * 2_300_000}, "zip_bomb"),
        ({"../../roads.csv": ""}, "roads_zip_unclear"),
    ):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in members.items():
                archive.writestr(name, text)
        with pytest.raises(InputError) as caught:
            built_here(str(path), form_of(path), None, 0.0)
        assert codes(caught) == [code]
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(InputError) as caught:
        built_here(str(path), form_of(path), None, 0.0)
    assert codes(caught) == ["zip_broken"]
    assert not (tmp_path.parent / "roads.csv").exists()


def test_points_and_areas_beside_streets_are_left_out_and_counted(tmp_path):
    """What Overpass turbo and QuickOSM export: crossings and squares among the streets."""
    frame = drawn_streets()[: len(STREETS)]
    spot = shapely.Point(PLACES["a"])
    other = geopandas.GeoDataFrame(geometry=[spot, spot.buffer(1e-4)], crs=4326)
    pd.concat([other, frame]).to_file(tmp_path / "x.geojson")
    found, info = arcs_read(tmp_path / "x.geojson")
    assert set(found) == set(arcs_wanted())
    assert ("no_line", 2, 0.0) in info.notes


@pytest.mark.parametrize("form", [".geojson", ".gpkg", ".fgb"])
def test_lines_of_one_point_are_left_out_and_counted(tmp_path, form):
    """What an editor leaves of a line whose other points were taken away."""
    frame = drawn_streets()[: len(STREETS)]
    rest = struct.pack("<BII2d", 1, 2, 1, *PLACES["a"])
    written = np.array([rest, *shapely.to_wkb(frame.geometry.to_numpy())], dtype=object)
    one_ways = np.array(["no", *frame["oneway"]], dtype=object)
    options = {"spatial_index": False} if form != ".geojson" else {}
    pyogrio.raw.write(
        tmp_path / f"x{form}", written, [one_ways], ["oneway"], geometry_type="LineString", crs="EPSG:4326",
        **options,
    )  # fmt: skip
    found, info = arcs_read(tmp_path / f"x{form}")
    assert set(found) == set(arcs_wanted())
    assert ("no_line", 1, 0.0) in info.notes


@given(st.integers(2, 3), st.integers(2, 3), st.floats(0.05, 3.0), st.floats(0, 2 * np.pi), st.booleans())
@settings(max_examples=40)
def test_knots_side_by_side_are_one_unless_a_street_says_how_far_apart(ends, others, gap_m, bearing, linked):
    """Several streets end at one point, others a little beside it."""
    first = np.array([9.5, 52.5])
    second = first + gap_m * np.array([np.cos(bearing) / 67_684, np.sin(bearing) / 111_250])
    lines = [
        shapely.LineString([knot, knot + 0.01 * np.array([np.cos(angle), np.sin(angle)])])
        for knot, count, turn in ((first, ends, 0.3), (second, others, 1.4))
        for angle in turn + 2 * np.pi * np.arange(count) / count
    ]
    if linked:
        lines.append(shapely.LineString([first, second]))
    links = plain_links(lines)
    segments = segments_of(links, joined_at_bends=True)
    knots = np.ones(len(segments.lon), dtype=bool)
    joined, count = join_loose_ends(segments, knots=knots)
    graph = nx.Graph(zip(joined.tail.tolist(), joined.head.tolist(), strict=True))
    beside = min(
        shapely.distance(*(shapely.transform(it, lambda xy: xy * [67_684, 111_250]) for it in pair))
        for pair in (
            *((shapely.Point(first), line) for line in lines[ends : ends + others]),
            *((shapely.Point(second), line) for line in lines[:ends]),
        )
    )
    # Beside the middle of a line is another matter.
    assume(linked or gap_m < 0.9 or beside > 1.1)
    if linked:
        assert count == 0
    elif not 0.9 < gap_m < 1.1:
        assert count == (gap_m < 1)
    assert nx.number_connected_components(graph) == 2 - (linked or count)
    assert joined.mm.sum() == segments.mm.sum()


@given(
    st.floats(0.1, 0.9), st.floats(0, 3), st.lists(st.floats(0.2, 2.9), min_size=2, max_size=4, unique=True),
    st.booleans(), st.booleans(), st.sampled_from([0.002, 0.05]),
)  # fmt: skip
@settings(max_examples=40)
def test_a_knot_beside_the_middle_of_a_line_is_on_it_unless_it_may_lie_below(
    share, gap_m, bearings, crosses, levels_told, long
):
    """Side roads that end together on an unsplit main road; lines on both sides may pass below a bridge."""
    start, end = np.array([9.5, 52.5]), np.array([9.5 + long, 52.5])
    knot = start + share * (end - start) + [0, gap_m / 111_195]
    turns = [-it if crosses and k == 0 else it for k, it in enumerate(bearings)]
    lines = [shapely.LineString([start, end])]
    lines += [shapely.LineString([knot, knot + 0.01 * np.array([np.cos(it), np.sin(it)])]) for it in turns]
    segments = segments_of(plain_links(lines), joined_at_bends=True)
    knots = np.ones(len(segments.lon), dtype=bool)
    joined, count = join_loose_ends(segments, knots=knots, levels_told=levels_told)
    graph = nx.Graph(zip(joined.tail.tolist(), joined.head.tolist(), strict=True))
    assert nx.number_connected_components(graph) == 2 - count
    assert joined.mm.sum() == pytest.approx(segments.mm.sum(), abs=2)
    if not crosses and not 0.9 < gap_m < 1.6:
        assert count == (gap_m < 1)
    if crosses and not 0.15 < gap_m < 0.6:
        assert count == (gap_m < 0.2 and not levels_told)


def test_ways_without_ids_of_their_points_meet_where_they_lie(tmp_path):
    """Overpass with "out tags geom": places, no ids."""
    ways = [
        {
            "type": "way",
            "id": k,
            "tags": {"highway": "primary"},
            "geometry": [{"lon": lon, "lat": lat} for lon, lat in (PLACES[a], PLACES[b])],
        }
        for k, (a, b, *_) in enumerate(STREETS)
    ]
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"elements": ways}))
    segments, _ = read_json(path)
    assert len(segments.tail) == len(STREETS)
    assert len(segments.lon) == len(PLACES)
    ways[0]["nodes"] = [1, 2, 3]
    path.write_text(json.dumps({"elements": ways}))
    with pytest.raises(InputError) as caught:
        read_json(path)
    assert codes(caught) == ["roads_file_broken"]


def test_a_quote_within_a_tag_ends_neither_it_nor_the_text() -> None:
    """GDAL and osm2pgsql put a stroke before quotes and strokes."""
    written = '"name"=>"Am \\"Tor\\"","access"=>"private; \\"Hof\\\\Nord\\"","oneway"=>"yes"'
    found = with_other_tags(pd.DataFrame({"other_tags": [written, None]}))
    assert found[["access", "oneway"]].to_numpy().tolist() == [['private; "Hof\\Nord"', "yes"], ["", ""]]
