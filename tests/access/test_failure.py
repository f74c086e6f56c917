"""What a failing office takes along, counted by taking it away, in any unit of people."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.access.failure import failures
from iqgeo.coverage import assess_places
from iqgeo.suggestions import Siting
from tests.draws import draws
from tests.test_promises import Every, tasks


@settings(max_examples=draws(8))
@given(tasks(), st.data(), st.sampled_from([1.0, 10.0]))
def test_who_loses_an_office_or_the_only_place_that_it_served(task, data, times):
    demand = task.start.demand
    demand = replace(demand, places=demand.places.assign(people=demand.places["people"] * times))
    start = assess_places(demand, task.start.offices, task.start.measure, task.start.target)
    task = Siting(start, task.candidates)
    every, offices, places = Every(task), range(task.existing), range(task.existing, len(task.sites))
    ids = start.offices["id"].tolist()
    homes = [data.draw(st.sampled_from(ids)) for _ in places]
    spots = list(zip(task.candidates["lon"], task.candidates["lat"], strict=True))
    found = failures(start, spots, homes)
    reached = np.sum([every.alone[it] for it in offices], axis=0)
    served = np.sum([every.alone[it] for it in places], axis=0)
    assert found.people_with_two == every.people[reached > 1].sum()
    for at, row in enumerate(found.offices.itertuples()):
        here = every.alone[at]
        fallen = [place for place, home in zip(places, homes, strict=True) if home == row.id]
        left = served - np.sum([every.alone[it] for it in fallen], axis=0) if fallen else served
        assert row.id == ids[at]
        assert row.lost == every.people[here & (reached == 1)].sum()
        assert row.kept == every.people[here & (reached > 1)].sum()
        assert row.places_lost == len(fallen)
        assert row.days_lost == every.people[(reached == 0) & (served > 0) & (left == 0)].sum()
    assert found.worst["id"] == max(found.offices.itertuples(), key=lambda it: it.lost).id
    assert list(found.offices.columns) == ["id", "name", "lost", "kept", "places_lost", "days_lost"]


def test_without_offices_none_is_the_worst(coverage_2012):
    assert failures(coverage_2012.again(offices=coverage_2012.offices.iloc[:0])).worst is None
