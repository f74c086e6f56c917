"""Colours of the light and the dark theme."""

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import streamlit as st

from iqgeo.texts import Lang, text

BAR_PARTS = ("plan", "network", "counted", "promise", "files")
"""What the bar of the scenario is made of; the names stand above the words by the style."""


@dataclass(frozen=True)
class Palette:
    """Colours by role."""

    ink: str
    second: str
    quiet: str
    rule: str
    strong_rule: str
    number: str
    reached: str
    gap: str
    badge: str
    error: str
    ground: str
    bar: str
    on_primary: str


LIGHT = Palette(
    ink="#1B2226", second="#3C474E", quiet="#56616A", rule="#D5DADD", strong_rule="#8D989F", number="#00695D",
    reached="#00796B", gap="#6A1B9A", badge="#4A1070", error="#8A1C1C", ground="#FFFFFF", bar="#F4F6F6",
    on_primary="#FFFFFF",
)  # fmt: skip
DARK = Palette(
    ink="#E8ECEE", second="#C9D1D6", quiet="#B4BEC4", rule="#38434A", strong_rule="#6E7A82", number="#7FD1C6",
    reached="#4DB6A9", gap="#C79BE0", badge="#D9B8EC", error="#F2A0A0", ground="#14191C", bar="#1F272B",
    on_primary="#0B1A18",
)  # fmt: skip


def is_dark() -> bool:
    """Whether the browser shows the dark theme."""
    return st.context.theme.type == "dark"


def palette() -> Palette:
    """Return the colours of the theme in use."""
    return DARK if is_dark() else LIGHT


def apply_style(lang: Lang) -> None:
    """Put the app's style on the page."""
    variables = ";".join(
        f"--iq-{name.replace('_', '-')}:{value}" for name, value in asdict(palette()).items()
    )
    # The word on streamlit's own button is English whatever the language.
    upload = text("app.data.choose_file", lang)
    parts = ";".join(f'--iq-bar-{it}:"{text(f"cockpit.bar.{it}", lang)}"' for it in BAR_PARTS)
    st.html(f'<style>:root{{{variables};--iq-upload:"{upload}";{parts}}}\n{_style()}</style>')


@cache
def _style() -> str:
    return Path(__file__).parent.with_name("style.css").read_text(encoding="utf-8")


def logo(words: str) -> str:
    """Return the logo as SVG; ``words`` stand beside the name, escaped. A phone shows its left."""
    colours = palette()
    font = 'font-family="Segoe UI,Helvetica Neue,Arial,Liberation Sans,sans-serif"'
    mark = (
        '<rect width="20" height="20" x="2" y="6" fill="#00796B"/>'
        '<circle cx="12" cy="16" r="6.2" fill="none" stroke="#fff" stroke-width="1.6"/>'
        '<rect x="10" y="14" width="4" height="4" fill="#fff"/>'
    )
    name = f'<text x="31" y="22" {font} font-size="18" font-weight="700" fill="{colours.ink}">iqgeo</text>'
    area = f'<text x="86" y="22" {font} font-size="15" fill="{colours.quiet}">{words}</text>'
    width = 90 + int(7.4 * len(words))
    opened = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 32" width="{width}" height="32">'
    return f"{opened}{mark}{name}{area}</svg>"
