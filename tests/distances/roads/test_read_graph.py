import re

import networkx as nx
import numpy as np
import pytest

from iqgeo.distances import roads
from iqgeo.distances.roads.read_graph import segments_of_graph
from iqgeo.distances.roads.snap import snap
from iqgeo.errors import InputError

from .test_network import codes


@pytest.fixture(scope="module")
def graph(test_only_data):
    import osmnx

    return osmnx.graph_from_xml(test_only_data / "osm" / "osnabrueck_martini.osm.xml", simplify=True)


def test_graph_saved_by_osmnx_gives_the_distances_of_networkx(graph, tmp_path):
    import osmnx

    path = tmp_path / "graph.graphml"
    osmnx.save_graphml(graph, path)
    network = roads.build_roads(path)
    part = graph.subgraph(max(nx.strongly_connected_components(graph), key=len))
    nodes = list(part)
    lon, lat = (np.array([part.nodes[node][axis] for node in nodes]) for axis in "xy")
    office = nodes[0]
    expected = nx.single_source_dijkstra_path_length(part.reverse(), office, weight="length")
    nearest = roads.nearest_offices(network, lon, lat, lon[:1], lat[:1])
    # A node that lies on a street which does not stop there may begin on that street, too.
    at = snap(network, lon, lat, 2.0)
    on_other = np.unique(at.point[~(at.at_tail | at.at_head)])
    assert len(on_other) < 0.2 * len(nodes)
    exact = np.delete(np.arange(len(nodes)), on_other)
    wanted = np.array([expected[n] / 1000 for n in nodes])
    np.testing.assert_allclose(nearest.distance_km[exact], wanted[exact], atol=2e-5)
    assert (nearest.distance_km <= wanted + 2e-5).all()
    assert network.info.kind == "graph"
    assert network.info.date
    # The streets were drawn with bends, and each is there once, not once per direction.
    assert len(network.shape_lon) > network.link_count * 2
    assert network.link_mm.sum() < sum(d["length"] for *_, d in part.edges(data=True)) * 1000 * 0.95


def test_travel_times_of_the_graph_count(graph, tmp_path):
    import osmnx

    timed = graph.copy()
    nx.set_edge_attributes(
        timed, {edge: timed.edges[edge]["length"] / 10 for edge in timed.edges}, "travel_time"
    )
    osmnx.save_graphml(timed, tmp_path / "timed.graphml")
    network = roads.build_roads(tmp_path / "timed.graphml")
    np.testing.assert_allclose(network.link_minutes, network.link_km / 36 * 60, rtol=1e-4, atol=1e-6)


def test_projected_graph_comes_back_to_degrees(graph, tmp_path):
    import osmnx

    osmnx.save_graphml(graph, tmp_path / "degrees.graphml")
    osmnx.save_graphml(osmnx.project_graph(graph), tmp_path / "metres.graphml")
    degrees, metres = (roads.build_roads(tmp_path / f"{k}.graphml") for k in ("degrees", "metres"))
    assert metres.info.extent == pytest.approx(degrees.info.extent, abs=1e-6)


def test_broken_graphs_are_named(graph, tmp_path):
    import osmnx

    path = tmp_path / "graph.graphml"
    osmnx.save_graphml(graph, path)
    whole = path.read_text()
    osmnx.save_graphml(osmnx.project_graph(graph, to_crs="epsg:25832"), path)
    metres = path.read_text()
    broken = {
        "roads_crs_unclear": re.sub(r'<data key="\w+">(?i:epsg:25832)</data>', "", metres),
        "roads_file_broken": whole[: len(whole) // 2],
    }
    for code, text in broken.items():
        assert text not in (whole, metres)
        path.write_text(text)
        with pytest.raises(InputError) as caught:
            roads.build_roads(path)
        assert codes(caught) == [code]


def test_graphs_of_networkx_need_no_system_for_degrees_and_may_count_in_km(graph):
    plain, lengths = graph.copy(), nx.get_edge_attributes(graph, "length")
    del plain.graph["crs"]
    wanted, _ = segments_of_graph(graph, "graph")
    for unit_m in (1, 1000):
        nx.set_edge_attributes(plain, {it: metres / unit_m for it, metres in lengths.items()}, "length")
        found, _ = segments_of_graph(plain, "graph")
        np.testing.assert_array_equal(found.mm, wanted.mm)
    nx.set_edge_attributes(plain, {it: metres / 1609.344 for it, metres in lengths.items()}, "length")
    _, info = segments_of_graph(plain, "graph")
    assert [reason for reason, *_ in info.notes] == ["short_lengths", "closed_but_kept"]


def test_negative_lengths_are_named(graph):
    wrong = graph.copy()
    edges = list(wrong.edges)[:2]
    wrong.edges[edges[0]]["length"] = -1.0
    del wrong.edges[edges[1]]["length"]
    with pytest.raises(InputError) as caught:
        segments_of_graph(wrong, "graph")
    assert codes(caught) == ["roads_length_wrong"] * 2
    empty = nx.MultiDiGraph(crs="epsg:4326")
    with pytest.raises(InputError) as caught:
        segments_of_graph(empty, "graph")
    assert codes(caught) == ["roads_none_drivable"]


def test_one_way_in_other_words_or_none_is_no_reason_to_refuse_a_graph(graph, tmp_path):
    import osmnx

    path = tmp_path / "graph.graphml"
    osmnx.save_graphml(graph, path)
    as_it_was = roads.build_roads(path).info.checksum
    text = path.read_text()
    for odd in ("None", "", "-1", "reversible"):
        path.write_text(text.replace(">False<", f">{odd}<"))
        assert roads.build_roads(path).info.checksum == as_it_was
