"""Whole journeys on every real file at hand against networkx; and what moving by a metre may change."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iqgeo.distances import roads
from iqgeo.distances.roads.snap import BEYOND_NEAREST, snap
from iqgeo.distances.straight import great_circle_km
from tests.draws import draws

from . import oracles

NAMES = ("osnabrück", "hannover", "stade", "dcw", "helsinki")
EAST_M, NORTH_M = 1 / 67_800, 1 / 111_195
"""About a metre in degrees, at 52 to 60 degrees north; eastwards it is less farther north."""


@pytest.fixture(scope="module")
def networks(test_only_data, dcw, helsinki):
    osm = test_only_data / "osm"
    return {
        "osnabrück": roads.build_roads(osm / "osnabrueck_martini.osm.xml"),
        "hannover": roads.build_roads(osm / "hannover_overpass.json"),
        "stade": roads.build_roads(osm / "stade_overpass.json"),
        "dcw": dcw,
        "helsinki": helsinki,
    }


def beside_roads(network, shares, off_m):
    """Spots so many metres north of a road: a link by the first share, how far along it by the second."""
    links = np.flatnonzero(network.is_entrance & (network.link_mm > 0))
    rows = []
    for which, along in shares:
        link = links[min(int(which * len(links)), len(links) - 1)]
        part = slice(network.shape_ptr[link], network.shape_ptr[link + 1])
        at = along * network.link_mm[link]
        lines = network.shape_lon[part], network.shape_lat[part]
        rows.append([np.interp(at, network.shape_mm[part], line) for line in lines])
    lon, lat = np.array(rows).T
    return lon, lat + np.asarray(off_m) * NORTH_M


@pytest.mark.parametrize("unit", ["km", "min"])
@pytest.mark.parametrize("name", NAMES)
def test_thousands_of_journeys_are_those_of_networkx(networks, name, unit):
    network = networks[name]
    if unit == "min":
        if not network.info.has_minutes:
            pytest.skip("the main roads of the DCW have no class, so no speed")
        network = network.by_time
    rng = np.random.default_rng(7)
    places = beside_roads(network, rng.uniform(0, 1, (150, 2)), rng.choice([0, 3, 8, 20], 150))
    offices = beside_roads(network, rng.uniform(0, 1, (10, 2)), rng.choice([0, 15], 10))
    there, back = ((places, offices), (offices, places))
    for begin, end in (there, back):
        graph = oracles.split_links(network, (*begin, 2.0), (*end, 2.0), ferries=False)
        expected = np.full((len(begin[0]), len(end[0])), np.inf)
        for k in range(len(begin[0])):
            if ("place", k) in graph:
                away = nx.single_source_dijkstra_path_length(graph, ("place", k), weight="mm")
                expected[k] = [away.get(("office", j), np.inf) / 1e6 for j in range(len(end[0]))]
        assert np.isfinite(expected).mean() > 0.3
        # Over the shortcuts, and beyond what they reach.
        for limit in (1_000.0, 1e6):
            found = roads.pairs_within(network, *end, *begin, limit, ferries=False)
            table = np.full(expected.shape, np.inf)
            table[found.place_index, found.candidate_index] = found.distance_km
            np.testing.assert_allclose(table, expected, rtol=0, atol=1e-6)
        nearest = roads.nearest_offices(network, *begin, *end, ferries=False)
        np.testing.assert_allclose(nearest.counted, expected.min(axis=1), rtol=0, atol=1e-6)


SHARE = st.floats(0, 1, exclude_max=True)


@given(
    st.sampled_from(NAMES),
    st.lists(st.tuples(SHARE, SHARE), min_size=1, max_size=20),
    st.sampled_from([0.0, 2.0, 10.0, 30.0]),
    st.floats(0, 2 * np.pi),
    st.tuples(SHARE, SHARE),
)
@settings(max_examples=draws(60), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_metre_moved_is_a_few_metres_of_way(networks, name, spots, off_m, bearing, office):
    """Unless the network changes: another road becomes an entrance, or it is the road of the office."""
    network = networks[name]
    lon, lat = beside_roads(network, spots, off_m)
    there = beside_roads(network, [office], 0.0)
    moved = lon + np.cos(bearing) * EAST_M * 0.9, lat + np.sin(bearing) * NORTH_M * 0.9
    metres = great_circle_km(lon, lat, *moved) * 1000
    before, after = (roads.nearest_offices(network, *at, *there).distance_km for at in ((lon, lat), moved))
    roads_of = [entrances(network, *at) for at in ((lon, lat), moved)]
    goal = {link for link, _ in entrances(network, *there)[0]}
    for k in range(len(lon)):
        same = roads_of[0][k] == roads_of[1][k] and not {link for link, _ in roads_of[0][k]} & goal
        if same and np.isfinite(before[k]):
            most_m = (2 + 2 * BEYOND_NEAREST) * metres[k] + 0.01
            assert abs(after[k] - before[k]) * 1000 <= most_m


def entrances(network, lon, lat):
    """The roads by which each spot may enter, and how often."""
    found = snap(network, lon, lat, 2.0)
    rows = [[] for _ in range(found.count)]
    for point, link in zip(found.point.tolist(), found.link.tolist(), strict=True):
        rows[point].append(link)
    return [{(link, row.count(link)) for link in row} for row in rows]


@pytest.mark.parametrize("name", NAMES)
def test_hardly_any_place_jumps_when_it_is_moved_by_a_metre(networks, name):
    """Those that do stand where a one-way street begins or two roads part that do not meet nearby."""
    network = networks[name]
    rng = np.random.default_rng(11)
    lon, lat = beside_roads(network, rng.uniform(0, 1, (2_000, 2)), rng.choice([0, 5, 15], 2_000))
    office = beside_roads(network, rng.uniform(0, 1, (1, 2)), 0.0)
    bearing = rng.uniform(0, 2 * np.pi, 2_000)
    moved = lon + np.cos(bearing) * EAST_M * 0.9, lat + np.sin(bearing) * NORTH_M * 0.9
    before, after = (roads.nearest_offices(network, *at, *office).distance_km for at in ((lon, lat), moved))
    with np.errstate(invalid="ignore"):
        jump_m = np.abs(after - before) * 1000
    assert np.mean(jump_m[np.isfinite(jump_m)] > 10) < 0.05


def test_both_carriageways_and_the_service_road_are_entrances_and_a_tunnel_is_none(tmp_path):
    from .test_read_osm import node, osm, way, written

    def at(number, east_m, north_m):
        lon, lat = 9 + east_m * EAST_M, 52 + north_m * NORTH_M
        return (
            node(number)
            .replace(node(number).split('"')[3], f"{lon:.7f}", 1)
            .replace(node(number).split('"')[5], f"{lat:.7f}", 1)
        )

    corners = [at(1, 0, 0), at(2, 3000, 0), at(3, 3000, 15), at(4, 0, 15), at(5, 1500, -8), at(6, 2000, -8)]
    ways = [
        way(1, 1, 2, highway="primary", oneway="yes"),
        way(2, 2, 3, highway="primary"),
        way(3, 3, 4, highway="primary", oneway="yes"),
        way(4, 4, 1, highway="primary"),
    ]
    network = roads.build_roads(written(tmp_path / "dual.osm", osm(*corners, *ways)))
    house = np.array([9 + 1500 * EAST_M]), np.array([52 - 12 * NORTH_M])
    west = np.array([9 + 500 * EAST_M]), np.array([52 + 30 * NORTH_M])
    found = roads.nearest_offices(network, *house, *west).distance_km[0]
    # Straight over to the other side, not to the end and back.
    assert 1.0 < found < 1.15
    under = [*ways[:2], way(3, 3, 4, highway="primary", oneway="yes", tunnel="yes"), ways[3]]
    network = roads.build_roads(written(tmp_path / "tunnel.osm", osm(*corners, *under)))
    assert roads.nearest_offices(network, *house, *west).distance_km[0] > 4
