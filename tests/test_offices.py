import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.demand import build_demand, demand_from_places
from iqgeo.distances import great_circle_km
from iqgeo.offices import points_of, region_offices
from iqgeo.sites import open_in


def offices(**columns):
    frame = pd.DataFrame(columns)
    return frame.assign(id=[str(i) for i in range(len(frame))])


def test_an_office_is_open_from_its_opening_until_before_its_closing():
    both = offices(opened=[2011, 2013], closed=[2013, None])
    assert list(open_in(both, 2010)["id"]) == []
    assert list(open_in(both, 2012)["id"]) == ["0"]
    assert list(open_in(both, 2013)["id"]) == ["1"]
    assert list(open_in(both, None)["id"]) == ["0", "1"]


def test_without_documented_years_an_office_counts_as_open():
    assert len(open_in(offices(name=["A"]), 1990)) == 1
    assert len(open_in(offices(opened=[None], closed=[None]), 1990)) == 1


@pytest.mark.parametrize(
    ("stage", "count"), [(2010, 0), (2011, 6), (2012, 6), (2013, 7), (2020, 8), (2021, 9)]
)
def test_the_documented_network_grows(region, stage, count):
    assert len(region_offices(region, stage)) == count


def test_planned_and_neighbouring_offices_are_left_out_unless_asked_for(region):
    plain = set(region_offices(region, 2015)["name"])
    assert set(region_offices(region, 2015, planned=True)["name"]) - plain == {
        "Celle",
        "Braunschweig",
        "Verden",
    }
    across = set(region_offices(region, 2015, across_border=True)["name"]) - plain
    assert across == {"Bremen", "Bremerhaven", "Hamburg"}


def test_an_office_beside_island_places_stands_on_the_island(region):
    demand = build_demand(region)
    sites = pd.DataFrame({"lon": [7.15, 9.73, 7.5], "lat": [53.70, 52.37, 54.5]})
    assert list(points_of(sites, demand).landmass) == ["Norderney", "", ""]


degree = st.floats(0, 1)


@settings(deadline=None, max_examples=60)
@given(
    corner=st.sampled_from(
        [(7.0, 53.4), (179.6, -17.0), (-180.0, 60.0), (20.0, 88.7), (0.0, -89.6), (-0.2, 0.0)]
    ),
    spread=st.sampled_from([0.02, 0.3, 1.2]),
    places=st.lists(st.tuples(degree, degree, st.booleans()), min_size=1, max_size=6),
    sites=st.lists(st.tuples(degree, degree), min_size=1, max_size=6),
)
def test_a_site_stands_where_the_place_next_to_it_lies(corner, spread, places, sites):
    def at(east, north):
        lon, lat = corner[0] + spread * east, corner[1] + spread * north
        return (lon + 180) % 360 - 180, min(90.0, max(-90.0, lat))

    frame = pd.DataFrame([at(x, y) for x, y, _ in places], columns=["lon", "lat"])
    frame = frame.assign(id=[f"p{k}" for k in range(len(frame))], people=1.0, ags="", district_ags="")
    frame["landmass"] = ["isle" if isle else "" for _, _, isle in places]
    offices = pd.DataFrame([at(x, y) for x, y in sites], columns=["lon", "lat"])
    found = points_of(offices, demand_from_places(frame)).landmass
    for lon, lat, landmass in zip(offices["lon"], offices["lat"], found, strict=True):
        km = great_circle_km(lon, lat, frame["lon"].to_numpy(), frame["lat"].to_numpy())
        next_to = km <= km.min() + 1e-6
        expected = set(frame["landmass"][next_to]) if km.min() <= 5 else {""}
        assert landmass in expected
