"""p-median and p-center on distances measured when asked for, against the same on whole tables."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.siting import DistanceTable, SiteRules, growing, p_center, p_median
from iqgeo.siting.growing import p_center_growing, p_median_growing


class Matrix:
    """Distances out of a small matrix, places by sites; counts what is listed at once."""

    def __init__(self, km, weight):
        self.km, self.weight = np.asarray(km, dtype=float), np.asarray(weight, dtype=float)
        self.n_sites, self.listed = self.km.shape[1], 0

    def nearest_km(self, sites):
        return self.km[:, list(sites)].min(axis=1) if len(sites) else np.full(len(self.km), np.inf)

    def _table(self, keep, weight):
        place, site = np.nonzero(keep & np.isfinite(self.km))
        self.listed = max(self.listed, len(place))
        return DistanceTable.from_pairs(site, place, self.km[place, site], weight, self.n_sites)

    def within(self, limit_km):
        return self._table(self.km <= np.asarray(limit_km)[:, None] + 1e-9, self.weight)

    def of_points(self, points):
        km = self.km[points]
        place, site = np.nonzero(np.isfinite(km))
        return DistanceTable.from_pairs(site, place, km[place, site], self.weight[points], self.n_sites)

    def whole(self):
        return self._table(np.ones_like(self.km, dtype=bool), self.weight)


@st.composite
def instances(draw):
    """Small ones with ties, points out of reach of some or all sites, and rules."""
    n_places, n_sites = draw(st.integers(1, 9)), draw(st.integers(3, 6))
    kms = st.one_of(st.integers(0, 6), st.just(np.inf)) if draw(st.booleans()) else st.integers(0, 30)
    rows = draw(
        st.lists(st.lists(kms, min_size=n_sites, max_size=n_sites), min_size=n_places, max_size=n_places)
    )
    weight = draw(st.lists(st.integers(0, 5), min_size=n_places, max_size=n_places))
    existing = tuple(range(draw(st.integers(0, 1))))
    forbid = (n_sites - 1,) if draw(st.booleans()) else ()
    require = (1,) if draw(st.booleans()) and 1 not in forbid else ()
    rules = SiteRules(existing=existing, require=require, forbid=forbid)
    free = len(rules.candidates(n_sites))
    return Matrix(rows, weight), draw(st.integers(min(free, len(require)), free)), rules


@given(instances())
def test_the_answer_is_as_good_as_that_on_the_whole_table(instance):
    reach, new, rules = instance
    for grown, whole in ((p_median_growing, p_median), (p_center_growing, p_center)):
        got, expected = grown(reach, new, rules), whole(reach.whole(), new, rules)
        assert got.status == expected.status
        np.testing.assert_allclose(got.objective, expected.objective, rtol=1e-9)
        np.testing.assert_allclose(got.bound, expected.bound, rtol=1e-9)
        assert (got.unreached, got.unreached_weight) == (expected.unreached, expected.unreached_weight)
        if got.status == "optimal":
            assert len(got.sites) == new
            way = reach.nearest_km([*rules.existing, *got.sites])
            held = (reach.weight > 0) & np.isfinite(way)
            assert got.total_km == pytest.approx(float(reach.weight[held] @ way[held]))
            assert got.worst_km == pytest.approx(float(way[held].max(initial=0.0)))


def country(seed, n_places=900, n_sites=70):
    rng = np.random.default_rng(seed)
    places = rng.uniform(0, 500, (n_places, 2))
    sites = places[rng.choice(n_places, n_sites, replace=False)]
    km = np.sqrt(((places[:, None] - sites) ** 2).sum(axis=2))
    return Matrix(km, np.floor(rng.lognormal(4, 1.2, n_places)))


@pytest.mark.parametrize("new", [4, 12])
def test_far_fewer_pairs_are_listed_than_there_are(monkeypatch, new):
    monkeypatch.setattr(growing, "_SAMPLE", 150)
    reach = country(1)
    whole = p_median(reach.whole(), new)
    reach.listed = 0
    got = p_median_growing(reach, new)
    assert got.status == "optimal"
    assert got.objective == pytest.approx(whole.objective)
    assert reach.listed < reach.km.size * 1.5 / new + 10 * len(reach.km)


def test_the_shortest_worst_way_takes_a_few_points_only():
    reach = country(2)
    got = p_center_growing(reach, 6)
    assert got.status == "optimal"
    assert got.objective == pytest.approx(p_center(reach.whole(), 6).objective)
    assert reach.nearest_km(got.sites).max() == pytest.approx(got.objective)
