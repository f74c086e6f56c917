"""Memory grows with the answer: a country of 173,052 places, 3,078 towns and 2,760 offices in under 1 GB."""

import tracemalloc
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest

from benchmarks.siting.instances import made_country
from iqgeo import assess
from iqgeo.demand import demand_from_places
from iqgeo.gains import Pool
from iqgeo.gaps import find_gaps
from iqgeo.siting import Control
from iqgeo.suggestions import Siting
from tests.draws import BY_NIGHT

GB = 10**9
# By day a third of the country in a third of the memory: what grows faster than the answer shows as well.
PART = 1 if BY_NIGHT else 3
PLACES, TOWNS = 173_052 // PART, 3_078 // PART
MOST = GB // PART

pytestmark = pytest.mark.slow


@contextmanager
def under(limit):
    """Count what is allocated inside: the most at any moment, so every single array as well."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < limit, f"{peak / GB:.2f} GB"


@pytest.fixture(scope="module")
def country():
    places, towns = made_country(PLACES, TOWNS)
    frame = places.assign(id=[f"p{k}" for k in range(len(places))], ags="", district_ags="", landmass="")
    towns = towns.assign(id=[f"t{k}" for k in range(len(towns))])
    towns = towns.assign(name=towns["id"])
    return demand_from_places(frame), towns


@pytest.fixture(scope="module")
def few(region, country):
    demand, towns = country
    return assess(region, towns.iloc[:6], demand=demand)


def test_coverage_and_gaps_of_thousands_of_offices(region, country):
    demand, towns = country
    with under(MOST):
        coverage = assess(region, towns.iloc[: 2760 // PART], demand=demand)
        gaps = find_gaps(coverage, region)
    assert 0 < gaps.people == coverage.uncovered


def test_a_suggestion_with_who_stays_out_of_reach(country, few):
    _, towns = country
    with under(MOST):
        found = Siting(few, towns).solve("max-cover", new=3, reasons=False)
    assert found.status == "optimal"
    best_km = few.again(offices=towns).places["distance_km"].to_numpy()
    assert len(found.unreachable) == np.count_nonzero(best_km > few.target_km + 1e-9)


by_night = pytest.mark.skipif(not BY_NIGHT, reason="half a minute; `make nightly` counts it")


@by_night
@pytest.mark.parametrize(
    ("model", "new"),
    [*(("p-median", new) for new in (1, 2, 5, 20, 60)), *(("p-center", new) for new in (1, 60))],
)
def test_the_models_of_travel(country, few, model, new):
    _, towns = country
    with under(MOST):
        found = Siting(few, towns).solve(model, new=new, control=Control(time_limit_s=3), reasons=False)
    assert found.status in {"feasible", "optimal"}
    assert len(found.sites) == new
    assert isinstance(found.unreachable, pd.DataFrame)


def test_gains_of_every_town_after_a_move(country, few):
    _, towns = country
    with under(MOST):
        gains = Pool.of(few, towns).gains(few.again(offices=towns.iloc[1:7]))
    assert gains.max() > 0
    assert not gains[1:7].any()


def test_the_fewest_offices_for_a_share(country, few):
    _, towns = country
    with under(MOST):
        found = Siting(few, towns).solve(
            "full-cover", share_pct=60.0, control=Control(time_limit_s=3), reasons=False
        )
    assert found.status in {"feasible", "optimal"}
