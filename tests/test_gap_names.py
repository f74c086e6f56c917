"""Gap regions are named after what is there: the region's own surroundings, or what is known elsewhere."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from iqgeo.api import assess
from iqgeo.coverage import assess_places
from iqgeo.distances import Detour, great_circle_km
from iqgeo.gap_names import GapName, Surroundings, name_of
from iqgeo.gaps import find_gaps
from iqgeo.inputs import new_region
from tests.draws import draws
from tests.test_coverage import offices_of, places_of

OUTLINES = """{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"key": "N1", "name": "Nord"}, "geometry": {"type": "Polygon",
"coordinates": [[[20, 41], [21, 41], [21, 42], [20, 42], [20, 41]]]}},
{"type": "Feature", "properties": {"key": "N2", "name": "Süd"}, "geometry": {"type": "Polygon",
"coordinates": [[[20, 40], [21, 40], [21, 41], [20, 41], [20, 40]]]}}]}"""

NO_OFFICES = pd.DataFrame(columns=["name", "lon", "lat"])


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """An invented country of two districts, far from Lower Saxony."""
    return new_region(
        tmp_path_factory.mktemp("region") / "neu",
        name="Neuland",
        year=2024,
        districts=(OUTLINES.encode(), "umrisse.geojson"),
        settlements=(b"id,lon,lat,people\na,20.1,41.9,1000\nb,20.9,41.8,400\nc,20.5,40.1,3000\n", "orte.csv"),
        shares=(b"ags;share\nN1;10 %\nN2;20 %\n", "anteile.csv"),
        offices=(b"id,name,lon,lat\nA,Stadt,20.5,40.38\n", "stellen.csv"),
    ).region


def names_of(gaps):
    return [it.name.text("de") for it in gaps.regions]


def test_two_regions_in_one_process_each_keep_their_own_names(elsewhere, region):
    here, there = assess(region, stage=2012), assess(elsewhere, target_km=20)
    assert (here.region, there.region) == (region, elsewhere)
    assert names_of(find_gaps(there)) == ["Süd", "Nord"]
    assert "zwischen Bremen und Hamburg" in names_of(find_gaps(here))
    assert find_gaps(there).regions == find_gaps(there, elsewhere).regions
    assert find_gaps(here).regions == find_gaps(here, region).regions
    again = there.again(target_km=5)
    assert again.region is elsewhere
    assert set(names_of(find_gaps(again))) == {"Süd", "Nord", "an der Grenze zum Kosovo"}


@pytest.mark.parametrize("target_km", [1, 20, 60, 300])
def test_a_gap_of_nearly_everybody_is_no_part_of_the_region(elsewhere, region, target_km):
    """Without an office nobody lives "at the border to Brandenburg" where all of Berlin is meant."""
    for home in (elsewhere, region):
        found = find_gaps(assess(home, offices_of([]), target_km=target_km))
        assert found.people == found.coverage.people
        for it in found.regions:
            nearly_all = it.people >= 0.9 * found.people and len(it.districts) >= 0.9 * len(home.districts)
            assert (it.name.pattern == "whole") == nearly_all, it.name
    assert names_of(find_gaps(assess(elsewhere, offices_of([]), target_km=300))) == ["in der ganzen Region"]


def test_a_coverage_of_places_has_the_region_it_was_given(elsewhere):
    demand = places_of([(20.5, 40.1, 9, "")])
    assert assess_places(demand, offices_of([]), Detour(), 35).region is None
    assert assess_places(demand, offices_of([]), Detour(), 35, region=elsewhere).region is elsewhere


AUSTRIA = [(16.4, 48.2, 900, "90001001"), (13.0, 47.8, 500, "50101001"), (9.7, 47.2, 100, "80404001")]


@pytest.mark.parametrize("given_region", [False, True])
def test_people_in_austria_are_named_after_what_is_there(region, given_region):
    offices = offices_of([(15.4, 47.1)]).assign(name="Graz")
    coverage = assess(region if given_region else None, offices, demand=places_of(AUSTRIA))
    assert coverage.region is (region if given_region else None)
    found = find_gaps(coverage)
    assert {it.people: it.name.text("de") for it in found.regions} == {
        900: "nordöstlich von Graz",
        500: "um 47,8° N, 13,0° O",
        100: "um 47,2° N, 9,7° O",
    }
    assert "around 47.8° N, 13.0° E" in [it.name.text("en") for it in found.regions]


def test_people_of_ones_own_in_the_embedded_region_are_at_home_there(region):
    demand = places_of([(9.2, 53.4, 50, "03357008")])
    coverage = assess(None, offices_of([]), demand=demand)
    assert coverage.region.name == region.name
    assert names_of(find_gaps(coverage)) == ["zwischen Bremen und Hamburg"]


@settings(max_examples=draws(10))
@given(
    st.lists(st.tuples(st.floats(-179, 179), st.floats(-85, 85), st.integers(1, 99)), min_size=1, max_size=8),
    st.lists(st.tuples(st.floats(-179, 179), st.floats(-85, 85)), max_size=3),
)
def test_nobody_far_from_a_region_is_named_after_it(region, places, offices):
    west, south, east, north = region.bounds
    away = [
        (x, y, people, "")
        for x, y, people in places
        if not (west - 2 < x < east + 2 and south - 1 < y < north + 1)
    ]
    if not away:
        return
    own = {*region.district_names.values(), *region.context["state"], *region.towns["name"]}
    for home in (None, region):
        found = find_gaps(assess(home, offices_of(offices), demand=places_of(away), target_km=1))
        said = [it.name for it in found.regions]
        assert not {part for name in said for part in name.parts} & own
        assert len({name.text("de") for name in said}) == len(said)
    pd.testing.assert_series_equal(
        found.places["people"], found.places["people"].sort_values(ascending=False)
    )


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["Aa", "Bb", "Cc", "Dd"]),
        st.tuples(st.floats(6, 15), st.floats(47, 55)),
        min_size=1,
    ),
    st.floats(6, 15),
    st.floats(47, 55),
)
def test_nobody_lives_beside_a_city_far_away(cities, lon, lat):
    """Bielefeld is not "between Bremen and Dortmund", nor Eichsfeld "south-west of Berlin"."""
    whole = gpd.GeoSeries([box(5, 46, 16, 56)], crs=4326).to_crs(25832).iloc[0]
    around = Surroundings(cities, {}, None, whole, (5.0, 46.0, 16.0, 56.0), "EPSG:25832")
    units = pd.DataFrame({"lon": [lon], "lat": [lat], "people": [10.0]})
    name = name_of(units, ["Kreis"], around, NO_OFFICES, [])
    away_km = {it: great_circle_km(lon, lat, *at) for it, at in cities.items()}
    if name.pattern == "between":
        one, two = (cities[it] for it in name.parts)
        assert great_circle_km(*one, *two) <= 150
    elif name.pattern == "districts":
        assert min(away_km.values()) > 150
    else:
        assert away_km[name.parts[0]] == min(away_km.values()) <= 150


CITY = (9.7, 52.4)


@pytest.mark.parametrize("beyond", [False, True])
@given(st.lists(st.tuples(st.floats(1, 60), st.floats(0, 360), st.integers(1, 900)), min_size=1, max_size=8))
def test_a_gap_is_in_no_direction_of_a_city_that_is_part_of_it(beyond, around):
    """Who lives in a city lives neither north nor south of it; in a city beyond the border nobody does."""
    away_km, bearing, people = (np.array(it, dtype=float) for it in zip(*around, strict=True))
    units = pd.DataFrame(
        {
            "lon": CITY[0] + away_km * np.sin(np.radians(bearing)) / (111.2 * np.cos(np.radians(CITY[1]))),
            "lat": CITY[1] + away_km * np.cos(np.radians(bearing)) / 111.2,
            "people": people,
        }
    )
    land = box(5, 46, 16, 56)
    outline = gpd.GeoSeries([land.difference(Point(CITY).buffer(0.1)) if beyond else land], crs=4326)
    surroundings = Surroundings(
        {"Stadt": CITY}, {}, None, outline.to_crs(25832).iloc[0], (5.0, 46.0, 16.0, 56.0), "EPSG:25832"
    )
    name = name_of(units, ["Aa", "Bb"], surroundings, NO_OFFICES, ())
    km = great_circle_km(units["lon"], units["lat"], *CITY)
    inside = 0.0 if beyond else float(people[km <= 12].sum() / people.sum())
    near = float(people[km <= 25].sum() / people.sum())
    if inside >= 0.15 and near >= 0.6:
        assert name == GapName("around", ("Stadt",))
    elif inside >= 0.05:
        assert name == GapName("districts", ("Aa", "Bb"))
    else:
        assert name.parts == ("Stadt",)
        assert name.pattern in {f"{a}{b}" for a in ("north", "south", "") for b in ("east", "west", "")}
