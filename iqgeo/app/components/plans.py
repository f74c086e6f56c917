"""Plans: name, keep, duplicate, compare, give away as a file."""

from collections.abc import Collection
from dataclasses import replace

import streamlit as st

from iqgeo.app import keeping, planfiles, resources, services, session
from iqgeo.app.components import (
    brought,
    choices,
    downloads,
    html,
    library,
    planoffices,
    presses,
    problems,
    tables,
)
from iqgeo.app.services import Figures
from iqgeo.app.state import Draft, Home, Kept, View
from iqgeo.changes import same_people
from iqgeo.coverage import Coverage
from iqgeo.errors import InputError
from iqgeo.inputs.words import cleaned
from iqgeo.texts import Lang, in_hundred, km, range_in_hundred, text
from iqgeo.words.units import promise

_MOST_PROBLEMS = 20
# What the choice of a plan to compare with holds for today's state.
_TODAY = ""
# The name that was asked for, until it is clear which plan is meant.
_ASKED = "plans-asked"


def show(view: View, start: Coverage) -> None:
    """Show the plans kept in this session and how they compare."""
    current, lang = session.current(), view.lang
    library.show(lang)
    html.section(text("app.plans.title", lang))
    read(lang)
    if not current.saved and current.draft.is_empty:
        html.status(html.RUNNING, text("app.plans.empty", lang))
        return
    _keep(lang)
    if not current.saved:
        return
    _table(view, start, lang)
    names = list(current.saved)
    choices.settle("plans-chosen", names, names[0])
    chosen = st.selectbox(text("app.plans.plan", lang), names, key="plans-chosen")
    if chosen not in current.saved:
        return
    with st.container(horizontal=True):
        if presses.pressed(text("app.plans.delete", lang), key="plans-delete", of=chosen):
            del current.saved[chosen]
            st.rerun()
        kept = current.saved[chosen]
        _give(replace(kept.view, lang=lang), chosen, kept.draft)
    _against(chosen, names, lang)


def _give(view: View, name: str, draft: Draft) -> None:
    """Offer a plan as a file, with the user's own data if it rests on them."""
    own, region = session.own_data(), resources.region()
    ending = planfiles.ending(own)

    def make() -> bytes:
        return planfiles.plan_bytes(region, view, draft, name, own)

    st.download_button(
        text(f"app.plans.file_{ending}", view.lang),
        data=make,
        file_name=f"{text('app.plans.file_name', view.lang)}.{ending}",
        mime=f"application/{ending}",
        on_click="ignore",
        key="plans-file",
    )


def read(lang: Lang) -> None:
    """Take a plan file: its settings, data and offices replace what is on screen; the plan can be undone."""
    with st.expander(text("app.plans.read", lang)):
        html.note(text("app.plans.read_note", lang))
        given = brought.file(
            text("app.plans.read", lang), ("toml", "zip"), "plans-read", label_visibility="collapsed"
        )
    if given is None or st.session_state.get("plans-read-done") == given.file_id:
        return
    # A file that cannot be used stays in its place; it is not read again with every click elsewhere.
    file, refused = st.session_state.get("plans-read-refused", ("", None))
    if file != given.file_id:
        try:
            with st.spinner(text("app.plans.reading", lang)):
                raw = given.getvalue()
                here = session.view_of_region(planfiles.named_region(raw, given.name))
                opened = planfiles.read_plan(
                    raw, given.name, resources.region(here.region), here,
                    folder=session.folder(), solver=resources.SOLVER,
                )  # fmt: skip
            refused = None
        except InputError as error:
            refused = error.kept()
            st.session_state["plans-read-refused"] = given.file_id, refused
    if refused is not None:
        problems.few(refused, lang, _MOST_PROBLEMS)
        return
    st.session_state["plans-read-done"] = given.file_id
    current = session.current()
    if opened.view.region != current.view.region:
        current.saved = {}
    session.replace_data(opened.own, opened.draft, opened.view)
    current.suggested = keeping.suggested_in(opened.draft)
    name = opened.draft.name or text("app.plans.plan_letter", lang, letter="B")
    current.saved[name] = Kept(opened.view, opened.draft)
    # What comes from a file is a plan of its own, not a version of the one that was open.
    current.home = Home()
    st.rerun()


def _keep(lang: Lang) -> None:
    """Give the plan its name and put it beside the others; another plan's name is asked about."""
    current = session.current()
    default = current.home.name or current.draft.name or _next_name(current.saved, lang)
    with st.form("plans-keep", border=False):
        name = st.text_input(text("app.plans.name", lang), value=default, max_chars=60)
        if presses.submitted(text("app.plans.save", lang), key="plans-save"):
            st.session_state[_ASKED] = cleaned(name)
    wished = st.session_state.get(_ASKED)
    if wished == "":
        del st.session_state[_ASKED]
        html.status(html.FAILED, text("app.plans.name_missing", lang))
    elif wished is not None and library.ask_for_name(wished, lang, _rename):
        _rename(wished)
        st.rerun()


def _rename(called: str) -> None:
    """Call the plan so and hold it beside the others; the next run keeps it."""
    current = session.current()
    st.session_state.pop(_ASKED, None)
    kept = Kept(current.view, replace(current.draft, name=called))
    taken = current.saved.get(called)
    if taken is not None and taken != kept and taken.draft.name != current.draft.name:
        # Saving never takes another plan's place unsaid.
        called = keeping.numbered(called, current.saved, current.view.lang)
        kept = replace(kept, draft=replace(kept.draft, name=called))
    current.saved[called], current.draft = kept, kept.draft
    current.home = replace(current.home, name=called)


def _next_name(taken: Collection[str], lang: Lang) -> str:
    try:
        return keeping.free_name(keeping.store(), "", lang, session.member())
    except InputError:
        # Nothing can be kept, or nothing is yet: a name that this tab has not used.
        return keeping.next_letter(taken, lang)


def _table(view: View, start: Coverage, lang: Lang) -> None:
    """Hold the plans against today's state, each under the settings it was saved with."""
    current, own = session.current(), session.own_data()
    shown = {_TODAY: services.figures(start)}
    promises = {_TODAY: view}
    for name, kept in current.saved.items():
        shown[name] = services.figures(resources.planned(kept.view, own, kept.draft))
        promises[name] = kept.view
    every = list(shown.values())
    rows = [
        [text("app.plans.row_offices", lang), *(str(it.offices) for it in every)],
        [text("app.plans.row_promise", lang), *(_promise(it, lang) for it in promises.values())],
        [text("app.plans.row_share", lang), *(f"**{_share(it.share, lang)}**" for it in every)],
    ]
    if every[0].low is not None:
        rows.append([text("app.plans.row_band", lang), *(_band(it, lang) for it in every)])
    rows.append([text("app.plans.row_median", lang), *(km(it.median_km, lang) for it in every)])
    rows.append([text("app.plans.row_longest", lang), *(km(it.longest_km, lang, 0) for it in every)])
    heads = ["", text("app.plans.today", lang), *current.saved]
    html.table(heads, rows, figures=tuple(range(1, len(heads))), caption=text("app.plans.caption", lang))
    for name, kept in current.saved.items():
        base = resources.coverage(kept.view, own)
        html.note(f"**{name}:** {planoffices.in_words(kept.draft, base, lang)}.")


def _promise(view: View, lang: Lang) -> str:
    """The target of a view and the year of its network."""
    target = promise(view.promised(), lang)
    return target if view.stage is None else f"{target}, {view.stage}"


def _share(share: float, lang: Lang) -> str:
    return in_hundred(share, lang)


def _band(it: Figures, lang: Lang) -> str:
    if it.low is None or it.high is None:
        return "–"
    low, high = range_in_hundred(it.low, it.share, it.high, lang)
    return low if low == high else text("app.plans.range", lang, low=low, high=high)


def _against(chosen: str, names: list[str], lang: Lang) -> None:
    """Show who wins and who loses between two plans, or between one and today under its settings."""
    current, own = session.current(), session.own_data()
    kept = current.saved[chosen]
    others = [_TODAY, *(name for name in names if name != chosen)]
    other: str = st.selectbox(
        text("app.plans.against", lang),
        **choices.one("plans-against", others, lambda it: it or text("app.plans.today", lang), _TODAY),
    )
    against = current.saved.get(other, Kept(kept.view, Draft()))
    before = resources.planned(against.view, own, against.draft)
    after = resources.planned(kept.view, own, kept.draft)
    if not same_people(before, after):
        html.note(text("app.plans.other_people", lang))
        return
    tables.change(services.change(before, after), lang)
    downloads.comparison(
        before, after, (other or text("app.plans.today", lang), chosen), replace(kept.view, lang=lang)
    )
