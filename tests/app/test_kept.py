"""Plans that stay: every change is kept, the address opens it again, also after a restart."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from iqgeo.app import keeping, router
from iqgeo.app.state import Draft, PlannedSite, Session
from iqgeo.store import lists, plans
from iqgeo.store.database import Store, open_store

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
    said = {"de": "Stade dazu; Hannover geschlossen", "en": "Stade added; Hannover closed"}
    assert history[1].change == said[lang]
    again = opened(address(test))
    assert session_of(again).view == session_of(test).view
    assert session_of(again).draft == session_of(test).draft
    assert again.get("html")
    assert "Version 3, " in words(again) or "version 3, " in words(again)
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
from iqgeo.app.services import EMBEDDED
from iqgeo.app.state import Draft, PlannedSite, Session, default_view
from iqgeo.region import load_region

region = load_region()
session = Session(view=default_view(region))
for number in range(1, 10_000):
    session.change(Draft(session.draft.name, (PlannedSite("X", "Ort", 9 + number / 1000, 52.0),)))
    keeping.keep(session, EMBEDDED, region, lambda: 0.5)
    assert session.home.fault is None
    print(session.home.plan_id, session.home.number, flush=True)
"""
