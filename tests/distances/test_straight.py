import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from scipy.spatial.distance import cdist

from iqgeo.distances import Detour, Points, Reach, Straight, great_circle_km, straight, within

lon = st.floats(-180, 180)
lat = st.floats(-90, 90)
points = st.lists(st.tuples(lon, lat), min_size=1, max_size=20)


@given(lon, lat, lon, lat)
def test_great_circle_agrees_with_a_sphere_of_pyproj(lon_a, lat_a, lon_b, lat_b):
    _, _, metres = Geod(a=6_371_008.8, b=6_371_008.8).inv(lon_a, lat_a, lon_b, lat_b)
    assert float(great_circle_km(lon_a, lat_a, lon_b, lat_b)) == pytest.approx(metres / 1000, abs=1e-3)


def test_the_sphere_is_within_0_4_per_cent_of_the_ellipsoid_in_lower_saxony():
    rng = np.random.default_rng(0)
    lon_a, lon_b = rng.uniform(6.6, 11.6, (2, 2000))
    lat_a, lat_b = rng.uniform(51.3, 53.9, (2, 2000))
    _, _, metres = Geod(ellps="WGS84").inv(lon_a, lat_a, lon_b, lat_b)
    ratio = great_circle_km(lon_a, lat_a, lon_b, lat_b) * 1000 / metres
    assert np.abs(ratio - 1).max() < 0.004


@given(points, points, st.floats(0, 21_000), st.sampled_from([1.0, 1.3]))
def test_pairs_are_those_of_brute_force(candidates, places, limit_km, factor):
    candidate, place = (np.array(rows) for rows in (candidates, places))
    found = Detour(factor).pairs(Points.of(*candidate.T), Points.of(*place.T), limit_km)
    every = great_circle_km(candidate[:, None, 0], candidate[:, None, 1], place[:, 0], place[:, 1]) * factor
    clear = np.abs(every - limit_km) > 1e-3
    expected = {tuple(pair) for pair in np.argwhere(within(every, limit_km) & clear)}
    got = {(c, p) for c, p in zip(found.candidate, found.place, strict=True) if clear[c, p]}
    assert got == expected
    assert (within(found.distance_km, limit_km)).all()
    order = np.lexsort((found.place, found.candidate))
    assert (order == np.arange(len(order))).all()


@given(points, points)
def test_nearest_and_pairs_tell_the_same_distances(offices, places):
    office, place = (Points.of(*np.array(rows).T) for rows in (offices, places))
    nearest = Straight().nearest(place, office)
    pairs = Straight().pairs(office, place, np.inf)
    best = np.full(len(places), np.inf)
    np.minimum.at(best, pairs.place, pairs.distance_km)
    np.testing.assert_allclose(nearest.distance_km, best, atol=1e-6)


def test_islands_are_reached_from_their_own_offices_only():
    places = Points.of([7.15, 7.2], [53.71, 53.5], ["Norderney", ""])
    mainland = Straight().nearest(places, Points.of([7.2], [53.5]))
    assert mainland.reach.tolist() == [Reach.FERRY_ONLY, Reach.REACHABLE]
    assert np.isinf(mainland.distance_km[0])
    own = Straight().nearest(places, Points.of([7.16], [53.71], ["Norderney"]))
    assert own.reach.tolist() == [Reach.REACHABLE, Reach.REACHABLE]
    assert np.isinf(own.distance_km[1])


def test_the_band_never_leaves_out_the_factor_itself():
    assert Detour(1.3).band == (1.2, 1.4)
    assert Detour(1.1).band == (1.1, 1.4)
    assert Detour(1.8).band == (1.2, 1.8)


# on a coarse lattice most offices tie, and many lie at the same point
lattice = st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=1, max_size=30)


@given(lattice, lattice, st.sampled_from([(0, 0), (0, 10**9), (10**9, 0)]))
def test_nearest_is_the_first_of_the_nearest_however_it_is_found(places, offices, limits):
    place, office = (Points.of(*np.array(rows, dtype=float).T) for rows in (places, offices))
    with pytest.MonkeyPatch.context() as patched:
        for name, limit in zip(("_MOST_BY_HAND", "_MOST_BY_BANDS"), limits, strict=True):
            patched.setattr(straight, name, limit)
        found = Straight().nearest(place, office)
    squared = cdist(place.vectors, office.vectors, "sqeuclidean")
    np.testing.assert_array_equal(found.office, squared.argmin(axis=1))
    np.testing.assert_array_equal(found.distance_km, straight._km_from_chord(np.sqrt(squared.min(axis=1))))


def test_the_nearest_of_thousands_of_offices_takes_no_table_of_all_pairs():
    rng = np.random.default_rng(5)
    places, offices = (
        Points.of(rng.uniform(6, 15, count), rng.uniform(47, 55, count)) for count in (60_000, 3_000)
    )
    for asked, targets in ((places, offices), (offices, places)):
        tracemalloc.start()
        Straight().nearest(asked, targets)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 60_000 * 8 * 60, "the pairs alone would be 1.4 GB"


@given(points, points, st.floats(0.1, 21_000))
def test_bands_and_trees_find_the_same_pairs_at_the_same_distances(candidates, places, limit_km):
    candidate, place = (Points.of(*np.array(rows).T) for rows in (candidates, places))
    by_bands = Straight().pairs(candidate, place, limit_km)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(straight, "_MOST_IN_BANDS", -1)
        by_trees = Straight().pairs(candidate, place, limit_km)
    for name in ("candidate", "place", "distance_km"):
        np.testing.assert_array_equal(getattr(by_bands, name), getattr(by_trees, name))
