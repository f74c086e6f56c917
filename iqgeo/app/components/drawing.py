"""Drawings made by the reports, on a page: pictures with words for those who cannot see them."""

import base64

import streamlit as st

from iqgeo.reports.pen import FONT
from iqgeo.safe.clean import html_text

_SCREEN = "Segoe UI, Helvetica Neue, Arial, Liberation Sans, sans-serif"


def source(svg: str) -> str:
    """The drawing as the address of a picture; fonts are those of the reader's machine."""
    shown = svg.replace(f'font-family="{FONT}"', f'font-family="{_SCREEN}"')
    return "data:image/svg+xml;base64," + base64.b64encode(shown.encode()).decode("ascii")


def picture(svg: str, alt: str, *, css: str = "") -> str:
    """The drawing as HTML."""
    kind = f' class="{css}"' if css else ""
    # What is drawn is drawn for paper, also where the page is dark.
    style = "width:100%;height:auto;display:block;background:#fff"
    return f'<img{kind} src="{source(svg)}" alt="{html_text(alt)}" style="{style}">'


def show(svg: str, alt: str, *, least: int = 0) -> None:
    """Show the drawing as wide as there is room; where it is narrower than ``least`` pixels it scrolls."""
    inside = picture(svg, alt)
    if not least:
        st.html(inside)
        return
    st.html(
        f'<div class="iq-scroll" tabindex="0" role="region" aria-label="{html_text(alt[:80])}">'
        f'<div style="min-width:{least}px">{inside}</div></div>'
    )
