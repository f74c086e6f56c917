"""Plans: name, keep, duplicate, compare, give away as a file."""

import streamlit as st

from iqgeo.app import planfiles, resources, services, session
from iqgeo.app.components import downloads, html, planoffices, tables
from iqgeo.app.services import Figures
from iqgeo.app.state import Draft, View
from iqgeo.coverage import Coverage
from iqgeo.errors import InputError
from iqgeo.texts import Lang, km, number, text

_MOST_PROBLEMS = 20
# What the choice of a plan to compare with holds for today's state.
_TODAY = ""


def show(view: View, start: Coverage) -> None:
    """Show the plans kept in this session and how they compare."""
    current, lang = session.current(), view.lang
    html.section(text("app.plans.title", lang))
    _read(view, lang)
    if not current.saved and current.draft.is_empty:
        html.status(html.RUNNING, text("app.plans.empty", lang))
        return
    _keep(lang)
    if not current.saved:
        return
    _table(view, start, lang)
    names = list(current.saved)
    chosen = st.selectbox(text("app.plans.plan", lang), names, key="plans-chosen")
    if chosen not in current.saved:
        return
    with st.container(horizontal=True):
        if st.button(text("app.plans.open", lang), key="plans-open"):
            current.change(current.saved[chosen])
            st.rerun()
        if st.button(text("app.plans.duplicate", lang), key="plans-duplicate"):
            current.saved[_free_name(chosen, names, lang)] = current.saved[chosen]
            st.rerun()
        if st.button(text("app.plans.delete", lang), key="plans-delete"):
            del current.saved[chosen]
            st.rerun()
        _give(view, chosen, current.saved[chosen])
    _against(view, chosen, names, lang)


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


def _read(view: View, lang: Lang) -> None:
    """Take a plan file: its settings, data and offices replace what is on screen; the plan can be undone."""
    with st.expander(text("app.plans.read", lang)):
        html.note(text("app.plans.read_note", lang))
        given = st.file_uploader(
            text("app.plans.read", lang), type=["toml", "zip"], key="plans-read", label_visibility="collapsed"
        )
    if given is None or st.session_state.get("plans-read-done") == given.file_id:
        return
    # A file that cannot be used stays in its place; it is not read again with every click elsewhere.
    file, refused = st.session_state.get("plans-read-refused", ("", None))
    if file != given.file_id:
        try:
            with st.spinner(text("app.plans.reading", lang)):
                opened = planfiles.read_plan(
                    given.getvalue(), given.name, resources.region(), view,
                    folder=session.folder(), solver=resources.SOLVER,
                )  # fmt: skip
            refused = None
        except InputError as error:
            refused = error
            st.session_state["plans-read-refused"] = given.file_id, refused
    if refused is not None:
        for problem in refused.problems[:_MOST_PROBLEMS]:
            html.status(html.FAILED, problem.sentence(lang))
        return
    st.session_state["plans-read-done"] = given.file_id
    current = session.current()
    current.view = opened.view
    session.replace_data(opened.own)
    current.change(opened.draft)
    current.saved[opened.draft.name or text("app.plans.plan_letter", lang, letter="B")] = opened.draft
    st.rerun()


def _keep(lang: Lang) -> None:
    current = session.current()
    default = current.draft.name or _next_name(list(current.saved), lang)
    with st.form("plans-keep", border=False):
        name = st.text_input(text("app.plans.name", lang), value=default, max_chars=60)
        if st.form_submit_button(text("app.plans.save", lang)):
            if not name.strip():
                html.status(html.FAILED, text("app.plans.name_missing", lang))
            else:
                current.saved[name.strip()] = current.draft
                st.rerun()


def _next_name(taken: list[str], lang: Lang) -> str:
    letters = (chr(code) for code in range(ord("B"), ord("Z") + 1))
    free = (text("app.plans.plan_letter", lang, letter=letter) for letter in letters)
    return next((name for name in free if name not in taken), "")


def _free_name(name: str, taken: list[str], lang: Lang) -> str:
    count = 2
    while (wished := text("app.plans.copy", lang, name=name, count=count)) in taken:
        count += 1
    return wished


def _table(view: View, start: Coverage, lang: Lang) -> None:
    """Hold the plans against today's state."""
    current = session.current()
    every = [services.figures(start)]
    every += [
        services.figures(resources.planned(view, session.own_data(), draft))
        for draft in current.saved.values()
    ]
    # Side by side, not by what they are called: a plan may have the name of today's state.
    heads = ["", text("app.plans.today", lang), *current.saved]
    rows = [
        [text("app.plans.row_offices", lang), *(str(it.offices) for it in every)],
        [text("app.plans.row_share", lang), *(f"**{_share(it.share, lang)}**" for it in every)],
    ]
    if every[0].low is not None:
        rows.append([text("app.plans.row_band", lang), *(_band(it, lang) for it in every)])
    rows.append([text("app.plans.row_median", lang), *(km(it.median_km, lang) for it in every)])
    rows.append([text("app.plans.row_longest", lang), *(km(it.longest_km, lang, 0) for it in every)])
    html.table(heads, rows, figures=tuple(range(1, len(every) + 1)), caption=text("app.plans.caption", lang))
    for name, draft in current.saved.items():
        html.note(f"**{name}:** {planoffices.in_words(draft, start, lang)}.")


def _share(share: float, lang: Lang) -> str:
    return number(100 * share, lang, 1)


def _band(it: Figures, lang: Lang) -> str:
    if it.low is None or it.high is None:
        return "–"
    return text("app.plans.range", lang, low=number(100 * it.low, lang), high=number(100 * it.high, lang))


def _against(view: View, chosen: str, names: list[str], lang: Lang) -> None:
    """Show who wins and who loses between two plans."""
    current, own = session.current(), session.own_data()
    today = text("app.plans.today", lang)
    # No plan is called nothing, so that nothing stands for today's state, whatever the plans are called.
    other = st.selectbox(
        text("app.plans.against", lang),
        [_TODAY, *(name for name in names if name != chosen)],
        format_func=lambda name: today if name == _TODAY else name,
        key="plans-against",
    )
    before = resources.planned(view, own, current.saved.get(other, Draft()))
    after = resources.planned(view, own, current.saved[chosen])
    tables.change(services.change(before, after), lang)
    downloads.comparison(before, after, (other or today, chosen), view)
