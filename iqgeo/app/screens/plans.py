"""Pläne: all that are kept, and two held against each other. For the coordinator."""

from iqgeo.app import session
from iqgeo.app.components import against, html, plancards
from iqgeo.texts import text


def page() -> None:
    """Show the page."""
    lang = session.view().lang
    chosen = plancards.compared()
    if chosen is not None:
        against.show(chosen, lang)
        return
    html.headline(text("plans.title", lang))
    plancards.show(lang)


page()
