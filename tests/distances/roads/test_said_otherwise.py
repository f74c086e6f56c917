"""What tables say of tags, tunnels, both directions and systems in other ways than most: the same streets."""

import json

import geopandas
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.distances.roads.assemble import assemble
from iqgeo.distances.roads.links import Links, segments_of
from iqgeo.distances.roads.network import MOTORWAY, ROAD
from iqgeo.distances.roads.osm_columns import ways_of, with_other_tags
from iqgeo.distances.roads.read_graph import read_gexf, segments_of_graph
from iqgeo.distances.roads.read_table import read_edge_table
from iqgeo.distances.roads.table import RoadTable
from iqgeo.distances.roads.table_rules import lengths_mm, line_km
from iqgeo.distances.roads.unsaid_system import UnsaidSystem
from iqgeo.errors import InputError
from tests.draws import draws

from .oracles import INFO
from .test_column_words import PLACES, STREETS, arcs_read, arcs_wanted
from .test_network import codes
from .test_tools_own_ways import arcs_of, edges

LINES = [shapely.LineString([PLACES[a], PLACES[b]]) for a, b, *_ in STREETS]
TAGS = {
    "highway": st.sampled_from(["primary", "residential", "service"]),
    "oneway": st.sampled_from(["yes", "-1", "no"]),
    "maxspeed": st.sampled_from(["30", "50 mph", 'a "b"', "DE:urban"]),
    "access": st.sampled_from(["private", "destination;delivery"]),
}


def as_hstore(tags):
    return ", ".join('"{}"=>"{}"'.format(*(it.replace('"', '\\"') for it in pair)) for pair in tags.items())


FORMS = [
    as_hstore,
    json.dumps,
    repr,
    dict,
    lambda tags: list(tags.items()),
    lambda tags: np.array(list(tags.items())),
]


@given(
    st.lists(st.fixed_dictionaries({}, optional=TAGS), min_size=1, max_size=4),
    st.sampled_from(FORMS),
    st.data(),
)
def test_tags_in_one_column_are_the_tags(rows, form, data):
    """As GDAL writes them (two forms), Overpass Turbo, pandas and Arrow."""
    name = data.draw(st.sampled_from(["tags", "other_tags"]))
    cells = pd.Series([form({**tags, "name": "x"}) for tags in rows], dtype=object)
    found = with_other_tags(pd.DataFrame({"id": range(len(rows)), name: cells}))
    for key in TAGS:
        read = found[key].tolist() if key in found else [""] * len(rows)
        assert read == [tags.get(key, "") for tags in rows]


@pytest.mark.parametrize(
    "cell", ["", "{", "{1: 2}", "[]", None, np.nan, 5, "{'a': ", '{"highway": null}', "NULL"]
)
def test_cells_without_tags_hold_none(cell):
    frame = pd.DataFrame({"tags": pd.Series([cell, "{}"], dtype=object), "x": 1})
    assert "highway" not in with_other_tags(frame)


@given(
    st.sampled_from(["tunnel", "motorroad"]),
    st.sampled_from(
        [("T", "F"), ("1", "0"), (1, 0), (True, False), ("ja", "nein"), ("yes", "no"), ("Y", "N"), ("t", "f")]
    ),
)
def test_truths_of_databases_say_which_streets_are_tunnels(key, words):
    """Geofabrik's shapefiles write T and F."""
    frame = pd.DataFrame({"highway": "primary", key: pd.Series(words, dtype=object)})
    assert [way.road_class for way in ways_of(frame, [])] == [MOTORWAY, ROAD]


@settings(max_examples=draws(15))
@given(
    name=st.sampled_from(
        ["two_way", "bidirectional", "Beidseitig", "Zweirichtungsverkehr", "beide Richtungen"]
    ),
    words=st.sampled_from(
        [("1", "0"), ("ja", "nein"), ("True", "False"), ("x", ""), ("T", "F"), ("wahr", "falsch")]
    ),
)
def test_a_column_of_both_directions_says_which_streets_are_one_way(tmp_path_factory, name, words):
    """Streets against their line stand the other way round: such a column does not tell which way."""
    frame = edges(**{name: [words[way != 0] for *_, way in STREETS]})
    against = np.array([way < 0 for *_, way in STREETS])
    for one, other in (("source", "target"), ("x1", "x2"), ("y1", "y2")):
        frame[one], frame[other] = (
            np.where(against, frame[other], frame[one]),
            np.where(against, frame[one], frame[other]),
        )
    assert arcs_of(tmp_path_factory.getbasetemp(), frame) == arcs_wanted()


def test_what_says_nothing_of_both_directions_closes_none(tmp_path):
    both = arcs_of(tmp_path, edges())
    assert arcs_of(tmp_path, edges(two_way="")) == both
    assert arcs_of(tmp_path, edges(two_way=["ja", "", "", "", "", "nein"])) == {
        pair: metres for pair, metres in both.items() if pair != ("b", "e")
    }
    with pytest.raises(InputError) as caught:
        arcs_of(tmp_path, edges(two_way=["ja", "", "", "", "", "manchmal"]))
    assert codes(caught) == ["roads_oneway_unknown"]


def test_costs_in_seconds_close_directions_too(tmp_path):
    cost = [metres / 1000 if way >= 0 else -1 for *_, metres, way in STREETS]
    back = [metres / 1000 if way <= 0 else -1 for *_, metres, way in STREETS]
    assert arcs_of(tmp_path, edges(cost_s=cost, reverse_cost_s=back)) == arcs_wanted()


@pytest.mark.parametrize("names", ["Start {}", "origin_{}", "{} Anfang"])
@pytest.mark.parametrize("axes", [("Länge", "Breite"), ("lng", "lat")])
def test_ends_are_placed_by_other_words(tmp_path, names, axes):
    last = {"Start {}": "Ziel {}", "origin_{}": "dest_{}", "{} Anfang": "{} Ende"}[names]
    ours = {
        "x1": names.format(axes[0]),
        "y1": names.format(axes[1]),
        "x2": last.format(axes[0]),
        "y2": last.format(axes[1]),
    }
    assert arcs_of(tmp_path, edges().rename(columns=ours)) == arcs_of(tmp_path, edges())


@pytest.mark.parametrize("ending", ["gpkg", "shp", "geojson", "parquet"])
def test_degrees_that_a_file_calls_metres_are_degrees(tmp_path, ending):
    frame = geopandas.GeoDataFrame({"name": "x"}, index=range(len(LINES)), geometry=LINES, crs=25832)
    path = tmp_path / f"t.{ending}"
    if ending == "geojson":
        named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}
        path.write_text(
            json.dumps({**json.loads(frame.set_crs(4326, allow_override=True).to_json()), "crs": named})
        )
    else:
        frame.to_parquet(path) if ending == "parquet" else frame.to_file(path)
    unsaid = UnsaidSystem(taken=[])
    segments, _ = read_edge_table(path, unsaid=unsaid)
    assert sorted(set(zip(segments.lon.tolist(), segments.lat.tolist(), strict=True))) == sorted(
        PLACES.values()
    )
    assert unsaid.taken == ["EPSG:4326"]


def test_a_column_names_the_system_of_lines_as_text(tmp_path):
    frame = geopandas.GeoDataFrame({"epsg": 25833}, index=range(len(LINES)), geometry=LINES, crs=4326).to_crs(
        25833
    )
    pd.DataFrame({"epsg": frame.epsg, "wkt": frame.geometry.to_wkt()}).to_csv(tmp_path / "t.csv", index=False)
    assert {*arcs_read(tmp_path / "t.csv")[0]} == {*arcs_of(tmp_path, edges())}


@pytest.mark.parametrize(
    ("shapes", "code"), [([], "roads_none_drivable"), ([shapely.Point(9, 52)], "roads_not_lines")]
)
def test_layers_without_lines_are_told_so(tmp_path, shapes, code):
    frame = geopandas.GeoDataFrame({"name": ["x"] * len(shapes)}, geometry=shapes, crs=4326)
    frame.to_file(tmp_path / "t.gpkg", geometry_type=None if shapes else "LineString", layer="roads")
    with pytest.raises(InputError) as caught:
        read_edge_table(tmp_path / "t.gpkg")
    assert codes(caught) == [code]


def notes_of(segments, info):
    return {reason: count for reason, count, _ in assemble(segments, info, least_part_km=0).info.notes}


def turned(frame):
    return frame.rename(columns={"x1": "y1", "y1": "x1", "x2": "y2", "y2": "x2"})


@settings(max_examples=draws(15))
@given(east=st.floats(-3, 8), north=st.floats(-4, 2))
def test_exchanged_axes_are_said_wherever_in_the_middle_of_europe(east, north):
    def moved(frame):
        return frame.assign(
            **{it: frame[it] + (east if it[0] == "x" else north) for it in ("x1", "y1", "x2", "y2")}
        )

    for change, said in ((lambda it: it, False), (turned, True)):
        frame = change(moved(edges()))
        lon, lat = (np.array([frame[f"{axis}1"], frame[f"{axis}2"]]).ravel() for axis in "xy")
        count = len(frame)
        links = Links(
            lon=lon, lat=lat, tail=np.arange(count), head=np.arange(count) + count, mm=np.full(count, 1e6),
            minutes=np.full(count, np.nan), two_way=np.ones(count, dtype=bool),
            road_class=np.zeros(count, dtype=np.uint8),
        )  # fmt: skip
        assert ("axes_exchanged" in notes_of(segments_of(links), INFO)) == said


def test_exchanged_axes_of_a_table_are_said(tmp_path):
    for frame, said in ((edges(), False), (turned(edges()), True)):
        frame.to_csv(tmp_path / "t.csv", index=False)
        assert ("axes_exchanged" in notes_of(*read_edge_table(tmp_path / "t.csv"))) == said


@given(st.sets(st.integers(0, 5), max_size=2))
def test_a_point_that_parts_thousands_of_metres_is_said(tmp_path_factory, which):
    """1.200 among 400 is a metre and a fifth: most lengths are right, so nothing else tells."""
    said = [
        f"{metres // 1000}.{metres % 1000:03}" if k in which else metres
        for k, (*_, metres, _) in enumerate(STREETS)
    ]
    path = tmp_path_factory.getbasetemp() / "t.csv"
    edges(Meter=said).drop(columns="km").to_csv(path, index=False)
    assert notes_of(*read_edge_table(path)).get("some_short", 0) == len(which)


def test_one_ways_that_lost_their_direction_are_said():
    graph = nx.MultiGraph(crs="epsg:4326")
    graph.add_nodes_from((name, {"x": x, "y": y}) for name, (x, y) in PLACES.items())
    for a, b, metres, way in STREETS:
        graph.add_edge(a, b, length=metres, oneway=way != 0)
    assert notes_of(*segments_of_graph(graph, "graph"))["which_way"] == 3
    for a, b, _, data in list(graph.edges(keys=True, data=True)):
        data.update({"from": a, "to": b})
    assert "which_way" not in notes_of(*segments_of_graph(graph, "graph"))


def test_a_graph_in_gexf_may_hold_lists_where_its_heading_says_numbers(tmp_path):
    """As networkx writes a graph that osmnx has simplified."""
    graph = nx.MultiDiGraph(crs="epsg:4326")
    graph.add_nodes_from((name, {"x": x, "y": y}) for name, (x, y) in PLACES.items())
    for k, (a, b, metres, _) in enumerate(STREETS):
        more = (
            {"osmid": k, "reversed": k == 1, "oneway": False}
            if k < 3
            else {"osmid": "[1, 2]", "reversed": "[False, True]"}
        )
        graph.add_edge(a, b, length=metres, highway="['residential', 'service']" if k else "primary", **more)
    nx.write_gexf(graph, tmp_path / "g.gexf")
    read, wanted = read_gexf(tmp_path / "g.gexf")[0], segments_of_graph(graph, "graph")[0]
    for name in ("mm", "minutes", "two_way", "road_class"):
        np.testing.assert_array_equal(getattr(read, name), getattr(wanted, name))


def drawn(**more):
    return geopandas.GeoDataFrame(more, index=range(len(LINES)), geometry=LINES, crs=4326)


@pytest.mark.parametrize("km", [0, 12.3, 250.0])
def test_km_that_are_no_lengths_of_the_lines_are_left_aside(tmp_path, km):
    """A column "km" says where along its road a street begins."""
    drawn(km=km).to_file(tmp_path / "a.gpkg")
    drawn(name="x").to_file(tmp_path / "b.gpkg")
    found, info = arcs_read(tmp_path / "a.gpkg")
    assert found == arcs_read(tmp_path / "b.gpkg")[0]
    assert "lengths_aside" in {reason for reason, *_ in info.notes}


@given(factor=st.floats(0.6, 2.9))
def test_lengths_that_may_be_those_of_the_lines_count(factor):
    frame = drawn()
    km = line_km(frame.geometry.to_numpy()) * factor
    table = RoadTable(
        pd.DataFrame({"km": km}), "t", {"km": "km"}, np.arange(len(km)), frame.geometry.to_numpy()
    )
    np.testing.assert_allclose(lengths_mm(table, km / factor), km * 1e6, atol=1)


def test_lengths_many_times_the_straight_line_are_said(tmp_path):
    frame = edges()
    frame.assign(km=frame.km * 30).to_csv(tmp_path / "t.csv", index=False)
    assert notes_of(*read_edge_table(tmp_path / "t.csv"))["long_lengths"] == len(STREETS)


@pytest.mark.parametrize("factor", [0, 1 / 60, 60])
def test_times_that_nobody_drives_are_left_aside(tmp_path, factor):
    """Zeros of a form never filled in, hours, seconds."""
    for column, known in ((edges().km * 1.5 * factor, False), (edges().km * 1.5, True)):
        edges(minutes=column).to_csv(tmp_path / "t.csv", index=False)
        segments, info = read_edge_table(tmp_path / "t.csv")
        assert info.has_minutes == np.isfinite(segments.minutes).all() == known
        assert ("minutes_aside" in {reason for reason, *_ in info.notes}) != known


def test_classes_that_are_all_somebody_elses_say_nothing(tmp_path):
    assert arcs_of(tmp_path, edges(Klasse=["B", "L", "K", "G", "", "L"])) == arcs_of(tmp_path, edges())
    with pytest.raises(InputError) as caught:
        arcs_of(tmp_path, edges(Klasse=["road", "road", "river", "road", "road", "road"]))
    assert codes(caught) == ["roads_class_unknown"]
