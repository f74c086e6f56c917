"""Every column of coverages, gaps and suggestions, computed a second way."""

import math
from dataclasses import replace
from itertools import combinations

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from iqgeo.api import assess
from iqgeo.coverage import COVERED, STATUSES, Coverage
from iqgeo.distances import Detour
from iqgeo.errors import InputError
from iqgeo.gaps import find_gaps
from iqgeo.scenarios import closures, coverage_curve, near_optimal, robustness, staged_plan
from iqgeo.suggestions import Siting, candidate_towns
from tests.draws import draws
from tests.second_way import (
    DISTRICT_NAMES,
    MUNICIPALITY_NAMES,
    NEAR_KM,
    by_people,
    centre_of,
    check_figures,
    close,
    coverage_of,
    coverages,
    demands,
    figures_of,
    groups,
    haversine_km,
    mean_km,
    measured_km,
    measures,
    municipality_called,
    on_land,
    sites,
    statuses_of,
    targets_km,
    tuples,
)

REAL = [{"stage": 2012}, {"stage": 2012, "weight": "population", "target_km": 20}, {"distance": "straight"}]


@pytest.fixture(scope="module", params=REAL, ids=["2012", "population", "straight"])
def real(request, region):
    """Coverages of the embedded region."""
    return assess(region, **request.param)


def every_place(coverage: Coverage) -> None:
    offices = on_land(coverage.offices, coverage.places)
    numbers = {office.id: office for office in offices.itertuples()}
    for place, allowed in zip(tuples(coverage.places), statuses_of(coverage), strict=True):
        lengths = {key: measured_km(coverage.measure, place, office) for key, office in numbers.items()}
        best = min(lengths.values(), default=math.inf)
        assert place.status in allowed
        assert place.distance_km == pytest.approx(best, abs=NEAR_KM)
        if math.isinf(best):
            assert (place.nearest_office_id, place.nearest_office) == ("", "")
        else:
            assert lengths[place.nearest_office_id] <= best + NEAR_KM
            assert place.nearest_office == numbers[place.nearest_office_id].name


def every_figure(coverage: Coverage, district_names, municipality_names) -> None:
    by_district = groups(coverage.places, "district_ags")
    table = coverage.by_district()
    assert list(table["ags"]) == list(by_district)
    for row in table.itertuples():
        check_figures(row, figures_of(by_district[row.ags]))
        assert row.name == district_names.get(row.ags, row.ags)
    by_municipality = groups(coverage.places, "ags")
    table = coverage.by_municipality()
    assert list(table["ags"]) == list(by_municipality)
    for row in table.itertuples():
        check_figures(row, figures_of(by_municipality[row.ags]))
        assert row.name == municipality_called(row.ags, municipality_names, district_names)
        assert row.district_ags in {it.district_ags for it in by_municipality[row.ags]}
    places = list(tuples(coverage.places))
    for office in coverage.offices.itertuples():
        here = (it for it in places if it.nearest_office_id == office.id)
        assert close(office.people_nearest, sum(it.people for it in here if it.status == COVERED))
    every = figures_of(places)
    assert close(coverage.people, every["people"])
    assert close(coverage.covered, every["covered"])
    assert close(coverage.uncovered, every["uncovered"])
    assert close(coverage.share, every["share"])


@given(coverages())
def test_every_place_has_its_nearest_office_and_its_reason(coverage):
    every_place(coverage)


@given(coverages())
def test_districts_municipalities_and_offices_are_sums_over_places(coverage):
    every_figure(coverage, DISTRICT_NAMES, MUNICIPALITY_NAMES)


def test_districts_municipalities_and_offices_of_the_region_are_sums_over_places(real, region):
    every_figure(real, region.district_names, region.municipality_names)


@given(coverages())
def test_the_band_is_the_people_at_its_factors(coverage):
    if not isinstance(coverage.measure, Detour):
        assert coverage.band is None
        return
    band, factor = coverage.band, coverage.measure.factor
    assert (band.factor_low, band.factor_high) == (min(1.2, factor), max(1.4, factor))
    for people, by in (
        (band.covered_low, band.factor_high),
        (band.covered_high, band.factor_low),
        (band.covered_most, 1.0),
    ):
        lengths = [(it.distance_km / factor * by, it.people) for it in coverage.places.itertuples()]
        assume(all(abs(length - coverage.target_km) > NEAR_KM for length, _ in lengths))
        assert people == sum(people for length, people in lengths if length <= coverage.target_km)


@settings(max_examples=draws(12))
@given(coverages())
def test_json_says_the_same(coverage):
    content = coverage.to_dict()
    places = list(coverage.places.itertuples())
    for status in STATUSES:
        people = sum(it.people for it in places if it.status == status)
        if status != COVERED:
            assert close(content["uncovered_by_reason"].get(status, 0.0), people)
    assert close(coverage.without_road, sum(it.people for it in places if it.status == "no_road"))
    for row, plain in zip(coverage.by_district().itertuples(), content["districts"], strict=True):
        for key, value in plain.items():
            shown = getattr(row, key)
            assert value is None if isinstance(shown, float) and math.isnan(shown) else value == shown


def every_gap(gaps, district_names, municipality_names) -> None:
    coverage = gaps.coverage
    left_out = {it.id: it for it in tuples(coverage.places) if it.status != COVERED and it.people > 0}
    rows = list(tuples(gaps.places))
    assert [it.id for it in rows] == sorted(left_out, key=lambda key: (-left_out[key].people, key))
    for row in rows:
        place = left_out[row.id]
        assert row.people == place.people
        assert row.reason == place.status
        assert close(row.over_km, place.distance_km - coverage.target_km)
        assert row.over_km > 0
        factor = coverage.measure.factor if isinstance(coverage.measure, Detour) else math.nan
        low_km = place.distance_km / factor * min(1.2, factor)
        if not abs(low_km - coverage.target_km) < NEAR_KM:
            assert row.depends_on_road == (low_km <= coverage.target_km)
    assert close(gaps.people, sum(it.people for it in left_out.values()))
    every_gap_region(gaps)
    every_gap_municipality(gaps, district_names, municipality_names)


def every_gap_region(gaps) -> None:
    by_region = groups(gaps.places, "gap_region")
    assert len(gaps.regions) == len(by_region)
    people = [it.people for it in gaps.regions]
    assert people == sorted(people, reverse=True)
    unseen = list(gaps.regions)
    for members in by_region.values():
        lon, lat = centre_of(members)
        mine = [
            it
            for it in unseen
            if close(it.people, sum(one.people for one in members))
            and it.places == len(members)
            and haversine_km(it.lon, it.lat, lon, lat) < NEAR_KM
        ]
        assert mine
        unseen.remove(mine[0])
        found = mine[0].districts
        assert [ags for ags, _ in found] == [ags for ags, _ in by_people(members, "district_ags")]
        assert all(
            close(one, other)
            for (_, one), (_, other) in zip(found, by_people(members, "district_ags"), strict=True)
        )


def every_gap_municipality(gaps, district_names, municipality_names) -> None:
    everyone = groups(gaps.coverage.places, "ags")
    by_municipality = groups(gaps.places, "ags")
    sums = {ags: sum(it.people for it in members) for ags, members in by_municipality.items()}
    table = gaps.by_municipality
    assert list(table["ags"]) == sorted(sums, key=lambda ags: (-sums[ags], ags))
    for row in table.itertuples():
        members = by_municipality[row.ags]
        largest = min(members, key=lambda it: (-it.people, it.id))
        lon, lat = centre_of(members)
        assert close(row.people, sums[row.ags])
        assert close(row.people_total, sum(it.people for it in everyone[row.ags]))
        assert close(row.distance_km, mean_km(members))
        assert close(row.over_km, mean_km(members) - gaps.coverage.target_km)
        assert (row.nearest_office, row.reason) == (largest.nearest_office, largest.reason)
        assert (row.district_ags, row.gap_region) == (largest.district_ags, largest.gap_region)
        assert row.depends_on_road == all(it.depends_on_road for it in members)
        assert close(row.lon, lon)
        assert close(row.lat, lat)
        assert row.name == municipality_called(row.ags, municipality_names, district_names)
        assert row.district == district_names.get(row.district_ags, row.district_ags)


@settings(max_examples=draws(15))
@given(coverage=coverages())
def test_gaps_are_who_is_left_out(coverage, region):
    every_gap(find_gaps(coverage, region), DISTRICT_NAMES, MUNICIPALITY_NAMES)


def test_gaps_of_the_region_are_who_is_left_out(real, region):
    every_gap(find_gaps(real, region), region.district_names, region.municipality_names)


def in_the_nearest_gap(gaps, strangers) -> None:
    """Left out as well, so few as not to form a gap: in that of their municipality, else the nearest."""
    centres = {key: centre_of(members) for key, members in groups(gaps.places, "gap_region").items()}
    own = {it.ags: it.gap_region for it in gaps.places.itertuples()}
    places = gaps.coverage.places
    for place in strangers.itertuples():
        mine = (places["id"] == place.id).to_numpy()
        left_out = places.assign(
            status=places["status"].mask(mine, "too_far"), people=places["people"].mask(mine, 1e-9)
        )
        after = find_gaps(replace(gaps.coverage, places=left_out), after=gaps).places
        found = int(after.set_index("id").loc[place.id, "gap_region"])
        # Places without a municipality have none in common.
        if place.ags and place.ags in own:
            assert found == own[place.ags]
            continue
        away_km = {key: haversine_km(place.lon, place.lat, *centre) for key, centre in centres.items()}
        assert away_km[found] <= min(away_km.values()) + NEAR_KM


@settings(max_examples=draws(8))
@given(coverage=coverages())
def test_a_strange_place_belongs_to_the_nearest_gap(coverage, region):
    gaps = find_gaps(coverage, region)
    assume(gaps.regions)
    in_the_nearest_gap(gaps, coverage.places[coverage.is_covered].head(4))


def test_a_strange_place_of_the_region_belongs_to_the_nearest_gap(gaps_2012, coverage_2012):
    in_the_nearest_gap(gaps_2012, coverage_2012.places[coverage_2012.is_covered].iloc[::2500])


class Tried:
    """All choices of a small task, each counted from a coverage of its own offices one by one."""

    def __init__(self, task: Siting) -> None:
        self.task = task
        start = task.start
        self.places = list(start.places.itertuples())
        self.sites = list(on_land(task.sites, start.places).itertuples())
        self.candidates = list(range(task.existing, len(self.sites)))
        self.within = [
            {
                at
                for at, place in enumerate(self.places)
                if measured_km(start.measure, place, site) <= start.target_km + NEAR_KM / 10
            }
            for site in self.sites
        ]
        self.number = {site.id: at for at, site in enumerate(self.sites)}

    def reached(self, chosen) -> set[int]:
        return set().union(*(self.within[at] for at in (*range(self.task.existing), *chosen)))

    def people(self, places) -> float:
        return sum(self.places[at].people for at in places)

    def covered(self, chosen) -> float:
        return self.people(self.reached(chosen))

    def best(self, new: int, without=()) -> float:
        free = [at for at in self.candidates if at not in without]
        return max(self.covered(chosen) for chosen in combinations(free, new))

    def districts(self, places) -> tuple[tuple[str, float], ...]:
        members = [self.places[at] for at in places]
        return tuple(pair for pair in by_people(members, "district_ags") if pair[1] > 0)


@st.composite
def tasks(draw, most=5):
    """A coverage of few places with candidate towns, at least one of which reaches somebody."""
    demand = draw(demands())
    measure, target_km = draw(measures), draw(targets_km)
    coverage = coverage_of(demand, draw(sites(0, 2)), measure, target_km)
    towns = draw(sites(1, most, "c"))
    task = Siting(coverage, towns)
    assume(any(len(within) for within in Tried(task).within[task.existing :]))
    return task


def answered(task: Siting, ask, *asked, **more):
    """The answer, or nothing where no candidate reaches anyone with people: that question is refused."""
    tried = Tried(task)
    if any(tried.covered([at]) > tried.covered([]) for at in tried.candidates):
        return ask(*asked, **more)
    try:
        return ask(*asked, **more)
    except InputError as error:
        if {it.code for it in error.problems} != {"siting_all_out_of_reach"}:
            raise
        return None


@settings(max_examples=draws(12))
@given(tasks(), st.integers(1, 3))
def test_reasons_of_an_answer_are_those_of_trying_everything(task, new):
    tried = Tried(task)
    assume(new <= len(tried.candidates))
    answer = answered(task, task.solve, "max-cover", new=new, refusals=True)
    if answer is None:
        return
    assert close(answer.objective, tried.best(new))
    assert close(answer.after.covered, tried.best(new))
    assert close(answer.before.covered, tried.covered(()))
    chosen = [tried.number[site.id] for site in answer.sites]
    for at, (site, number) in enumerate(zip(answer.sites, chosen, strict=True)):
        earlier = chosen[:at]
        assert close(site.gain, tried.covered(chosen[: at + 1]) - tried.covered(earlier))
        others = [it for it in chosen if it != number]
        left = [it for it in chosen if it not in earlier]
        assert close(site.gain, max(tried.covered([*earlier, it]) for it in left) - tried.covered(earlier))
        alone = tried.reached(chosen) - tried.reached(others)
        assert close(site.only_here, tried.people(alone))
        assert site.districts == tried.districts(alone)
        free = [it for it in tried.candidates if it not in chosen]
        losses = {it: tried.covered(chosen) - tried.covered([*others, it]) for it in free}
        best = min(losses.values(), default=math.nan)
        # Whoever would lose all that the town brings is no runner-up.
        assert bool(site.runner_up_id) == (best < site.only_here or site.only_here == best == 0)
        if site.runner_up_id:
            other = tried.number[site.runner_up_id]
            assert tried.sites[other].name == site.runner_up
            assert close(site.runner_up_loss, losses[other])
            assert close(losses[other], best)
        if free:
            loss = tried.covered(chosen) - tried.best(new, [number])
            assert all(close(one, loss) for one in site.refusal_loss)
        else:
            assert site.refusal_loss is None


@settings(max_examples=draws(12))
@given(tasks(), st.integers(1, 3))
def test_the_districts_of_an_answer_are_differences(task, new):
    tried = Tried(task)
    assume(new <= len(tried.candidates))
    answer = answered(task, task.solve, "max-cover", new=new)
    if answer is None:
        return
    chosen = [tried.number[site.id] for site in answer.sites]
    old, now = tried.reached(()), tried.reached(chosen)
    expected = []
    for ags, members in groups(task.start.places, "district_ags").items():
        before, after = (sum(it.people for it in members if it.Index in reached) for reached in (old, now))
        people = sum(it.people for it in members)
        expected.append((ags, DISTRICT_NAMES.get(ags, ags), people, before, after, after - before))
    expected.sort(key=lambda row: (-abs(row[-1]), row[0]))
    table = answer.by_district()
    assert list(table.columns) == ["ags", "name", "people", "before", "after", "change"]
    assert list(table.itertuples(index=False, name=None)) == expected


@settings(max_examples=draws(12))
@given(tasks(), st.sampled_from([40.0, 80.0, 99.0, 100.0]))
def test_who_stays_out_of_reach_is_named_with_the_smallest_target(task, share_pct):
    tried = Tried(task)
    answer = task.solve("full-cover", share_pct=share_pct)
    lengths = [
        min(measured_km(task.start.measure, place, site) for site in tried.sites) for place in tried.places
    ]
    out = [
        (place.id, place.ags, place.district_ags, place.people, length)
        for place, length in zip(tried.places, lengths, strict=True)
        if length > task.start.target_km + NEAR_KM / 10 and place.people > 0
    ]
    out.sort(key=lambda row: -row[3])
    found = list(answer.unreachable.itertuples(index=False, name=None))
    assert list(answer.unreachable.columns) == ["id", "ags", "district_ags", "people", "nearest_km"]
    assert [row[:4] for row in found] == [row[:4] for row in out]
    assert [row[4] for row in found] == pytest.approx([row[4] for row in out], abs=NEAR_KM)
    assert close(answer.unreachable_people, sum(row[3] for row in out))
    goal = share_pct / 100 * sum(it.people for it in tried.places)
    enough = [
        target_km
        for target_km in sorted({0.0, *lengths})
        if sum(
            it.people
            for it, length in zip(tried.places, lengths, strict=True)
            if length <= target_km + NEAR_KM
        )
        >= goal - 1e-9
    ]
    smallest = answer.smallest_target_km
    if goal:
        assert smallest == pytest.approx(enough[0], abs=NEAR_KM)
        assert answer.goal_met == (tried.covered(tried.candidates) >= goal - 1e-9)
    sizes = range(len(tried.candidates) + 1)
    wanted = min(goal, tried.covered(tried.candidates)) - 1e-9
    fewest = next(
        n for n in sizes if any(tried.covered(it) >= wanted for it in combinations(tried.candidates, n))
    )
    assert len(answer.sites) == answer.objective == fewest


@settings(max_examples=draws(10))
@given(tasks(4))
def test_the_curve_is_the_best_of_all_choices_for_every_number(task):
    tried = Tried(task)
    points = answered(task, coverage_curve, task)
    if points is None:
        return
    people = task.start.people
    assert list(points["new"]) == list(range(len(tried.candidates) + 1))
    for row in points.itertuples():
        best = tried.best(row.new)
        assert close(row.covered, best)
        assert close(row.share, best / people if people else math.nan)
        assert close(row.bound_share, best / people if people else math.nan)
        assert (row.offices, row.target_km) == (task.existing + row.new, task.start.target_km)
        assert (row.status, row.gap) == ("optimal", 0)
        named = [tried.number[key] for key in row.sites.split(",") if key]
        assert len(named) == row.new
        assert close(tried.covered(named), best)


@settings(max_examples=draws(10))
@given(tasks(4), st.sampled_from([(1,), (1, 1), (2, 1), (1, 0, 1)]))
def test_stages_and_their_price_are_those_of_trying_everything(task, sizes):
    tried = Tried(task)
    assume(sum(sizes) <= len(tried.candidates))
    plan = answered(task, staged_plan, task, sizes)
    if plan is None:
        return
    worth = {
        chosen: tried.covered(chosen)
        for n in range(len(tried.candidates) + 1)
        for chosen in combinations(tried.candidates, n)
    }

    def best(taken, left):
        if not left:
            return 0.0
        rest = [it for it in tried.candidates if it not in taken]
        choices = (tuple(sorted((*taken, *more))) for more in combinations(rest, left[0]))
        return max(worth[choice] + best(choice, left[1:]) for choice in choices)

    assert close(plan.objective, best((), sizes))
    chosen: list[int] = []
    told = zip(plan.stages, plan.free_covered, plan.nesting_price, sizes, strict=True)
    for stage, free, price, size in told:
        assert close(stage.before.covered, tried.covered(chosen))
        assert len(stage.sites) == size
        for site in stage.sites:
            now = tried.covered([*chosen, tried.number[site.id]])
            assert close(site.gain, now - tried.covered(chosen))
            chosen.append(tried.number[site.id])
        assert close(stage.after.covered, tried.covered(chosen))
        assert close(free, tried.best(len(chosen)))
        assert close(price, tried.best(len(chosen)) - tried.covered(chosen))
    assert close(plan.objective, sum(stage.after.covered for stage in plan.stages))


@settings(max_examples=draws(10))
@given(coverages(least_offices=1))
def test_offices_kept_and_given_up_are_those_of_trying_everything(coverage):
    task = Siting(coverage, pd.DataFrame({"id": [], "name": [], "lon": [], "lat": []}))
    tried = Tried(Siting(coverage_of(coverage.demand, coverage.offices.iloc[:0], coverage.measure,
                                     coverage.target_km), coverage.offices))  # fmt: skip
    with pytest.raises(InputError):
        closures(task)
    task = Siting(coverage, coverage.offices.iloc[:1].assign(id="c"))
    names = [site.name for site in tried.sites]
    for keep, answer in enumerate(closures(task)):
        assert close(answer.after.covered, tried.best(keep))
        kept = [tried.number[site.id] for site in answer.sites]
        assert sorted(answer.closed) == sorted(names[at] for at in tried.candidates if at not in kept)
        for at, site in enumerate(answer.sites):
            gain = tried.covered(kept[: at + 1]) - tried.covered(kept[:at])
            assert close(site.gain, gain)
        changes = answer.by_district()
        assert close(changes["change"].sum(), tried.best(keep) - coverage.covered)


@settings(max_examples=draws(10))
@given(tasks(4), st.sampled_from([0.0, 10.0, 50.0, 100.0]))
def test_alternatives_are_the_best_others(task, within_pct):
    tried = Tried(task)
    new = min(2, len(tried.candidates))
    choices = answered(task, near_optimal, task, new, within_pct=within_pct, most=20)
    if choices is None:
        return
    worth = sorted((tried.covered(it) for it in combinations(tried.candidates, new)), reverse=True)
    enough = [it for it in worth if it >= worth[0] * (1 - within_pct / 100) - 1e-9]
    assert [choice.after.covered for choice in choices] == pytest.approx(enough[:21])
    assert len({frozenset(site.id for site in it.sites) for it in choices}) == len(choices)


def test_robustness_is_counted_year_by_year(coverage_2012, region):
    """Nothing varies but the year: every variation is a question that can be asked alone."""
    towns = candidate_towns(region, 60_000)
    task = Siting(coverage_2012, towns)
    years = [2010, 2019]
    asked = [assess(region, stage=2012, year=year) for year in years]
    best = [Siting(it, towns).solve("max-cover", new=2) for it in asked]
    found = robustness(task, 2, region, variations=8, seed=1, factor=(1.0, 1.0), years=years)
    named = {site.name: site.id for it in best for site in it.sites}
    worth = {}
    for plan in found.plans.itertuples():
        opened = [named[name] for name in plan.sites.split(", ")]
        new = towns[towns["id"].isin(opened)][["id", "name", "lon", "lat"]]
        offices = pd.concat([coverage_2012.offices[["id", "name", "lon", "lat"]], new], ignore_index=True)
        covered = [it.again(offices=offices).covered for it in asked]
        worth[plan.sites] = covered
        # Both years are drawn: the worst of them counts.
        assert close(plan.worst_covered, min(covered))
        assert close(
            plan.largest_regret, max(b.after.covered - it for b, it in zip(best, covered, strict=True))
        )
    assert len(worth) == len({frozenset(site.id for site in it.sites) for it in best})
    regrets = list(found.plans["largest_regret"])
    assert regrets == sorted(regrets)
    shares = list(found.towns["chosen_share"])
    assert shares == sorted(shares, reverse=True)
    assert close(sum(shares), 2)
    always = set.intersection(*({site.id for site in it.sites} for it in best))
    assert set(found.towns.loc[found.towns["chosen_share"] == 1, "id"]) == always
    assert set(found.towns["id"]) == set(named.values())
    assert dict(zip(found.towns["id"], found.towns["name"], strict=True)) == {b: a for a, b in named.items()}


def test_helped_districts_of_the_region_stand_in_order(coverage_2012, region):
    answer = Siting(coverage_2012, candidate_towns(region)).solve("max-cover", new=4)
    for site in answer.sites:
        offices = answer.after.offices
        without = answer.after.again(offices=offices[offices["id"].ne(site.id)])
        assert len(without.offices) == len(offices) - 1
        lost = answer.after.is_covered & ~without.is_covered
        members = list(answer.after.places[lost].itertuples())
        expected = [pair for pair in by_people(members, "district_ags") if pair[1] > 0]
        assert list(site.districts) == expected
