"""A browser may send the words of a widget as they once were: no page falls, no choice is lost.

Streamlit's widgets send what is written on a choice, not its key. A widget that was drawn once and is out of
sight (settings behind their button) keeps the old words when the language changes, or a year.
"""

from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from iqgeo.app.questions import QUESTIONS
from iqgeo.app.state import (
    Draft,
    Kept,
    Session,
    View,
    default_view,
    view_from_query,
    view_to_query,
    with_entry,
)
from iqgeo.proof import LEAST
from iqgeo.region import Region
from tests.app.test_pages import PAGES, ask, run
from tests.app.test_planning import GOETTINGEN, STADE
from tests.draws import draws


def sent(test: AppTest) -> WidgetStates:
    """What a browser with this page would send."""
    states = WidgetStates()
    states.CopyFrom(test._tree.get_widget_states())
    return states


def session_of(test: AppTest) -> Session:
    return test.session_state["iqgeo_session"]


def worked_on(region: Region) -> Session:
    """A session in which every choice of the planning page is drawn."""
    session = Session(view=default_view(region))
    session.draft = Draft(added=(GOETTINGEN, STADE)).in_stage("STD", 2)
    drafts = {"B": session.draft, "C": Draft(added=(STADE,))}
    session.saved = {name: Kept(session.view, draft) for name, draft in drafts.items()}
    return session


KINDS = ("selectbox", "multiselect", "button_group", "radio")
CHOSEN = {
    "overview": {"overview-mode": "side", "overview-other": ("year", 2020)},
    "planning": {"suggest-model": "p-median", "suggest-towns": 20_000},
    "offices": {"planning-office": "STD"},
    "plans": {"plans-chosen": "C"},
    "gap_list": {"gaps-state": "today", "gaps-reason": ["too_far"], "gaps-columns": ["name", "people"]},
    "data": {"data-kind": "demand"},
    "method": {},
}


@pytest.mark.parametrize("page", [*PAGES, "offices", "plans"])
@pytest.mark.parametrize(("first", "then"), [("de", "en"), ("en", "de")])
def test_words_of_the_other_language_change_nothing(page: str, first: str, then: str, region: Region) -> None:
    session = worked_on(region)
    session.view = with_entry(session.view, "lang", first, region)
    panel = page if page in ("offices", "plans") else "ask"
    test = run(page if page in PAGES else "planning", session=session, panel=panel)
    for key, value in CHOSEN[page].items():
        kind = next(it for it in KINDS if any_of(test, it, key))
        getattr(test, kind)(key=key).set_value(value).run()
    before, draft = session_of(test).view, session_of(test).draft
    old = sent(test)
    session_of(test).view = with_entry(before, "lang", then, region)
    test.run()
    test._run(old)
    assert not test.exception
    assert session_of(test).view == with_entry(before, "lang", then, region)
    assert session_of(test).draft == draft
    for key, value in CHOSEN[page].items():
        # A field of several is another widget once its words are others.
        (held,) = [it for kind in KINDS for it in getattr(test, kind) if it.key in (key, f"{key}-1")]
        assert held.value == value, key


@pytest.mark.parametrize(("panel", "button"), [("ask", "suggest-ask"), ("network", "network-ask")])
@pytest.mark.parametrize(("first", "then"), [("de", "en"), ("en", "nl")])
def test_a_question_and_its_answer_outlive_words_of_another_language(
    panel: str, button: str, first: str, then: str, region: Region
) -> None:
    """A closed popover sends its old words at every run: also with the press that puts the question."""
    test = run("planning", session=Session(view=default_view(region, first)), panel=panel)
    if panel == "ask":
        ask(test)
    old = sent(test)
    session_of(test).view = with_entry(session_of(test).view, "lang", then, region)
    for _ in range(2):
        test._run(old)
        assert not test.exception
        if panel == "ask":
            assert not test.button(key="suggest-adopt").disabled
    press = WidgetStates()
    press.CopyFrom(old)
    press.widgets.append(WidgetState(id=test.button(key=button).proto.id, trigger_value=True))
    test._run(press)
    assert not test.exception
    key = "suggest" if panel == "ask" else "network"
    assert test.session_state[f"{key}-problem"] is None
    job, asked = test.session_state[f"{key}-job"], test.session_state[f"{key}-asked"]
    if job is not None:
        job.stop()
    question = asked.question if panel == "ask" else asked[0]
    assert (question.model if panel == "ask" else question.least) in (*QUESTIONS, *LEAST)


def any_of(test: AppTest, kind: str, key: str) -> bool:
    return any(it.key == key for it in getattr(test, kind))


@pytest.mark.parametrize("page", ["gap_list", "planning"])
@given(picks=st.lists(st.tuples(st.integers(0, 9), st.sets(st.integers(0, 3))), min_size=1, max_size=4))
@settings(max_examples=draws(3, 20), deadline=None)
def test_what_is_picked_while_a_page_computes_is_never_taken_back(
    page: str, picks: list[tuple[int, set[int]]], region: Region
) -> None:
    """No field of several is told what it shows: that would let go of what was picked since."""
    test = run(page, session=worked_on(region))
    for number, chosen in picks:
        field = test.multiselect[number % len(test.multiselect)]
        key, wanted = field.key, [field.options[it] for it in sorted(chosen) if it < len(field.options)]
        field.set_value([]).run()
        for it in wanted:
            test.multiselect(key=key).select(it).run()
        for it in test.multiselect:
            assert not it.proto.set_value, it.key
        assert len(test.multiselect(key=key).value) == len(wanted)


def test_a_rule_set_on_the_map_is_held_by_a_field_that_was_open_before(region: Region) -> None:
    """A field in a closed popover goes on sending what it showed when it was open."""
    session = Session(view=default_view(region))
    test = run("planning", session=session)
    (field,) = (it for it in test.multiselect if it.key.startswith("suggest-require"))
    field.set_value([]).run()
    stale = sent(test)
    town = str(region.towns[region.towns["population"] > 50_000]["id"].iloc[0])
    session.draft = session.draft.with_rule(town, "require")
    test._run(stale)
    test._run(stale)
    assert session.draft.require == (town,)
    (field,) = (it for it in test.multiselect if it.key.startswith("suggest-require"))
    assert field.value == [town]


@pytest.mark.parametrize("page", ["overview", "planning", "gap_list"])
def test_words_that_go_by_the_year_change_nothing(page: str, region: Region) -> None:
    test = run(page)
    old = sent(test)
    after = with_entry(session_of(test).view, "stage", 2021, region)
    session_of(test).view = after
    test.run()
    for state in old.widgets:
        if state.id.endswith("-stage") or "-stage" in state.id:
            state.string_array_value.data[:] = ["Stand 1999"]
    test._run(old)
    assert not test.exception
    assert session_of(test).view == after


@pytest.mark.parametrize("name", [it.name for it in fields(View)])
@pytest.mark.parametrize(
    "value", ["Zählung", None, -1, 0.5, 1e9, float("nan"), True, 2012.0, (), [], "de", "road"]
)
def test_a_view_holds_what_its_address_can_say(name: str, value: object, region: Region) -> None:
    view = with_entry(default_view(region), name, value, region)
    read, refused = view_from_query(view_to_query(view, region), region)
    assert (read, refused) == (view, ())


def test_another_count_forgets_a_year_it_has_no_figures_of(region: Region) -> None:
    view = with_entry(default_view(region), "year", 2010, region)
    assert view.year == 2010
    assert with_entry(view, "weight", "population", region).year is None
    assert with_entry(view, "weight", "nobody", region) == view
