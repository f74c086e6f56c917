"""Promises, safety and fairness on drawn regions: each answer is that of trying every choice."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from iqgeo import siting
from iqgeo.access.fairness import attending, fairness_of
from iqgeo.coverage import assess_places
from iqgeo.demand import PLACE_COLUMNS, demand_from_places
from iqgeo.distances import Detour, Straight
from iqgeo.promises import (
    attended_network,
    district_needs,
    district_promise,
    fair_network,
    promised_shares,
    safe_network,
)
from iqgeo.suggestions import Siting
from tests.draws import draws
from tests.second_way import demands, sites, targets_km


@st.composite
def tasks(draw):
    """A coverage with two to four candidates that reach somebody; every place can be reached."""
    demand = draw(demands(keyless=False))
    demand = replace(demand, places=demand.places.assign(landmass=""))
    measure, target_km = draw(st.sampled_from([Straight(), Detour()])), draw(targets_km)
    start = assess_places(demand, draw(sites(1, 3)), measure, target_km)
    task = Siting(start, draw(sites(2, 4, prefix="c")))
    assume(task.start.people > 0)
    assume(np.diff(task.sets.by_site[0])[task.existing :].any())
    return task


class Every:
    """Whom each site alone reaches, so that every choice of candidates can be counted."""

    def __init__(self, task):
        columns = ["id", "name", "lon", "lat"]
        self.alone = [
            task.start.again(offices=task.sites.iloc[[it]][columns]).is_covered
            for it in range(len(task.sites))
        ]
        self.task, self.people = task, task.people
        self.district = task.start.places["district_ags"].to_numpy(dtype=str)
        self.keys = sorted(set(self.district))
        self.total = self.of_each(np.ones(len(self.people), dtype=bool))
        self.possible = self.of_each(self.reached(range(task.existing, len(task.sites))))

    def choices(self, new):
        return list(combinations(range(self.task.existing, len(self.task.sites)), new))

    def reached(self, chosen, without=None):
        numbers = {*range(self.task.existing), *chosen} - {without}
        return np.any([np.zeros(len(self.people), dtype=bool), *(self.alone[it] for it in numbers)], axis=0)

    def covered(self, chosen):
        return self.people[self.reached(chosen)].sum()

    def of_each(self, reached):
        return np.array([self.people[reached & (self.district == key)].sum() for key in self.keys])

    def wanted(self, share_pct):
        return np.minimum(self.total * share_pct / 100, self.possible)

    def keep(self, chosen, wanted):
        return bool((self.of_each(self.reached(chosen)) >= wanted * (1 - 1e-12)).all())

    def fewest(self, wanted, least=0):
        sizes = range(least, len(self.task.candidates) + 1)
        return next(size for size in sizes if any(self.keep(it, wanted) for it in self.choices(size)))

    def left(self, chosen):
        """What is left when each office fails."""
        opened = [*range(self.task.existing), *chosen]
        return {it: self.people[self.reached(chosen, without=it)].sum() for it in opened}


@settings(max_examples=draws(6))
@given(tasks(), st.sampled_from([33, 50, 75, 100]))
def test_the_fewest_that_keep_a_promise_in_every_district(task, share_pct):
    found, every = district_promise(task, share_pct), Every(task)
    wanted, table = every.wanted(share_pct), found.districts
    assert (found.suggestion.status, found.suggestion.objective) == ("optimal", every.fewest(wanted))
    covered = every.of_each(found.suggestion.after.is_covered)
    assert (covered >= wanted * (1 - 1e-12)).all()
    assert (table["ags"].tolist(), table["covered"].tolist()) == (every.keys, covered.tolist())
    # A promise is of whole people.
    more = table["promised"].to_numpy() - wanted
    assert ((more > -1e-9) & (more < task.sets.unit)).all()
    short = every.possible < every.total * share_pct / 100 * (1 - 1e-12)
    assert found.short["ags"].tolist() == table["ags"][short].tolist()
    told = promised_shares(task, share_pct)
    shares = [it / all_ if all_ else np.nan for it, all_ in zip(wanted, every.total, strict=True)]
    assert [told[ags] for ags in every.keys] == pytest.approx(shares, nan_ok=True)


@settings(max_examples=draws(6))
@given(tasks(), st.sampled_from([33, 50, 75, 100]), st.integers(1, 2))
def test_the_most_under_a_promise_and_its_price(task, share_pct, new):
    found, every = district_promise(task, share_pct, model="max-cover", new=new), Every(task)
    wanted = every.wanted(share_pct)
    reached = [every.covered(it) for it in every.choices(new) if every.keep(it, wanted)]
    assert found.suggestion.status == ("optimal" if reached else "infeasible")
    if reached:
        assert found.suggestion.after.covered == max(reached)
        assert found.price == max(map(every.covered, every.choices(new))) - max(reached)
    else:
        assert np.isnan(found.price)
        enough = every.fewest(wanted, new)
        assert (found.suggestion.unmet.fewest, found.suggestion.unmet.least) == (enough, enough)


@settings(max_examples=draws(6))
@given(tasks())
def test_what_a_level_takes_in_a_district(task):
    every = Every(task)
    for row in district_needs(task, (60.0, 100.0)).itertuples():
        here = np.array(every.keys) == row.ags
        wanted = np.where(here, every.wanted(row.level_pct), 0.0)
        fewest = every.fewest(wanted)
        assert (row.status, row.new) == ("optimal", fewest)
        asked = every.total[here][0] * row.level_pct / 100
        assert row.possible == (wanted[here][0] >= asked * (1 - 1e-12))
        assert len(list(filter(None, row.sites.split(", ")))) == fewest


@settings(max_examples=draws(6))
@given(tasks(), st.integers(1, 2))
def test_most_are_left_after_the_worst_failure(task, new):
    safe, every = safe_network(task, new), Every(task)
    number = {str(key): at for at, key in enumerate(task.sites["id"])}
    after = every.left([number[it.id] for it in safe.suggestion.sites])
    worst = {it: min(every.left(it).values()) for it in every.choices(new)}
    assert safe.after_worst_failure == min(after.values()) == max(worst.values())
    assert after[number[safe.worst_failure[0]]] == safe.after_worst_failure
    most = max(map(every.covered, worst))
    assert safe.price == most - safe.suggestion.after.covered
    assert safe.plain_after_worst in [left for it, left in worst.items() if every.covered(it) == most]


@settings(max_examples=draws(6))
@given(tasks(), st.sampled_from([4.0, 20.0]))
def test_most_come_and_ways_are_evenest_where_trying_each_says_so(task, half_km):
    every = [task.coverage_with([*range(task.existing), it]) for it in range(task.existing, len(task.sites))]
    come = attended_network(task, 1, half_km)
    assert come.suggestion.status == "optimal"
    assert come.before == attending(task.start, half_km)
    assert come.after == attending(come.suggestion.after, half_km)
    assert come.after == pytest.approx(max(attending(it, half_km) for it in every), rel=1e-6)
    assume(task.start.places["distance_km"].to_numpy()[task.people > 0].max() > 1)
    even, today = fair_network(task, 1), fairness_of(task.start)
    assert (even.parameter, even.before) == (today.kappa, today.kolm_pollak_km)
    ways = [fairness_of(it, today.kappa).kolm_pollak_km for it in every]
    assert even.after == pytest.approx(min(ways), rel=1e-6)


def test_a_search_that_was_broken_off_bounds_every_choice_by_what_is_proven(monkeypatch):
    """The bound is that of the measure, on the side of it that no choice can be, and not the answer."""
    rows = [(f"p{at}", "03351006", "03351", 9.6 + at / 10, 52.3, "", 100.0) for at in range(8)]
    places = pd.DataFrame(rows, columns=list(PLACE_COLUMNS))
    spots = pd.DataFrame(
        [(f"o{at}", f"Ort {at}", 9.6 + at / 10, 52.3) for at in range(8)],
        columns=["id", "name", "lon", "lat"],
    )
    start = assess_places(demand_from_places(places), spots[:1], Straight(), 5.0)
    task, asked, solve = Siting(start, spots[4:]), [], siting.p_median

    def broken_off(*given, **named):
        found = solve(*given, **named)
        asked.append(0.9 * found.bound)
        return replace(found, status="feasible", bound=0.9 * found.bound)

    monkeypatch.setattr(siting, "p_median", broken_off)
    come, even = attended_network(task, 1, 20.0), fair_network(task, 1)
    at_most, kappa = 800 - asked[0], even.parameter
    assert come.suggestion.bound == pytest.approx(at_most)
    assert come.suggestion.gap == pytest.approx((at_most - come.after) / come.after)
    at_least = np.log(asked[1] / 800) / kappa
    assert even.suggestion.bound == pytest.approx(at_least)
    assert even.suggestion.gap == pytest.approx((even.after - at_least) / even.after)
    for found in (come, even):
        assert (found.suggestion.status, found.suggestion.objective) == ("feasible", found.after)
        assert found.suggestion.gap > 0
