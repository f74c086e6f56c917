"""What a session knows: views that travel in an address, drafts of plans."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.app.state import (
    RULES,
    Draft,
    PlannedSite,
    Session,
    View,
    default_view,
    view_from_query,
    view_to_query,
)
from iqgeo.demand import years_of
from iqgeo.region import Region, load_region
from iqgeo.scenario.settings import DISTANCES, Settings
from iqgeo.texts import LANGUAGES, text
from iqgeo.weights import STANDARD

REGION = load_region()
SITES = [PlannedSite(str(i), f"Ort {i}", 9.0 + i / 10, 52.0) for i in range(5)]

views = st.builds(
    View,
    lang=st.sampled_from(["de", "en"]),
    stage=st.sampled_from(REGION.stages),
    weight=st.sampled_from(STANDARD),
    distance=st.sampled_from(DISTANCES),
    detour_factor=st.floats(1, 10),
    target_km=st.floats(0.001, 20_000),
    across_border=st.booleans(),
    planned=st.booleans(),
    snap_limit_km=st.floats(0.001, 100),
    ferries=st.booleans(),
    target_min=st.none() | st.floats(0.1, 10_000),
)


@given(views)
def test_a_view_travels_in_an_address(view: View) -> None:
    query = view_to_query(view, REGION)
    assert all(isinstance(value, str) for value in query.values())
    assert view_from_query(query, REGION) == (view, ())


def test_default_view_needs_no_address(region: Region) -> None:
    assert view_to_query(default_view(region), region) == {}
    assert view_from_query({}, region) == (default_view(region), ())


def test_year_travels_only_where_there_are_figures(region: Region) -> None:
    year = years_of(region, "foreigners")[1]
    view, refused = view_from_query({"weight": "foreigners", "year": str(year)}, region)
    assert (view.year, refused) == (year, ())
    view, refused = view_from_query({"weight": "foreign_born", "year": str(year)}, region)
    assert (view.year, refused) == (None, ("year",))


@pytest.mark.parametrize(
    "query",
    [
        {"stage": "1999"}, {"stage": "'; drop"}, {"weight": "<b>"}, {"distance": "air"}, {"factor": "0.5"},
        {"factor": "nan"}, {"target_km": "inf"}, {"target_km": "-35"}, {"target_km": "35 km"},
        {"target_km": "1e400"}, {"lang": "fr"}, {"planned": "yes"}, {"year": "٢٠١٠"}, {"year": "20100"},
        {"across_border": ""},
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_and_replaced(query: dict[str, str], region: Region) -> None:
    view, refused = view_from_query(query, region)
    assert refused == tuple("detour_factor" if it == "factor" else it for it in query)
    assert view == default_view(region)


ADDRESSED = [it for row in fields(Settings) for it in (row.name, row.metadata["old"]) if it] + [
    "lang",
    "region",
]


@given(
    st.dictionaries(st.sampled_from(ADDRESSED), st.sampled_from(["", "0", "-1", "abc", "1e9", "35", "true"]))
)
def test_whatever_of_an_address_is_named_has_a_name_in_every_language(query: dict[str, str]) -> None:
    _, refused = view_from_query(query, REGION)
    assert all(text(f"app.settings.{it}", lang) for it in refused for lang in LANGUAGES)


@given(
    st.dictionaries(
        st.sampled_from([it.name for it in fields(View)] + ["x", "__class__"]), st.text(max_size=12)
    )
)
def test_no_address_breaks_the_view(query: dict[str, str]) -> None:
    view, _ = view_from_query(query, REGION)
    assert view_from_query(view_to_query(view, REGION), REGION) == (view, ())


actions = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from(SITES)),
        st.tuples(st.just("remove"), st.sampled_from(SITES)),
        st.tuples(st.just("toggle"), st.sampled_from(SITES)),
        st.tuples(st.just("move"), st.sampled_from(SITES)),
        st.tuples(st.sampled_from(["stage 1", "stage 2", "stage 3"]), st.sampled_from(SITES)),
    ),
    max_size=12,
)


def holds_stages(draft: Draft) -> None:
    """Stages are numbered without holes, know only what is in the plan, and add up to it."""
    present = {*(it.id for it in draft.added), *draft.closed}
    assert {key for key, _ in draft.later} <= present
    assert {draft.stage_of(key) for key in present} | {1} == set(range(1, draft.stages + 1))
    assert draft.until(draft.stages) == draft
    assert draft.until(0).is_empty


def after(draft: Draft, action: str, site: PlannedSite) -> Draft:
    if action == "add":
        return draft.with_site(site)
    if action == "remove":
        return draft.without_site(site.id)
    if action.startswith("stage"):
        return draft.in_stage(site.id, int(action[-1]))
    return draft.toggled(site.id) if action == "toggle" else draft.moved(SITES[0].id, site)


@given(actions)
def test_every_step_of_a_plan_can_be_taken_back(steps: list[tuple[str, PlannedSite]]) -> None:
    session = Session(view=View())
    states = [session.draft]
    for action, site in steps:
        session.change(after(session.draft, action, site))
        if session.draft != states[-1]:
            states.append(session.draft)
        ids = [it.id for it in session.draft.added]
        assert len(ids) == len(set(ids))
        holds_stages(session.draft)
    for state in reversed(states[:-1]):
        session.undo()
        assert session.draft == state
    session.undo()
    assert session.draft == Draft()


@given(
    st.lists(
        st.one_of(
            st.tuples(st.sampled_from(["draft", "try", "drop", "answer"]), st.sampled_from(SITES)),
            st.tuples(st.just("km"), st.sampled_from([30.0, 35.0, 40.0])),
            st.tuples(st.just("lang"), st.sampled_from(["de", "en"])),
            st.tuples(st.just("files"), st.sampled_from(["a.csv", "b.csv"])),
        ),
        max_size=16,
    )
)
def test_the_last_step_is_what_is_taken_back(steps: list[tuple[str, object]]) -> None:
    """Of plan, settings and what was discarded; the language of the reader is no step."""
    session, states = Session(view=View()), []

    def now() -> tuple[object, ...]:
        return session.draft, replace(session.view, lang="de")

    for kind, what in steps:
        before, tried = now(), session.trial
        if kind == "draft":
            session.change(session.draft.with_site(what).toggled(what.id))
        elif kind == "km":
            session.change(session.draft, replace(session.view, target_km=what))
        elif kind == "lang":
            session.change(session.draft, replace(session.view, lang=what))
        elif kind == "files":
            session.change(session.draft, shown={"files": what})
        elif kind == "try":
            session.trial = what
        else:
            session.discard({"answer": what} if kind == "answer" else None)
        discarded = kind in ("drop", "answer") and (tried is not None or kind == "answer")
        shown = {kind: what} if kind in ("answer", "files") else {}
        if now() != before or discarded or shown:
            states.append((before, tried if discarded else None, shown))
    lang = session.view.lang
    # Answers and files are large: the last four are remembered.
    for at in reversed([at for at, it in enumerate(states) if it[2]][:-4]):
        del states[at]
    for state, tried, shown in reversed(states):
        assert session.can_undo()
        assert session.undo() == shown
        assert now() == state
        assert tried is None or session.trial == tried
    assert not session.can_undo()
    assert session.view.lang == lang


def test_closing_twice_leaves_open() -> None:
    assert Draft().toggled("NI-H").toggled("NI-H") == Draft()
    assert Draft().toggled("NI-H").closed == ("NI-H",)
    assert Draft().is_empty
    assert not Draft().toggled("NI-H").is_empty


def test_a_moved_office_stays_in_its_stage() -> None:
    first, second = SITES[0], SITES[1]
    draft = Draft().with_site(first).toggled("NI-H").in_stage(first.id, 2)
    assert (draft.stage_of(first.id), draft.stage_of("NI-H"), draft.stages) == (2, 1, 2)
    moved = draft.moved(first.id, second)
    assert [it.id for it in moved.added] == [second.id]
    assert moved.stage_of(second.id) == 2
    assert draft.until(1).added == ()
    assert draft.toggled("NI-H").stages == 1


def test_a_town_is_required_or_forbidden_or_neither() -> None:
    draft = Draft().with_rule("A", "require").with_rule("B", "forbid")
    assert (draft.require, draft.forbid) == (("A",), ("B",))
    turned = draft.with_rule("A", "forbid")
    assert (turned.require, turned.forbid) == ((), ("B", "A"))
    assert turned.without_rule("A", "forbid").without_rule("B", "forbid") == Draft()


@pytest.mark.parametrize("first", RULES)
@pytest.mark.parametrize("then", RULES)
def test_a_town_is_never_under_two_rules_that_contradict(first, then):
    draft = Draft().with_rule("A", "forbid_places").with_rule("A", first).with_rule("A", then)
    held = {rule for rule in RULES if "A" in getattr(draft, rule)}
    assert then in held
    assert "require_places" not in held or held == {"require_places"}
    assert not held >= {"require", "forbid"}
    # On days it may not be, and it must be an office: both can be kept.
    assert held == {"require", "forbid_places"} or (first, then) != ("forbid_places", "require")
