"""Every figure that the pages show, computed a second way: loops over places."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.app import resources, services
from iqgeo.app.components import answers, html, tables
from iqgeo.app.questions import STAGES, Question
from iqgeo.app.services import EMBEDDED, GapFilter
from iqgeo.app.state import Draft, PlannedSite, default_view
from iqgeo.coverage import COVERED, Coverage
from iqgeo.gaps import find_gaps, gaps_within
from iqgeo.suggestions import Siting, candidate_towns
from iqgeo.texts import number, signed
from tests.app import second
from tests.draws import draws
from tests.second_way import (
    DISTRICT_NAMES,
    by_people,
    close,
    coverages,
    figures_of,
    groups,
    haversine_km,
    sites,
    tuples,
)

few = settings(max_examples=draws(20, 80))


def planned(frame: pd.DataFrame) -> list[PlannedSite]:
    return [PlannedSite(it.id, it.name, it.lon, it.lat) for it in frame.itertuples()]


def every_figure(coverage: Coverage) -> None:
    places = list(tuples(coverage.places))
    # Everybody in a row, by the length of the way: the one in the middle has the median.
    everybody = sorted(
        it.distance_km
        for it in places
        if it.people and not math.isinf(it.distance_km)
        for _ in range(int(it.people))
    )
    figures = services.figures(coverage)
    assert figures.offices == len(coverage.offices)
    assert close(figures.share, figures_of(places)["share"])
    if everybody:
        assert close(figures.median_km, everybody[(len(everybody) + 1) // 2 - 1])
        assert close(figures.mean_km, math.fsum(everybody) / len(everybody))
        assert close(figures.longest_km, everybody[-1])
    else:
        assert all(math.isnan(it) for it in (figures.median_km, figures.mean_km, figures.longest_km))
    band, people = coverage.band, sum(it.people for it in places)
    if band is None or not people:
        assert (figures.low, figures.high) == (None, None)
    else:
        assert close(figures.low, band.covered_low / people)
        assert close(figures.high, band.covered_high / people)


@given(coverages())
def test_figures_are_those_of_everybody_in_a_row(coverage):
    every_figure(coverage)


def test_figures_of_the_region_are_those_of_everybody_in_a_row(coverage_2012):
    every_figure(coverage_2012)


@few
@given(coverages(), sites(0, 3, "c"), st.integers(0, 2))
def test_a_change_is_counted_place_by_place(coverage, frame, closed):
    gone = list(coverage.offices["id"].iloc[:closed])
    after = second.with_plan(coverage, planned(frame), gone)
    assert list(after.offices["id"]) == [*coverage.offices["id"].iloc[closed:], *frame["id"]]
    change = services.change(coverage, after)
    gained: dict[str, float] = {}
    lost: dict[str, float] = {}
    for a, b in zip(tuples(coverage.places), tuples(after.places), strict=True):
        side = gained if b.status == COVERED != a.status else lost if a.status == COVERED != b.status else {}
        side[a.district_ags] = side.get(a.district_ags, 0.0) + a.people
    expected = [
        (ags, DISTRICT_NAMES.get(ags, ags), gained.get(ags, 0.0), lost.get(ags, 0.0))
        for ags in {*gained, *lost}
        if gained.get(ags) or lost.get(ags)
    ]
    expected.sort(key=lambda row: (row[3] - row[2], row[0]))
    found = list(change.districts.itertuples(index=False, name=None))
    assert list(change.districts.columns) == ["ags", "name", "gained", "lost", "change"]
    assert found == [(*row, row[2] - row[3]) for row in expected]
    assert close(change.gained, sum(gained.values()))
    assert close(change.lost, sum(lost.values()))


filters = st.builds(
    GapFilter,
    districts=st.sampled_from([(), ("03351",), ("03241", "03452")]),
    reasons=st.sampled_from([(), ("too_far",), ("depends_on_road",), ("no_road", "ferry_only", "no_office")]),
    name=st.sampled_from(["", " celle ", "0"]),
    least_people=st.sampled_from([0.0, 3.0, 200.0]),
    from_km=st.sampled_from([0.0, 20.0]),
    to_km=st.sampled_from([30.0, math.inf]),
)


@few
@given(coverage=coverages(), wanted=filters, data=st.data())
def test_filtered_gaps_are_the_rows_that_fit(coverage, wanted, data, region):
    gaps = find_gaps(coverage, region)
    numbers = sorted(set(gaps.places["gap_region"]))
    chosen = data.draw(st.lists(st.sampled_from(numbers), unique=True)) if numbers else []
    wanted = GapFilter(
        tuple(chosen), *(getattr(wanted, key) for key in GapFilter.__dataclass_fields__ if key != "regions")
    )

    def fits(row) -> bool:
        reason = "depends_on_road" if row.depends_on_road else row.reason
        return all(
            (
                not wanted.regions or row.gap_region in wanted.regions,
                not wanted.districts or row.district_ags in wanted.districts,
                not wanted.reasons or reason in wanted.reasons,
                wanted.name.strip().lower() in row.name.lower(),
                row.people >= wanted.least_people,
                wanted.from_km <= row.distance_km <= wanted.to_km,
            )
        )

    rows = services.filtered(gaps.by_municipality, wanted)
    kept = [it.ags for it in gaps.by_municipality.itertuples() if fits(it)]
    assert list(rows["ags"]) == kept
    part = gaps_within(gaps, rows)
    members = [it for it in gaps.places.itertuples() if it.ags in kept]
    assert [it.id for it in part.places.itertuples()] == [it.id for it in members]
    assert close(part.people, sum(it.people for it in members))
    by_region = groups(part.places, "gap_region")
    expected = sorted((sum(it.people for it in mine), len(mine), by_people(mine, "district_ags"))
                      for mine in by_region.values())  # fmt: skip
    assert sorted((it.people, it.places, it.districts) for it in part.regions) == expected


def test_a_click_takes_the_nearest_of_all_towns(region):
    for lon, lat in ((7.1, 53.4), (9.9, 51.5), (11.0, 53.0), (9.0, 52.2)):
        found = services.nearest_town(region, lon, lat)
        away_km = {it.id: haversine_km(lon, lat, it.lon, it.lat) for it in region.towns.itertuples()}
        assert found.id == min(away_km, key=lambda key: away_km[key])


class Shown:
    """Keeps the tables and notes that components show."""

    def __init__(self, monkeypatch) -> None:
        self.tables: list[tuple[list[str], list[list[str]]]] = []
        self.notes: list[str] = []
        monkeypatch.setattr(html, "table", lambda head, rows, **_: self.tables.append((head, rows)))
        monkeypatch.setattr(html, "note", self.notes.append)
        monkeypatch.setattr(html, "status", lambda *_: None)


@pytest.fixture
def shown(monkeypatch) -> Shown:
    return Shown(monkeypatch)


@pytest.fixture(scope="module")
def task(coverage_2012, region) -> Siting:
    return Siting(coverage_2012, candidate_towns(region, 30_000))


def covered_with(task: Siting, ids) -> float:
    """People within the target of today's offices and these towns, place by place."""
    known = {it.id: it for it in task.candidates.itertuples()}
    factor, target_km = task.start.measure.factor, task.start.target_km
    # As plain objects: a loop over columns of texts takes ten times as long.
    places = task.start.places[["people", "status", "landmass", "lon", "lat"]].astype(object)
    return sum(
        it.people
        for it in places.itertuples()
        if it.status == COVERED
        or (
            not it.landmass
            and any(
                factor * haversine_km(it.lon, it.lat, known[key].lon, known[key].lat) <= target_km
                for key in ids
            )
        )
    )


def test_the_table_of_an_answer_says_what_places_say(task, shown, region):
    found = resources.ask(Question(new=3, least_people=30_000), default_view(region), EMBEDDED, Draft())
    answer = found.suggestions[-1]
    answers.show(found, "de")
    _, rows = shown.tables[0]
    ids = [site.id for site in answer.sites]
    for at, (row, site) in enumerate(zip(rows, answer.sites, strict=True)):
        gain = covered_with(task, ids[: at + 1]) - covered_with(task, ids[:at])
        others = [key for key in ids if key != site.id]
        free = [key for key in task.candidates["id"] if key not in ids]
        now = covered_with(task, ids)
        swapped = now - covered_with(task, [*others, site.runner_up_id])
        assert site.runner_up_id in free
        assert row[0] == f"**{site.name}**"
        assert row[1] == signed(gain)
        assert (row[2], row[3]) == (site.runner_up, signed(-swapped))
    answers.more(found, "de")
    people = sum(it.people for it in tuples(task.start.places))
    reached = number(100 * covered_with(task, ids) / people, digits=1)
    assert any(reached in note for note in shown.notes)


def test_the_table_of_stages_says_what_places_say(task, shown, region):
    found = resources.ask(
        Question(model=STAGES, sizes=(1, 2), least_people=30_000), default_view(region), EMBEDDED, Draft()
    )
    plan = found.joint
    answers.show(found, "de")
    _, rows = shown.tables[0]
    people = sum(it.people for it in tuples(task.start.places))
    opened: list[str] = []
    for at, (row, stage) in enumerate(zip(rows, plan.stages, strict=True), start=1):
        opened += [site.id for site in stage.sites]
        free = task.solve("max-cover", new=len(opened))
        best = covered_with(task, [site.id for site in free.sites])
        assert row[0] == f"**{at}** {', '.join(site.name for site in stage.sites)}"
        assert row[1] == str(task.existing + len(opened))
        assert row[2] == f"**{number(100 * covered_with(task, opened) / people, digits=1)}**"
        assert row[3] == number(100 * best / people, digits=1)


def test_a_journey_saved_has_its_unit(task, shown):
    for model, unit, digits in (("p-median", "Personen-km", 0), ("p-center", "km", 1)):
        question = Question(model=model, new=2, least_people=30_000)
        found = resources.ask(question, default_view(task.start.region), EMBEDDED, Draft())
        answer = found.suggestions[-1]
        answers.show(found, "de")
        head, rows = shown.tables[-1]
        assert head[1] == f"gesparter Weg, {unit}"
        assert [row[1] for row in rows] == [signed(site.gain, "de", digits) for site in answer.sites]
        answers.more(found, "de")
    together = sum(
        it.people * it.distance_km
        for it in task.solve("p-median", new=2).after.places.itertuples()
        if not math.isinf(it.distance_km)
    )
    assert any(f"Der Weg aller zusammen: {number(together)} Personen-km." in note for note in shown.notes)


def test_what_cannot_be_met_is_said_without_a_table(coverage_2012, region, shown, monkeypatch):
    bars = []
    monkeypatch.setattr(html, "status", lambda kind, sentence: bars.append((kind, sentence)))
    asked = (Question(new=4, per_district=True), Question(model=STAGES, sizes=(2, 2), per_district=True))
    for question in asked:
        answers.show(resources.ask(question, default_view(region), EMBEDDED, Draft()), "de")
        kind, sentence = bars.pop()
        assert kind == html.FAILED
        assert sentence.startswith(
            "**Nicht erfüllbar:** Die verlangte Zahl weiterer Stellen (4) reicht nicht"
        )
        assert "mindestens eine Stelle in jedem Kreis" in sentence
    assert shown.tables == []


def test_the_table_of_changes_stands_by_size(coverage_2012, shown):
    goettingen = PlannedSite("GOE", "Göttingen", 9.9355, 51.5413)
    change = services.change(coverage_2012, second.with_plan(coverage_2012, [goettingen], ["NI-LG"]))
    tables.change(change, "de")
    _, rows = shown.tables[0]
    every = sorted(change.districts.itertuples(), key=lambda it: -abs(it.gained - it.lost))
    assert [row[1:] for row in rows] == [
        [number(it.gained), number(it.lost), signed(it.gained - it.lost)] for it in every[: len(rows)]
    ]
