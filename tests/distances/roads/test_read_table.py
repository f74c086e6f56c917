import networkx as nx
import numpy as np
import pandas as pd
import pytest

from iqgeo.distances import roads
from iqgeo.distances.roads.build import finish
from iqgeo.distances.roads.network import FERRY
from iqgeo.distances.roads.progress import silent
from iqgeo.distances.roads.read_table import read_edge_table
from iqgeo.distances.roads.table_rules import listed_by_direction
from iqgeo.errors import InputError

from .test_network import codes

NODES = pd.DataFrame({"node_id": ["a", "b", "c"], "lon": [9.0, 9.01, 9.02], "lat": [52.0, 52.01, 52.0]})
EDGES = pd.DataFrame({"from": ["a", "b"], "to": ["b", "c"], "km": [1.5, 2.25]})


def save(folder, edges=EDGES, nodes=NODES):
    nodes.to_csv(folder / "my_nodes.csv", index=False)
    edges.to_csv(folder / "my_edges.csv", index=False)
    return folder / "my_edges.csv"


def problems(path):
    """What is wrong with a table, read in this process: the child is tested once for all forms."""
    with pytest.raises(InputError) as caught:
        finish(*read_edge_table(path), silent)
    codes(caught)
    return [(p.code, p.file, p.row, p.column, p.value) for p in caught.value.problems]


def test_main_roads_of_the_state_agree_with_networkx(dcw, test_only_data):
    nodes, edges = (pd.read_csv(test_only_data / f"dcw_{kind}.csv") for kind in ("nodes", "edges"))
    graph = nx.Graph()
    for start, end, km in edges.itertuples(index=False):
        known = graph.get_edge_data(start, end, {"km": np.inf})["km"]
        graph.add_edge(start, end, km=min(km, known))
    assert dcw.info.vertices_kept == len(nodes)
    assert dcw.link_km.sum() == pytest.approx(edges.loc[edges["from"] != edges["to"], "km"].sum())
    offices = nodes.iloc[[3, 77, 400]]
    expected = nx.multi_source_dijkstra_path_length(graph, set(offices["node_id"]), weight="km")
    nearest = roads.nearest_offices(dcw, nodes["lon"], nodes["lat"], offices["lon"], offices["lat"])
    np.testing.assert_allclose(nearest.distance_km, nodes["node_id"].map(expected), atol=1e-6)
    assert np.isnan(nearest.minutes).all()
    pairs = roads.pairs_within(dcw, offices["lon"], offices["lat"], nodes["lon"], nodes["lat"], 35)
    assert len(pairs.distance_km) == sum(
        km <= 35
        for office in offices["node_id"]
        for km in nx.single_source_dijkstra_path_length(graph, office, weight="km").values()
    )


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_every_column_counts(tmp_path, suffix):
    edges = pd.DataFrame(
        {
            "u": [1, 2, 3],
            "v": [2, 3, 1],
            "length_km": [1.0, 2.0, 4.0],
            "minutes": [1.0, 3.0, 30.0],
            "oneway": ["yes", "ja", "no"],
            "class": ["road", "motorway", "ferry"],
            "from_lon": [9.0, 9.01, 9.02],
            "from_lat": [52.0, 52.01, 52.0],
            "to_lon": [9.01, 9.02, 9.0],
            "to_lat": [52.01, 52.0, 52.0],
        }
    )
    path = tmp_path / f"roads{suffix}"
    edges.to_csv(path, index=False) if suffix == ".csv" else edges.to_parquet(path)
    network = roads.build_roads(path)
    assert network.info.kind == "table"
    assert network.info.has_minutes
    assert network.has_ferries
    at = [9.01, 9.0], [52.01, 52.0]
    there = roads.nearest_offices(network, *at, [9.0], [52.0])
    np.testing.assert_allclose(there.distance_km, [6.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(there.minutes, [33.0, 0.0], atol=1e-5)
    assert there.status.tolist() == [roads.RoadStatus.FERRY_ONLY, roads.RoadStatus.REACHED]


def test_german_csv_and_nodes_elsewhere(tmp_path):
    (tmp_path / "netz.csv").write_text("von;nach;km\na;b;1,5\nb;c;2,25\n", encoding="utf-8-sig")
    NODES.to_csv(tmp_path / "punkte.csv", index=False)
    network = roads.build_roads(tmp_path / "netz.csv", nodes=tmp_path / "punkte.csv")
    assert network.link_km.tolist() == [3.75]
    assert problems(tmp_path / "netz.csv")[0][0] == "roads_nodes_missing"


def test_every_wrong_row_is_named(tmp_path):
    edges = pd.DataFrame(
        {
            "from": ["a", "b", "x", "a", "b", "a"],
            "to": ["b", "c", "b", "y", "c", "c"],
            "km": ["-1", "", "1", "1", "NaN", "2500"],
            "minutes": ["1", "1", "-3", "1", "1", "abc"],
            "oneway": ["yes", "no", "", "perhaps", "no", "no"],
            "class": ["road", "road", "river", "road", "ferry", "road"],
        }
    )
    found = problems(save(tmp_path, edges))
    assert {p[0:5:2] + p[3:4] for p in found} == {
        ("roads_length_wrong", 2, "-1", "km"),
        ("roads_length_wrong", 3, "", "km"),
        ("roads_length_wrong", 6, "NaN", "km"),
        ("roads_length_huge", 7, "2500", "km"),
        ("roads_minutes_wrong", 4, "-3", "minutes"),
        ("roads_minutes_wrong", 7, "abc", "minutes"),
        ("roads_oneway_unknown", 5, "perhaps", "oneway"),
        ("roads_class_unknown", 4, "river", "class"),
        ("roads_node_unknown", 4, "x", "from"),
        ("roads_node_unknown", 5, "y", "to"),
    }
    assert {p[1] for p in found} == {"my_edges.csv"}


def test_wrong_nodes_are_named(tmp_path):
    nodes = pd.DataFrame(
        {"node_id": ["a", "b", "b", "c"], "lon": ["9", "3500000", "9", ""], "lat": [52, 52, 520, 52]}
    )
    found = {p[:1] + p[2:] for p in problems(save(tmp_path, nodes=nodes))}
    assert found == {
        ("roads_node_twice", 4, "node_id", "b"),
        ("roads_not_degrees", 3, "lon", "3500000"),
        ("roads_not_degrees", 5, "lon", ""),
        ("roads_not_degrees", 4, "lat", "520"),
    }


def test_missing_columns_and_metres(tmp_path):
    found = problems(save(tmp_path, EDGES.drop(columns=["km", "to"])))
    assert [(p[0], p[3]) for p in found] == [("roads_column_missing", "to"), ("roads_column_missing", "km")]
    metres = EDGES.assign(km=EDGES["km"] * 300)
    assert problems(save(tmp_path, metres))[0][0] == "roads_length_in_metres"


def lines(crs):
    geopandas = pytest.importorskip("geopandas")
    import shapely

    drawn = [
        shapely.LineString([(9.0, 52.0), (9.005, 52.02), (9.01, 52.01)]),
        shapely.LineString([(9.02, 52.0), (9.01, 52.01)]),
    ]
    return geopandas.GeoDataFrame({"km": [3.5, 2.0]}, geometry=drawn, crs=crs)


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet"])
def test_lines_with_their_own_coordinates(tmp_path, suffix):
    frame = lines(4326).to_crs(25832)
    path = tmp_path / f"roads{suffix}"
    frame.to_file(path) if suffix == ".gpkg" else frame.to_parquet(path)
    network = roads.build_roads(path)
    assert network.link_km.tolist() == [5.5]
    (route,) = roads.routes(network, [9.0], [52.0], [9.02], [52.0])
    assert route.distance_km == pytest.approx(5.5, abs=1e-4)
    assert np.hypot(route.lon - 9.005, route.lat - 52.02).min() < 1e-6
    bare = tmp_path / f"bare{suffix}"
    only_lines = frame[["geometry"]]
    only_lines.to_file(bare) if suffix == ".gpkg" else only_lines.to_parquet(bare)
    measured = roads.build_roads(bare)
    assert measured.link_km.sum() == pytest.approx(lines(4326).to_crs(25832).length.sum() / 1000, rel=4e-3)


def test_lines_drawn_backwards_follow_their_nodes(tmp_path):
    frame = lines(4326).assign(**{"from": ["a", "b"], "to": ["b", "c"]})
    import geopandas

    path = tmp_path / "roads.gpkg"
    frame.to_file(path, layer="edges")
    points = geopandas.GeoDataFrame(
        NODES[["node_id"]], geometry=geopandas.points_from_xy(NODES.lon, NODES.lat), crs=4326
    )
    points.to_file(path, layer="nodes")
    network = roads.build_roads(path)
    assert network.link_km.tolist() == [5.5]
    (route,) = roads.routes(network, [9.0], [52.0], [9.02], [52.0])
    lon = route.lon.tolist()
    assert lon == sorted(lon)


def test_geopackage_without_crs_with_other_shapes_or_layers(tmp_path):
    import shapely

    path = tmp_path / "roads.gpkg"
    with pytest.warns(UserWarning, match="crs"):
        lines(4326).to_crs(25832).set_crs(None, allow_override=True).to_file(path)
    assert problems(path)[0][0] == "roads_crs_unclear"
    # Degrees are known by their numbers, as in tables.
    with pytest.warns(UserWarning, match="crs"):
        lines(None).to_file(path)
    assert finish(*read_edge_table(path), silent)[0].link_km.sum() > 0
    path.unlink()
    lines(4326).assign(geometry=shapely.Point(9, 52).buffer(1)).to_file(path)
    assert problems(path)[0][::4] == ("roads_not_lines", "Polygon")
    for layer in ("more", "and more"):
        lines(4326).to_file(path, layer=layer)
    assert problems(path)[0][0] == "roads_layers_unclear"
    path.write_bytes(b"SQLite format 3\0" + b"\0" * 3000)
    assert problems(path)[0][0] == "roads_file_broken"


@pytest.mark.parametrize("column", ["km", "metres"])
@pytest.mark.parametrize("unit_km", [1e-3, 1 / 111, 1 / 1.609])
def test_lengths_below_the_straight_line_are_of_another_unit(tmp_path, column, unit_km):
    lengths = EDGES["km"] * unit_km * (1 if column == "km" else 1000)
    _, info = read_edge_table(save(tmp_path, EDGES[["from", "to"]].assign(**{column: lengths})))
    # Said, not refused: who tries with made-up lengths is let.
    assert "short_lengths" in {reason for reason, *_ in info.notes}
    _, info = read_edge_table(save(tmp_path, EDGES[["from", "to", "km"]]))
    assert "short_lengths" not in {reason for reason, *_ in info.notes}


@pytest.mark.parametrize("missing", ["", " ", "NaN", "<NA>", "None", "NULL"])
def test_an_end_that_is_missing_is_said_to_be_so_and_a_node_may_stand_there_twice(tmp_path, missing):
    again = pd.concat([NODES.iloc[1:2], NODES])
    assert finish(*read_edge_table(save(tmp_path, nodes=again)), silent)[0].link_km.sum() == 3.75
    moved = pd.concat([NODES, NODES.iloc[1:2].assign(lon=9.5)])
    assert problems(save(tmp_path, nodes=moved))[0][:3] == ("roads_node_twice", "my_nodes.csv", 5)
    ends = EDGES.assign(to=["b", missing])
    assert [it[:4] for it in problems(save(tmp_path, ends))] == [
        ("roads_end_missing", "my_edges.csv", 3, "to")
    ]


def test_few_streets_listed_both_ways_are_said():
    rows = [(it, it + 1, 1.5) for it in range(5)] + [(1, 0, 1.5), (3, 2, 1.5)]
    tail, head, km = (np.array(it) for it in zip(*rows, strict=True))
    assert listed_by_direction(tail, head, km) == (None, 2)
    alone, few = listed_by_direction(np.append(tail, 2), np.append(head, 1), np.append(km, 1.5))
    assert (alone.sum(), few) == (2, 0)


def test_one_way_tables_without_a_way_back_are_named(tmp_path):
    assert problems(save(tmp_path, EDGES.assign(oneway="yes")))[0][0] == "roads_not_connected"
    assert problems(save(tmp_path, EDGES.iloc[:0]))[0][0] == "roads_none_drivable"


def test_ferry_of_a_table_is_a_ferry(tmp_path):
    network = roads.build_roads(save(tmp_path, EDGES.assign(**{"class": ["road", "ferry"]})))
    assert sorted(network.link_class.tolist()) == [0, FERRY]
