import pandas as pd
import pytest

from iqgeo.demand import build_demand
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
