"""The network's workbook, calendar and words: every column by another way, both languages."""

import datetime
import io
import json
import math
from collections import Counter
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from icalendar import Calendar

from iqgeo.access.fairness import attending
from iqgeo.access.load import load_of
from iqgeo.case import Case, case_of
from iqgeo.coverage import DAYS, NONE, OFFICE
from iqgeo.errors import InputError
from iqgeo.promises import DistrictPromise
from iqgeo.reports import registry
from iqgeo.reports.board_layer import layer_page
from iqgeo.reports.map.access import LAYERS, Layer, access_classes
from iqgeo.reports.map.gap_views import _settled_middle
from iqgeo.reports.map.scene import scene_of_case
from iqgeo.reports.network_tables import network_sheets
from iqgeo.reports.pictures import board_of
from iqgeo.scenario.evaluate import evaluate
from iqgeo.scenario.load import load
from iqgeo.scenario.model import Outpost, Scenario, Search, Stage
from iqgeo.scenario.settings import Settings
from iqgeo.texts import people_rounded, text
from iqgeo.words.clauses import listed, plain_words
from iqgeo.words.network import network_clauses, network_words
from tests.reports.conftest import pages_of

DATE = datetime.date(2026, 1, 15)
TODAY = Scenario("p", settings=replace(Settings(), stage=2012))
DAYS_WORDS = {"de": "an festen Tagen", "en": "fixed days"}


@pytest.fixture(scope="module")
def case() -> Case:
    loaded = load(TODAY)
    known = dict(zip(loaded.known["name"], loaded.known["id"], strict=True))
    places = tuple(
        Outpost(known[place], home)
        for place, home in (("Celle", "NI-H"), ("Hameln", "NI-H"), ("Peine", "NI-WOB"), ("Uelzen", "NI-LG"))
    )
    stage = Stage("mit Tagen", opened=("NI-GÖ",), places=places)
    return case_of(evaluate(replace(TODAY, stages=(stage,)), loaded))


def sheet(book: openpyxl.Workbook, at: int) -> list[dict[str, object]]:
    """The rows of a sheet under its headings."""
    rows = [[cell.value for cell in row] for row in book.worksheets[at].iter_rows()]
    head = next(k for k, row in enumerate(rows) if len([it for it in row if it is not None]) > 2)
    return [dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :] if any(row)]


@pytest.fixture(scope="module", params=["de", "en"])
def book(case: Case, request) -> openpyxl.Workbook:
    write = registry.writer_of("netz.xlsx", "network").write
    content = write(case, request.param, registry.WriterOptions(date=DATE))
    assert content == write(case, request.param, registry.WriterOptions(date=DATE))
    return openpyxl.load_workbook(io.BytesIO(content))


def test_the_workbook_names_the_state_as_its_language_does(book: openpyxl.Workbook):
    german = book.worksheets[0].title == text("reports.network.sheet_offices", "de")
    assert book.properties.title.endswith(": Niedersachsen" if german else ": Lower Saxony")


def test_offices_with_posts_and_places_with_days(case: Case, book: openpyxl.Workbook):
    offices, places = sheet(book, 0), sheet(book, 1)
    load = load_of(case.shown)
    values = [list(row.values()) for row in offices]
    assert [row[0] for row in values] == case.shown.offices["name"].tolist()
    assert [row[3] for row in values] == pytest.approx(load.offices["consultations"].tolist())
    assert sum(row[5] for row in values) == 11.5
    assert sum(row[8] for row in values) == 4
    assert sum(row[9] for row in values) == 8
    served = [list(row.values()) for row in places]
    assert sum(row[5] for row in served) == case.shown.people_by(DAYS)
    assert [row[6] for row in served] == pytest.approx([48 * row[3] for row in served])
    # people served on days come to the home of their place
    day = case.shown.places["day_place"] >= 0
    by_home = case.shown.day_places.groupby("home_name")["people"].sum() * 1.05 / 1000
    assert {row[0]: row[4] for row in values if row[4]} == pytest.approx(by_home.to_dict())
    assert case.shown.places["people"][day].sum() == case.shown.people_by(DAYS)


def test_districts_add_up_and_failures_take_their_places(case: Case, book: openpyxl.Workbook):
    districts = [list(row.values()) for row in sheet(book, 2)]
    for column, kind in ((3, OFFICE), (4, DAYS), (6, NONE)):
        assert sum(row[column] for row in districts) == case.shown.people_by(kind)
    assert all(row[2] == row[3] + row[4] + row[5] + row[6] for row in districts)
    failures = {row["Name"]: list(row.values()) for row in sheet(book, 4)}
    assert failures["Hannover"][3] == 2
    assert failures["Göttingen"][3] == 0
    hannover = case.shown.day_places["home"].eq("NI-H")
    assert 0 < failures["Hannover"][4] <= case.shown.day_places["people"][hannover].sum()


def test_every_assumption_has_its_source(book: openpyxl.Workbook):
    rows = sheet(book, 6)
    assert len(rows) == len(Settings().of_network())
    assert all(len(str(list(row.values())[2])) > 5 for row in rows)


def test_capacity_by_municipality_names_its_reason(case: Case):
    few = replace(case, scenario=replace(case.scenario, settings=replace(case.scenario.settings, posts=1.5)))
    tables = {it.name: it.blocks[0].table.frame for it in network_sheets(few, "de")}
    frame = tables["Gemeinden, Kapazität"]
    short = frame[frame["no_capacity"] >= 0.05]
    assert len(short)
    assert set(short["reason"]) == {"keine Kapazität"}
    assert set(frame.loc[frame["no_capacity"] < 0.05, "reason"]) == {""}
    # every post is shared out among those within reach: the people-weighted mean gives the posts back
    reached = (frame["people_total"] * frame["2sfca"]).sum() / 1e5
    assert reached == pytest.approx(1.5)
    come = (frame["people_total"] * frame["attending"]).sum()
    assert come == pytest.approx(attending(case.shown, case.scenario.settings.half_km))
    # The same as a CSV and as a layer; what is few is not told.
    made = registry.writer_of("netz.csv", "network").write(case, "de", registry.WriterOptions())
    csv = pd.read_csv(
        io.BytesIO(made), sep=";", decimal=",", dtype={"AGS Gemeinde": str}, encoding="utf-8-sig"
    )
    told = csv.set_index("AGS Gemeinde")["Menschen insgesamt"]
    exact = frame.set_index("ags")["people_total"]
    assert set(told.index) == set(exact.index)
    assert all(it == "unter 10" if exact[key] < 10 else float(it) == exact[key] for key, it in told.items())


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_is_a_page_of_the_paper(case: Case, layer: Layer):
    board, settings = board_of(case, "de", DATE), case.scenario.settings
    page = layer_page(board, settings, layer)
    assert len(page["maps"]) == 2
    for at, coverage in enumerate(board.coverages):
        classes = access_classes(coverage, settings, layer, "de")
        assert sum(it.people for it in classes) == coverage.people
        shown = [row["figures"][at] for row in page["rows"]]
        assert shown == [people_rounded(it.people) for it in classes]
        drawn = page["maps"][at]["svg"]
        assert all((it.colour in drawn) == (it.people > 0) for it in classes if not it.is_nothing)
        assert ("url(#nothing)" in drawn) == (classes[0].people > 0)


def test_the_paper_has_its_layer_on_a_second_page(case: Case):
    write = registry.writer_of("v.pdf", "board").write
    pages = pages_of(write(case, "de", registry.WriterOptions(date=DATE, layer="2sfca")))
    assert len(pages) == 2
    assert "kein Posten in Reichweite" in pages[1]
    assert "11,5 beratende Posten (Einstellung des Plans)" in pages[1]


def test_what_is_printed_is_whole_and_the_rest_is_announced(book: openpyxl.Workbook):
    for page in book.worksheets[:-1]:
        rows = list(page.iter_rows())
        head = next(k for k, row in enumerate(rows) if len([it for it in row if it.value is not None]) > 2)
        for cell in (it for row in rows[head + 1 :] for it in row if isinstance(it.value, str)):
            width = page.column_dimensions[cell.column_letter].width
            assert cell.alignment.wrap_text or len(cell.value) <= 1.1 * (width + 1), cell.value
        # No word of a heading is broken, and there is room for all its lines.
        for cell in rows[head]:
            lines = math.ceil(len(str(cell.value)) / page.column_dimensions[cell.column_letter].width)
            assert page.row_dimensions[head + 1].height >= 12 * lines
        last = int(page.print_area.rpartition("$")[2])
        told = [str(row[0].value) for row in rows[:head] if "4" in str(row[0].value)]
        assert last == len(rows) or any(f" {last - head - 1} " in it for it in told)


def test_numbers_of_gaps_stand_where_someone_is_left_out(case: Case):
    scene = scene_of_case(case)
    stood = [it for it in scene.gaps if not it.is_served]
    assert stood
    lon, lat = np.array([it.lon for it in stood]), np.array([it.lat for it in stood])
    assert shapely.contains_xy(scene.base.outline, lon, lat).all()
    # Also where only a few of a gap are left, whose middle is elsewhere.
    gap = max(case.shown_gaps.regions, key=lambda it: it.people)
    mine = case.shown_gaps.places[case.shown_gaps.places["gap_region"] == gap.number]
    few = mine.sample(5, random_state=1)
    found = _settled_middle(replace(gap, lon=0.0, lat=0.0), few)
    assert found in set(zip(few["lon"], few["lat"], strict=True))


@pytest.mark.parametrize("lang", ["de", "en"])
def test_words_say_what_it_takes(case: Case, lang):
    words = network_words(case.before.coverage, case.shown, lang)
    assert DAYS_WORDS[lang] in words
    assert text("network.words.price", lang, posts="*", km="*", office_posts="0", hours="6")[-40:] in words
    # A paper tells people as it tells all others.
    clauses = network_clauses(case.before.coverage, case.shown, lang, rounded=True)
    on_days = people_rounded(case.shown.people_by(DAYS), lang)
    assert on_days in plain_words(clauses, lang)
    assert network_words(case.before.coverage, case.before.coverage, lang) == ""


def test_the_gap_list_says_who_is_served_on_days(case: Case):
    write = registry.writer_of("l.xlsx", "gaps").write
    book = openpyxl.load_workbook(
        io.BytesIO(write(case, "de", registry.WriterOptions(date=DATE, exact=True)))
    )
    assert "Orte mit festen Tagen" in book.sheetnames
    csv = (
        registry.writer_of("l.csv", "gaps")
        .write(case, "de", registry.WriterOptions(exact=True))
        .decode("utf-8-sig")
    )
    lines = [line.split(";") for line in csv.splitlines()]
    at, reason = lines[0].index("Ort"), lines[0].index("Grund")
    assert Counter(line[at] for line in lines[1:])["Celle"] > 0
    assert all((line[reason] == "an festen Tagen versorgt") == bool(line[at]) for line in lines[1:])
    # A file that says all in one sentence says it there.
    served = case.shown.places["people"].to_numpy()[case.shown.service == "days"].sum()
    told = json.loads(registry.writer_of("l.geojson", "gaps").write(case, "de", registry.DEFAULT))
    assert f"An festen Tagen versorgt: {served:,.0f} Menschen".replace(",", ".") in told["description"]


def test_the_calendar_keeps_its_rules_in_both_forms(case: Case):
    wished = registry.WriterOptions(date=DATE, month=(2026, 5))
    calendar = Calendar.from_ical(registry.writer_of("t.ics", "calendar").write(case, "de", wished))
    entries = [(it["location"], it["dtstart"].dt) for it in calendar.walk("VEVENT")]
    assert Counter(place for place, _ in entries) == dict.fromkeys(("Celle", "Hameln", "Peine", "Uelzen"), 2)
    assert len({(place, day.isocalendar()[:2]) for place, day in entries}) == len(entries)
    book = openpyxl.load_workbook(
        io.BytesIO(registry.writer_of("t.xlsx", "calendar").write(case, "en", wished))
    )
    assert len(sheet(book, 0)) == len(entries)
    # Labour Day, Ascension Day, Whit Monday.
    assert not {day.day for _, day in entries} & {1, 14, 25}
    said = [str(row[0]) for row in book.worksheets[0].iter_rows(max_row=6, values_only=True)]
    assert any("(Lower Saxony)" in it and "14 May 2026" in it for it in said)


def test_a_plan_without_places_has_no_calendar(case: Case):
    with pytest.raises(InputError, match="an festen Tagen"):
        registry.writer_of("t.ics", "calendar").write(
            replace(case, after=case.before), "de", registry.DEFAULT
        )


def test_half_a_day_a_month_is_one_in_every_second(case: Case):
    days = case.shown.day_places.assign(days_per_month=0.5)
    rare = replace(case, after=replace(case.after, coverage=replace(case.shown, day_places=days)))
    write = registry.writer_of("t.ics", "calendar").write
    months = [
        len(
            Calendar.from_ical(write(rare, "de", registry.WriterOptions(date=DATE, month=(2026, it)))).walk(
                "VEVENT"
            )
        )
        for it in range(1, 5)
    ]
    assert sorted(months) == [0, 0, 4, 4]


def test_a_district_is_promised_what_it_can_have():
    """The column beside the answer's own figures."""
    settings = replace(TODAY.settings, least_people=60_000)
    stage = Stage("", search=Search("full-cover", district_share_pct=95.0))
    scenario = replace(TODAY, settings=settings, stages=(stage,))
    answer = evaluate(scenario, load(scenario))
    promise = answer.steps[-1].answer
    assert isinstance(promise, DistrictPromise)
    (found,) = [it for it in network_sheets(case_of(answer), "en") if it.name == "Districts, how served"]
    frame = found.blocks[0].table.frame.set_index("district_ags")
    of = promise.districts.set_index("ags")
    most = (of["possible"] / of["people"]).clip(upper=0.95)
    assert frame["promised_share"].to_dict() == pytest.approx(most.to_dict())
    assert (frame["share"] >= frame["promised_share"] - 1e-9).all()
    (cut,) = [it for it in found.lines if "From all towns together" in it]
    assert len(promise.short) > 5
    assert cut.endswith(f"in {listed(promise.short['name'].tolist(), 'en')}.")


def test_the_geopackage_has_places_ways_and_area(case: Case, tmp_path):
    content = registry.writer_of("l.gpkg", "gaps").write(case, "de", registry.WriterOptions(date=DATE))
    (tmp_path / "l.gpkg").write_bytes(content)
    layers = dict(pyogrio.list_layers(tmp_path / "l.gpkg"))
    assert (layers["Orte mit festen Tagen"], layers["Fahrten zu den Orten"]) == ("Point", "LineString")
    ways = pyogrio.read_dataframe(tmp_path / "l.gpkg", layer="Fahrten zu den Orten")
    places = pyogrio.read_dataframe(tmp_path / "l.gpkg", layer="Orte mit festen Tagen")
    assert len(ways) == len(places) == 4
    for way, (_, place) in zip(ways.geometry, places.iterrows(), strict=True):
        assert way.coords[-1] == (place.geometry.x, place.geometry.y)
        home = case.shown.offices.set_index("name").loc[place["home"]]
        assert way.coords[0] == (home["lon"], home["lat"])
    area = pyogrio.read_dataframe(tmp_path / "l.gpkg", layer="an festen Tagen")
    reach = pyogrio.read_dataframe(tmp_path / "l.gpkg", layer="erreicht")
    assert area.geometry.iloc[0].intersection(reach.geometry.iloc[0]).area < 1e-6
    regions = pyogrio.read_dataframe(tmp_path / "l.gpkg", layer="Lückengebiete")
    assert not regions.geometry.is_empty.any()
