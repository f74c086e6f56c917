"""p-median and p-center on distances measured when asked for, against the same on whole tables."""

import tracemalloc
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.siting import DistanceTable, SiteRules, growing, median, p_center, p_median
from iqgeo.siting.growing import p_center_growing, p_median_growing
from iqgeo.siting.useful import useful_sites


class Matrix:
    """Distances out of a small matrix, places by sites; counts what is listed at once."""

    def __init__(self, km, weight):
        self.km, self.weight = np.asarray(km, dtype=float), np.asarray(weight, dtype=float)
        self.n_sites, self.listed = self.km.shape[1], 0

    def nearest_km(self, sites):
        return self.km[:, list(sites)].min(axis=1) if len(sites) else np.full(len(self.km), np.inf)

    def nearest_site(self, sites):
        return np.asarray(sites)[self.km[:, list(sites)].argmin(axis=1)]

    def saved(self, limit_km, sites, over):
        less = np.maximum(0.0, np.asarray(limit_km)[:, None] - self.km)
        among = np.isin(np.arange(self.n_sites), sites)
        return None if over() else (self.weight[:, None] * less).sum(axis=0) * among

    def _table(self, keep, weight):
        place, site = np.nonzero(keep & np.isfinite(self.km))
        self.listed = max(self.listed, len(place))
        return DistanceTable.from_pairs(site, place, self.km[place, site], weight, self.n_sites)

    def within(self, limit_km, sites=None):
        among = np.isin(np.arange(self.n_sites), np.arange(self.n_sites) if sites is None else sites)
        return self._table((self.km <= np.asarray(limit_km)[:, None] + 1e-9) & among, self.weight)

    def of_points(self, points, sites=None):
        among = np.isin(np.arange(self.n_sites), np.arange(self.n_sites) if sites is None else sites)
        km = np.where(among, self.km[points], np.inf)
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


@given(instances(), st.sampled_from([0, 6]))
def test_sites_that_are_left_out_stand_in_no_best_answer(instance, most):
    """The same where lists are too long at once: with few enough sites left, and with a bound alone."""
    reach, new, rules = instance
    expected = p_median(reach.whole(), new, rules)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(growing, "MOST_PAIRS", 0)
        whole = p_median_growing(reach, new, rules)
        patch.setattr(growing, "_MOST_AT_ONCE", most)
        got = p_median_growing(reach, new, rules)
    assert whole.status == expected.status
    np.testing.assert_allclose(whole.objective, expected.objective, rtol=1e-9)
    if got.status == "infeasible" or expected.status == "infeasible":
        assert got.status == expected.status
        return
    assert got.bound <= expected.objective * (1 + 1e-9)
    assert got.objective >= expected.objective * (1 - 1e-9)
    assert len(got.sites) == new


@given(instances(), st.data())
def test_the_bound_of_any_limits_is_one(instance, data):
    reach, _, rules = instance
    usable = [site for site in rules.candidates(reach.n_sites) if site not in rules.opened]
    new = data.draw(st.integers(1, max(1, len(usable))))
    open_km = reach.nearest_km(rules.opened)
    answers = [
        (float(reach.weight @ np.minimum(reach.nearest_km(some), open_km).clip(max=99)), set(some))
        for some in combinations(usable, min(new, len(usable)))
    ]
    if not answers:
        return
    known = data.draw(st.sampled_from(answers))[0]
    limits = st.lists(st.floats(0, 99), min_size=len(reach.weight), max_size=len(reach.weight))
    limit = np.minimum(data.draw(limits), open_km)
    left = useful_sites(
        reach.saved(limit, usable, lambda: False), float(reach.weight @ limit), usable, new, known
    ).tolist()
    for cost, some in answers:
        assert cost > known or some <= set(left)


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


@pytest.mark.parametrize(("new", "existing"), [(1, 0), (1, 5), (3, 0), (3, 5)])
def test_few_sites_are_left_where_lists_would_be_long(monkeypatch, new, existing):
    monkeypatch.setattr(growing, "_SAMPLE", 150)
    monkeypatch.setattr(growing, "MOST_PAIRS", 900)
    reach, rules = country(4), SiteRules(existing=tuple(range(existing)))
    got = p_median_growing(reach, new, rules)
    listed, reach.listed = reach.listed, 0
    monkeypatch.setattr(growing, "useful_of", lambda *_: None)
    monkeypatch.setattr(growing, "_MOST_AT_ONCE", reach.km.size)
    every, before = p_median_growing(reach, new, rules), reach.listed
    whole = p_median(reach.whole(), new, rules)
    assert (got.status, got.sites) == (every.status, every.sites) == ("optimal", whole.sites)
    assert got.objective == pytest.approx(whole.objective)
    assert listed < before * 0.8


@given(instances(), st.integers(1, 7))
def test_pairs_weighed_in_parts_are_those_weighed_at_once(instance, pairs):
    reach, _, rules = instance
    table = reach.whole()
    with pytest.MonkeyPatch.context() as patch:
        values, fixed = median.median_rows(table, rules, 40.0, False)
        patch.setattr(median, "_PAIRS", pairs)
        parts, again = median.median_rows(table, rules, 40.0, False, open_km=reach.nearest_km(rules.opened))
    assert again == fixed
    for name in ("columns", "start", "site", "value", "unit", "needy"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(values, name))
    # the value of a pair is what it saves, in the unit
    cap = np.minimum(reach.nearest_km(rules.opened), 40.0)
    saved = np.where(reach.weight > 0, reach.weight, 0)[:, None] * np.maximum(cap[:, None] - reach.km, 0.0)
    assert values.value.sum() * values.unit == pytest.approx(saved[:, values.columns].sum())


def test_weighing_holds_little_more_than_the_pairs_kept():
    rng = np.random.default_rng(3)
    weight, n_sites = rng.integers(1, 9, 3_000).astype(float), 700
    km = np.sort(rng.uniform(1, 400, (len(weight), n_sites)), axis=1)
    start = np.arange(len(weight) + 1) * n_sites
    table = DistanceTable(
        n_sites, weight, start, np.tile(np.arange(n_sites, dtype=np.int32), 3_000), km.ravel()
    )
    far = np.full(len(weight), np.inf)
    tracemalloc.start()
    try:
        values, _ = median.median_rows(table, SiteRules(), 400.0, False, open_km=far)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(values.value) == len(table.km) > 2_000_000
    # 12 bytes a pair for what is kept, one for whether it is, and a million pairs in work.
    assert peak < 14 * len(table.km) + 50 * median._PAIRS


def test_the_shortest_worst_way_takes_a_few_points_only():
    reach = country(2)
    got = p_center_growing(reach, 6)
    assert got.status == "optimal"
    assert got.objective == pytest.approx(p_center(reach.whole(), 6).objective)
    assert reach.nearest_km(got.sites).max() == pytest.approx(got.objective)
