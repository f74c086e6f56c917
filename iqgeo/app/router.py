"""The entry of the app: page, language, navigation. Nothing else."""

import logging
import sys
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.scriptrunner import get_script_run_ctx

_ROOT = str(Path(__file__).resolve().parents[2])
if _ROOT not in sys.path:
    # Run as a script, the folder of this file comes first on the path; the package has to be found too.
    sys.path.append(_ROOT)

from iqgeo.texts import LANGUAGES, Lang, language_called, text  # noqa: E402 -- the path comes first
from iqgeo.words.states import said_of_region  # noqa: E402

PAGES = ("overview", "planning", "gap_list", "plans", "story", "data", "method")


def main() -> None:
    """Show the page that the address asks for; the menu stands before anything large is imported."""
    if "published" in st.query_params:
        _published()
        return
    pages = _pages(_language())
    elsewhere = _elsewhere(pages)
    page = st.navigation(pages, position="top")
    from iqgeo.app import resources, session
    from iqgeo.app.components import (
        brought,
        choices,
        html,
        presses,
        problems,
        scenariobar,
        settings,
        signing,
        theme,
        words,
    )
    from iqgeo.safe.clean import html_text

    if elsewhere:
        session.refuse("page")
    lang = session.view().lang
    region = resources.region()
    area = said_of_region("map.page.title", lang, region.name, sites=region.site_noun.many(lang))
    st.set_page_config(page_title=f"iqgeo: {area}", layout="wide", page_icon=_ICON)
    theme.apply_style(lang)
    st.logo(theme.logo(html_text(area)), size="large")
    settings.language_choice()
    words.show(lang)
    signing.show(lang)
    # Streamlit hides its own menu behind a button where it is narrow, and leaves it open after a choice.
    with st.container(horizontal=True, gap="small", key="narrow_menu"):
        for it in pages:
            st.page_link(it)
    bar = scenariobar.ScenarioBar()
    settings.refused_notice(lang)
    problems.of_places(lang)
    brought.begin()
    choices.begin()
    try:
        page.run()
    except Exception:
        # A fault of ours: whoever runs the app finds it in the log, the user reads a sentence.
        logging.getLogger("iqgeo").exception("The page %s failed", page.title)
        html.status(html.FAILED, text("app.fault", lang))
    bar.finish(on_map=page.url_path == text("app.page.planning_path", "de"))
    session.write_address(choices.open_part())
    brought.let_go()
    presses.let_go()


def tell(fault: Exception) -> bool:  # noqa: ARG001 -- streamlit has logged it
    """Say in our words that a fault of ours happened, wherever it did: beside a page, in a part, at a press.

    Streamlit, which asks this, would say so in English and in words of its own.
    """
    from iqgeo.app.components import html

    html.status(html.FAILED, text("app.fault", _language()))
    return True


def _published() -> None:
    """Show what the board opens: no menu, no controls, nothing of a session."""
    from iqgeo.app.components import published, theme, words

    lang = _known(st.query_params.get("lang"))
    title = text("app.published.title", lang)
    st.set_page_config(page_title=f"iqgeo: {title}", layout="wide", page_icon=_ICON)
    theme.apply_style(lang)
    st.logo(theme.logo(title), size="large")
    words.show(lang)
    published.page(lang)


def _language() -> Lang:
    """Return the language of this tab, or the one its address asks for; without reading the region."""
    held = st.session_state.get("iqgeo_session")
    wished = held.view.lang if held is not None else st.query_params.get("lang")
    return _known(wished)


def _known(wished: str | None) -> Lang:
    """Return the language that is wished for, or the first one."""
    return language_called(wished) or LANGUAGES[0]


def _pages(lang: Lang) -> list[StreamlitPage]:
    folder = Path(__file__).parent / "screens"
    return [
        st.Page(
            folder / f"{name}.py",
            title=text(f"app.page.{name}", lang),
            url_path=text(f"app.page.{name}_path", "de"),
            default=name == PAGES[0],
        )
        for name in PAGES
    ]


def _elsewhere(pages: list[StreamlitPage]) -> bool:
    """Whether the address names none of our pages; then the first one is shown.

    Streamlit would say so over the page, in English and of a folder that nobody here has.
    """
    context = get_script_run_ctx()
    if context is None:
        return False
    asked = context.pages_manager.intended_page_name
    if not asked or any(it.url_path == asked for it in pages):
        return False
    context.pages_manager.set_script_intent("", "")
    # The first page stands under no name; whoever types its name means it.
    return asked != text(f"app.page.{PAGES[0]}_path", "de")


_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'
    '<rect width="24" height="24" fill="#00796B"/>'
    '<circle cx="12" cy="12" r="7.4" fill="none" stroke="#fff" stroke-width="2"/>'
    '<rect x="9.5" y="9.5" width="5" height="5" fill="#fff"/></svg>'
)

if __name__ == "__main__":
    main()
