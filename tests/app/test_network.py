"""The network's panel: questions and answers in the plan, files and back; what cannot count says so."""

import json
from dataclasses import replace

import pytest

from iqgeo.app import planfiles, questions, resources
from iqgeo.app.components import planmap
from iqgeo.app.questions import NetworkQuestion
from iqgeo.app.services import EMBEDDED
from iqgeo.app.state import Draft, PlannedPlace, PlannedSite, Session, default_view
from iqgeo.app.uploads import SessionFolder
from iqgeo.scenario.evaluate import evaluate
from iqgeo.scenario.load import load
from iqgeo.texts import number
from tests.app.test_pages import run, words

HANNOVER = "NI-H"
OYTEN = "03361009"
"""Where days of advice would reach most people."""
CELLE = PlannedPlace("03351006", "Celle", 10.08, 52.62, HANNOVER)


@pytest.fixture(scope="module", params=[2012, 2021])
def asked(request, region):
    view = replace(default_view(region), stage=request.param)
    rules = {"require_places": (CELLE.id,), "forbid_places": (OYTEN,)} if request.param == 2012 else {}
    base = replace(Draft(), **rules)
    data = load(planfiles.scenario_of(region, view, base), planfiles.given_of(region, view))
    question = NetworkQuestion(new=1, places=2)
    answer = evaluate(question.asked_of(planfiles.scenario_of(region, view, base)), data)
    return view, data, base, answer


def test_an_answer_taken_is_the_answer_with_its_proof(region, asked):
    view, data, base, answer = asked
    draft = questions.draft_of(answer, base)
    assert len(draft.places) == 2
    assert {*base.require_places} <= {it.id for it in draft.places}
    assert not {*base.forbid_places} & {it.id for it in draft.places}
    # Northeim is served on days in 2021 and was given up for better places
    assert draft.closed == (("NI-NOM",) if view.stage == 2021 else ())
    again = evaluate(planfiles.scenario_of(region, view, draft), data)
    found, wanted = again.coverages[-1], answer.coverages[-1]
    assert found.covered == wanted.covered
    assert found.people_by("days") == wanted.people_by("days")
    assert again.steps[-1].proof is not None
    assert again.steps[-1].stale is None


def test_a_plan_on_screen_becomes_a_file_and_back(region, asked):
    view, _, base, answer = asked
    draft = replace(questions.draft_of(answer, base), name="Tage")
    raw = planfiles.plan_bytes(region, view, draft, draft.name)
    opened = planfiles.read_plan(raw, "tage.toml", region, view, folder=SessionFolder())
    assert opened.draft == draft
    assert opened.view == replace(view, year=opened.view.year)


def test_places_fall_with_their_home_and_offices_take_their_place():
    draft = Draft(added=(PlannedSite("x", "X", 9.0, 52.0),)).with_places(
        [CELLE, replace(CELLE, id="p", home="x")], 1
    )
    assert [it.id for it in draft.without_site("x").places] == [CELLE.id]
    assert [it.id for it in draft.toggled(HANNOVER).places] == ["p"]
    assert [it.id for it in draft.with_site(PlannedSite("p", "P", 9.0, 52.0)).places] == [CELLE.id]
    later = draft.with_places([CELLE], 2)
    assert later.stages == 2
    assert later.until(1).places == ()
    assert not Draft(places=(CELLE,)).is_empty


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        (NetworkQuestion(new=0), []), (NetworkQuestion(new=-1), ["asked_new"]),
        (NetworkQuestion(new=99, places=999), ["asked_places", "asked_new"]),
        (NetworkQuestion("safe", new=0), ["asked_new"]), (NetworkQuestion("districts", new=0), []),
        (NetworkQuestion("districts", new=0, fewest=False), ["asked_new"]),
    ],
)  # fmt: skip
def test_numbers_that_cannot_be_asked_for_are_named(question, codes):
    assert [it.code for it in questions.network_out_of_range(question)] == codes


@pytest.mark.parametrize(
    ("question", "least"),
    [
        (NetworkQuestion(least="euros"), "euros"), (NetworkQuestion(), ""),
        (NetworkQuestion(places=3, least="euros"), ""),
    ],
)  # fmt: skip
def test_what_is_kept_low_is_asked_only_without_a_number_of_places(region, question, least):
    view = default_view(region)
    asked = question.asked_of(planfiles.scenario_of(region, view, Draft()))
    assert asked.stages[-1].search.least == least
    assert asked.stages[-1].search.contradictions == []


def panel(session: Session):
    test = run("planning", session=session)
    test.button_group(key="cockpit-panel").set_value("network").run(timeout=60)
    assert not test.exception
    return test


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_panel_asks_answers_and_takes_the_answer(region, lang, coverage_2012, monkeypatch):
    drawn = []
    monkeypatch.setattr(planmap, "show_map", lambda picture, *_, **__: drawn.append(picture))
    test = panel(Session(view=default_view(region, lang)))
    test.multiselect(key="network-require_places").set_value([CELLE.id]).run(timeout=60)
    test.checkbox(key="network-fewest-places").set_value(False).run(timeout=60)
    test.slider(key="network-new").set_value(1).run(timeout=60)
    # Seven offices serve 28 places.
    assert (test.slider(key="network-places").value, test.slider(key="network-places").max) == (8, 28)
    test.slider(key="network-places").set_value(2).run(timeout=60)
    assert f"<strong>{number(0.5 + 2 * 24 * 6 / 1600, lang, 1)} " in words(test)
    # The curve stands above them, point by point.
    (curve,) = [it for it in test.session_state["network-curves"].values() if it.key[1] == 1]
    curve.job.wait(60)
    # One place is required.
    (point,) = curve.points
    assert (point.places, point.is_proven) == (1, True)
    assert coverage_2012.covered < point.people < coverage_2012.people
    test.button(key="network-ask").click().run(timeout=60)
    job = test.session_state["network-job"]
    if job is not None:
        job.wait(100)
    test.run(timeout=60)
    assert {"de": "Bewiesen optimal", "en": "Proven optimal"}[lang] in words(test)
    # It comes first, provisional, and is drawn as such.
    assert {"de": "vorläufig, noch nicht", "en": "provisional, not in"}[lang] in words(test).partition(
        "</h1>"
    )[0]
    assert [it["kind"] for it in json.loads(drawn[-1]["sites"].json)].count("provisional") == 1
    test.button(key="network-adopt").click().run(timeout=60)
    assert not test.exception
    draft = test.session_state["iqgeo_session"].draft
    assert (len(draft.added), len(draft.places)) == (1, 2)
    # Nobody has placed it by hand.
    assert test.session_state["iqgeo_session"].suggested == {draft.added[0].id}
    assert {"de": "an festen Tagen", "en": "on fixed days"}[lang] in words(test)
    test.button_group(key="cockpit-panel").set_value("ask").run(timeout=60)
    said = {"de": "eine weitere Stelle, zwei Orte mit Tagen", "en": "one more office, two places on days"}
    assert said[lang] in words(test)
    test.button_group(key="cockpit-panel").set_value("network").run(timeout=60)
    assert draft.require_places == (CELLE.id,)
    assert CELLE.id in {it.id for it in draft.places}
    # the office that serves a place fails: the place falls, and it is said
    test.selectbox(key="network-fails").select(draft.places[0].home)
    # In every month something is closed that is typed, and there are no days where nothing is open.
    month = test.selectbox(key="network-month-chosen").value
    shut = f"{month[0]}-{month[1]:02d}-01..{month[0]}-{month[1]:02d}-28"
    test.text_input(key="network-closed").set_value(shut).run(timeout=60)
    assert {"de": "passen nicht in den Monat", "en": "do not fit into the month"}[lang] in words(test)
    test.text_input(key="network-closed").set_value("2000-01-01").run(timeout=60)
    assert {"de": "(Niedersachsen)", "en": "(Lower Saxony)"}[lang] in words(test)
    assert {"de": "fallen nicht auf Arbeitstage", "en": "are no working days"}[lang] in words(test)
    assert {"de": "Mit ihr fällt ein Ort weg", "en": "One place falls with it"}[lang] in words(test)
    assert not test.exception


def test_settings_that_do_not_allow_the_places_leave_a_page_that_works(region, coverage_2012):
    session = Session(view=replace(default_view(region), home_km=10.0))
    session.draft = Draft().with_places([CELLE], 1)
    problem = resources.places_problem(session.view, EMBEDDED, session.draft)
    assert [it.code for it in problem.problems] == ["place_home_far"]
    assert resources.places_problem(replace(session.view, home_km=75.0), EMBEDDED, session.draft) is None
    # the page works on without them
    test = panel(session)
    assert number(100 * coverage_2012.share, "de", 1) in words(test)
    # a layer on the map, and its words
    test.radio(key="network-layer").set_value("2sfca").run(timeout=60)
    assert "je 100.000 Menschen" in words(test)
    # a number that cannot be taken changes nothing, and that is said
    test.text_input(key="setting-rate_per_1000").set_value("0").run(timeout=60)
    assert "0 Beratungen je 1.000 Menschen sind keine Quote" in words(test)
    assert "bleibt es bei 1,05" in words(test)
    test.text_input(key="setting-posts").set_value("8,0").run(timeout=60)
    assert "keine Quote" not in words(test)
    assert not test.exception
