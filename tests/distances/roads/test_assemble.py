import dataclasses

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, reject

from iqgeo.distances import roads
from iqgeo.distances.roads.assemble import Segments, assemble, assemble_and_tell
from iqgeo.distances.roads.network import ROAD
from iqgeo.errors import InputError

from . import oracles


def chain(*rows: tuple[int, int, int, bool]) -> Segments:
    tail, head, mm, two_way = (np.array(column) for column in zip(*rows, strict=True))
    count = max(tail.max(), head.max()) + 1
    angle = 2 * np.pi * np.arange(count) / count
    return Segments(
        lon=np.round(9.7 + 0.01 * np.cos(angle), 7),
        lat=np.round(52.4 + 0.01 * np.sin(angle), 7),
        tail=tail,
        head=head,
        mm=mm.astype(np.int64),
        minutes=mm / 1e6,
        two_way=two_way,
        road_class=np.full(len(rows), ROAD, dtype=np.uint8),
    )


def test_chain_becomes_one_link_with_its_bends():
    network = assemble(chain((0, 1, 5, True), (2, 1, 7, True), (2, 3, 11, True)), oracles.INFO)
    assert (network.node_count, network.link_count) == (2, 1)
    assert network.link_mm.tolist() == [23]
    assert sorted(np.diff(network.shape_mm).tolist()) == [5, 7, 11]


def test_one_way_chain_runs_with_the_traffic():
    # 0 -> 1 -> 2 one way, and 2 - 0 both ways.
    segments = chain((0, 1, 5, False), (1, 2, 7, False), (2, 0, 11, True))
    network = assemble(segments, oracles.INFO)
    one_way = np.flatnonzero(~network.link_two_way)
    assert len(one_way) == 1
    bends = slice(network.shape_ptr[one_way[0]], network.shape_ptr[one_way[0] + 1])
    assert network.shape_lon[bends].tolist() == segments.lon[[0, 1, 2]].tolist()
    assert network.shape_mm[bends].tolist() == [0, 5, 12]


@pytest.mark.parametrize("two_way", [True, False])
def test_ring_without_junction_is_kept(two_way):
    network = assemble(chain((0, 1, 5, two_way), (1, 2, 7, two_way), (2, 0, 11, two_way)), oracles.INFO)
    assert (network.node_count, network.link_count, int(network.link_mm[0])) == (1, 1, 23)


def test_parts_with_too_little_road_are_left_out_and_named():
    rows = (0, 1, 5_000_000, True), (1, 2, 5_000_000, True), (3, 4, 600_000, True), (2, 3, 5_000_000, False)
    network, left = assemble_and_tell(chain(*rows), oracles.INFO)
    assert (network.info.vertices_read, network.info.vertices_kept) == (5, 3)
    assert network.link_mm.tolist() == [10_000_000]
    assert network.info.notes == (("small_part", 1, 0.6), ("no_way_back", 1, 5.0))
    assert sorted(left.reason) == ["no_way_back", "small_part"]
    assert (left.parts_km.tolist(), left.parts_kept.tolist()) == ([10.0, 0.6], [True, False])
    both, left = assemble_and_tell(chain(*rows), oracles.INFO, least_part_km=0.5)
    assert (both.info.vertices_kept, both.link_count) == (5, 2)
    assert left.reason.tolist() == ["no_way_back"]


def test_a_street_behind_one_without_through_traffic_is_left_by_its_residents_only():
    rows = (0, 1, 3_000_000, True), (1, 2, 3_000_000, True), (2, 3, 1_000_000, True), (3, 4, 1_000_000, True)
    segments = chain(*rows, (4, 5, 500_000, True))
    private = dataclasses.replace(segments, road_class=np.array([0, 0, 4, 0, 0], dtype=np.uint8))
    network = assemble(private, oracles.INFO)
    assert sorted(zip((network.link_mm // 1000).tolist(), network.link_class.tolist(), strict=True)) == [
        (1000, 4),
        (1500, 4),
        (6000, 0),
    ]
    at = segments.lon[[5, 0]], segments.lat[[5, 0]]
    there = roads.nearest_offices(network, at[0][:1], at[1][:1], at[0][1:], at[1][1:])
    back = roads.nearest_offices(network, at[0][1:], at[1][1:], at[0][:1], at[1][:1])
    assert there.distance_km == back.distance_km == pytest.approx([8.5])


@pytest.mark.parametrize(
    ("segments", "code"),
    [
        (chain((0, 1, 5, False), (1, 2, 5, False)), "roads_not_connected"),
        (chain((0, 1, 5, True)).select(np.array([False])), "roads_none_drivable"),
    ],
)
def test_nothing_to_drive_on_is_named(segments, code):
    with pytest.raises(InputError) as caught:
        assemble(segments, oracles.INFO)
    assert [problem.code for problem in caught.value.problems] == [code]


def build(segments: Segments) -> roads.RoadNetwork:
    if max(map(len, nx.strongly_connected_components(oracles.digraph(segments)))) == 1:
        with pytest.raises(InputError) as caught:
            assemble(segments, oracles.INFO)
        assert [problem.code for problem in caught.value.problems] == ["roads_not_connected"]
        reject()
    return assemble(segments, oracles.INFO)


@given(oracles.road_segments())
def test_network_holds_exactly_the_large_parts(segments):
    network = build(segments)
    kept = set(oracles.vertices_of(network, segments, (0, 1, 2)))
    large = oracles.large_parts(segments)
    if len(large) > 1 and segments.mm[oracles.within(segments, large[0])].sum() < 1_000_000:
        # Of equally long short parts one is kept.
        assert kept in large
    else:
        assert kept == set().union(*large)
    assert len(kept) == network.info.vertices_kept
    inside = oracles.kept_segments(segments, network)
    assert network.link_mm.sum() == inside.mm.sum()
    assert network.link_minutes.sum() == pytest.approx(inside.minutes.sum(), rel=1e-5)


@given(oracles.road_segments())
def test_contraction_leaves_only_junctions_and_keeps_all_distances(segments):
    network = build(segments)
    small = nx.DiGraph()
    small.add_nodes_from(range(network.node_count))
    graph = network.graph
    rows = np.repeat(np.arange(network.node_count), np.diff(graph.indptr))
    small.add_weighted_edges_from(
        zip(graph.neighbour.tolist(), rows.tolist(), graph.mm.tolist(), strict=True)
    )
    large = oracles.digraph(oracles.kept_segments(segments, network))
    at = {(lon, lat): k for k, (lon, lat) in enumerate(zip(segments.lon, segments.lat, strict=True))}
    vertex = [at[point] for point in zip(network.node_lon, network.node_lat, strict=True)]
    for start, length in nx.all_pairs_dijkstra_path_length(small):
        expected = nx.single_source_dijkstra_path_length(large, vertex[start], weight="mm")
        assert dict(length) == {
            end: expected[at_vertex] for end, at_vertex in enumerate(vertex) if at_vertex in expected
        }
