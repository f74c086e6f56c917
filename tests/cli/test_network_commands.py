"""The commands of the network as it works: needs, load, calendar, places required by name."""

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import icalendar
import openpyxl
import pytest

from iqgeo.api import Plan, suggest
from iqgeo.case import case_of
from iqgeo.cli.show_plans import show_plan_run
from iqgeo.errors import InputError
from iqgeo.reports.folder import PlanRun
from iqgeo.scenario.evaluate import evaluate
from iqgeo.scenario.load import load
from iqgeo.scenario.model import Outpost, Scenario, Search, Stage
from iqgeo.scenario.settings import Settings

CELLE, OYTEN = "03351006", "03361009"


@pytest.fixture
def days_plan(tmp_path):
    """A plan that serves Celle on days from Hannover."""
    scenario = Scenario(
        "Tage",
        settings=replace(Settings(), stage=2012),
        stages=(Stage("a", places=(Outpost(CELLE, "NI-H"),)),),
    )
    return Plan.from_scenario(scenario).save(tmp_path / "tage.toml")


def test_needs_say_for_every_district_and_level_what_it_would_take(iqgeo):
    done = iqgeo("needs", "--least-people", "30000", "--json", "-")
    assert done.returncode == 0, done.stderr
    needs = json.loads(done.stdout)["needs"]
    assert len(needs) == 45 * 4
    assert {it["level_pct"] for it in needs} == {80, 90, 95, 100}
    assert {it["status"] for it in needs} == {"optimal"}
    assert all((it["new"] == 0) == (it["sites"] == "") for it in needs)
    wrong = iqgeo("needs", "--least-people", "viele")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "„viele“" in wrong.stderr


def test_load_writes_the_network_as_a_workbook(iqgeo, days_plan, tmp_path):
    done = iqgeo("load", "--plan", days_plan, "--out", tmp_path / "netz.xlsx", "--json", "-")
    assert done.returncode == 0, done.stderr
    content = json.loads(done.stdout)
    at_offices = sum(it["consultations"] for it in content["offices"])
    assert content["consultations"] == pytest.approx(at_offices + content["out_of_reach"])
    book = openpyxl.load_workbook(tmp_path / "netz.xlsx", read_only=True)
    words = {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert {"Celle", "Hannover"} <= words


@pytest.mark.parametrize(
    ("arguments", "sentences"),
    [
        (["--rate-per-1000", "0", "--posts", "0"], ["0 Beratungen je 1.000 Menschen", "0 Posten"]),
        (["--posts", "1.3", "--out", "netz.pdf"], ["1.3", "netz.pdf"]),
    ],
)
def test_load_names_every_number_that_cannot_be(iqgeo, arguments, sentences):
    done = iqgeo("load", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert all(it in done.stderr for it in sentences)


def test_calendar_lays_the_days_of_a_plan_into_a_month(iqgeo, days_plan, tmp_path):
    # One week of May has no holiday and is not closed, beside the two that the days go into.
    asked = [
        "--month",
        "2026-05",
        "--closed",
        "4.5.2026–8.5.2026, 2026-05-13",
        "--closed",
        "2026-05-26..2026-06-30",
    ]
    done = iqgeo("calendar", "--plan", days_plan, *asked, "--out", tmp_path / "tage.ics")
    assert done.returncode == 0, done.stderr
    assert "Christi Himmelfahrt (14.05.2026)" in done.stdout
    assert "08.05.2026, 13.05.2026, 26.05.2026" in done.stdout
    read = icalendar.Calendar.from_ical((tmp_path / "tage.ics").read_bytes())
    dates = [it.decoded("dtstart") for it in read.walk("VEVENT")]
    assert len(dates) == 2
    assert {(it.year, it.month) for it in dates} == {(2026, 5)}
    assert sorted(it.isocalendar().week for it in dates) == [20, 21]
    assert {it.day for it in dates} <= {11, 12, 15, 18, 19, 20, 21, 22}
    assert "Christi Himmelfahrt (14.05.2026)" in str(read["description"])
    assert iqgeo("calendar", "--plan", days_plan, "--out", tmp_path / "tage.xlsx").returncode == 0
    assert openpyxl.load_workbook(BytesIO((tmp_path / "tage.xlsx").read_bytes())).sheetnames
    shut = iqgeo(
        "calendar",
        "--plan",
        days_plan,
        *asked,
        "--closed",
        "2026-05-11..2026-05-15",
        "--out",
        tmp_path / "no.ics",
    )
    assert (shut.returncode, shut.stdout) == (2, "")
    assert "weder Feiertag noch geschlossen" in shut.stderr
    wrong = iqgeo(
        "calendar",
        "--plan",
        days_plan,
        "--month",
        "2026-13",
        "--closed",
        "Mai",
        "--out",
        tmp_path / "tage.doc",
    )
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "2026-13" in wrong.stderr
    assert "Mai ist kein Tag" in wrong.stderr
    assert "tage.doc" in wrong.stderr


def test_a_place_is_required_by_name_and_another_ruled_out(iqgeo):
    asked = ["suggest", "--new", "0", "--places", "2", "--require-place", CELLE, "--forbid-place", OYTEN]
    done = iqgeo(
        *asked, "--home-km", "60", "--days-per-month", "3", "--places-per-office", "1", "--json", "-"
    )
    assert done.returncode == 0, done.stderr
    content = json.loads(done.stdout)
    chosen = [it["id"] for it in content["places"]]
    assert CELLE in chosen
    assert OYTEN not in chosen
    assert "Auf jeden Fall an festen Tagen zu versorgen: Celle." in content["proof"]
    # The same from Python.
    found = suggest(
        stage=2012, new=0, places=2, require_places=[CELLE], forbid_places=[OYTEN],
        home_km=60, days_per_month=3, places_per_office=1,
    )  # fmt: skip
    apart = ("seconds", "sites")
    alike = {key: it for key, it in found.to_dict().items() if key not in apart}
    assert {key: content[key] for key in alike} == alike


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"places": "few"}, "places_expected"),
        ({"places": -1}, "siting_bad_places"),
        ({"places": 2, "model": "p-median"}, "network_model"),
        ({"places": "fewest", "share_pct": 0}, "share_pct"),
        ({"places": "fewest", "home_km": -1}, "setting_unusable"),
    ],
)
def test_places_that_cannot_be_asked_for_from_python(asked, code):
    with pytest.raises(InputError) as caught:
        suggest(stage=2012, new=1, **asked)
    assert [it.code for it in caught.value.problems] == [code]


def test_offices_with_few_posts_are_sited_for_appointments(iqgeo):
    done = iqgeo("suggest", "--new", "4", "--goal", "room", "--posts", "5", "--office-posts", "0,3")
    assert done.returncode == 0, done.stderr
    assert "Zusammen voll sind:" in done.stdout
    assert "Meistens ändern Posten die Orte nicht." in done.stdout
    wrong = iqgeo("suggest", "--goal", "room", "--posts", "0", "--office-posts", "0", "--half-km", "9")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    for sentence in ("0 Posten lassen sich nicht verteilen", "0 Posten je neuer Stelle", "--goal attendance"):
        assert sentence in wrong.stderr


def test_a_map_shows_a_layer_and_nothing_else_does(iqgeo, tmp_path):
    done = iqgeo("report", "--out", tmp_path / "karte.html", "--layer", "2sfca")
    assert done.returncode == 0, done.stderr
    assert "kein Posten in Reichweite" in (tmp_path / "karte.html").read_text(encoding="utf-8")
    wrong = iqgeo("report", "--out", tmp_path / "seite.png", "--layer", "alles")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "„alles“" in wrong.stderr
    assert ".html oder .pdf" in wrong.stderr


def test_what_is_kept_low_in_place_of_the_number_of_places(iqgeo, tmp_path):
    asked = ["suggest", "--new", "0", "--places", "fewest", "--share-pct", "52", "--least-people", "30000"]
    plan = tmp_path / "wenig.toml"
    more = ["--euros-per-post", "70000", "--save-plan", str(plan)]
    done = iqgeo(*asked, "--least", "euros", *more, "--json", "-")
    assert done.returncode == 0, done.stderr
    content = json.loads(done.stdout)
    assert content["least"] == "euros"
    euros = content["posts_of_presence"] * 70_000 + content["km_a_year"] * 0.3
    assert content["euros_a_year"] == pytest.approx(euros)
    assert content["goals"][0]["value"] == pytest.approx(euros, abs=1)
    assert "braucht weniger Euro im Jahr" in content["proof"]
    assert len(content["places"]) == 1
    # the plan carries it, and its proof holds; under other prices it is about another question
    solved = Plan.load(plan)
    kept = evaluate(solved, load(solved))
    assert kept.steps[-1].proof is not None
    assert kept.steps[-1].proof.least == "euros"
    dearer = solved.with_settings(euros_per_km=2.0)
    assert evaluate(dearer, load(dearer)).steps[-1].proof is None
    for typed, sentence in ((["--least", "geld"], "„geld“"), (["--places", "3", "--least", "km"], "fewest")):
        wrong = iqgeo("suggest", "--new", "1", *typed)
        assert (wrong.returncode, wrong.stdout) == (2, "")
        assert sentence in wrong.stderr


def test_every_rule_for_places_that_cannot_be_is_named(iqgeo):
    done = iqgeo(
        "suggest", "--new", "1", "--places", "1", "--require-place", f"NI-H,{CELLE},{OYTEN},nirgends",
        "--forbid-place", CELLE, "--require", OYTEN,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    for sentence in (
        "In Hannover ist schon eine Stelle", "„nirgends“", "Celle ist zugleich verlangt und ausgeschlossen",
        "Oyten ist zugleich als Stelle und als Ort", "höchstens 1 werden",
    ):  # fmt: skip
        assert sentence in done.stderr
    alone = iqgeo("suggest", "--new", "1", "--require-place", CELLE)
    assert (alone.returncode, alone.stdout) == (2, "")
    assert "--places" in alone.stderr


def test_a_plan_whose_question_has_no_answer_says_why(capsys):
    settings = replace(Settings(), stage=2012)
    search = Search("max-cover", new=3, district_share_pct=50.0)
    scenario = Scenario("p", settings=settings, stages=(Stage("A", search=search),))
    evaluation = evaluate(scenario, load(scenario))
    show_plan_run(PlanRun(Path("out"), evaluation, case_of(evaluation), (), {}), "en")
    said = capsys.readouterr().out
    assert "Cannot be met" in said
    assert "the share promised to every district. At least 15 are needed." in said
