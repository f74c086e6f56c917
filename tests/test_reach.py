import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo import assess, suggestions
from iqgeo import reach as reach_module
from iqgeo.distances import Detour, Points
from iqgeo.reach import MeasuredReach
from iqgeo.suggestions import Siting, candidate_towns

ISLANDS = ["", "", "", "Juist"]
points = st.lists(
    st.tuples(st.floats(6, 12), st.floats(50, 54), st.sampled_from(ISLANDS)), min_size=1, max_size=12
)


def of(rows):
    lon, lat, land = zip(*rows, strict=True)
    return Points.of(lon, lat, list(land))


@given(points, points, st.data())
def test_what_is_measured_on_demand_is_what_the_measure_says(sites, places, data):
    reach = MeasuredReach(Detour(), of(sites), of(places), np.arange(len(places), dtype=float))
    every = Detour().pairs(of(sites), of(places), np.inf)
    km = np.full((len(places), len(sites)), np.inf)
    km[every.place, every.candidate] = every.distance_km
    limits = st.one_of(st.floats(0, 500), st.just(np.inf))
    limit = np.array(data.draw(st.lists(limits, min_size=len(places), max_size=len(places))))
    table = reach.within(limit)
    for place in range(len(places)):
        mine = slice(table.start[place], table.start[place + 1])
        expected = [j for j in np.argsort(km[place], kind="stable") if km[place, j] <= min(limit[place], 1e9)]
        assert table.site[mine].tolist() == expected
        np.testing.assert_allclose(table.km[mine], km[place, expected])
    chosen = data.draw(st.lists(st.integers(0, len(sites) - 1), unique=True))
    nearest = km[:, chosen].min(axis=1, initial=np.inf)
    np.testing.assert_allclose(reach.nearest_km(chosen), nearest, rtol=1e-9)
    at_most = np.minimum(limit, 500.0)
    saved = (reach.weight[:, None] * np.maximum(0.0, at_most[:, None] - km)).sum(axis=0)
    left_out = np.isin(np.arange(len(sites)), chosen, invert=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reach_module, "_PAIRS", 3)
        got = reach.saved(at_most, chosen, lambda: False)
        np.testing.assert_allclose(got, np.where(left_out, 0.0, saved), atol=1e-6)
        assert not chosen or reach.saved(at_most, chosen, lambda: True) is None
        if chosen:
            np.testing.assert_allclose(km[np.arange(len(km)), reach.nearest_site(chosen)], nearest, rtol=1e-9)
        of_chosen = reach.within(limit, sorted(chosen))
        assert len(of_chosen.km) == np.count_nonzero((km <= np.minimum(limit, 1e9)[:, None])[:, chosen])
        assert set(of_chosen.site.tolist()) <= set(chosen)
    some = np.array(data.draw(st.lists(st.integers(0, len(places) - 1), unique=True)), dtype=np.int64)
    few = reach.of_points(some)
    assert np.isfinite(km[some]).sum() == len(few.km)
    np.testing.assert_array_equal(few.weight, some)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["p-median", "p-center"])
def test_travel_models_answer_the_same_with_and_without_a_table(monkeypatch, region, model):
    start = assess(region, stage=2012)
    task = Siting(start, candidate_towns(region, 30_000))
    whole = task.solve(model, new=3, reasons=False)
    monkeypatch.setattr(suggestions, "MOST_IN_A_TABLE", 0)
    tracemalloc.start()
    grown = task.solve(model, new=3, reasons=False)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (grown.status, whole.status) == ("optimal", "optimal")
    assert grown.objective == pytest.approx(whole.objective)
    if model == "p-median":
        assert [it.id for it in grown.sites] == [it.id for it in whole.sites]
    assert peak < len(task.sites) * len(task.people) * 40
