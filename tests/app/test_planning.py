"""The planning page in process: stages, towns forced and forbidden, every question and its answer."""

import math
import time
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from iqgeo.app import questions, resources
from iqgeo.app.components import answers
from iqgeo.app.jobs import Job
from iqgeo.app.questions import QUESTIONS, STAGES, Question
from iqgeo.app.services import EMBEDDED
from iqgeo.app.state import Draft, PlannedSite, Session, default_view
from iqgeo.coverage import Coverage
from iqgeo.errors import InputError
from iqgeo.region import Region
from iqgeo.scenario.asked import task_of
from iqgeo.siting import Control, SearchProgress
from iqgeo.texts import number
from tests.app import second
from tests.app.test_pages import ask, run, words

GOETTINGEN = PlannedSite("GOE", "Göttingen", 9.9355, 51.5413)
STADE = PlannedSite("STD", "Stade", 9.4737, 53.6012)


def test_stages_are_shown_and_looked_at_one_by_one(region: Region, coverage_2012: Coverage) -> None:
    session = Session(view=default_view(region))
    session.draft = Draft(added=(GOETTINGEN, STADE)).in_stage("STD", 2)
    first = second.with_plan(coverage_2012, [GOETTINGEN])
    both = second.with_plan(coverage_2012, [GOETTINGEN, STADE])
    test = run("planning", session=session)
    assert f"{number(100 * both.share, 'de', 1)} von 100" in words(test)
    test.button_group(key="cockpit-panel").set_value("offices").run()
    assert "<strong>1</strong> Göttingen" in words(test)
    assert "<strong>2</strong> Stade" in words(test)
    assert number(both.covered - first.covered, "de") in words(test)
    test.button_group(key="cockpit-panel").set_value("ask").run()
    test.button_group(key="planning-after-stage").set_value(1).run()
    assert f"{number(100 * first.share, 'de', 1)} von 100" in words(test)
    test.button_group(key="cockpit-panel").set_value("offices").run()
    test.selectbox(key="planning-office").select("STD").run()
    test.selectbox(key="planning-move").select(1).run()
    assert test.session_state["iqgeo_session"].draft.stages == 1
    test.button(key="planning-undo").click().run()
    assert test.session_state["iqgeo_session"].draft.stage_of("STD") == 2
    assert not test.exception


def ruled(test: AppTest, rule: str) -> list[str]:
    """What the field of a rule holds; told something by the map it is another field."""
    (field,) = (it for it in test.multiselect if it.key.startswith(f"suggest-{rule}"))
    assert field.options
    return list(field.value)


def test_a_town_tried_is_forced_then_forbidden_then_free(region: Region) -> None:
    session = Session(view=default_view(region))
    small = region.towns[region.towns["population"] < 10_000].iloc[0]
    town = PlannedSite(str(small["id"]), str(small["name"]), float(small["lon"]), float(small["lat"]))
    session.trial = town
    test = run("planning", session=session)
    test.button(key="planning-require").click().run()
    assert ruled(test, "require") == [small["id"]]
    ask(test)
    answer = test.session_state["suggest-answer"].suggestions[-1]
    assert small["id"] in {it.id for it in answer.sites}
    # Asked, the answer takes the place of what was tried.
    assert session.trial is None
    session.trial = town
    test.run()
    test.button(key="planning-forbid").click().run()
    assert ruled(test, "require") == []
    assert ruled(test, "forbid") == [small["id"]]
    ask(test)
    answer = test.session_state["suggest-answer"].suggestions[-1]
    assert small["id"] not in {it.id for it in answer.sites}
    session.trial = town
    test.run()
    test.button(key="planning-forbid").click().run()
    draft = test.session_state["iqgeo_session"].draft
    assert (draft.require, draft.forbid) == ((), ())
    assert not test.exception


def test_stages_are_asked_for_and_taken() -> None:
    test = run("planning")
    test.selectbox(key="suggest-model").select(STAGES).run()
    test.text_input(key="suggest-sizes").input("1, zwei")
    test.button(key="suggest-ask").click().run()
    assert "„1, zwei“ sind keine Etappen" in words(test)
    test.text_input(key="suggest-sizes").input("1, 2")
    ask(test)
    assert "von 3 der 210 Orte ab 10.000 Einwohnern in 2 Etappen" in words(test)
    test.button(key="suggest-adopt").click().run()
    draft = test.session_state["iqgeo_session"].draft
    assert (draft.stages, len(draft.added)) == (2, 3)
    test.button_group(key="cockpit-panel").set_value("offices").run()
    assert "Was nach jeder Etappe erreicht ist" in words(test)
    assert not test.exception


def test_a_closed_office_counts_as_closed_for_suggestions(region: Region, coverage_2012: Coverage) -> None:
    session = Session(view=default_view(region))
    session.draft = Draft().toggled("NI-H")
    test = ask(run("planning", session=session))
    answer = test.session_state["suggest-answer"].suggestions[-1]
    assert answer.before.covered == second.with_plan(coverage_2012, [], ["NI-H"]).covered
    test.button(key="suggest-adopt").click().run()
    draft = test.session_state["iqgeo_session"].draft
    assert second.with_plan(coverage_2012, draft.added, draft.closed).covered == answer.after.covered


@pytest.mark.parametrize("model", [it for it in QUESTIONS if it != "max-cover"])
def test_every_question_is_answered_in_words(model: str, region: Region, coverage_2012: Coverage) -> None:
    question = Question(model=model, new=2, keep=4, share_pct=70.0, sizes=(1, 1), least_people=30_000)
    seen: list[SearchProgress] = []
    plan = Draft("Plan B", (GOETTINGEN,), forbid=("03101000",))
    answer = resources.ask(question, default_view(region), EMBEDDED, plan, Control(60, progress=seen.append))
    kind, sentence = answers.verdict(answer, "de")
    assert (kind, sentence[:22]) == ("done", "**Bewiesen optimal:** ")
    draft = questions.draft_of(answer, question.base(plan))
    last = answer.coverages[-1]
    assert second.with_plan(coverage_2012, draft.added, draft.closed).covered == last.covered
    assert draft.name == "Plan B"
    for progress in seen:
        said = answers.progress_sentence(model, progress, coverage_2012.people, "de")
        assert said.startswith("**Wird gerechnet.**")
        assert "{" not in said


def test_progress_is_said_in_what_the_model_counts() -> None:
    progress = SearchProgress(found=500.0, bound=750.0, gap=0.5, seconds=3.0)
    sentence = answers.progress_sentence
    assert "50,0 von 100. Noch möglich: höchstens 75,0" in sentence("max-cover", progress, 1000.0, "de")
    assert "500 weitere Stellen" in sentence("full-cover", progress, 1000.0, "de")
    assert "weitester Weg 500,0 km" in sentence("p-center", progress, 1000.0, "de")
    assert "mittlerer Weg 0,5 km" in sentence("p-median", progress, 1000.0, "de")
    nothing = replace(progress, found=-math.inf)
    assert "Noch keine Auswahl" in sentence("max-cover", nothing, 1000.0, "de")
    assert "Noch keine Auswahl" in sentence("max-cover", None, 1000.0, "de")


@pytest.mark.parametrize("written", ["", "2,,1", "0", "2, -1", "2.5", "20, 20", "zwei", "٢", "1" * 9])
def test_what_is_no_list_of_stages_is_said(written: str) -> None:
    with pytest.raises(InputError) as caught:
        questions.sizes_of(written)
    assert "Etappen" in caught.value.message("de")


def test_stages_may_be_written_in_several_ways() -> None:
    assert (
        questions.sizes_of("2, 2,1")
        == questions.sizes_of("2+2+1")
        == questions.sizes_of("2;2;1")
        == (2, 2, 1)
    )


def test_one_office_in_every_district(region: Region, coverage_2012: Coverage) -> None:
    question = Question(model="full-cover", share_pct=50.0, per_district=True)
    view = default_view(region)
    answer = resources.ask(question, view, EMBEDDED, Draft(), Control(60)).suggestions[-1]
    without = Question(model="full-cover", share_pct=50.0)
    less = resources.ask(without, view, EMBEDDED, Draft(), Control(60)).suggestions[-1]
    assert len(answer.sites) > len(less.sites)


@pytest.mark.parametrize(
    ("model", "key", "value", "said"),
    [
        ("max-cover", "suggest-new", 40, "Bitte eine Zahl von 1 bis 30 angeben."),
        ("max-cover", "suggest-new", 40, "40 weitere Stellen können nicht gesucht werden."),
        ("p-median", "suggest-new", 0, "0 weitere Stellen können nicht gesucht werden."),
        ("full-cover", "suggest-share", "101", "Ein Anteil von 101 % kann nicht gesucht werden."),
        ("full-cover", "suggest-share", "97,5,1", "Ein Anteil von 97,5,1 % kann nicht gesucht werden."),
        ("keep-best", "suggest-kept", 7, "7 Stellen können nicht bleiben. Bitte eine Zahl von 0 bis 6"),
        ("max-cover", "suggest-limit", 2, "2 Sekunden lang kann nicht gerechnet werden."),
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_asked_for_is_a_sentence(
    model: str, key: str, value: float | str, said: str
) -> None:
    test = run("planning")
    test.selectbox(key="suggest-model").select(model).run()
    (test.text_input if isinstance(value, str) else test.number_input)(key=key).set_value(value)
    test.button(key="suggest-ask").click().run()
    assert said in words(test)
    assert "suggest-job" not in test.session_state
    assert not test.exception


def test_of_offices_that_stay_nothing_is_said_to_be_gained() -> None:
    test = run("planning")
    test.selectbox(key="suggest-model").select("keep-best").run()
    ask(test)
    said = words(test)
    assert "Aufgegeben würde" in said
    assert "zusätzlich erreicht" not in said
    # No place was looked for in their stead.
    assert "Zweitbester Ort" not in said
    test.button(key="suggest-adopt").click().run()
    board = run("overview", session=test.session_state["iqgeo_session"])
    board.button_group(key="overview-mode").set_value("more").run()
    assert "ihre Stelle in Reichweite; niemand gewinnt eine" in words(board)


def test_an_answer_says_how_long_one_waited(region: Region) -> None:
    view = default_view(region)
    task = task_of(*(getattr(resources.evaluation(view, EMBEDDED), it) for it in ("scenario", "loaded")))
    silent = []
    for _ in range(3):
        began = time.perf_counter()
        answer = task.solve("p-median", new=2)
        waited = time.perf_counter() - began
        assert answer.seconds <= waited
        silent.append(waited - answer.seconds)
    # Between the last look at the clock and this one other work may come, but hardly every time.
    assert min(silent) <= 0.1 + 0.2 * waited


def test_alternatives_say_that_there_may_be_more(region: Region) -> None:
    session = Session(view=default_view(region))
    test = ask(run("planning", session=session))
    best = test.session_state["suggest-answer"].suggestions[-1]
    for most, told in ((5, True), (4, False)):
        job = Job(lambda _, found=(best,) * (most + 1): found, resources.JOBS)
        job.wait(10)
        test.session_state["suggest-others"] = job
        test.run()
        assert ("Gezeigt sind 5 weitere" in words(test)) is told
