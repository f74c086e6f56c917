"""Who is served how by given places: classes, homes, and every home that cannot be."""

import numpy as np
import pandas as pd
import pytest

from iqgeo.access.outreach import CLASSES, Outreach, serve
from iqgeo.errors import InputError
from iqgeo.outreach import plan_outreach
from iqgeo.suggestions import Siting, candidate_towns


def place(region, name, home):
    town = region.towns[region.towns["name"] == name].iloc[0]
    return {"id": town["id"], "name": name, "lon": town["lon"], "lat": town["lat"], "home": home}


def office_id(coverage, name):
    return str(coverage.offices.set_index("name").loc[name, "id"])


def test_a_plan_found_is_served_as_it_says(region, coverage_2012):
    plan = plan_outreach(Siting(coverage_2012, candidate_towns(region)), 4, 8)
    frame = pd.DataFrame([vars(each) for each in plan.places])
    served = serve(plan.offices.after, frame[["id", "name", "lon", "lat", "home"]])
    assert served.people("office") == plan.people_with_office
    assert served.people("days") == plan.people_on_days
    assert served.people("none") == plan.people_not_served
    np.testing.assert_allclose(served.places["home_km"], frame["home_km"])
    np.testing.assert_allclose(served.places["people"], frame["people"])
    assert served.km_a_year == pytest.approx(plan.km_a_year)
    table = served.by_district()
    assert table[list(CLASSES)].sum(axis=1).to_numpy() == pytest.approx(table["people"].to_numpy())
    assert table["office"].sum() == plan.people_with_office


def test_few_days_are_served_rarely(region, coverage_2012):
    places = pd.DataFrame([place(region, "Northeim", office_id(coverage_2012, "Hannover"))])
    # Northeim is more than 75 km from Hannover: a longer way is allowed here
    served = serve(coverage_2012, places, Outreach(home_km=120, days_per_month=0.5))
    assert served.people("rarely") > 0
    assert served.people("days") == 0
    assert served.people("office") == coverage_2012.covered


def test_no_places_are_the_coverage(coverage_2012):
    none = pd.DataFrame(columns=["id", "name", "lon", "lat", "home"])
    served = serve(coverage_2012, none)
    assert served.people("office") == coverage_2012.covered
    assert served.people("none") == coverage_2012.uncovered


def test_every_home_that_cannot_be_is_named(region, coverage_2012):
    hannover, leer = office_id(coverage_2012, "Hannover"), office_id(coverage_2012, "Leer")
    places = pd.DataFrame(
        [
            {**place(region, "Northeim", ""), "home": place(region, "Northeim", "")["id"]},
            place(region, "Celle", "nowhere"),
            place(region, "Göttingen", leer),
            place(region, "Hameln", hannover),
            place(region, "Peine", hannover),
        ]
    )
    with pytest.raises(InputError) as caught:
        serve(coverage_2012, places, Outreach(per_office=1))
    codes = [problem.code for problem in caught.value.problems]
    assert codes == ["place_own_home", "place_home_unknown", "place_home_far", "place_home_full"]
    assert "75" in caught.value.message("de")
