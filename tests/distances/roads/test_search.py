from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from iqgeo.distances import roads
from iqgeo.distances.roads.kernel import BUCKET_BITS, search_within
from iqgeo.distances.roads.network import DESTINATION, FERRY, MOTORWAY, ROAD
from iqgeo.distances.roads.snap import BAND_M, BEYOND_NEAREST, band_m, snap
from iqgeo.distances.straight import great_circle_km
from iqgeo.errors import InputError
from tests.draws import draws

from . import oracles
from .test_assemble import build, chain

LIMIT_KM = 3.0


@st.composite
def points(draw: st.DrawFn, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Spots in and around the circle of ``road_segments``."""
    spot = st.tuples(st.floats(9.67, 9.73), st.floats(52.38, 52.42))
    spots = np.array(draw(st.lists(spot, max_size=most)), dtype=float).reshape(-1, 2)
    return spots[:, 0], spots[:, 1]


def shortest_mm(segments, starts, ends, *, ferries=True):
    graph = oracles.digraph(segments, ferries=ferries)
    table = dict(nx.all_pairs_dijkstra_path_length(graph, weight="mm"))
    rows = [[table[start].get(end, np.inf) for end in ends] for start in starts]
    return np.array(rows, dtype=float).reshape(len(starts), len(ends))


@given(oracles.road_segments(), st.booleans(), st.data())
@settings(max_examples=draws(12))
def test_pairs_and_nearest_are_those_of_networkx_at_every_boundary(segments, ferries, data):
    network = build(segments)
    vertices = oracles.vertices_of(network, segments)
    at = segments.lon[vertices], segments.lat[vertices]
    inside = oracles.kept_segments(segments, network)
    expected = shortest_mm(inside, vertices, vertices, ferries=ferries)
    finite = np.unique(expected[np.isfinite(expected)])
    target_mm = data.draw(st.sampled_from(finite.tolist() or [1.0]))
    pairs = roads.pairs_within(network, *at, *at, target_mm / 1e6, ferries=ferries)
    place, candidate = np.nonzero(expected <= target_mm)
    found = set(zip(pairs.place_index.tolist(), pairs.candidate_index.tolist(), strict=True))
    assert found == set(zip(place.tolist(), candidate.tolist(), strict=True))
    assert len(found) == len(pairs.distance_km)
    exact = expected[pairs.place_index, pairs.candidate_index] / 1e6
    np.testing.assert_allclose(pairs.distance_km, exact, rtol=0, atol=1e-9)
    offices = data.draw(st.lists(st.sampled_from(range(len(vertices))), max_size=3)) if vertices else []
    nearest = roads.nearest_offices(network, *at, at[0][offices], at[1][offices], ferries=ferries)
    best = expected[:, offices].min(axis=1, initial=np.inf) / 1e6
    np.testing.assert_allclose(nearest.distance_km, best, rtol=0, atol=1e-9)


WITH_PRIVATE = (ROAD, ROAD, MOTORWAY, FERRY, ROAD + DESTINATION, ROAD + DESTINATION, FERRY + DESTINATION)


@given(oracles.road_segments(classes=WITH_PRIVATE), points(8), points(4), st.booleans())
@settings(max_examples=draws(12))
def test_points_anywhere_on_the_links_agree_with_networkx(segments, places, offices, ferries):
    network = build(segments)
    graph = oracles.split_links(network, (*places, LIMIT_KM), (*offices, LIMIT_KM), ferries=ferries)
    expected = np.full((len(places[0]), len(offices[0])), np.inf)
    for k in range(len(places[0])):
        if ("place", k) not in graph:
            continue
        reached = nx.single_source_dijkstra_path_length(graph, ("place", k), weight="mm")
        for j in range(len(offices[0])):
            expected[k, j] = reached.get(("office", j), np.inf) / 1e6
    options = {"snap_limit_km": LIMIT_KM, "ferries": ferries}
    nearest = roads.nearest_offices(network, *places, *offices, **options)
    best = expected.min(axis=1, initial=np.inf)
    np.testing.assert_allclose(nearest.distance_km, best, rtol=0, atol=1e-9)
    chosen = nearest.office_index.to_numpy(dtype=float, na_value=np.nan)
    assert (np.isnan(chosen) == np.isinf(best)).all()
    for k in np.flatnonzero(np.isfinite(best)).tolist():
        assert nearest.snap_km[k] <= nearest.access_km[k] + 1e-12
        assert expected[k, int(chosen[k])] == pytest.approx(best[k], abs=1e-9)
    pairs = roads.pairs_within(network, *offices, *places, 1e3, **options)
    table = np.full(expected.shape, np.inf)
    table[pairs.place_index, pairs.candidate_index] = pairs.distance_km
    np.testing.assert_allclose(table, expected, rtol=0, atol=1e-9)
    for k, route in enumerate(roads.routes(network, *places, *offices, **options)):
        if route is None:
            assert np.isinf(best[k])
            continue
        assert (route.lon[0], route.lat[0]) == (places[0][k], places[1][k])
        assert (route.lon[-1], route.lat[-1]) == (
            offices[0][route.office_index],
            offices[1][route.office_index],
        )
        assert route.distance_km == pytest.approx(best[k], abs=1e-9)


lengths = st.sampled_from([0, 1, *(2**BUCKET_BITS + k for k in (-1, 0, 1))]) | st.integers(0, 2_000_000)


@st.composite
def graphs(draw: st.DrawFn):
    count = draw(st.integers(1, 12))
    node = st.integers(0, count - 1)
    arcs = draw(st.dictionaries(st.tuples(node, node), lengths, max_size=50))
    sources = draw(st.lists(node, max_size=5))
    return count, arcs, sources, draw(lengths | st.integers(-5, 8_000_000))


@pytest.mark.parametrize("width", [np.int32, np.int64])
@given(case=graphs())
@settings(max_examples=draws(12))
def test_kernel_finds_what_scipy_finds(width, case):
    count, arcs, sources, limit = case
    keys = sorted(arcs)
    row = np.array([a for a, _ in keys], dtype=np.int64)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=count))]).astype(np.int32)
    neighbour = np.array([b for _, b in keys], dtype=np.int32)
    mm = np.array([arcs[key] for key in keys], dtype=width)
    each = np.arange(len(sources) + 1, dtype=np.int32)
    begins, place, found = search_within(
        (indptr, neighbour, mm),
        (each, np.array(sources, dtype=np.int32), np.zeros(len(sources), dtype=width)),
        np.full(len(sources), limit, dtype=width),
        (
            np.arange(count + 1, dtype=np.int32),
            np.arange(count, dtype=np.int32),
            np.zeros(count, dtype=width),
        ),
        (np.zeros(len(each), dtype=np.int32), np.empty(0, dtype=np.int32), np.empty(0, dtype=width)),
        count,
    )
    matrix = csr_array((mm.astype(float), neighbour, indptr), shape=(count, count))
    for k, source in enumerate(sources):
        part = slice(begins[k], begins[k + 1])
        expected = dijkstra(matrix, indices=source)
        inside = np.flatnonzero(expected <= limit)
        assert dict(zip(place[part].tolist(), found[part].tolist(), strict=True)) == {
            int(node): int(expected[node]) for node in inside
        }
        assert place[part].tolist() == inside.tolist()


@given(oracles.road_segments(classes=(ROAD, FERRY)), points(6), points(3))
def test_status_tells_ferry_no_road_and_no_way_apart(segments, places, offices):
    network = build(segments)
    on, off = (
        roads.nearest_offices(network, *places, *offices, snap_limit_km=1.0, ferries=f) for f in (True, False)
    )
    assert (on.status == off.status).all()
    np.testing.assert_array_equal(on.snap_km, off.snap_km)
    for k, status in enumerate(on.status):
        if on.snap_km[k] > 1.0:
            assert status == roads.RoadStatus.NO_ROAD
        elif np.isinf(on.distance_km[k]):
            assert status == roads.RoadStatus.UNREACHABLE
        elif np.isinf(off.distance_km[k]):
            assert status == roads.RoadStatus.FERRY_ONLY
        else:
            assert status == roads.RoadStatus.REACHED
            assert on.distance_km[k] <= off.distance_km[k]


def test_snapping_finds_the_nearest_point_of_any_road(helsinki):
    import shapely

    rng = np.random.default_rng(3)
    west, south, east, north = helsinki.info.extent
    lon, lat = rng.uniform((west, south), (east, north), (60, 2)).T
    snapped = snap(helsinki, lon, lat, 2.0)
    # In degrees stretched to equal lengths, a plane good to a millimetre over a few hundred metres.
    scale = np.array([np.cos(np.radians((south + north) / 2)), 1.0])
    bends = np.column_stack([helsinki.shape_lon, helsinki.shape_lat]) * scale
    usable = np.flatnonzero(helsinki.link_class % DESTINATION == ROAD)
    assert snapped.snap_km.shape == (60,)
    lines = [shapely.LineString(bends[helsinki.shape_ptr[k] : helsinki.shape_ptr[k + 1]]) for k in usable]
    for k, point in enumerate(np.column_stack([lon, lat]) * scale):
        nearest_km = min(line.distance(shapely.Point(point)) for line in lines) * np.radians(1) * 6371.0088
        assert snapped.snap_km[k] == pytest.approx(nearest_km, abs=2e-4)
        mine = snapped.point == k
        legs_km = great_circle_km(lon[k], lat[k], snapped.lon[mine], snapped.lat[mine])
        assert snapped.snap_km[k] == pytest.approx(legs_km.min(), abs=1e-12)
        # Every road in the band is an entrance, once for each time it comes near, and no other is.
        band_km = band_m(legs_km.min() * 1000) / 1000
        assert legs_km.max() <= legs_km.min() + band_km + 1e-4
        in_metres = [line.distance(shapely.Point(point)) * np.radians(1) * 6_371_008.8 for line in lines]
        band = np.array(in_metres) <= min(in_metres) + band_km * 1000 - 0.1
        assert set(usable[band].tolist()) <= set(snapped.link[mine].tolist())


def test_nobody_joins_a_motorway_or_a_ferry():
    import dataclasses

    segments = chain((0, 1, 9_000, True), (1, 2, 9_000, True), (2, 3, 9_000, True))
    motorway_and_ferry = dataclasses.replace(segments, road_class=np.array([1, 2, 0], dtype=np.uint8))
    network = build(motorway_and_ferry)
    snapped = snap(network, segments.lon, segments.lat, 5.0)
    assert set(network.link_class[snapped.link].tolist()) == {ROAD}
    only_motorway = build(dataclasses.replace(segments, road_class=np.ones(3, dtype=np.uint8)))
    nearest = roads.nearest_offices(
        only_motorway, segments.lon, segments.lat, segments.lon[:1], segments.lat[:1]
    )
    assert (nearest.status == roads.RoadStatus.NO_ROAD).all()
    assert np.isinf(nearest.snap_km).all()


def test_route_and_minutes_on_real_streets(helsinki):
    rng = np.random.default_rng(5)
    west, south, east, north = helsinki.info.extent
    places, offices = (rng.uniform((west, south), (east, north), (count, 2)).T for count in (80, 3))
    nearest = roads.nearest_offices(helsinki, *places, *offices)
    drawn = roads.routes(helsinki, *places, *offices)
    graph = oracles.split_links(helsinki, (*places, 2.0), (*offices, 2.0))
    assert (nearest.status == roads.RoadStatus.REACHED).all()
    checked = 0
    for k, route in enumerate(drawn):
        # Lengths in OpenStreetMap are those of the lines, so the drawn line is as long as the distance.
        drawn_km = great_circle_km(route.lon[:-1], route.lat[:-1], route.lon[1:], route.lat[1:]).sum()
        # What counts more than its length are straight legs to another road than the nearest one.
        spare_km = nearest.distance_km[k] - drawn_km
        assert -1e-4 < spare_km < 2 * BEYOND_NEAREST * BAND_M / 1000 + 1e-4
        straightest = nearest.access_km[k] - nearest.snap_km[k] < 1e-6
        checked += straightest and spare_km < 1e-4
        assert route.office_index == nearest.office_index[k]
        goal = ("office", route.office_index)
        path = nx.shortest_path(graph, ("place", k), goal, weight="mm")
        minutes = sum(
            min(graph[a][b].values(), key=lambda arc: arc["mm"])["minutes"] for a, b in pairwise(path)
        )
        assert nearest.minutes[k] == pytest.approx(minutes, abs=1e-4)
        assert route.minutes == nearest.minutes[k]
    assert checked > 30


def test_result_as_a_table_has_no_made_up_values(helsinki):
    far = roads.nearest_offices(helsinki, [24.94, 24.2], [60.17, 60.9], [24.945], [60.17])
    frame = far.to_frame(index=["a", "b"])
    assert frame.loc["a", "status"] == "reached"
    assert frame.loc["b", "status"] == "no_road"
    assert frame["office_index"].isna().tolist() == [False, True]
    assert np.isinf(frame.loc["b", ["distance_km", "minutes"]].astype(float)).all()
    assert frame.loc["b", "snap_km"] > 80
    none = roads.nearest_offices(helsinki, [24.94], [60.17], [], [])
    assert none.status.tolist() == [roads.RoadStatus.UNREACHABLE]


def test_roads_of_another_region_are_refused(helsinki):
    with pytest.raises(InputError) as caught:
        roads.nearest_offices(helsinki, [9.7, 8.0], [52.4, 52.3], [9.7], [52.4])
    assert [problem.code for problem in caught.value.problems] == ["roads_other_region"]
    assert "24.94" in caught.value.message("de")


def test_pairs_come_from_the_cache_and_a_broken_cache_is_made_anew(helsinki, tmp_path):
    rng = np.random.default_rng(6)
    west, south, east, north = helsinki.info.extent
    spots = rng.uniform((west, south), (east, north), (30, 2)).T
    fresh = roads.pairs_within(helsinki, *spots[:, :5], *spots, 0.8, cache_directory=tmp_path)
    (file,) = tmp_path.iterdir()
    with np.load(file) as kept:
        np.savez(tmp_path / "other.npz", **{**kept, "distance_km": kept["distance_km"] + 1})
    (tmp_path / "other.npz").replace(file)
    again = roads.pairs_within(helsinki, *spots[:, :5], *spots, 0.8, cache_directory=tmp_path)
    np.testing.assert_array_equal(again.distance_km, fresh.distance_km + 1)
    other = roads.pairs_within(helsinki, *spots[:, :5], *spots, 0.7, cache_directory=tmp_path)
    assert len(other.distance_km) < len(fresh.distance_km)
    file.write_bytes(file.read_bytes()[:100])
    mended = roads.pairs_within(helsinki, *spots[:, :5], *spots, 0.8, cache_directory=tmp_path)
    np.testing.assert_array_equal(mended.distance_km, fresh.distance_km)
    assert not [path for path in tmp_path.iterdir() if "part" in path.name]
