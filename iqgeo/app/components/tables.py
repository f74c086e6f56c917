"""Large tables: numbers stay numbers, written as the language writes them."""

from typing import Any

import pandas as pd
import streamlit as st

from iqgeo.app.components import html
from iqgeo.app.services import Change
from iqgeo.coverage import Coverage
from iqgeo.texts import Lang, number, signed, text

_MOST_CHANGES = 12


def styled(frame: pd.DataFrame, digits: dict[str, int], lang: Lang) -> Any:
    """Return ``frame`` with the numbers of ``digits`` (column: decimals) written in ``lang``."""
    formats = {name: _writer(places, lang) for name, places in digits.items()}
    return frame.style.format(formats, na_rep="–")


def _writer(places: int, lang: Lang) -> Any:
    def write(value: float) -> str:
        if value == float("inf"):
            return text("app.table.unreachable", lang)
        return number(float(value), lang, places)

    return write


def districts(coverage: Coverage, lang: Lang) -> None:
    """Show every district of a coverage."""
    columns = ["name", "people", "covered", "uncovered", "share", "mean_km", "max_km", "nearest_office"]
    frame = coverage.by_district()[columns]
    frame = frame.assign(share=100 * frame["share"])
    named = frame.rename(columns={name: text(f"app.table.{name}", lang) for name in columns})
    digits = {"people": 0, "covered": 0, "uncovered": 0, "share": 1, "mean_km": 1, "max_km": 1}
    with st.expander(text("app.table.districts", lang, count=len(frame))):
        st.dataframe(
            styled(named, {text(f"app.table.{name}", lang): places for name, places in digits.items()}, lang),
            hide_index=True,
            width="stretch",
        )


def change(it: Change, lang: Lang) -> None:
    """Show who wins and who loses, district by district."""
    if it.districts.empty:
        html.note(text("app.change.nobody", lang))
        return
    html.note(text("app.change.summary", lang, gained=number(it.gained, lang), lost=number(it.lost, lang)))
    order = it.districts["change"].abs().sort_values(ascending=False, kind="stable").index
    shown = it.districts.loc[order].head(_MOST_CHANGES)
    rows = [
        [name, number(gained, lang), number(lost, lang), signed(change, lang)]
        for name, gained, lost, change in zip(
            shown["name"], shown["gained"], shown["lost"], shown["change"], strict=True
        )
    ]
    head = [text(f"app.change.{key}", lang) for key in ("district", "gained", "lost", "change")]
    html.table(head, rows, figures=(1, 2, 3))
    if len(it.districts) > _MOST_CHANGES:
        html.note(text("app.change.more", lang, count=len(it.districts) - _MOST_CHANGES))
