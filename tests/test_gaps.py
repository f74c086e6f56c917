import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.api import assess
from iqgeo.changes import changes
from iqgeo.coverage import COVERED
from iqgeo.demand import demand_from_places
from iqgeo.gap_numbers import MOST_REGIONS
from iqgeo.gaps import find_gaps, gaps_within
from tests.test_coverage import offices_of, places_of


def test_the_gaps_of_2012_are_those_the_evaluation_report_names(gaps_2012):
    top = [region.name.text("de") for region in gaps_2012.regions[:5]]
    assert "zwischen Bremen und Hamburg" in top
    assert any("Grenze zu" in name and "Hessen" in name for name in top)
    assert any("Grenze zu" in name and "Niederlanden" in name for name in top)


def test_the_named_gaps_lie_in_the_districts_the_report_means(gaps_2012, region):
    largest = {
        it.name.text("de"): {region.district_names[ags] for ags, _ in it.districts[:3]}
        for it in gaps_2012.regions
    }
    between = largest["zwischen Bremen und Hamburg"]
    assert {"Stade", "Rotenburg (Wümme)"} <= between
    assert "Göttingen" in next(districts for name, districts in largest.items() if "Hessen" in name)
    assert "Grafschaft Bentheim" in next(
        districts for name, districts in largest.items() if "Niederl" in name
    )


def test_every_uncovered_place_stands_in_exactly_one_row(gaps_2012, coverage_2012):
    uncovered = coverage_2012.places[(coverage_2012.places["status"] != COVERED)]
    uncovered = uncovered[uncovered["people"] > 0]
    assert sorted(gaps_2012.places["id"]) == sorted(uncovered["id"])
    assert gaps_2012.people == coverage_2012.uncovered
    assert set(gaps_2012.places["reason"]) == {"too_far", "ferry_only"}


def test_regions_hold_every_place_and_are_ranked_by_people(gaps_2012):
    people = [region.people for region in gaps_2012.regions]
    assert people == sorted(people, reverse=True)
    assert sum(people) == gaps_2012.people
    assert [region.rank for region in gaps_2012.regions] == list(range(1, len(people) + 1))
    assert [region.number for region in gaps_2012.regions] == list(range(1, len(people) + 1))
    assert len(people) <= MOST_REGIONS
    assert len({region.name.text("de") for region in gaps_2012.regions}) == len(people)
    assert all(region.name.text("en") for region in gaps_2012.regions)
    of_places = gaps_2012.places.groupby("gap_region")["people"].sum()
    assert of_places.to_dict() == {region.number: region.people for region in gaps_2012.regions}


def test_municipalities_add_up(gaps_2012):
    table = gaps_2012.by_municipality
    assert table["people"].sum() == gaps_2012.people
    assert (table["people"] <= table["people_total"]).all()
    assert not table["ags"].duplicated().any()
    assert np.isinf(table.loc[table["reason"] == "ferry_only", "distance_km"]).all()
    left = gaps_2012.places.groupby("ags")
    for axis in ("lon", "lat"):
        middle = left.apply(lambda its, axis=axis: np.average(its[axis], weights=its["people"]))
        np.testing.assert_allclose(table[axis], middle.reindex(table["ags"]))


def test_the_order_of_places_changes_nothing(region, gaps_2012, coverage_2012):
    mixed = demand_from_places(coverage_2012.demand.places.sample(frac=1, random_state=3, ignore_index=True))
    again = find_gaps(assess(region, stage=2012, demand=mixed), region)
    pd.testing.assert_frame_equal(again.places, gaps_2012.places)
    assert again.regions == gaps_2012.regions


def test_nobody_left_out_is_no_gap(region):
    gaps = find_gaps(assess(region, target_km=2000, demand=places_of([(9.7, 52.4, 5, "03241001")])), region)
    assert gaps.regions == ()
    assert gaps.places.empty
    assert gaps.by_municipality.empty


def test_places_without_a_key_form_gaps_too(region):
    demand = places_of([(9.0, 47.0, 5, ""), (9.01, 47.0, 5, ""), (15.0, 50.0, 7, "")])
    gaps = find_gaps(assess(region, offices_of([]), demand=demand), region)
    assert [region.people for region in gaps.regions] == [10, 7]


def test_borderline_places_are_within_reach_on_a_short_road(gaps_2012, coverage_2012):
    borderline = gaps_2012.places.loc[gaps_2012.places["depends_on_road"], "people"].sum()
    assert borderline == coverage_2012.band.covered_high - coverage_2012.covered


def test_no_region_grows_when_an_office_is_added(region, gaps_2012):
    left = find_gaps(assess(region, stage=2013, year=2010), after=gaps_2012)
    people = {it.number: it.people for it in left.regions}
    assert people.keys() <= {it.number for it in gaps_2012.regions}
    assert all(people.get(it.number, 0) <= it.people for it in gaps_2012.regions)


_KEYED = ("03101000", "03459001", "")
_PEOPLE_OF = st.tuples(st.sampled_from(("03101", "03459")), st.sampled_from(_KEYED), st.integers(1, 90))


@settings(max_examples=15)
@given(st.lists(_PEOPLE_OF, min_size=1, max_size=8))
def test_nobody_stands_in_the_row_of_another_district(region, people):
    """Cells of a grid and places of other countries carry no key of a municipality."""
    rows = [(9 + at / 50, 52.3, count, key) for at, (_, key, count) in enumerate(people)]
    places = places_of(rows).places
    districts = [key[:5] or district for district, key, _ in people]
    coverage = assess(
        region, offices_of([(9, 47)]), demand=demand_from_places(places.assign(district_ags=districts))
    )
    gaps = find_gaps(coverage, region)
    true = coverage.places.groupby("district_ags")["people"].sum().to_dict()
    for table in (gaps.by_municipality, coverage.by_municipality()):
        assert table.groupby("district_ags")["people"].sum().to_dict() == true
        assert not set(table["name"]) & {"03101", "03459"}
    whole = gaps_within(gaps, gaps.by_municipality)
    assert (len(whole.places), whole.regions) == (len(gaps.places), gaps.regions)
    assert changes(coverage, coverage, "ags")["people"].sum() == sum(true.values())
