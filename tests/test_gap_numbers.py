"""Gap numbers are given once and inherited: whatever opens or closes, a place keeps its number."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.api import assess
from iqgeo.demand import demand_from_places
from iqgeo.gap_numbers import MOST_REGIONS, NEW_REGION_SHARE, numbers_of, units_of
from iqgeo.gaps import find_gaps
from iqgeo.reports.map import base_of, scene_of
from iqgeo.reports.map.geometry import areas_of
from tests.draws import draws
from tests.test_coverage import offices_of, places_of


def chain_of(coverages):
    found = []
    for coverage in coverages:
        found.append(find_gaps(coverage, after=found[-1] if found else None))
    return found


def check_law(chain):
    number_of, name_of = {}, {}
    for gaps in chain:
        number = dict(zip(gaps.places["id"], gaps.places["gap_region"], strict=True))
        assert {key: number_of.get(key, it) for key, it in number.items()} == number
        number_of.update(number)
        given_before = set(name_of)
        for it in gaps.regions:
            assert name_of.setdefault(it.number, it.name) == it.name
        new = sorted(set(name_of) - given_before)
        assert new == list(range(len(given_before) + 1, len(name_of) + 1)), "the next numbers, none left out"
        assert len(set(name_of.values())) == len(name_of)
        people = gaps.places.groupby("gap_region")["people"].sum().to_dict()
        assert people == {it.number: it.people for it in gaps.regions}
        assert sum(people.values()) == gaps.people == gaps.coverage.uncovered
        assert [it.rank for it in gaps.regions] == list(range(1, len(people) + 1))
        assert [it.people for it in gaps.regions] == sorted(people.values(), reverse=True)
        least = NEW_REGION_SHARE * gaps.people
        assert all(people[it] >= least for it in new) or not given_before
        by_municipality = gaps.places.loc[gaps.places["ags"] != ""].groupby("ags")["gap_region"].nunique()
        assert (by_municipality == 1).all()


places_rows = st.lists(
    st.tuples(
        st.floats(8.6, 10.0), st.floats(52.0, 53.0), st.integers(1, 999),
        st.sampled_from(["", "03101000", "03102000", "03459001", "03459002", "03251003"]),
    ),
    min_size=1, max_size=30,
)  # fmt: skip
states = st.lists(st.sets(st.integers(0, 5), max_size=6), min_size=2, max_size=4)
sites = st.lists(st.tuples(st.floats(8.4, 10.2), st.floats(51.8, 53.2)), min_size=6, max_size=6)


@settings(max_examples=draws(5))
@given(places_rows, sites, states, st.randoms(use_true_random=False))
def test_a_place_has_one_number_whatever_opens_or_closes(rows, sites, states, random):
    demand, every = places_of(rows), offices_of(sites)
    mixed = list(range(len(rows)))
    random.shuffle(mixed)
    shuffled = demand_from_places(demand.places.iloc[mixed].reset_index(drop=True))
    open_ones = [every.iloc[sorted(state)].reset_index(drop=True) for state in states]
    chain, again = (
        chain_of(assess(None, offices, demand=it) for offices in open_ones) for it in (demand, shuffled)
    )
    check_law(chain)
    for one, other in zip(chain, again, strict=True):
        assert one.regions == other.regions
        pd.testing.assert_frame_equal(one.places, other.places)


@settings(max_examples=draws(4, 40))
@given(st.data())
def test_the_law_holds_in_the_embedded_region(region, coverage_2012, gaps_2012, data):
    towns = region.towns[region.towns["population"] >= 20_000][["id", "name", "lon", "lat"]]
    pool = pd.concat([coverage_2012.offices[["id", "name", "lon", "lat"]], towns], ignore_index=True)
    drawn = st.sets(st.integers(0, len(pool) - 1), max_size=9)
    chain = [gaps_2012]
    for state in data.draw(st.lists(drawn, min_size=1, max_size=3)):
        offices = pool.iloc[sorted(state)].drop_duplicates("id").reset_index(drop=True)
        chain.append(find_gaps(coverage_2012.again(offices=offices), after=chain[-1]))
    check_law(chain)


def test_a_gap_that_was_closed_comes_back_with_its_number(region, coverage_2012, gaps_2012):
    town = region.towns[region.towns["name"].str.startswith("Göttingen")][["id", "name", "lon", "lat"]]
    offices = coverage_2012.offices[["id", "name", "lon", "lat"]]
    opened = find_gaps(coverage_2012.again(offices=pd.concat([offices, town])), after=gaps_2012)
    closed = find_gaps(coverage_2012, after=opened)
    assert opened.people < gaps_2012.people
    assert closed.regions == gaps_2012.regions
    pd.testing.assert_frame_equal(closed.places, gaps_2012.places)


def test_who_loses_an_office_forms_a_gap_of_its_own_with_the_next_number(region, coverage_2012, gaps_2012):
    offices = coverage_2012.offices[coverage_2012.offices["name"] != "Hannover"].reset_index(drop=True)
    closed = find_gaps(coverage_2012.again(offices=offices), after=gaps_2012)
    known = {it.number for it in gaps_2012.regions}
    new = [it for it in closed.regions if it.number not in known]
    assert [it.number for it in new] == [len(known) + 1 + i for i in range(len(new))]
    assert sum(it.people for it in new) > 200_000
    assert closed.regions[0] in new
    assert "03241" in {ags for it in new for ags, _ in it.districts}


def test_newcomers_who_are_too_few_join_the_nearest_gap():
    units = units_of(places_of([(9, 52, 900, "A"), (10.9, 53, 900, "B"), (10.6, 53, 10, "C")]).places)
    kept, centres = {"A": 3, "B": 7}, {3: (9.0, 52.0), 7: (10.9, 53.0)}
    assert numbers_of(units, 25, kept, centres).tolist() == [3, 7, 7]
    many = units.assign(people=[900, 900, 300])
    assert numbers_of(many, 25, kept, centres).tolist() == [3, 7, 8]
    assert numbers_of(many, 25, kept, {**centres, 11: (0.0, 0.0)}).tolist() == [3, 7, 12]


def test_a_board_gets_no_more_gaps_than_it_can_read_the_largest_and_first_before_the_others():
    far = places_of([(9 + at, 52, 100, f"{at:02}") for at in range(MOST_REGIONS + 8)]).places
    assert set(numbers_of(units_of(far), 5, {}, {})) == set(range(1, MOST_REGIONS + 1))
    # p0 of B and p1 of A are equally many: the first id decides, not the key.
    even = units_of(places_of([(9, 52, 10, "B"), (11, 53, 10, "A"), (13, 54, 11, "C")]).places)
    assert dict(zip(even.index, numbers_of(even, 5, {}, {}), strict=True)) == {"C": 1, "B": 2, "A": 3}


def test_what_has_no_key_belongs_to_its_cell():
    cells = units_of(places_of([(9, 52, 5, ""), (9.02, 52, 5, ""), (9.1, 52, 7, "")]).places)
    assert cells["people"].tolist() == [10, 7]


def test_where_nobody_was_left_out_the_first_gaps_are_those_of_a_start(region, coverage_2012):
    nobody = find_gaps(coverage_2012.again(target_km=5000))
    reachable = set(nobody.places["reason"]) <= {"ferry_only"}
    assert reachable
    some = find_gaps(assess(None, offices_of([]), demand=places_of([(9.0, 52.0, 5, ""), (11, 54, 7, "")])))
    none = find_gaps(assess(None, offices_of([(9, 52)]), demand=places_of([(9.0, 52.0, 5, "")])))
    assert none.regions == ()
    after = find_gaps(some.coverage, after=none)
    assert after.regions == some.regions


def test_other_figures_of_the_same_places_keep_the_numbers(region, gaps_2012):
    later = find_gaps(assess(region, stage=2013), after=gaps_2012)
    both = gaps_2012.places.merge(later.places, on="id")
    assert len(both) > 1000
    assert (both["gap_region_x"] == both["gap_region_y"]).all()
    check_law([later])


@pytest.fixture(scope="module")
def base(region):
    return base_of(region)


def test_every_municipality_lies_in_the_area_of_its_own_gap(region, base, coverage_2012, gaps_2012):
    import shapely

    offices = coverage_2012.offices[coverage_2012.offices["name"] != "Leer"].reset_index(drop=True)
    closed = find_gaps(coverage_2012.again(offices=offices), after=gaps_2012)
    units = closed.units
    columns = [units[it].to_numpy() for it in ("lon", "lat", "gap_region")]
    areas, edges = areas_of(base, *columns)
    assert sum(it.area for it in areas.values()) == pytest.approx(base.outline.area, rel=1e-6)
    inside = shapely.contains(base.outline, shapely.points(columns[0], columns[1]))
    assert inside.mean() > 0.95
    for number, area in areas.items():
        mine = units[inside & (columns[2] == number)]
        assert shapely.covers(area, shapely.points(mine["lon"], mine["lat"])).all()
        assert shapely.intersection(area, edges).area == 0
    scene = scene_of(region, closed.coverage, gaps_2012, base=base)
    assert {it.number: it.people for it in scene.gaps} == {it.number: it.people for it in closed.regions}
    assert {it.place for it in scene.gaps} == set(np.arange(len(scene.gaps)) + 1)


def test_points_of_one_gap_or_at_one_spot_divide_nothing(base):
    same = np.array([9.0, 9.0]), np.array([52.5, 52.5])
    areas, edges = areas_of(base, *same, np.array([2, 2]))
    assert list(areas) == [2]
    assert edges.is_empty
