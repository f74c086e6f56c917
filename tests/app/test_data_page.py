"""The data page asks before it takes anything over; states are chosen, made and opened."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from iqgeo import inputs
from iqgeo.access.spread import spread_by_cells
from iqgeo.app import keeping, planfiles, resources, uploads
from iqgeo.app.components import regions
from iqgeo.app.services import EMBEDDED, OwnData, UsedFile
from iqgeo.app.state import Draft, PlannedSite, default_view, view_from_query, view_to_query
from iqgeo.app.uploads import RegionFiles, Said
from iqgeo.coverage import Coverage
from iqgeo.demand import build_demand
from iqgeo.known_regions import REGIONS_VARIABLE
from iqgeo.region import Region, load_region
from iqgeo.store import plans, published
from iqgeo.store.members import LOCAL
from iqgeo.texts import percent
from tests.app.test_pages import run, words
from tests.inputs.test_preview import SOURCE


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No headings or regions of whoever runs the tests."""
    monkeypatch.setenv(REGIONS_VARIABLE, str(tmp_path / "regions"))
    return tmp_path


def messy() -> AppTest:
    test = run("data")
    test.file_uploader(key="data-file").set_value((SOURCE[1], SOURCE[0], "x")).run()
    assert not test.exception
    return test


def regions_page(state: str) -> AppTest:
    """The page on which regions are made, with a state chosen."""
    test = run("data")
    test.session_state["data-part"] = "regions"
    test.run()
    assert not test.exception
    return test.radio(key="regions-chosen").set_value(state).run()


def button(test: AppTest, name: str):
    return next(it for it in test.button if it.label == name)


def test_a_file_of_another_kind_is_looked_at_as_that() -> None:
    """No option of a command is named on a page, and what was taken is not looked at as something else."""
    region = load_region()
    figures = "\n".join(["AGS;Ausländer", *(f"{it};1000" for it in region.district_names)]).encode()
    test = run("data")
    test.file_uploader(key="data-file").set_value(("zahlen.csv", figures, "x")).run()
    said = words(test)
    assert "sieht nach Zahlen je Gebiet aus" in said
    assert "--" not in said.replace("—", "")
    button(test, "Als „Anteile je Gebiet“ prüfen").click().run()
    assert test.selectbox(key="data-kind").value == "shares"
    assert f"In Ordnung: {len(region.district_names)} Zeilen" in words(test)
    assert "--" not in words(test)
    test.button(key="data-take").click().run()
    assert [it.name for it in test.session_state["iqgeo_own_data"].files] == ["zahlen.csv"]
    test.selectbox(key="data-kind").set_value("offices").run()
    assert "Noch keine Datei gewählt" in words(test)


def test_doubtful_rows_are_asked_about_and_nothing_is_taken_before() -> None:
    test = messy()
    said = words(test)
    assert "2 von 4 Zeilen sind in Ordnung" in said
    assert "„Lüneberg“ ist kein Ort" in said
    assert "Meier" not in said
    assert "Schulz" not in said
    assert test.button(key="data-take-all").disabled
    assert not [it for it in test.button if it.key == "data-take"]
    button(test, "Ja, Lüneburg").click().run()
    button(test, "Ja, vertauschen").click().run()
    assert test.session_state["iqgeo_own_data"] is EMBEDDED
    assert "In Ordnung: 4 Zeilen" in words(test)
    test.button(key="data-take").click().run()
    own: OwnData = test.session_state["iqgeo_own_data"]
    assert own.offices is not None
    assert len(own.offices) == 4
    assert own.offices["lat"].between(52, 54).all()


def test_only_the_sure_rows_can_be_taken_at_once() -> None:
    test = messy()
    test.button(key="data-take-sure").click().run()
    own: OwnData = test.session_state["iqgeo_own_data"]
    assert own.offices is not None
    assert own.offices["name"].tolist() == ["EAS Osnabrück", "EAS Hannover"]


def test_points_are_asked_about_and_the_answer_counts() -> None:
    """As a command is told with an option; an answer can be taken back."""
    areas = load_region().district_names
    figures = "\n".join(["AGS;Ausländer", *(f"{it};8.910" for it in areas)]).encode()
    test = run("data")
    test.selectbox(key="data-kind").set_value("shares").run()
    test.file_uploader(key="data-file").set_value(("a.csv", figures, "x")).run()
    assert not [it for it in test.button if it.key == "data-take"]
    button(test, "Punkte sind Dezimalzeichen").click().run()
    assert "Wie gesagt sind die Punkte dieser Datei Dezimalzeichen." in words(test)
    button(test, "Antworten zurücknehmen").click().run()
    button(test, "Punkte gruppieren Tausender: 8.910 sind 8910").click().run()
    assert "Wie gesagt gruppieren die Punkte dieser Datei Tausender." in words(test)
    test.button(key="data-take").click().run()
    assert test.session_state["iqgeo_own_data"].demand.people == 8910 * len(areas)


def test_the_system_of_the_metres_is_asked_for() -> None:
    """Where no system fits by itself, one that is named is taken."""
    test = run("data")
    metres = b"name;x;y\nA;-55000;-120000\nB;-54000;-121000\n"
    test.file_uploader(key="data-file").set_value(("a.csv", metres, "x")).run()
    assert "das Koordinatensystem ist nicht genannt" in words(test)
    (box,) = [it for it in test.selectbox if "-system-" in str(it.key)]
    assert "EPSG:25832 (UTM 32)" in box.options
    box.select("EPSG:25833 (UTM 33)").run()
    said = words(test)
    assert "Wie gesagt stehen die Koordinaten dieser Datei in EPSG:25833." in said
    assert "ist nicht genannt" not in said


def test_a_state_is_made_once_the_points_are_said(own_folder: Path) -> None:
    test = regions_page("04")
    figures = b"AGS;Ausl\xc3\xa4nder\n04011;98.910\n04012;22.120\n"
    test.file_uploader(key="regions-file-04-shares").set_value(("a.csv", figures, "x")).run()
    test.button(key="regions-make").click().run()
    assert not (own_folder / "regions" / "bremen").exists()
    button(test, "Punkte gruppieren Tausender: 98.910 sind 98910").click().run()
    assert not test.exception
    made = load_region(own_folder / "regions" / "bremen")
    assert build_demand(made).people == 98_910 + 22_120


def test_another_town_and_taking_back() -> None:
    test = messy()
    box = next(it for it in test.selectbox if str(it.key).startswith("data-town-"))
    box.select("Stade").run()
    assert "Beantwortete Zeilen: 1" in words(test)
    test.button(key="data-take-back").click().run()
    assert "zu 2 fehlt Ihr Wort" in words(test)


def test_columns_are_picked_and_remembered_for_the_same_headings() -> None:
    test = messy()
    roles = [it for it in test.selectbox if str(it.key).startswith("data-role-")]
    opened = next(it for it in roles if "Eröffnet am" in it.label)
    assert opened.value == "opened"
    opened.select("").run()
    assert not test.exception
    test.button(key="data-remember").click().run()
    assert "Gemerkt" in words(test)
    again = messy()
    roles = [it for it in again.selectbox if str(it.key).startswith("data-role-")]
    assert next(it for it in roles if "Eröffnet am" in it.label).value == ""
    assert uploads.remembered("offices", ("other",)) == ()


def test_a_role_moves_from_one_column_to_another() -> None:
    said = Said().with_role("A", "name").with_role("B", "name")
    assert dict(said.roles) == {"A": "", "B": "name"}
    assert said.reading.columns == {"name": "B"}
    assert said.reading.without == ("A",)
    assert said.with_rows({3: "leave"}).with_rows({3: ""}).rows == ()


def test_a_state_is_made_and_known_by_name(own_folder: Path) -> None:
    wanted = RegionFiles("04", "Bremen", {})
    assert wanted.missing == ()
    report = uploads.make_region(wanted, uploads.region_slug("Bremen", []))
    assert report.districts == 2
    assert report.region.directory == own_folder / "regions" / "bremen"
    assert uploads.region_slug("Bremen", ["bremen"]) == "bremen-2"
    assert uploads.region_slug("../..", []) == "region"
    assert RegionFiles("", " ", {"settlements": (b"", "a.csv")}).missing == ("districts", "name", "year")
    uploads.forget_region("bremen")
    assert not report.region.directory.exists()


@pytest.fixture
def bremen(own_folder: Path) -> Region:
    return uploads.make_region(RegionFiles("04", "Bremen", {}), "bremen").region


def test_a_tab_is_on_the_region_its_address_names(bremen: Region) -> None:
    st.cache_resource.clear()
    shown = words(run("overview", query={"region": "bremen"}))
    assert "In Bremen" in shown
    assert "In Niedersachsen" in words(run("overview")) or "47 von 100" in words(run("overview"))
    refused = run("overview", query={"region": "../bremen"})
    assert refused.session_state["iqgeo_session"].refused == ("region",)
    view = default_view(bremen)
    with_region = view_to_query(type(view)(**{**vars(view), "region": "bremen"}), bremen)
    assert with_region == {"region": "bremen"}
    assert view_from_query(with_region, bremen)[1] == ()


def test_opening_a_region_begins_anew(bremen: Region) -> None:
    test = regions_page("04")
    test.button(key="regions-open-bremen").click().run()
    assert not test.exception
    assert test.session_state["iqgeo_session"].view.region == "bremen"
    assert "von Bremen" in words(test)


def test_a_state_made_on_the_page_is_spoken_of_by_its_name(own_folder: Path) -> None:
    test = regions_page("04")
    test.button(key="regions-make").click().run()
    assert not test.exception
    assert test.button(key="regions-open-bremen")
    said = words(test)
    assert "Ohne Stellen ist das Netz der Region leer." in said
    # The name of the folder.
    assert "bremen:" not in said


def test_a_region_with_a_bridge_takes_the_place_of_the_one_without(own_folder: Path) -> None:
    """Under a key of its own: pages keep what they computed by the key. The one before goes last."""
    test = regions_page("01")
    test.button(key="regions-make").click().run()
    (made,) = (own_folder / "regions").iterdir()
    islands = test.multiselect(key=f"regions-islands-{made.name}")
    before = load_region(made).settlements["landmass"]
    islands.set_value(islands.options[:1]).run()
    test.button(key="regions-bridge").click().run()
    assert not test.exception
    (again,) = (own_folder / "regions").iterdir()
    assert again.name != made.name
    bridged = load_region(again).settlements["landmass"]
    assert bridged.eq("").sum() > before.eq("").sum()


def test_every_page_shows_a_region_of_ones_own_files(own_folder: Path) -> None:
    """Of its files nobody has said a publisher, a licence or a year: no page counts on them."""
    files = {
        "shares": (b"AGS;Ausl\xc3\xa4nder\n04011;98910\n04012;22120\n", "zahlen.csv"),
        "offices": (b"name;lon;lat;opened\nA;8.8;53.08;2001\nB;8.58;53.55;2011\n", "stellen.csv"),
    }
    # Regions are kept by their key for all tests of this process.
    made = uploads.make_region(RegionFiles("04", "Bremen", files), "bremen-own").region
    assert "year" not in made.sources["offices"]
    query, pages = {"region": "bremen-own"}, ("overview", "planning", "gap_list", "story", "data", "method")
    said = {it: words(run(it, query=query)) for it in pages}
    assert "zahlen.csv" in said["data"]
    assert "None" not in said["data"]
    assert "weiter als 35 km von einer Stelle" in said["story"]
    assert "(Zensus 9. Mai 2011)" in said["method"]


def test_what_is_missing_is_said_before_a_region_can_be_made() -> None:
    test = regions_page(regions.OTHER)
    assert test.button(key="regions-make").disabled
    assert "Es fehlen: Umrisse der Gebiete, Menschen je Ort, Name" in words(test)


def test_a_plan_on_a_region_goes_by_name_and_comes_back(
    bremen: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IQGEO_STORE", str(tmp_path / "plans.db"))
    view = default_view(bremen)
    town = bremen.towns.iloc[0]
    draft = Draft("Plan", (PlannedSite(str(town["id"]), str(town["name"]), town["lon"], town["lat"]),))
    raw = planfiles.plan_bytes(bremen, view, draft, "Plan")
    assert str(bremen.directory).encode() not in raw
    folder = uploads.SessionFolder()
    back = planfiles.read_plan(raw, "plan.toml", bremen, view, folder=folder)
    assert back.draft.added == draft.added
    with pytest.raises(Exception, match="region"):
        planfiles.read_plan(raw, "plan.toml", load_region(), default_view(load_region()), folder=folder)
    kept = keeping.draft_of(
        keeping.store(create=True), view, draft, EMBEDDED, bremen, "neu", keeping.Summary(0.5), LOCAL
    )
    assert kept.name == "Plan"


def kept_on(region: Region, key: str, name: str) -> str:
    """A plan with a town of a region, kept, and published if it is none of ours; its address."""
    view = replace(default_view(region), region=key)
    town = region.towns.iloc[0]
    draft = Draft(name, (PlannedSite(str(town["id"]), str(town["name"]), town["lon"], town["lat"]),))
    store = keeping.store(create=True)
    kept = keeping.draft_of(store, view, draft, EMBEDDED, region, "neu", keeping.Summary(0.5), LOCAL)
    made = plans.create(store, kept, LOCAL)
    if key:
        keeping.publish(made.plan_id, 1, "de", LOCAL)
    return made.plan_id


def test_a_plan_is_at_home_on_its_region(
    bremen: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From an address or a list, whatever region is on screen; the other's data are not held against it."""
    monkeypatch.setenv("IQGEO_STORE", str(tmp_path / "plans.db"))
    plan_of = {"bremen": kept_on(bremen, "bremen", "Im Land"), "": kept_on(load_region(), "", "Im Norden")}
    for home, begun in itertools.product(plan_of, plan_of):
        query = {"plan": plan_of[home]} | ({"region": begun} if begun else {})
        opened = run("planning", query=query).session_state["iqgeo_session"]
        assert opened.home.fault is None
        assert (opened.view.region, len(opened.draft.added)) == (home, 1)
    for begun in plan_of:
        test = run("plans", query={"region": begun} if begun else {})
        shown = words(test)
        assert ("Bremen; " in shown, "Niedersachsen; " in shown) == (begun == "", begun == "bremen")
    (page,) = published.of_plan(keeping.store(), plan_of["bremen"], LOCAL)
    assert not keeping.is_outdated(page, resources.region_of)
    assert keeping.is_outdated(page, lambda _: load_region())
    assert not keeping.is_outdated(page, lambda _: None)
    for plan_id in plan_of.values():
        test.checkbox(key=f"plans-tick-{plan_id}").set_value(True).run()
    test.button(key="plans-compare").click().run()
    assert "verschiedenen Regionen" in words(test)


def test_own_people_say_between_what_the_share_lies(region: Region, coverage_2012: Coverage) -> None:
    towns = region.towns.rename(columns={"population": "people"})[["id", "lon", "lat", "people", "ags"]]
    intake = inputs.read_demand((towns.to_csv(index=False).encode(), "zellen.csv"), region)
    own = OwnData(demand=inputs.demand_of(intake), files=(UsedFile("demand", "zellen.csv", 1, "cells"),))
    spread = spread_by_cells(coverage_2012, intake.frame)
    low, high = (percent(it, "de") for it in spread.shares)
    assert low != high
    shown = words(run("data", own=own))
    assert f"zwischen {low} und {high}" in shown
    assert "Wer wo wohnt" in shown
    assert "Wer wo wohnt" not in words(run("data"))
