import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.demand import (
    areas_of_settlements,
    build_demand,
    choose_year,
    demand_from_shares,
    spread,
    years_of,
)
from iqgeo.errors import InputError
from iqgeo.weights import STANDARD


@pytest.mark.parametrize("weight", STANDARD)
def test_every_published_area_total_is_met_exactly(region, weight):
    for year in years_of(region, weight):
        demand = build_demand(region, weight, year=year)
        if demand.areas.empty:
            continue
        area = areas_of_settlements(region.settlements, demand.areas["area"].tolist())
        spread_over = demand.places.groupby(area)["people"].sum()
        published = demand.areas.set_index("area")["persons"]
        pd.testing.assert_series_equal(
            spread_over.sort_index(), published.sort_index(), check_names=False, check_exact=True
        )


def test_people_are_whole_and_municipalities_within_one_person_of_their_share(region):
    demand = build_demand(region, "migration_background", year=2010)
    people = demand.places["people"]
    assert (people >= 0).all()
    assert (people == people.round()).all()
    area = areas_of_settlements(region.settlements, demand.areas["area"].tolist())
    inhabitants = region.settlements["population"]
    factor = demand.areas.set_index("area")["persons"] / inhabitants.groupby(area).sum()
    exact = (inhabitants * factor.reindex(area).to_numpy()).groupby(region.settlements["ags"]).sum()
    assert (demand.places.groupby("ags")["people"].sum() - exact).abs().max() <= 1


def test_the_order_of_settlements_changes_nothing(region):
    settlements = region.settlements
    areas = build_demand(region, year=2012).areas
    persons = dict(zip(areas["area"], areas["persons"], strict=True))
    straight = spread(settlements, areas_of_settlements(settlements, list(persons)), persons)
    order = np.random.default_rng(1).permutation(len(settlements))
    mixed = settlements.iloc[order].reset_index(drop=True)
    shuffled = spread(mixed, areas_of_settlements(mixed, list(persons)), persons)
    np.testing.assert_array_equal(shuffled, straight[order])


@given(
    st.lists(
        st.tuples(st.integers(0, 5000), st.sampled_from([0, 0, 3, 700]), st.sampled_from("ABC")),
        min_size=1, max_size=40,
    ),
    st.integers(0, 100_000),
)  # fmt: skip
def test_spread_meets_any_total_with_whole_persons(places, total):
    """By those counted, else by the inhabitants, else by nothing: nobody of an area is lost for a zero."""
    population, counted, area = zip(*places, strict=True)
    settlements = pd.DataFrame(
        {
            "id": [f"{i:02}" for i in range(len(places))], "ags": "03101000",
            "population": population, "foreigners": counted,
        }
    )  # fmt: skip
    persons = {name: float(total + index) for index, name in enumerate(sorted(set(area)))}
    areas = np.array(area, dtype=object)
    for by, knows in (("population", [population]), ("foreigners", [counted, population])):
        people = spread(settlements, areas, persons, by=by)
        assert (people >= 0).all()
        assert (people == np.round(people)).all()
        for name, expected in persons.items():
            mine = areas == name
            assert people[mine].sum() == expected
            weight = next(
                (np.array(it)[mine] for it in knows if any(np.array(it)[mine])), np.ones(mine.sum())
            )
            exact = np.cumsum(expected * weight / weight.sum())
            assert np.abs(np.cumsum(people[mine]) - exact).max() <= 0.5 + 1e-6


def test_the_year_is_the_last_one_known_when_the_network_was_planned(region):
    assert choose_year(region, "migration_background", 2012) == 2010
    assert choose_year(region, "migration_background", 2013) == 2012
    assert choose_year(region, "population", 2012) == 2011
    assert choose_year(region, "migration_background_wide", 2012) == 2019
    assert choose_year(region, "foreigners", None) == 2024


def test_census_population_is_taken_as_it_stands(region):
    demand = build_demand(region, "population", year=2011)
    assert demand.people == region.settlements["population"].sum() == 7_774_969


def test_unknown_weight_and_year_say_what_there_is(region):
    with pytest.raises(InputError, match="migration_background"):
        build_demand(region, "migrants")
    with pytest.raises(InputError, match="2010, 2012, 2015"):
        build_demand(region, "migration_background", year=2011)


def test_every_district_without_a_share_is_named(region):
    shares = {ags: 10.0 for ags in region.district_names if ags not in ("03101", "03462")}
    with pytest.raises(InputError) as caught:
        demand_from_shares(region, shares)
    assert [problem.value for problem in caught.value.problems] == ["03101", "03462"]


def test_own_shares_give_population_times_share(region):
    demand = demand_from_shares(region, dict.fromkeys(region.district_names, 10.0))
    by_district = demand.places.groupby("district_ags")["people"].sum()
    inhabitants = region.settlements.groupby("district_ags")["population"].sum()
    assert (by_district - inhabitants / 10).abs().max() <= 0.5
