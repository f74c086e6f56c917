"""Who is served how by given places: classes, homes, and every home that cannot be."""

import numpy as np
import pandas as pd
import pytest

from iqgeo.access.outreach import Outreach, km_a_year, posts_of_presence, with_places
from iqgeo.coverage import CLASSES
from iqgeo.errors import InputError
from iqgeo.outreach import plan_outreach
from iqgeo.suggestions import Siting, candidate_towns
from iqgeo.words.network import network_words


def place(region, name, home):
    town = region.towns[region.towns["name"] == name].iloc[0]
    return {"id": town["id"], "name": name, "lon": town["lon"], "lat": town["lat"], "home": home}


def office_id(coverage, name):
    return str(coverage.offices.set_index("name").loc[name, "id"])


def test_a_plan_found_is_served_as_it_says(region, coverage_2012):
    plan = plan_outreach(Siting(coverage_2012, candidate_towns(region)), 4, 8)
    frame = pd.DataFrame([vars(each) for each in plan.places])
    served = with_places(plan.offices.after, frame[["id", "name", "lon", "lat", "home"]])
    assert served.covered == served.people_by("office") == plan.people_with_office
    assert served.people_by("days") == plan.people_on_days
    assert served.people_by("none") == plan.people_not_served
    np.testing.assert_allclose(served.day_places["home_km"], frame["home_km"])
    np.testing.assert_allclose(served.day_places["people"], frame["people"])
    assert list(served.day_places["home_name"]) == list(frame["home_name"])
    assert km_a_year(served) == pytest.approx(plan.km_a_year)
    assert posts_of_presence(served, 4) == pytest.approx(plan.posts)
    table = served.by_district()
    assert table["on_days"].sum() == plan.people_on_days
    assert (table["on_days"] + table["rarely"] <= table["uncovered"]).all()
    content = served.to_dict()
    assert sum(content[f"people_{it}"] for it in ("on_days", "rarely", "not_served")) == content["uncovered"]
    assert content["uncovered_by_reason"]["on_days"] == plan.people_on_days


def test_few_days_are_served_rarely_unless_another_place_is_in_reach(region, coverage_2012):
    hannover = office_id(coverage_2012, "Hannover")
    places = pd.DataFrame([place(region, "Northeim", hannover), place(region, "Einbeck", hannover)])
    # Northeim is more than 75 km from Hannover: a longer way is allowed here
    rules = Outreach(home_km=120, days_per_month=0.5)
    rarely = with_places(coverage_2012, places, rules)
    assert rarely.people_by("rarely") > 0
    assert rarely.people_by("days") == 0
    assert rarely.people_by("office") == coverage_2012.covered
    mixed = with_places(coverage_2012, places.assign(days_per_month=[0.5, 4.0]), rules)
    often = with_places(coverage_2012, places.iloc[1:].assign(days_per_month=4.0), rules)
    assert mixed.people_by("days") == often.people_by("days") > 0
    assert mixed.people_by("none") == rarely.people_by("none")
    assert set(mixed.service) == set(CLASSES)


def test_no_places_are_the_coverage(coverage_2012):
    assert with_places(coverage_2012, pd.DataFrame()) is coverage_2012


def test_a_documented_place_may_be_where_no_plan_would_put_it(region, coverage_2012):
    leer = office_id(coverage_2012, "Leer")
    far = pd.DataFrame([place(region, "Göttingen", leer)])
    with pytest.raises(InputError):
        with_places(coverage_2012, far)
    served = with_places(coverage_2012, far, documented=set(far["id"]))
    assert served.people_by("days") > 0
    # it is one of its home's places, and it is said that a rule would not allow it
    assert "Göttingen" in network_words(coverage_2012, served, "de").split("obwohl die Stelle")[1]
    more = pd.DataFrame([place(region, "Göttingen", leer), place(region, "Aurich", leer)])
    with pytest.raises(InputError) as caught:
        with_places(coverage_2012, more, Outreach(per_office=1), documented=set(far["id"]))
    assert [problem.code for problem in caught.value.problems] == ["place_home_full"]
    two = with_places(coverage_2012, more, Outreach(per_office=1), documented=set(more["id"]))
    assert two.day_places["beyond"].tolist() == [True, True]
    near = with_places(coverage_2012, more.iloc[1:], documented=set(more["id"]))
    assert "obwohl" not in network_words(coverage_2012, near, "de")


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
        with_places(coverage_2012, places, Outreach(per_office=1))
    codes = [problem.code for problem in caught.value.problems]
    assert codes == ["place_own_home", "place_home_unknown", "place_home_far", "place_home_full"]
    assert "75" in caught.value.message("de")
