"""Plans that stay: every change is kept, the address opens it again, also after a restart."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from iqgeo.app import keeping, pictures, planfiles, resources, router
from iqgeo.app.services import EMBEDDED, OwnData, UsedFile
from iqgeo.app.state import Draft, PlannedSite, Session, default_view
from iqgeo.coverage import DAYS
from iqgeo.region import Region
from iqgeo.reports.map.small import small_map
from iqgeo.store import lists, plans, published
from iqgeo.store.database import Store, open_store
from iqgeo.store.members import LOCAL
from iqgeo.store.records import NewVersion as StoredPlan
from iqgeo.texts import Lang, later, number, of_hundred, text
from tests.app.test_spoken import ALLOWED, CELLE, said_by
from tests.foreign import foreign_words

GOETTINGEN = PlannedSite("GOE", "Göttingen", 9.9355, 51.5413)
STADE = PlannedSite("STD", "Stade", 9.4737, 53.6012)


def opened(query: dict[str, str] | None = None) -> AppTest:
    """A new tab with this address."""
    test = AppTest.from_file(str(Path(router.__file__)), default_timeout=120)
    for name, value in (query or {}).items():
        test.query_params[name] = value
    test.run()
    assert not test.exception
    return test


def words(test: AppTest) -> str:
    return "\n".join(str(it.proto.body) for it in test.get("html"))


def session_of(test: AppTest) -> Session:
    found: Session = test.session_state["iqgeo_session"]
    return found


def changed(test: AppTest, *sites: PlannedSite, closed: tuple[str, ...] = ()) -> AppTest:
    """The tab after a change of the plan, such as a click on the map makes it."""
    current = session_of(test)
    current.change(Draft(current.draft.name, sites, closed))
    test.run()
    assert not test.exception
    return test


def address(test: AppTest) -> dict[str, str]:
    return {key: it[0] if isinstance(it, list) else it for key, it in test.query_params.items()}


def kept() -> Store:
    return open_store(create=False)


def test_the_list_says_what_the_bar_does_also_right_after_a_change() -> None:
    test = changed(opened({"open": "plans"}), GOETTINGEN)
    test.switch_page("screens/planning.py").run()
    test.button_group(key="cockpit-panel").set_value("plans").run()
    current = session_of(test)
    current.draft = replace(current.draft, name="Ganz anders")
    current.home = replace(current.home, name="Ganz anders")
    test.run()
    assert not test.exception
    listed = re.findall(r"Ganz anders|Plan B", words(test).partition("Gespeicherte Pläne")[2])
    assert listed[:1] == ["Ganz anders"]
    assert "Plan B" not in listed


def test_a_name_turns_no_sentence_around() -> None:
    test = changed(opened(), GOETTINGEN)
    (field,) = (it for it in test.text_input if str(it.key).startswith("bar-name"))
    field.set_value("Nord \u202e\u200b Süd").run()
    assert session_of(test).home.name == "Nord  Süd"


def test_looking_writes_nothing() -> None:
    opened()
    opened({"target_km": "30", "lang": "en"})
    assert not Path(os.environ["IQGEO_STORE"]).exists()


@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_change_is_a_version_and_the_address_opens_it_again(lang: str) -> None:
    test = opened({"lang": lang, "target_km": "30"})
    changed(test, GOETTINGEN)
    plan_id = address(test)["plan"]
    test.run()
    changed(test, GOETTINGEN, STADE, closed=("NI-H",))
    session_of(test).undo()
    test.run()
    history = plans.history(kept(), plan_id)
    assert [it.number for it in history] == [3, 2, 1]
    # Whoever reads it reads it in his own language, whatever it was written in.
    assert later.said(history[1].change, "de") == "Stade dazu; Hannover geschlossen"
    assert later.said(history[1].change, "en") == "Stade added; Hannover closed"
    again = opened(address(test))
    assert session_of(again).view == session_of(test).view
    assert session_of(again).draft == session_of(test).draft
    assert again.get("html")
    assert "Version 3 · " in words(again)
    # Opening and looking at it again is no change.
    again.run()
    assert len(plans.history(kept(), plan_id)) == 3


def test_a_language_is_no_change_and_own_files_are_kept_with_the_plan() -> None:
    test = changed(opened(), GOETTINGEN)
    plan_id = address(test)["plan"]
    english = opened({"plan": plan_id, "lang": "en"})
    assert session_of(english).view.lang == "en"
    assert address(english) == {"plan": plan_id, "lang": "en"}
    assert len(plans.history(kept(), plan_id)) == 1


def test_own_files_alone_are_there_after_a_reload(region: Region) -> None:
    test = opened()
    own = OwnData(offices=region.offices.head(3), files=(UsedFile("offices", "stellen.csv", 3, "0"),))
    test.session_state["iqgeo_own_data"] = own
    test.run()
    again = opened(address(test))
    assert again.session_state["iqgeo_own_data"].offices["name"].tolist() == own.offices["name"].tolist()
    assert again.session_state["iqgeo_own_data"].name_of("offices") == "stellen.csv"
    assert session_of(again).draft.is_empty
    again.run()
    assert len(plans.history(kept(), address(test)["plan"])) == 1


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"target_km": "50"}, "target_km"), ({"factor": "abc"}, "detour_factor"),
        ({"stage": "2013"}, "stage"),
        ({"weight": "foreigners", "target_km": "35"}, "weight"), ({"target_km": "35"}, ""),
        ({"least_people": "5000"}, ""),
    ],
)  # fmt: skip
def test_an_address_that_says_otherwise_than_its_plan_is_told(said: dict[str, str], named: str) -> None:
    plan_id = address(changed(opened(), GOETTINGEN))["plan"]
    test = opened({"plan": plan_id, "lang": "en", **said})
    warned = [str(it.value) for it in test.warning]
    told = text("app.settings.of_plan", "en", names=text(f"app.settings.{named}", "en")) if named else ""
    assert warned == ([told] if told else [])
    # What the plan says counts, and looking at it is no change.
    assert session_of(test).view == replace(session_of(opened({"plan": plan_id})).view, lang="en")
    assert len(plans.history(kept(), plan_id)) == 1
    test.switch_page(str(Path(router.__file__).parent / "screens" / "method.py"))
    session_of(test).begin()
    test.run()
    assert not test.warning


def test_two_new_plans_are_two_plans() -> None:
    first, second = changed(opened(), GOETTINGEN), changed(opened(), STADE)
    assert address(first) != address(second)
    assert {it.name for it in lists.entries(kept())} == {"Plan B", "Plan C"}


@pytest.mark.parametrize(("lang", "said"), [("de", "Speicher"), ("en", "saved")])
def test_a_lost_store_is_a_sentence_and_the_work_stays(lang: str, said: str) -> None:
    test = changed(opened({"lang": lang}), GOETTINGEN)
    where = Path(os.environ["IQGEO_STORE"])
    away = where.with_suffix(".away")
    shutil.move(where, away)
    changed(test, GOETTINGEN, STADE)
    assert session_of(test).home.fault is not None
    assert "iq-failed" in words(test)
    assert not where.exists()
    assert session_of(test).draft.added == (GOETTINGEN, STADE)
    shutil.move(away, where)
    test.button(key="kept-again").click().run()
    assert session_of(test).home.fault is None
    assert plans.load(kept(), address(test)["plan"]).number == 2


@pytest.mark.parametrize("plan_id", ["nope", "x\x00y", "<script>"])
def test_an_address_of_no_plan_is_a_sentence(plan_id: str) -> None:
    test = opened({"plan": plan_id})
    assert "iq-failed" in words(test)
    assert "<script" not in words(test)
    assert session_of(test).draft.is_empty


def test_what_a_killed_server_kept_is_opened_by_the_next(tmp_path: Path) -> None:
    """A process that keeps change after change is killed; every change it said was kept is there, whole."""
    script = tmp_path / "server.py"
    script.write_text(_SERVER, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as server:
        assert server.stdout is not None
        lines = [server.stdout.readline() for _ in range(6)]
        server.send_signal(signal.SIGKILL)
    plan_id, number = lines[-1].split()
    newest = plans.load(kept(), plan_id)
    assert newest.number >= int(number) == 6
    test = opened({"plan": plan_id})
    assert session_of(test).home.fault is None
    assert session_of(test).draft.added[0].lon == pytest.approx(9 + newest.number / 1000)
    assert keeping.summary_of(newest.summary).share == 0.5


_SERVER = """
from iqgeo.app import keeping
from iqgeo.app.services import EMBEDDED, OwnData, UsedFile
from iqgeo.app.state import Draft, PlannedSite, Session, default_view
from iqgeo.region import load_region
from iqgeo.store.members import LOCAL

region = load_region()
session = Session(view=default_view(region))
for number in range(1, 10_000):
    session.change(Draft(session.draft.name, (PlannedSite("X", "Ort", 9 + number / 1000, 52.0),)))
    keeping.keep(session, EMBEDDED, region, lambda: keeping.Summary(0.5), LOCAL)
    assert session.home.fault is None
    print(session.home.plan_id, session.home.number, flush=True)
"""


def planning(test: AppTest) -> AppTest:
    """The list of plans on the planning page in this tab."""
    test.session_state["cockpit-panel"] = "plans"
    test.switch_page(str(Path(router.__file__).parent / "screens" / "planning.py")).run()
    assert not test.exception
    return test


# Two tabs on one plan.


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("choice", ["copy", "theirs"])
def test_the_second_of_two_is_told_and_chooses(choice: str, lang: str) -> None:
    first = changed(opened({"lang": lang}), GOETTINGEN)
    plan_id = address(first)["plan"]
    second = opened({"plan": plan_id, "lang": lang})
    changed(first, GOETTINGEN, STADE)
    changed(second, GOETTINGEN, closed=("NI-H",))
    assert "Version 2" in words(second).replace("version", "Version")
    assert {"de": "Stade dazu", "en": "Stade added"}[lang] in words(second)
    assert plans.load(kept(), plan_id).number == 2
    second.button(key=f"kept-{choice}").click().run()
    assert not second.exception
    assert session_of(second).home.conflict is None
    theirs, mine = ((GOETTINGEN, STADE), ()), ((GOETTINGEN,), ("NI-H",))
    shown = session_of(second).draft
    assert (shown.added, shown.closed) == (mine if choice == "copy" else theirs)
    assert (address(second)["plan"] == plan_id) == (choice == "theirs")
    # Whatever was chosen, the first one's version stands.
    again = session_of(opened({"plan": plan_id})).draft
    assert (again.added, again.closed) == theirs
    if choice == "copy":
        copy = session_of(opened(address(second))).draft
        assert (copy.added, copy.closed) == mine
    else:
        session_of(second).undo()
        assert session_of(second).draft.closed == ("NI-H",)


# The list of plans.


def test_plans_are_listed_duplicated_archived_and_gone_back_to() -> None:
    test = changed(opened({"target_km": "30"}), GOETTINGEN)
    plan_id = address(test)["plan"]
    changed(test, GOETTINGEN, STADE)
    planning(test)
    assert "30 km" in words(test)
    assert "angelegt" in words(test)
    assert "Stade dazu" in words(test)
    test.button(key="library-back").click().run()
    assert session_of(test).draft.added == (GOETTINGEN,)
    assert plans.load(kept(), plan_id).number == 3
    assert later.said(plans.load(kept(), plan_id).change, "nl") == "terug naar versie 1"
    test.button(key="library-duplicate").click().run()
    assert {it.name for it in lists.entries(kept())} == {"Plan B", "Plan B (2)"}
    copy = next(it for it in lists.entries(kept()) if it.name == "Plan B (2)")
    test.selectbox(key="library-plan").select(copy.id).run()
    test.button(key="library-archive").click().run()
    assert [it.id for it in lists.entries(kept())] == [plan_id]
    test.checkbox(key="library-archived").check().run()
    test.button(key="library-open").click().run()
    assert address(test)["plan"] == copy.id
    assert (session_of(test).view.target_km, session_of(test).draft.added) == (30.0, (GOETTINGEN,))
    test.checkbox(key="library-archived").uncheck().run()
    test.text_input(key="library-search").input("kein Ort heißt so").run()
    assert "Kein Plan gefunden" in words(test)
    test.text_input(key="library-search").input("göttingen").run()
    assert "Kein Plan gefunden" not in words(test)
    test.button(key="library-new").click().run()
    assert "plan" not in address(test)
    assert session_of(test).draft.is_empty
    assert not test.exception


@pytest.mark.parametrize("choice", ["on-top", "as-other"])
def test_a_known_name_is_asked_about(choice: str) -> None:
    first = changed(opened(), GOETTINGEN)
    second = planning(changed(opened(), STADE))
    mine, theirs = address(second)["plan"], address(first)["plan"]
    second.text_input[-1].input("Plan B")
    next(it for it in second.button if it.proto.is_form_submitter and "speichern" in it.label).click().run()
    assert "schon gespeichert" in words(second)
    assert plans.load(kept(), theirs).number == 1
    second.button(key=f"library-{choice}").click().run()
    assert not second.exception
    if choice == "on-top":
        assert address(second)["plan"] == theirs
        assert [it.number for it in plans.history(kept(), theirs)] == [2, 1]
        assert session_of(opened({"plan": theirs})).draft.added == (STADE,)
    else:
        assert address(second)["plan"] == mine
        assert plans.load(kept(), mine).name == "Plan B (2)"
        assert plans.load(kept(), theirs).number == 1


def plans_page(test: AppTest) -> AppTest:
    """The page of all plans in this tab."""
    test.switch_page(str(Path(router.__file__).parent / "screens" / "plans.py")).run()
    assert not test.exception
    return test


SEARCHING = """version = 3
name = "Sucht"

[[stages]]
name = "Eine"
search = {new = 1, time_limit_s = 5}
"""


@pytest.mark.parametrize("lang", ["de", "en"])
def test_a_plan_that_cannot_be_duplicated_is_a_sentence_and_no_fault(lang: Lang) -> None:
    stored = open_store(create=True)
    made = plans.create(stored, StoredPlan("Von morgen", "version = 99\n", "k"))
    test = plans_page(opened({"lang": lang}))
    test.checkbox(key=f"plans-tick-{made.plan_id}").check().run()
    test.button(key="plans-duplicate").click().run()
    assert not test.exception
    assert text("app.fault", lang) not in words(test)
    assert "99" in words(test)
    assert "iq-failed" in words(test)
    # The list and what stands beside it stay, and nothing was made.
    assert text("app.library.versions_of", lang, name="Von morgen") in words(test)
    assert [it.id for it in lists.entries(stored)] == [made.plan_id]


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_list_says_how_many_places_a_plan_serves_on_days(lang: Lang) -> None:
    stored = open_store(create=True)
    days = ((10.08, 52.62, "days"),)
    for places in (0, 1, 2):
        drawn = keeping.Summary(
            share=0.5, on_days=0.0625 * places or None, opens=("Celle",), places=places, target_km=35.0,
            signs=(*days, (9.7, 52.4, "office")) if places else (), radius_km=30.0,
        )  # fmt: skip
        summary = drawn.written()
        plans.create(stored, StoredPlan(f"Mit {places}", SEARCHING, "k", summary=summary))
    test = plans_page(opened({"lang": lang}))
    assert text("app.fault", lang) not in words(test)
    for places in (1, 2):
        said = text("app.planning.headline_places", lang, count=places)
        assert words(test).count(f"Celle; {said}") == 1
        more = text("plans.days_more", lang, share=number(6.25 * places, lang, 1))
        assert words(test).count(more) == 1
    # A place on days is no office, and drawn as what it is.
    alt = text("plans.map_alt", lang, name="Mit 1", offices="1")
    assert alt in words(test)


def test_a_list_says_of_a_plan_with_days_what_every_other_door_says(region: Region) -> None:
    """Its own places and those that are documented: share, people on days, and no office too many."""
    for stage, draft in ((2012, Draft("A").with_places([CELLE], 1)), (2021, Draft("A", (STADE,)))):
        view = replace(default_view(region), stage=stage)
        shown = resources.planned(view, EMBEDDED, draft)
        told = keeping.reached_by(shown)
        kept = keeping.draft_of(open_store(create=True), view, draft, EMBEDDED, region, "", told, LOCAL)
        listed = keeping.summary_of(kept.summary)
        assert (listed.share, listed.places) == (shown.share, len(shown.day_places))
        assert listed.on_days == shown.people_by(DAYS) / shown.people > 0
        kinds = Counter(kind for *_, kind in listed.signs)
        assert kinds["office"] + kinds["new"] == len(shown.offices)
        assert kinds["days"] == listed.places
        drawn = small_map(pictures.base(), listed.signs, listed.radius_km)
        assert drawn.count("url(#days)") == listed.places


def test_searches_of_a_plan_that_is_duplicated_wait_for_the_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what pages wait for only so much is solved at a time, whichever button of whichever tab asks."""
    turn = threading.Lock()
    monkeypatch.setattr(resources, "SOLVER", turn)
    stored = open_store(create=True)
    made = plans.create(stored, StoredPlan("Sucht", SEARCHING, "k"))
    held = []
    solved = planfiles.evaluate

    def noted(*given: Any) -> Any:
        held.append(turn.locked())
        return solved(*given)

    monkeypatch.setattr(planfiles, "evaluate", noted)
    test = plans_page(opened())
    test.checkbox(key=f"plans-tick-{made.plan_id}").check().run()
    test.button(key="plans-duplicate").click().run()
    assert {it.name for it in lists.entries(stored)} == {"Sucht", "Sucht (2)"}
    assert held == [True]


# Published versions.


def test_the_board_opens_the_published_version_as_it_was(
    monkeypatch: pytest.MonkeyPatch, region: Region
) -> None:
    test = planning(changed(opened(), GOETTINGEN, STADE))
    plan_id = address(test)["plan"]
    share = keeping.summary_of(plans.load(kept(), plan_id).summary).share
    assert share is not None
    test.button(key="library-publish").click().run(timeout=200)
    assert not test.exception
    token = published.of_plan(kept(), plan_id)[0].token
    changed(test, GOETTINGEN)
    langs: tuple[Lang, ...] = ("de", "en")
    for lang in langs:
        board = opened({"published": token, "lang": lang})
        assert f"<strong>{of_hundred(share, lang)}</strong>" in words(board)
        # The files are those of the day, by the names they had.
        files = {"karte", "netz", "vergleich"}
        assert foreign_words(said_by(board), lang, region) <= ALLOWED | files
        newer = text("plans.page.newer", lang, version=2).replace("**", "")
        assert newer in words(board).replace("<strong>", "").replace("</strong>", "")
        assert plain_words("app.published.changed", lang) not in words(board)
        assert not [
            *board.button,
            *board.selectbox,
            *board.text_input,
            *board.checkbox,
            *board.get("page_link"),
        ]
        files = [it.proto.label for it in board.get("download_button")]
        assert {text(f"plans.page.{it}", lang) for it in ("pdf", "xlsx")} <= set(files)
        assert "plan" not in address(board)
    monkeypatch.setattr("iqgeo.__version__", "99.0")
    assert plain_words("app.published.changed", "de") in words(opened({"published": token}))
    assert len(plans.history(kept(), plan_id)) == 2


def plain_words(key: str, lang: Lang) -> str:
    """The end of a text, after what stands bold."""
    return text(key, lang).rpartition("**")[2].strip()


@pytest.mark.parametrize("token", ["", "nope", "x\x00"])
@pytest.mark.parametrize("there", [True, False])
def test_an_address_of_nothing_published_is_a_sentence(token: str, there: bool) -> None:
    if there:
        changed(opened(), GOETTINGEN)
    board = opened({"published": token})
    assert "Diese Seite gibt es nicht" in words(board)
    assert "iq-failed" in words(board)
