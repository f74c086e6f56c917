"""The network's years: what of a difference comes from people, what from offices, to the person."""

import datetime
import io
import json
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from typer.testing import CliRunner

import iqgeo
from iqgeo.case import case_of
from iqgeo.cli.main import app
from iqgeo.coverage import DAYS
from iqgeo.errors import InputError
from iqgeo.reports.registry import WriterOptions, writer_of
from iqgeo.scenario.evaluate import evaluate
from iqgeo.scenario.load import Given, load
from iqgeo.scenario.model import Scenario
from iqgeo.scenario.settings import Settings
from iqgeo.scenario.start import start_of
from iqgeo.sites import open_in
from iqgeo.story import network_years, story_of
from iqgeo.words import story
from tests.draws import draws


@pytest.fixture(scope="module")
def known(region):
    scenario = Scenario(settings=start_of(region, False))
    return scenario, load(scenario)


@pytest.fixture(scope="module")
def whole(known):
    return story_of(*known)


def test_the_step_from_2012_to_2021_is_split_to_the_person(whole):
    split = whole.split
    assert whole.figures == (2010, 2019)
    assert (split.before, split.more_people, split.other_offices, split.after) == (
        703_364, 186_031, -95_468, 793_927,
    )  # fmt: skip
    assert [(it.year, it.opened, it.people) for it in split.changes] == [
        (2013, ("Göttingen",), -48_261), (2020, ("Goslar",), -47_207), (2021, (), 0),
    ]  # fmt: skip


def test_a_place_on_days_is_no_office(whole):
    last = whole.last
    assert (len(last.coverage.offices), last.days, last.on_days) == (8, ("Northeim",), 9_940)
    assert round(100 * last.coverage.share, 1) == 51.9
    with_it = iqgeo.assess(stage=2021)
    assert (with_it.covered, with_it.people_by(DAYS)) == (last.coverage.covered, last.on_days)


def test_breaks_of_the_series_between_the_figures_are_named(whole, known):
    assert whole.breaks == (2011, 2016, 2017)
    assert story_of(*known, figures=(2019, 2024)).breaks == (2020, 2023)
    assert story_of(*known, figures=(2024, 2019)).breaks == (2020, 2023)
    assert story_of(*known, figures=(2019, 2019)).breaks == ()


@settings(max_examples=draws(4, 40), deadline=None)
@given(
    years=st.sets(st.sampled_from([2012, 2013, 2020, 2021]), min_size=2),
    figures=st.tuples(*[st.sampled_from([2010, 2012, 2015, 2019, 2022, 2024])] * 2),
    target_km=st.sampled_from([5.0, 30.0, 35.0, 120.0]),
    distance=st.sampled_from(["detour", "straight"]),
)
def test_every_split_adds_up_in_all_and_in_every_district(region, years, figures, target_km, distance):
    start = start_of(region, False)
    scenario = Scenario(settings=start).with_settings(target_km=target_km, distance=distance)
    it = story_of(scenario, load(scenario), years=sorted(years), figures=figures)
    split = it.split
    assert split.before + split.more_people + split.other_offices == split.after
    asked = {"target_km": target_km, "distance": distance}
    assert split.before == iqgeo.assess(stage=min(years), year=figures[0], **asked).uncovered
    table = it.by_district()
    rows = table[["before", "more_people", "other_offices"]].sum(axis=1)
    assert (rows == table["after"]).all()
    for name in ("before", "more_people", "other_offices", "after"):
        assert table[name].sum() == getattr(split, name)
    if figures[0] == figures[1]:
        assert split.more_people == 0


def own_offices(**years):
    frame = pd.DataFrame(
        {
            "id": ["a", "b"],
            "name": ["A", "B"],
            "lon": [9.7, 10.4],
            "lat": [52.4, 53.2],
            "opened": [2000, 2005],
        }
    )
    return frame.assign(**years)


def test_offices_of_ones_own_tell_their_years(region):
    scenario = Scenario(settings=Settings(year=2019))
    loaded = load(scenario, Given(region=region, offices=own_offices(closed=[2010, None])))
    it = story_of(scenario, loaded)
    assert [year.year for year in it.years] == [2000, 2005, 2010]
    assert [(change.opened, change.closed) for change in it.split.changes] == [(("B",), ()), ((), ("A",))]
    assert it.split.changes[0].people < 0 < it.split.changes[1].people


def test_a_region_without_documented_networks_has_the_years_of_its_offices(region):
    bare = replace(region, stages=())
    loaded = load(Scenario(settings=Settings(year=2019)), Given(region=bare))
    known = network_years(loaded)
    opened = {year: set(open_in(loaded.offices, year)["id"]) for year in range(2000, 2031)}
    changed = [year for year in range(2001, 2031) if opened[year] != opened[year - 1]]
    assert len(changed) > 2
    # What closes in a year is gone in it, or after it.
    assert all({year, year - 1} & set(known) for year in changed)
    assert all({year, year + 1} & set(changed) for year in known)
    assert network_years(load(Scenario(), Given(region=region))) == tuple(region.stages)


def test_one_network_alone_is_no_series(region):
    scenario = Scenario()
    loaded = load(scenario, Given(region=region, offices=own_offices(opened=[2000, 2000])))
    with pytest.raises(InputError) as refused:
        story_of(scenario, loaded)
    assert [it.code for it in refused.value.problems] == ["story_one_year"]
    assert case_of(evaluate(scenario, loaded)).story is None


@pytest.mark.parametrize(("lang", "more"), [("de", "186.031"), ("en", "186,031")])
def test_the_same_numbers_stand_in_every_file(known, whole, lang, more):
    case = case_of(evaluate(*known))
    options = WriterOptions(date=datetime.date(2026, 11, 25), plain_csv=True)
    made = {
        suffix: writer_of(f"x{suffix}", "story").write(case, lang, options)
        for suffix in (".pdf", ".xlsx", ".csv", ".json")
    }
    page = " ".join(it.extract_text() for it in PdfReader(io.BytesIO(made[".pdf"])).pages)
    assert len(PdfReader(io.BytesIO(made[".pdf"])).pages) == 1
    assert more in page.replace("\n", " ")
    assert {"de": "Niedersachsen", "en": "Lower Saxony"}[lang] in PdfReader(
        io.BytesIO(made[".pdf"])
    ).metadata.title
    book = openpyxl.load_workbook(io.BytesIO(made[".xlsx"]))
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert {703_364, 186_031, -95_468, 793_927} <= set(filter(lambda it: isinstance(it, (int, float)), cells))
    assert b"793927" in made[".csv"]
    assert json.loads(made[".json"])["split"]["other_offices"] == -95_468
    assert more in " ".join(story.told(whole, lang))


def test_the_gap_workbook_has_the_years_on_a_sheet_of_their_own(known):
    raw = writer_of("x.xlsx", "gaps").write(case_of(evaluate(*known)), "de", WriterOptions())
    book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True)
    assert {"Zeit", "Zeit nach Kreisen"} <= set(book.sheetnames)


def test_the_command_says_the_sum_and_refuses_what_is_no_year(tmp_path):
    done = CliRunner().invoke(app, ["story", "--json", "-", "--lang", "de"])
    assert json.loads(done.stdout)["split"]["more_people"] == 186_031
    refused = CliRunner().invoke(
        app, ["story", "--years", "2012,abcd", "--figures", "2010", "--out", "x.doc"]
    )
    codes = {it.code for it in refused.exception.problems}
    assert codes == {"whole_number_expected", "story_figures", "output_kind_unknown"}
