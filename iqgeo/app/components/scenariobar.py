"""The bar above every page: what is shown and counted, under which promise, and whether it is kept.

Each part opens its own choice. What the page itself may still change (plan, state) comes after the page.
"""

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from iqgeo.app import planfiles, resources, services, session
from iqgeo.app.components import html, library, presses, saved, settings, steps
from iqgeo.app.components.theme import BAR_PARTS
from iqgeo.app.state import View
from iqgeo.errors import InputError
from iqgeo.inputs.words import cleaned
from iqgeo.texts import Lang, plain, text, time_words
from iqgeo.words.units import promise


class ScenarioBar:
    """The bar of one run: drawn before the page, finished after it."""

    def __init__(self) -> None:
        lang = session.view().lang
        with st.container(key="bar", horizontal=True, vertical_alignment="center", gap=None):
            self._brief = st.container(key="bar_brief")
            with st.container(key="bar_parts", horizontal=True, vertical_alignment="center", gap=None):
                self._plan = st.container(key="bar_plan")
                for name in BAR_PARTS[1:]:
                    with st.container(key=f"bar_{name}"):
                        _PART[name](lang)
            self._state = st.container(key="bar_state", horizontal=True, vertical_alignment="center")
        self._notices = st.container(key="notices")

    def finish(self, *, on_map: bool) -> None:
        """Keep what the page has changed, and say of which plan and in which state everything is.

        ``on_map`` is whether the page shows what is only tried or suggested.
        """
        session.keep()
        lang = session.view().lang
        with self._plan:
            _plan(lang)
        with self._state:
            kind, words = _state(lang)
            html.state(kind, words)
            current = session.current()
            st.button(
                text("cockpit.bar.undo", lang), icon=":material/undo:", key="bar-undo",
                on_click=steps.undo, kwargs={"discarded": on_map},
                disabled=not current.can_undo(discarded=on_map),
            )  # fmt: skip
        with self._brief:
            html.brief(_plan_name(lang)[0], _brief(words, lang), text("cockpit.bar.change", lang))
        with self._notices:
            saved.notices(lang)


def _popover(name: str, words: str) -> DeltaGenerator:
    """One part: its name stands above its words (style.css)."""
    return st.popover(words, key=f"bar-{name}-choice", width="content")


def _plan_name(lang: Lang) -> tuple[str, str]:
    """What the plan is called, and the same with its version."""
    current = session.current()
    home = current.home
    name = home.name or current.draft.name
    if home.plan_id:
        return name, text("cockpit.bar.plan_named", lang, name=_plain(name), version=home.number)
    if name:
        return name, text("cockpit.bar.plan_unkept", lang, name=_plain(name))
    return text("cockpit.bar.plan_none", lang).replace("**", ""), text("cockpit.bar.plan_none", lang)


def _plain(name: str) -> str:
    """A name that Markdown leaves as it is."""
    return "".join(f"\\{it}" if it in "\\`*_{}[]()<>#+-.!|~:$" else it for it in name)


def _plan(lang: Lang) -> None:
    current = session.current()
    with _popover("plan", _plan_name(lang)[1]):
        if not current.home.plan_id:
            html.note(text("cockpit.bar.no_plan", lang))
        else:
            _rename(lang)
            if presses.pressed(text("cockpit.bar.new", lang), key="bar-new") and library.is_safe():
                current.begin()
                st.rerun()


def _rename(lang: Lang) -> None:
    current = session.current()
    key = f"bar-name-{current.home.plan_id}-{current.home.name}"

    def apply() -> None:
        name = cleaned(str(st.session_state[key]))
        if name and library.is_free(name):
            current.draft = replace(current.draft, name=name)
            current.home = replace(current.home, name=name)

    st.text_input(
        text("cockpit.bar.name", lang), value=current.home.name, key=key, max_chars=60, on_change=apply
    )


def _network(_: Lang) -> None:
    with _popover("network", _network_words(session.view())):
        settings.network()


def _network_words(view: View) -> str:
    own = session.own_data()
    try:
        offices = len(services.open_offices(resources.region(), view, own))
    except InputError:
        return "–"
    if own.offices is not None:
        return text("cockpit.bar.network_own", view.lang, offices=offices)
    if view.stage is None:
        return text("cockpit.bar.network_all", view.lang, offices=offices)
    return text("cockpit.bar.network_year", view.lang, year=view.stage, offices=offices)


def _counted(lang: Lang) -> None:
    view, region = session.view(), resources.region()
    words = text("cockpit.bar.counted_own", lang)
    if session.own_data().demand is None:
        # What exactly is counted stands in the choice.
        weight = region.weights[view.weight].name(lang).split(" (")[0]
        year = planfiles.shown_year(region, view)
        words = text("cockpit.bar.counted_year", lang, weight=weight, year=year)
    with _popover("counted", _plain(words)):
        settings.people()


def _promise(lang: Lang) -> None:
    view = session.view()
    factor = plain(view.detour_factor, lang)
    fitted = view.distance == "detour" and session.own_data().factors is not None
    kind = "fitted" if fitted else view.distance
    distance = text(f"app.settings.short_{kind}", lang, factor=factor)
    words = text("cockpit.bar.promise_of", lang, target=promise(view.promised(), lang), distance=distance)
    with _popover("promise", words):
        settings.promises()


def _files(lang: Lang) -> None:
    files = session.own_data().files
    words = text("cockpit.bar.files_none", lang)
    if files:
        key = "files_one" if len(files) == 1 else "files_more"
        words = text(f"cockpit.bar.{key}", lang, name=_plain(files[0].name), count=len(files) - 1)
    with _popover("files", words):
        if not files:
            html.note(text("cockpit.bar.no_files", lang))
        for it in files:
            html.note(f"**{it.name}**: {text(f'app.data.kind_{it.kind}', lang)}")
        html.note(text("cockpit.bar.to_data", lang))


def _state(lang: Lang) -> tuple[str, str]:
    """Whether the plan is kept: the kind of mark, and the words."""
    home = session.current().home
    if home.conflict is not None:
        return "waiting", text("cockpit.bar.other", lang)
    if not session.is_kept():
        return "failed", text("cockpit.bar.unsaved", lang)
    if not home.plan_id:
        return "none", text("cockpit.bar.nothing", lang)
    if home.at is None:
        return "kept", text("cockpit.bar.saved", lang)
    at = time_words(home.at, lang)
    return "kept", text("cockpit.bar.saved_at", lang, at=at)


def _brief(state: str, lang: Lang) -> str:
    """The scenario in a line, for a phone."""
    view = session.view()
    year = "–" if session.own_data().demand is not None else planfiles.shown_year(resources.region(), view)
    target = promise(view.promised(), lang)
    brief = text("cockpit.bar.brief", lang, stage=view.stage or "–", year=year, target=target, state=state)
    home = session.current().home
    return (
        text("cockpit.bar.brief_version", lang, version=home.number, brief=brief) if home.plan_id else brief
    )


_PART = {"network": _network, "counted": _counted, "promise": _promise, "files": _files}
