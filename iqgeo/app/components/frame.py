"""The frame of a page that is a map: the map takes the window, a panel stands beside it.

A panel is one :class:`Panel` in the tuple of its page: it says what it is called, shows itself, and may
put things of its own on the map.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from iqgeo.app.components import choices, html
from iqgeo.app.state import Draft, View
from iqgeo.coverage import Coverage
from iqgeo.reports.map import Overlay
from iqgeo.texts import Lang, text

PANEL = "cockpit-panel"


@dataclass(frozen=True, eq=False)
class Working:
    """What a page works on: the view, the starting state, the plan that is looked at and what it reaches.

    ``proposal`` is the plan that an answer would make and nobody has decided on yet, ``firm`` the plan it
    is added to: the one that is drawn solid.
    """

    view: View
    start: Coverage
    plan: Draft
    shown: Coverage
    firm: Draft
    proposal: Draft | None = None


@dataclass(frozen=True)
class Panel:
    """One thing to do beside the map.

    Attributes
    ----------
    key : str
        Of its name in the catalogue, ``cockpit.panel.KEY``.
    show : Callable[[Working], None]
        Fills the panel; the map is drawn already.
    overlay : Callable[[Working], Overlay | None] | None
        What it puts on the map (marks, lines, areas, their legend); asked before the map is drawn.
    foot : Callable[[Working], None] | None
        Fills what stays in view below the panel.
    """

    key: str
    show: Callable[[Working], None]
    overlay: Callable[[Working], Overlay | None] | None = None
    foot: Callable[[Working], None] | None = None


@dataclass(frozen=True)
class Frame:
    """The rooms of the page."""

    map: DeltaGenerator
    panel: DeltaGenerator
    foot: DeltaGenerator


def frame() -> Frame:
    """Make the rooms: the map first, because on a phone it stands above the panel."""
    with st.container(key="cockpit"):
        drawn = st.container(key="cockpit_map")
        with st.container(key="cockpit_panel"):
            return Frame(drawn, st.container(key="cockpit_scroll"), st.container(key="cockpit_foot"))


def part(name: str, lang: Lang, show: Callable[[], None]) -> None:
    """Show a part of a page; a fault of ours in it leaves the others, the plan and its bar as they are."""
    try:
        show()
    except Exception:
        logging.getLogger("iqgeo").exception("A part of the page failed: %s", name)
        html.status(html.FAILED, text("cockpit.panel.failed", lang))


def chosen(panels: Sequence[Panel]) -> Panel:
    """The panel that is open."""
    keys = [it.key for it in panels]
    choices.settle_open(PANEL, keys, keys[0])
    return next(it for it in panels if it.key == st.session_state[PANEL])


def choice(panels: Sequence[Panel], lang: Lang) -> None:
    """Offer the panels by name."""
    st.segmented_control(
        text("cockpit.panel.choice", lang),
        [it.key for it in panels],
        format_func=lambda key: text(f"cockpit.panel.{key}", lang),
        key=PANEL,
        label_visibility="collapsed",
    )
