"""Large tables: numbers stay numbers, written as the language writes them."""

from typing import Any

import pandas as pd
import streamlit as st

from iqgeo.app.components import html
from iqgeo.app.services import Change
from iqgeo.coverage import Coverage
from iqgeo.texts import Lang, number, signed, text

_MOST_CHANGES = 8
NOTHING = "–"
"""What stands in an empty cell: Streamlit would say "None" in every language."""


def styled(frame: pd.DataFrame, digits: dict[str, int], lang: Lang) -> Any:
    """Return ``frame`` with the numbers of ``digits`` (column: decimals) written in ``lang``."""
    formats = {name: _writer(places, lang) for name, places in digits.items()}
    return frame.style.format(formats, na_rep=NOTHING)


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
            placeholder=NOTHING,
        )


def change(it: Change, lang: Lang) -> None:
    """Show who wins and who loses, district by district."""
    if it.districts.empty:
        html.note(text("app.change.nobody", lang))
        return
    html.note(text("app.change.summary", lang, gained=number(it.gained, lang), lost=number(it.lost, lang)))
    order = it.districts["change"].abs().sort_values(ascending=False, kind="stable").index
    rows = [
        [name, number(gained, lang), number(lost, lang), signed(change, lang)]
        for name, gained, lost, change in it.districts.loc[
            order, ["name", "gained", "lost", "change"]
        ].itertuples(index=False)
    ]
    head = [text(f"app.change.{key}", lang) for key in ("district", "gained", "lost", "change")]
    html.table(head, rows[:_MOST_CHANGES], figures=(1, 2, 3))
    if len(rows) > _MOST_CHANGES:
        with st.expander(text("app.change.more", lang, count=len(rows) - _MOST_CHANGES)):
            html.table(head, rows[_MOST_CHANGES:], figures=(1, 2, 3))
