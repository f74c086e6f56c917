import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.api import assess
from iqgeo.coverage import COVERED, FERRY_ONLY, NO_OFFICE, Coverage, assess_places
from iqgeo.demand import demand_from_places
from iqgeo.distances import Detour, Straight, great_circle_km
from iqgeo.errors import InputError


def places_of(rows):
    frame = pd.DataFrame(rows, columns=["lon", "lat", "people", "ags"])
    return demand_from_places(
        frame.assign(
            id=[f"p{i}" for i in range(len(frame))],
            district_ags=frame["ags"].astype(str).str[:5],
            landmass="",
        )
    )


def offices_of(rows):
    frame = pd.DataFrame(rows, columns=["lon", "lat"], dtype=float)
    return frame.assign(
        id=[f"o{i}" for i in range(len(frame))], name=[f"Stelle {i}" for i in range(len(frame))]
    )


lon = st.floats(7, 11)
lat = st.floats(51.5, 54)
place_rows = st.lists(
    st.tuples(lon, lat, st.integers(0, 1000), st.sampled_from(["03101000", "03102000", "03459001"])),
    min_size=1,
    max_size=25,
)
office_rows = st.lists(st.tuples(lon, lat), max_size=6)


def test_the_six_offices_of_2012_reach_47_of_100(coverage_2012):
    assert len(coverage_2012.offices) == 6
    assert round(coverage_2012.share, 2) == 0.47
    assert coverage_2012.people == 1_333_596


def test_tables_are_added_up_once_and_belong_to_who_asked(coverage_2012, region, monkeypatch):
    found = assess(region, stage=2012)
    first = found.by_district(), found.by_municipality()
    pd.testing.assert_frame_equal(first[0], coverage_2012.by_district())
    monkeypatch.setattr(Coverage, "_by", None)
    for table, again in zip(first, (found.by_district(), found.by_municipality()), strict=True):
        pd.testing.assert_frame_equal(table, again)
        again["people"] = -1.0
        again.loc[0, "name"] = "else"
        again.pop("share")
    for table, again in zip(first, (found.by_district(), found.by_municipality()), strict=True):
        pd.testing.assert_frame_equal(table, again)


def test_totals_agree_across_all_levels_to_the_person(coverage_2012):
    for table in (coverage_2012.by_district(), coverage_2012.by_municipality()):
        assert table["people"].sum() == coverage_2012.people
        assert table["covered"].sum() == coverage_2012.covered
        assert table["uncovered"].sum() == coverage_2012.uncovered
    reached = coverage_2012.offices["people_nearest"].sum()
    assert reached == coverage_2012.covered


def test_islands_without_a_road_are_ferry_only(coverage_2012, region):
    places = coverage_2012.places
    islands = places[places["landmass"] != ""]
    assert set(islands["landmass"]) == {
        "Baltrum", "Borkum", "Juist", "Langeoog", "Norderney", "Spiekeroog", "Wangerooge",
    }  # fmt: skip
    assert (islands["status"] == FERRY_ONLY).all()
    assert np.isinf(islands["distance_km"]).all()


def test_an_office_on_an_island_serves_its_island_only(region):
    norderney = offices_of([(7.15, 53.707)])
    coverage = assess(region, norderney, target_km=500)
    assert set(coverage.places.loc[coverage.is_covered, "landmass"]) == {"Norderney"}


def test_without_offices_nobody_is_covered(region):
    coverage = assess(region, offices_of([]))
    assert coverage.covered == 0
    assert coverage.share == 0
    assert set(coverage.places["status"]) == {NO_OFFICE, FERRY_ONLY}
    assert coverage.by_district()["covered"].sum() == 0
    assert coverage.by_district()["max_km"].isna().all()


def test_exactly_the_target_is_covered():
    demand = places_of([(9.0, 52.0, 10, "03101000")])
    office = offices_of([(9.5, 52.2)])
    distance = float(great_circle_km(9.0, 52.0, 9.5, 52.2))
    for factor in (1.0, 1.3):
        at_target = assess_places(demand, office, Detour(factor), distance * factor)
        assert at_target.share == 1
        short_of_it = assess_places(demand, office, Detour(factor), distance * factor - 1e-6)
        assert short_of_it.share == 0


@given(place_rows, office_rows, st.tuples(lon, lat), st.floats(5, 120))
def test_one_more_office_never_lowers_coverage(places, offices, extra, target_km):
    demand = places_of(places)
    before = assess_places(demand, offices_of(offices), Detour(), target_km)
    after = assess_places(demand, offices_of([*offices, extra]), Detour(), target_km)
    assert (after.places["distance_km"] <= before.places["distance_km"]).all()
    assert after.covered >= before.covered


@settings(max_examples=40)
@given(place_rows, office_rows, st.floats(5, 120), st.randoms())
def test_permuting_rows_changes_nothing(places, offices, target_km, random):
    demand = places_of(places)
    before = assess_places(demand, offices_of(offices), Detour(), target_km)
    order = list(range(len(places)))
    random.shuffle(order)
    mixed = demand_from_places(demand.places.iloc[order].reset_index(drop=True))
    back = list(range(len(offices)))
    random.shuffle(back)
    after = assess_places(mixed, offices_of(offices).iloc[back].reset_index(drop=True), Detour(), target_km)
    assert after.covered == before.covered
    pd.testing.assert_series_equal(
        before.places.set_index("id")["distance_km"].sort_index(),
        after.places.set_index("id")["distance_km"].sort_index(),
    )
    columns = ["ags", "people", "covered", "uncovered", "max_km"]
    pd.testing.assert_frame_equal(before.by_district()[columns], after.by_district()[columns])


@given(place_rows, office_rows, st.floats(5, 120))
def test_nearest_office_is_that_of_brute_force(places, offices, target_km):
    demand = places_of(places)
    coverage = assess_places(demand, offices_of(offices), Straight(), target_km)
    for row, assessed in zip(places, coverage.places.itertuples(), strict=True):
        distances = [float(great_circle_km(row[0], row[1], *office)) for office in offices]
        best = min(distances, default=np.inf)
        assert assessed.distance_km == pytest.approx(best, abs=1e-6)
        near = [(f"o{i}", f"Stelle {i}") for i, it in enumerate(distances) if it <= best + 1e-6]
        assert (assessed.nearest_office_id, assessed.nearest_office) in (near or [("", "")])
        if abs(best - target_km) > 1e-6:
            assert (assessed.status == COVERED) == (best <= target_km)
    reached = coverage.places[coverage.is_covered].groupby("nearest_office_id")["people"].sum()
    assert coverage.offices.set_index("id")["people_nearest"].to_dict() == {
        f"o{i}": reached.get(f"o{i}", 0) for i in range(len(offices))
    }


@given(place_rows, office_rows, st.floats(5, 120), st.floats(0.1, 50))
def test_scaling_people_scales_the_counts_and_keeps_the_share(places, offices, target_km, scale):
    demand = places_of(places)
    before = assess_places(demand, offices_of(offices), Detour(), target_km)
    scaled = demand_from_places(demand.places.assign(people=demand.places["people"] * scale))
    after = assess_places(scaled, offices_of(offices), Detour(), target_km)
    assert after.covered == pytest.approx(before.covered * scale)
    assert after.share == pytest.approx(before.share, nan_ok=True)


def test_the_band_encloses_the_estimate(coverage_2012):
    band = coverage_2012.band
    assert band.covered_low <= coverage_2012.covered <= band.covered_high <= band.covered_most
    assert assess(stage=2012, detour_factor=1.4).covered == band.covered_low
    assert assess(stage=2012, distance="straight").covered == band.covered_most
    assert assess(stage=2012, distance="straight").band is None


def test_offices_across_the_border_count_only_if_asked(region, coverage_2012):
    with_neighbours = assess(region, stage=2012, across_border=True)
    assert set(with_neighbours.offices["name"]) - set(coverage_2012.offices["name"]) == {"Hamburg"}
    assert with_neighbours.covered > coverage_2012.covered
    assert len(assess(region, stage=2015, planned=True).offices) == 10


@pytest.mark.parametrize("target_km", [0, -5, float("nan"), float("inf")])
def test_a_target_that_is_no_length_is_refused(region, target_km):
    with pytest.raises(InputError, match="größer als 0 km"):
        assess(region, target_km=target_km)


def test_a_road_as_long_as_the_straight_line_is_allowed(region):
    one = assess(region, distance="detour", detour_factor=1.0)
    assert one.covered == assess(region, distance="straight").covered
    assert one.measure.factor == 1.0


@pytest.mark.parametrize("factor", [0.9, float("nan"), float("inf")])
def test_a_road_shorter_than_the_straight_line_is_refused(region, factor):
    with pytest.raises(InputError, match="Luftlinie"):
        assess(region, detour_factor=factor)


def test_json_has_what_others_rely_on_and_no_infinity(coverage_2012):
    import json

    content = coverage_2012.to_dict()
    json.dumps(content, allow_nan=False)
    assert set(content) == {
        "target_km", "distance", "detour_factor", "weight", "year", "stage", "people", "covered", "uncovered",
        "share", "band", "published_total", "uncovered_by_reason", "people_on_days", "people_rarely",
        "people_not_served", "offices", "places", "districts",
    }  # fmt: skip
    told = {it: content[it] for it in ("target_km", "distance", "detour_factor", "stage", "places")}
    assert told == {
        "target_km": 35.0,
        "distance": "detour",
        "detour_factor": 1.3,
        "stage": 2012,
        "places": [],
    }
    assert (
        sum(content["uncovered_by_reason"].values()) == content["uncovered"] == content["people_not_served"]
    )
    assert content["people"] - content["covered"] == content["uncovered"]
    assert set(content["districts"][0]) == {
        "ags", "name", "people", "covered", "uncovered", "share", "mean_km", "max_km", "nearest_office",
    }  # fmt: skip
    assert sum(district["covered"] for district in content["districts"]) == content["covered"]


def test_places_anywhere_on_earth():
    demand = places_of([(-70.0, -33.4, 10, ""), (179.99, 0.0, 5, "")])
    coverage = assess_places(demand, offices_of([(-70.1, -33.4), (-179.99, 0.0)]), Straight(), 10)
    assert coverage.share == 1
