import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.distances import roads

km = st.floats(0.1, 200) | st.just(np.inf)
rows = st.lists(
    st.tuples(st.sampled_from(["03101", "03152", "04011"]), st.integers(0, 500), km, km), max_size=25
)


@given(rows, st.sampled_from([1.0, 1.3, 2.0]))
def test_people_and_districts_add_up(table, factor):
    frame = pd.DataFrame(table, columns=["district_ags", "people", "straight_km", "road_km"])
    told = pd.DataFrame({"district_ags": ["03101", "04011"], "factor": [1.1, 1.9]})
    compared = roads.compare_with_roads(
        frame, frame["straight_km"], frame["road_km"], target_km=35, detour_factor=factor, factors=told
    )
    estimated, travelled = frame["straight_km"] * factor <= 35, frame["road_km"] <= 35
    assert compared.now_covered == frame.loc[travelled & ~estimated, "people"].sum()
    assert compared.now_uncovered == frame.loc[estimated & ~travelled, "people"].sum()
    for column in ("people", "people_compared", "now_covered", "now_uncovered"):
        assert compared.by_district[column].sum() == getattr(compared, column)
    if compared.people:
        same = frame.loc[estimated == travelled, "people"].sum() / frame["people"].sum()
        assert compared.same_share == pytest.approx(same)
        factors = frame["district_ags"].map({"03101": 1.1, "04011": 1.9}).fillna(factor)
        fitted = frame["straight_km"] * factors <= 35
        share = frame.loc[fitted == travelled, "people"].sum() / frame["people"].sum()
        assert compared.fitted_share == pytest.approx(share)


@given(st.lists(st.tuples(st.floats(1, 9), st.integers(0, 30)), min_size=1, max_size=20))
def test_weighted_quantiles_are_those_of_the_people_one_by_one(pairs):
    values, weights = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    everyone = np.repeat(values, weights.astype(int))
    found = roads.weighted_quantiles(values, weights, (0.1, 0.5, 0.9))
    if not len(everyone):
        assert np.isnan(found).all()
        return
    np.testing.assert_array_equal(found, np.quantile(everyone, (0.1, 0.5, 0.9), method="inverted_cdf"))


def test_real_main_roads_confirm_the_default_factor(dcw):
    """On the main-road graph the factor has its middle near 1.3, whoever lives where."""
    rng = np.random.default_rng(2)
    at = rng.choice(dcw.node_count, 300, replace=False)
    lon, lat = dcw.node_lon[at], dcw.node_lat[at]
    offices = slice(0, 12)
    road = roads.nearest_offices(dcw, lon, lat, lon[offices], lat[offices]).distance_km
    from iqgeo.distances.straight import great_circle_km

    straight = great_circle_km(lon[:, None], lat[:, None], lon[offices], lat[offices]).min(axis=1)
    frame = pd.DataFrame({"district_ags": "03000", "people": np.ones(300)})
    compared = roads.compare_with_roads(frame, straight, road, target_km=35)
    assert 1.1 < compared.factor_median < 1.5
    assert compared.factor_p10 >= 1.0
    assert compared.factor_p10 <= compared.factor_median <= compared.factor_p90
    assert compared.same_share > 0.8
