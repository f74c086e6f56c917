"""Every page runs in process: empty, with the embedded data, with bad and hostile uploads."""

import html
import itertools
import re
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from iqgeo import inputs
from iqgeo.api import assess
from iqgeo.app import resources, services, uploads
from iqgeo.app.components import tables
from iqgeo.app.services import EMBEDDED, OwnData
from iqgeo.app.state import Draft, Kept, PlannedSite, Session, default_view
from iqgeo.coverage import Coverage
from iqgeo.region import Region, load_region
from iqgeo.texts import Lang, number, text
from tests.app import second
from tests.foreign import foreign_words

PAGES = ("overview", "planning", "gap_list", "data", "method")
FOLDER = Path(services.__file__).parent / "screens"
HOSTILE = "</script><script>alert(1)</script>{{7*7}}${1}`"


def run(
    page: str,
    *,
    query: dict[str, str] | None = None,
    own: OwnData = EMBEDDED,
    session: Session | None = None,
    panel: str = "ask",
):
    test = AppTest.from_file(str(FOLDER / f"{page}.py"), default_timeout=120)
    for name, value in (query or {}).items():
        test.query_params[name] = value
    test.session_state["iqgeo_own_data"] = own
    test.session_state["cockpit-panel"] = panel
    if session is not None:
        test.session_state["iqgeo_session"] = session
    test.run()
    assert not test.exception
    return test


def words(test: AppTest) -> str:
    return "\n".join(str(it.proto.body) for it in test.get("html"))


def labels(test: AppTest) -> str:
    """What the widgets say."""
    kinds = ("button", "selectbox", "multiselect", "number_input", "text_input", "checkbox", "button_group")
    return " ".join(str(it.label) for kind in kinds for it in test.get(kind))


# English, with all that a page can hold, in test_spoken.
SPOKEN_ON = [*((page, "de") for page in PAGES), ("data", "nl"), ("method", "nl")]


@pytest.mark.parametrize(("page", "lang"), SPOKEN_ON)
def test_page_shows_in_its_language_to_the_last_label(page: str, lang: Lang, region: Region) -> None:
    test = run(page, query={"lang": lang})
    # An empty cell says nothing in any language.
    assert all(it.proto.placeholder == tables.NOTHING for it in test.dataframe)
    shown = words(test)
    said = html.unescape(re.sub(r"</?\w+|(class|style|id|href|role)=\"[^\"]*\"", " ", shown))
    assert foreign_words(f"{said} {labels(test)}", lang, region) == set()
    assert shown.count("<h1") == 1
    levels = [int(it) for it in re.findall(r"<h([1-6])", shown)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_headline_says_the_number() -> None:
    assert "<strong>47 von 100</strong>" in words(run("overview"))
    assert "<strong>47 of 100</strong>" in words(run("overview", query={"lang": "en"}))


def test_address_decides_what_is_shown() -> None:
    shown = words(run("overview", query={"weight": "population", "stage": "2012"}))
    assert "<strong>41 von 100</strong>" in shown


@pytest.fixture(scope="module")
def none_open() -> OwnData:
    """Offices that all open later: the empty state."""
    offices = pd.DataFrame({"id": ["Z"], "name": ["Celle"], "lon": [10.08], "lat": [52.62], "opened": [2090]})
    return OwnData(offices=offices, files=(services.UsedFile("offices", "x.csv", 1, "none-open"),))


@pytest.mark.parametrize("page", PAGES)
def test_page_without_any_office(page: str, none_open: OwnData) -> None:
    run(page, own=none_open)


def test_candidates_that_reach_nobody_are_a_sentence(region: Region) -> None:
    sites = pd.DataFrame({"id": ["A"], "name": ["Leer"], "lon": [7.46], "lat": [53.23]})
    places = pd.DataFrame({"id": ["1"], "lon": [9.7], "lat": [52.4], "people": [100.0], "ags": ["03241001"]})
    demand = inputs.demand_of(inputs.read_demand((places.to_csv(index=False).encode(), "a.csv"), region))
    own = OwnData(
        candidates=sites, demand=demand, files=(services.UsedFile("candidates", "x.csv", 1, "reach-nobody"),)
    )
    assert "Der eine Kandidat" in words(run("overview", own=own))
    session = Session(view=default_view(region))
    test = run("overview", own=own, session=session)
    test.button_group(key="overview-mode").set_value("more").run()
    assert not test.exception
    assert "Der eine Kandidat" in words(test)


def test_the_data_page_says_what_is_in_use() -> None:
    shown = words(run("data"))
    for said in ("6 Stellen im Stand 2012", "210 Orte ab 10.000", "Zahlen von 2010", "27.468 bewohnte"):
        assert said in shown
    shown = words(run("data", query={"lang": "en", "stage": "2021"}))
    assert "9 offices in the network of 2021" in shown
    assert "2011 (census) to 2024 (microcensus)" in shown
    assert "Inhabited settlement areas" in shown


def test_no_office_is_said_in_words(none_open: OwnData) -> None:
    test = run("overview", own=none_open)
    said = [words(test), words(test.button_group(key="overview-mode").set_value("more").run())]
    test.button_group(key="overview-mode").set_value("side").run()
    assert not test.exception
    assert test.selectbox(key="overview-other").options[0] == "Mit vier Stellen"
    assert "keine Stelle geöffnet" in said[0]
    assert "Mit vier Stellen wären es rund" in said[0]
    assert "Mit vier Stellen hätten es in Niedersachsen rund" in said[1]
    assert "Noch ist keine Stelle geöffnet." in said[1]
    test = run("planning", own=none_open)
    said.append(words(test))
    assert "Planung: <strong>keine Stelle</strong> ist geöffnet" in said[2]
    assert "Keine Stelle geöffnet" in said[2]
    # Where there are none, none are further ones, and nobody says "null Stellen".
    assert not any(re.search(r"weitere[rn]? Stellen|null", it) for it in said)
    test.number_input(key="suggest-new").set_value(1)
    ask(test)
    answer = words(test)
    assert "Antwort auf: eine Stelle" in answer
    assert "Orte ab 10.000 Einwohnern erreicht mehr Menschen (noch ohne Stelle)" in answer


@pytest.mark.parametrize("page", ["overview", "planning", "gap_list"])
def test_hostile_names_reach_no_page_unescaped(page: str) -> None:
    offices = pd.DataFrame(
        {"id": [HOSTILE, "B"], "name": [HOSTILE, "Celle"], "lon": [9.7, 10.1], "lat": [52.4, 52.6]}
    )
    own = OwnData(offices=offices, files=(services.UsedFile("offices", HOSTILE, 2, f"hostile-{page}"),))
    session = Session(view=default_view(load_region()))
    session.draft = Draft(HOSTILE, (PlannedSite("P", HOSTILE, 9.9, 51.6),))
    session.trial = PlannedSite("T", HOSTILE, 9.2, 52.9)
    session.saved[HOSTILE] = Kept(session.view, session.draft)
    shown = words(run(page, own=own, session=session))
    assert "<script" not in shown
    assert "{{" not in shown


def test_roads_without_a_network_are_a_sentence() -> None:
    for page in ("overview", "planning", "gap_list"):
        assert "iq-failed" in words(run(page, query={"distance": "road"}))


def test_plan_changes_the_numbers(region: Region, coverage_2012: Coverage) -> None:
    session = Session(view=default_view(region))
    session.draft = Draft(added=(PlannedSite("GOE", "Göttingen", 9.9355, 51.5413),))
    after = second.with_plan(coverage_2012, session.draft.added)
    shown = words(run("planning", session=session))
    assert "eine weitere Stelle" in shown
    assert f"{number(100 * after.share, 'de', 1)} von 100" in shown
    assert "Göttingen" in shown


def test_trial_taken_closed_and_undone(region: Region) -> None:
    session = Session(view=default_view(region))
    session.trial = PlannedSite("GOE", "Göttingen", 9.9355, 51.5413)
    test = run("planning", session=session)
    test.button(key="planning-take").click().run()
    assert [it.id for it in test.session_state["iqgeo_session"].draft.added] == ["GOE"]
    test.button_group(key="cockpit-panel").set_value("offices").run()
    test.selectbox(key="planning-office").select("NI-H").run()
    test.button(key="planning-act").click().run()
    assert test.session_state["iqgeo_session"].draft.closed == ("NI-H",)
    test.button(key="planning-undo").click().run()
    test.button(key="planning-undo").click().run()
    assert test.session_state["iqgeo_session"].draft.is_empty
    assert not test.exception


def ask(test: AppTest) -> AppTest:
    """Put the question, added to what the plan has, and wait for the answer."""
    test.button(key="suggest-ask").click().run()
    if any(it.key == "suggest-begin-plan" for it in test.button):
        test.button(key="suggest-begin-plan").click().run()
    job = test.session_state["suggest-job"]
    if job is not None:
        job.wait(100)
    test.run()
    assert not test.exception
    return test


def test_suggestion_is_proven_and_taken() -> None:
    test = run("planning")
    ask(test)
    shown = words(test)
    assert "Bewiesen optimal" in shown
    assert "Lengede" in shown
    test.button(key="suggest-alternatives").click().run()
    job = test.session_state["suggest-others"]
    job.wait(100)
    test.run()
    assert "Höchstens 1 % weniger" in words(test)
    test.button(key="suggest-adopt").click().run()
    assert len(test.session_state["iqgeo_session"].draft.added) == 4
    assert "68,9 von 100" in words(test)
    assert not test.exception


def test_plans_are_kept_compared_and_deleted(region: Region) -> None:
    session = Session(view=default_view(region))
    session.draft = Draft(added=(PlannedSite("GOE", "Göttingen", 9.9355, 51.5413),))
    test = run("planning", session=session, panel="plans")
    save = next(it for it in test.button if it.proto.is_form_submitter and "speichern" in it.label)
    save.click().run()
    assert "Plan B" in words(test)
    assert set(test.session_state["iqgeo_session"].saved) == {"Plan B"}
    test.button(key="plans-delete").click().run()
    assert not test.session_state["iqgeo_session"].saved
    assert not test.exception


@pytest.mark.parametrize("name", ["", "[x](http://y)"])
def test_a_plan_may_be_called_like_the_state_it_is_held_against(region: Region, name: str) -> None:
    """Columns stand side by side: none takes the place of another that happens to have its name."""
    name = name or text("app.plans.today", "de")
    session = Session(view=default_view(region))
    session.draft = Draft(added=(PlannedSite("GOE", "Göttingen", 9.9355, 51.5413),))
    session.saved = {name: Kept(session.view, session.draft), "Plan C": Kept(session.view, Draft())}
    test = run("planning", session=session, panel="plans")
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", words(test), re.DOTALL)
    offices = next(it for it in rows if text("app.plans.row_offices", "de") in it and "<td" in it)
    assert re.findall(r">(\d+)<", offices) == ["6", "7", "6"]
    against = test.selectbox(key="plans-against")
    assert len(against.options) == 2
    assert not test.exception


def test_gap_list_filters() -> None:
    test = run("gap_list")
    test.text_input(key="gaps-name").input("Buxtehude").run()
    assert "<strong>Eine Gemeinde</strong>" in words(test)
    test.text_input(key="gaps-name").input("gibt es nicht").run()
    assert "Nichts in dieser Auswahl" in words(test)
    assert not test.exception


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "Noch nicht brauchbar"),
        (b"id,name\n1,Celle\n", "Noch nicht brauchbar"),
        (b"id,name,lon,lat\n1,A,52.6,10.1\n2,B,53.6,9.5\n", "zu 2 fehlt Ihr Wort"),
        (b"id,name,lon,lat\n1,A,9.7,52.4\n2,B,9.8,x\n", "zu 1 fehlt Ihr Wort"),
        (f'id,name,lon,lat\n1,"{HOSTILE}",2.3,48.8\n'.encode(), "Noch nicht brauchbar"),
        (b"id,name,lon,lat\nA,Celle,10.08,52.62\n", "In Ordnung: eine Zeile"),
    ],
)
def test_upload_is_checked_before_anything_is_replaced(raw: bytes, said: str) -> None:
    test = run("data")
    test.file_uploader(key="data-file").set_value(("stellen.csv", raw, "text/csv")).run()
    assert not test.exception
    shown = words(test)
    assert said in shown
    assert "<script" not in shown
    assert test.session_state["iqgeo_own_data"] is EMBEDDED


def test_upload_is_taken_and_given_back() -> None:
    test = run("data")
    raw = b"id,name,lon,lat\nA,Celle,10.08,52.62\n"
    test.file_uploader(key="data-file").set_value(("stellen.csv", raw, "text/csv")).run()
    test.button(key="data-take").click().run()
    own = test.session_state["iqgeo_own_data"]
    assert list(own.offices["name"]) == ["Celle"]
    # The same file has the same network and figures as in a command: those of no year, not of the region's.
    shown = resources.coverage(test.session_state["iqgeo_session"].view, own)
    other = assess(offices=own.offices)
    assert (shown.stage, shown.demand.year, shown.covered) == (None, other.demand.year, other.covered)
    test.button(key="data-back").click().run()
    assert test.session_state["iqgeo_own_data"].offices is None
    assert test.session_state["iqgeo_session"].view == default_view(resources.region())
    assert not test.exception


def test_both_settings_files_are_the_same() -> None:
    root = Path(uploads.__file__).parents[2]
    beside_app = root / ".streamlit" / "config.toml"
    beside_router = root / "iqgeo" / "app" / ".streamlit" / "config.toml"
    assert beside_app.read_bytes() == beside_router.read_bytes()


@pytest.mark.parametrize(
    ("page", "stage", "said"),
    [
        ("overview", "2012", "hatten es"), ("gap_list", "2012", "lagen ganz"),
        ("gap_list", "2021", "lagen ganz"),
    ],
)  # fmt: skip
def test_a_past_network_is_told_as_past(page: str, stage: str, said: str) -> None:
    headline = re.search(r"<h1.*?</h1>", words(run(page, query={"stage": stage})), re.DOTALL)
    assert headline is not None
    assert said in headline[0]


def test_a_planned_network_is_told_as_planned(region: Region) -> None:
    session = Session(view=default_view(region))
    session.draft = Draft("", (PlannedSite("P", "Soltau", 9.84, 52.98),), ())
    shown = words(run("gap_list", session=session))
    assert "lägen ganz" in shown
    assert "lagen ganz" not in shown


def test_no_page_waits_for_what_goes_on_beside_the_pages() -> None:
    """A proof may take its whole minute: whoever opens a page meanwhile sees it, its curve too."""
    # A promise that no other test asks for: nothing of it is kept.
    asked = {"target_km": "31.7"}
    with resources.JOBS:
        for page in ("overview", "story", "planning"):
            assert run(page, query=asked).get("html")
        assert labels(run("overview", query=asked))
