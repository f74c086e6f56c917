"""Shortcuts change nothing but the time it takes."""

import dataclasses
import json

import networkx as nx
import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.distances import roads
from iqgeo.distances.roads import hierarchy_kernel, stored, stored_parts
from iqgeo.distances.roads.hierarchy_kernel import FAR, contract_nodes
from iqgeo.distances.roads.stored_hierarchy import HEAD
from iqgeo.distances.roads.sweep_kernel import LANES, sweep_within
from tests.draws import draws

from . import oracles
from .files import as_lists, changed, opened
from .test_assemble import build, chain
from .test_search import WITH_PRIVATE, points

COLUMNS = ("node", "rows", "above", "out", "further_back")


@st.composite
def links(draw: st.DrawFn) -> tuple[int, np.ndarray]:
    """Any directed links among some nodes: parallel, loops, of no length, too long, in several parts."""
    count = draw(st.integers(1, 20))
    node = st.integers(0, count - 1)
    length = st.sampled_from([0, 1, 2, 1_000, FAR - 1, FAR]) | st.integers(0, 50)
    rows = draw(st.lists(st.tuples(node, node, length, st.booleans()), max_size=60))
    return count, np.array(rows, dtype=np.int64).reshape(-1, 4)


def rows_of(*lists):
    begins = np.concatenate([[0], np.cumsum([len(it) for it in lists])]).astype(np.int32)
    both = np.array([pair for it in lists for pair in it], dtype=np.int32).reshape(-1, 2)
    return begins, both[:, 0].copy(), both[:, 1].copy()


@given(links(), st.integers(0, 120), st.data())
@settings(max_examples=draws(20), deadline=None)
def test_lengths_over_shortcuts_are_those_of_dijkstra(given_links, limit, data):
    count, table = given_links
    tail, head, mm = (table[:, k].astype(np.int32) for k in range(3))
    two_way = table[:, 3].astype(bool)
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(count))
    for k in np.flatnonzero(mm < FAR).tolist():
        graph.add_edge(int(tail[k]), int(head[k]), mm=int(mm[k]))
        if two_way[k]:
            graph.add_edge(int(head[k]), int(tail[k]), mm=int(mm[k]))
    order, level, begins, arcs = contract_nodes((tail, head), two_way, mm, count, 10**9)
    assert sorted(order.tolist()) == list(range(count))
    again = contract_nodes((tail, head), two_way, mm, count, 10**9)
    for one, other in zip((order, level, begins, arcs), again, strict=True):
        np.testing.assert_array_equal(one, other)
    # By the order of contraction itself, the last one first.
    position = np.empty(count, dtype=np.int32)
    position[order[::-1]] = np.arange(count)
    owner = np.repeat(np.arange(count), np.diff(begins))[::-1]
    above, out, back = (np.ascontiguousarray(arcs[::-1, k]) for k in range(3))
    up = np.concatenate([[0], np.cumsum(np.bincount(count - 1 - owner, minlength=count))]).astype(np.int32)
    node = st.integers(0, count - 1)
    way = st.tuples(node, st.sampled_from([0, 3]))
    # Few, or more than are swept at once.
    sources = data.draw(st.lists(st.lists(way, max_size=2), min_size=1, max_size=5))
    sources *= data.draw(st.sampled_from([1, LANES // 2]))
    places = data.draw(st.lists(st.lists(way, max_size=2), max_size=6))
    at = [[(int(position[k]), leg) for k, leg in it] for it in (*sources, *places)]
    found = sweep_within(
        (up, position[above], out),
        back,
        rows_of(*at[: len(sources)]),
        limit,
        rows_of(*at[len(sources) :]),
        rows_of(*([] for _ in places)),
        np.random.default_rng(len(sources)).permutation(len(sources)),
    )
    lengths = dict(nx.all_pairs_dijkstra_path_length(graph, weight="mm"))
    for source, ways in enumerate(sources):
        expected = {}
        for place, exits in enumerate(places):
            least = min(
                (a + lengths[k][j] + b for j, b in ways for k, a in exits if j in lengths[k]), default=FAR
            )
            if least <= limit:
                expected[place] = least
        part = slice(found[0][source], found[0][source + 1])
        assert dict(zip(found[1][part].tolist(), found[2][part].tolist(), strict=True)) == expected
        assert list(expected) == found[1][part].tolist()


def same_pairs(network, places, candidates, target, **options):
    """The pairs over shortcuts, held against those without."""
    plain = roads.pairs_within(
        dataclasses.replace(network, hierarchies={}), *candidates, *places, target, **options
    )
    quick = roads.pairs_within(network, *candidates, *places, target, **options)
    for field in dataclasses.fields(plain):
        before, after = getattr(plain, field.name), getattr(quick, field.name)
        assert before.dtype == after.dtype
        np.testing.assert_array_equal(before, after)
    return quick


@given(
    oracles.road_segments(classes=WITH_PRIVATE),
    points(6),
    points(6),
    st.booleans(),
    st.sampled_from([-1.0, 0.0, 0.5, 3.0, 900.0, 1e6]),
)
@settings(max_examples=draws(20), deadline=None)
def test_pairs_over_shortcuts_are_those_without(segments, places, candidates, ferries, target):
    network = build(segments).with_hierarchies()
    assert set(network.hierarchies) == {"km", "min"}
    for it in (network, network.by_time):
        assert (it.hierarchy_for(ferries=ferries) is None) == (ferries and network.has_ferries)
        same_pairs(it, places, candidates, target, ferries=ferries, snap_limit_km=3.0)


def test_shortcuts_that_take_too_long_are_not_made_and_the_ways_are_the_same(helsinki, monkeypatch):
    """A grid of like streets has no roads that all long ways share: its shortcuts would never be done."""
    plain = dataclasses.replace(helsinki, hierarchies={})
    monkeypatch.setattr(hierarchy_kernel, "LINKS_FREE", 0)
    monkeypatch.setattr(hierarchy_kernel, "MOST_LOOKED", 1)
    without = plain.with_hierarchies()
    assert not without.hierarchies
    assert without.info.notes == (*plain.info.notes, ("no_shortcuts", 1, 0.0))
    pairs = same_pairs(without, around(without, 9, 1), around(without, 5, 2), 3.0)
    assert len(pairs.distance_km)
    monkeypatch.setattr(hierarchy_kernel, "MOST_LOOKED", 10_000)
    assert set(plain.with_hierarchies().hierarchies) == {"km", "min"}


def around(network, count, seed):
    west, south, east, north = network.info.extent
    rng = np.random.default_rng(seed)
    return rng.uniform(west, east, count), rng.uniform(south, north, count)


@pytest.mark.parametrize("lists", [False, True])
def test_a_stored_network_brings_its_shortcuts(helsinki, tmp_path, lists):
    path = tmp_path / "roads.parquet"
    helsinki.save(path)
    written = path.read_bytes()
    if lists:
        as_lists(path)
    again = roads.load_roads(path)
    assert set(again.hierarchies) == {"km", "min"}
    for unit, before in helsinki.hierarchies.items():
        after = again.hierarchies[unit]
        for field in dataclasses.fields(before):
            np.testing.assert_array_equal(getattr(before, field.name), getattr(after, field.name))
    for it in (again, again.by_time):
        assert it.hierarchy_for(ferries=False) is not None
        found = same_pairs(it, around(it, 300, 1), around(it, 40, 2), 4.0, ferries=False)
        assert len(found.place_index) > 1000
    # Made again, byte for byte.
    roads.load_roads(path).with_hierarchies().save(tmp_path / "again.parquet")
    assert (tmp_path / "again.parquet").read_bytes() == written


@pytest.mark.parametrize("lists", [False, True])
def test_a_network_stored_without_shortcuts_is_read_as_before(helsinki, tmp_path, lists):
    path = tmp_path / "roads.parquet"
    helsinki.save(path)
    if lists:
        as_lists(path)
        table = pq.read_table(path, columns=[*stored.LINK_COLUMNS, *stored.SHAPE_COLUMNS])
        older = {key: value for key, value in table.schema.metadata.items() if key != HEAD}
        pq.write_table(table.replace_schema_metadata(older), path)
    else:
        parts, said = opened(path)
        del said[HEAD.decode()]
        stored_parts.write(path, parts[:2], said, {})
    again = roads.load_roads(path)
    assert len(again.hierarchies) == 0
    assert again.hierarchy_for(ferries=False) is None
    assert len(same_pairs(again, around(again, 50, 1), around(again, 5, 2), 3.0).place_index)


def change(column, position, value):
    def spoilt(path):
        def values(before):
            after = before.copy()
            after[position] = value(int(before[position]))
            return after

        changed(path, column, values)

    return spoilt


def saying(of_units):
    def spoilt(path):
        parts, said = opened(path)
        stored_parts.write(path, parts, {**said, HEAD.decode(): of_units(said[HEAD.decode()])}, {})

    return spoilt


def of_another(said):
    head = json.loads(said)
    return json.dumps({**head, "km": head["km"][::-1]})


def without_the_last(path):
    parts, said = opened(path)
    stored_parts.write(path, parts[:3], said, {})


@pytest.mark.parametrize(
    "spoil",
    [
        *(change(f"km_{name}", at, lambda it: it + 1) for name in COLUMNS for at in (0, -1)),
        change("km_above", -1, lambda _: 2**31 - 1),
        change("km_out", 0, lambda _: -(2**31)),
        saying(of_another),
        saying(lambda _: "["),
        lambda path: changed(path, "km_out", None),
        without_the_last,
        None,
    ],
)
def test_shortcuts_that_do_not_fit_are_left_alone(tmp_path, spoil):
    network = build(
        chain((0, 1, 5, True), (1, 2, 7, False), (2, 3, 11, True), (3, 0, 4, True), (1, 3, 8, True))
    ).with_hierarchies()
    path = tmp_path / "roads.parquet"
    network.save(path)
    assert roads.load_roads(path).hierarchy_for(ferries=False) is not None
    if spoil is not None:
        spoil(path)
    again = roads.load_roads(path)
    if spoil is None:
        # Gone since it was read.
        path.unlink()
    assert again.hierarchy_for(ferries=False) is None
    at = network.node_lon, network.node_lat
    assert len(same_pairs(again, at, at, 3.0).place_index) == network.node_count**2
