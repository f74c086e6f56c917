"""Lückenliste: who is left out, by municipality, filtered, with a map, to take away. For the analyst."""

import math

import pandas as pd
import streamlit as st

from iqgeo.app import pictures, resources, services, session
from iqgeo.app.components import chart, choices, downloads, html, settings, tables
from iqgeo.app.components.map import map_event, show_map
from iqgeo.app.components.theme import is_dark
from iqgeo.app.services import GapFilter
from iqgeo.app.state import Draft, View
from iqgeo.errors import InputError
from iqgeo.gaps import Gaps, gaps_within
from iqgeo.reports.gap_tables import Excerpt
from iqgeo.reports.map import wording
from iqgeo.texts import Lang, listed, number, plain, text
from iqgeo.words.states import in_tense, tense_of
from iqgeo.words.units import spoken_promise

_MAP, _TABLE, _PICKED = "gaps-map", "gaps-table", "gaps-picked"
_STATE, _PLAN, _TODAY = "gaps-state", "plan", "today"
COLUMNS = (
    "district", "name", "people", "people_total", "nearest_office", "distance_km", "over_km", "reason",
    "gap_region", "ags", "district_ags", "lon", "lat",
)  # fmt: skip
# What the columns on screen are called in the files.
_IN_FILES = {"name": ("municipality",), "gap_region": ("gap_region", "gap_name")}
_SHOWN = ("district", "name", "people", "nearest_office", "distance_km", "over_km", "reason")
_DIGITS = {"people": 0, "people_total": 0, "distance_km": 1, "over_km": 1, "lon": 5, "lat": 5}
_MOST_BARS = 6


def page() -> None:
    """Show the page."""
    view, own = session.view(), session.own_data()
    lang = view.lang
    draft = _state_shown()
    try:
        gaps = resources.gaps(view, own, draft)
    except InputError as error:
        html.headline(text("app.page.gap_list", lang))
        html.status(html.FAILED, error.message(lang, on_page=True))
        return
    every = gaps.by_municipality
    key = "headline" if len(every) else "headline_none"
    html.headline(
        text(
            in_tense(f"app.gaps.{key}", tense_of(gaps.coverage, resources.region())),
            lang,
            count=number(len(every), lang),
            target=spoken_promise(gaps.coverage.target, lang),
        )
    )
    settings.roads_notice(gaps.coverage, view)
    _state_choice(lang)
    if not len(every):
        html.status(html.DONE, text("app.overview.no_gaps", lang))
        return
    wanted = _filters(gaps, every, lang)
    rows = services.filtered(every, wanted)
    people = number(float(rows["people"].sum()), lang)
    html.lead(text("app.gaps.selection", lang, count=number(len(rows), lang), people=people))
    if rows.empty:
        html.status(html.RUNNING, text("app.gaps.nothing", lang))
        return
    narrowed = len(rows) < len(every)
    columns = _linked(view, rows, draft, narrowed=narrowed)
    excerpt = Excerpt(_in_words(wanted, gaps, every, lang) if narrowed else "", _file_columns(columns))
    downloads.gap_list(resources.case(view, own, draft), lambda: gaps_within(gaps, rows), excerpt, view, own)
    html.note(text("app.gaps.files", lang))
    html.sources(wording.source_line(pictures.scene(view, own, draft), lang))


def _state_shown() -> Draft:
    """Return the network the list is of: the plan's if there is one, or today's by choice."""
    draft = session.current().draft
    if draft.is_empty:
        return draft
    choices.settle_open(_STATE, (_PLAN, _TODAY), _PLAN)
    return Draft() if st.session_state[_STATE] == _TODAY else draft


def _state_choice(lang: Lang) -> None:
    """Offer the list of the plan and that of today."""
    if session.current().draft.is_empty:
        return
    st.segmented_control(
        text("app.gaps.state", lang),
        [_PLAN, _TODAY],
        format_func=lambda it: text(f"app.gaps.state_{it}", lang),
        key=_STATE,
        label_visibility="collapsed",
    )


def _names(gaps: Gaps, every: pd.DataFrame, lang: Lang) -> tuple[dict[int, str], dict[str, str]]:
    """Return the gaps by number and the districts by AGS that can be asked for, as they are called."""
    regions = {region.number: f"{region.number} {region.name.text(lang)}" for region in gaps.regions}
    districts = every[["district_ags", "district"]].drop_duplicates().sort_values("district")
    return regions, dict(districts.to_numpy())


def _filters(gaps: Gaps, every: pd.DataFrame, lang: Lang) -> GapFilter:
    """Ask which municipalities are wanted."""
    names, districts = _names(gaps, every, lang)
    reasons = sorted(set(services.reasons_of(every)))
    everything = text("app.gaps.all", lang)
    with st.container(horizontal=True, gap="small", key="filters"):
        regions = st.multiselect(
            text("app.gaps.region", lang), **choices.many("gaps-region", names, names.__getitem__),
            placeholder=everything, width=225,
        )  # fmt: skip
        chosen = st.multiselect(
            text("app.gaps.district", lang),
            **choices.many("gaps-district", districts, districts.__getitem__),
            placeholder=everything, width=200,
        )  # fmt: skip
        name = st.text_input(
            text("app.gaps.municipality", lang), key="gaps-name", placeholder=everything, width=150
        )
        least = st.number_input(
            text("app.gaps.least", lang), min_value=0, value=0, step=100, key="gaps-least", width=150
        )
        wanted = st.multiselect(
            text("app.gaps.reason", lang),
            **choices.many("gaps-reason", reasons, lambda it: text(f"gaps.reason.{it}", lang)),
            placeholder=everything, width=165,
        )  # fmt: skip
        farthest = every["distance_km"].replace(math.inf, math.nan).max()
        top = math.ceil(farthest) if math.isfinite(farthest) else 1
        low, high = 0, top
        # Where no office can be reached there is no distance to choose by.
        if math.isfinite(farthest):
            low, high = st.slider(
                text("app.gaps.distance", lang), 0, top, (0, top), key=f"gaps-distance-{top}", width=200
            )
    return GapFilter(
        regions=tuple(regions),
        districts=tuple(chosen),
        reasons=tuple(wanted),
        name=name,
        least_people=float(least),
        from_km=float(low),
        to_km=math.inf if high == top else float(high),
    )


def _in_words(wanted: GapFilter, gaps: Gaps, every: pd.DataFrame, lang: Lang) -> str:
    """Say which rows are wanted, for the files."""
    names, districts = _names(gaps, every, lang)
    chosen = {
        "region": [names[it] for it in wanted.regions],
        "district": [str(districts[ags]) for ags in wanted.districts],
        "municipality": [wanted.name.strip()] if wanted.name.strip() else [],
        "least": [number(wanted.least_people, lang)] if wanted.least_people else [],
        "reason": [text(f"gaps.reason.{it}", lang) for it in wanted.reasons],
    }
    if wanted.from_km > 0 or math.isfinite(wanted.to_km):
        to = plain(wanted.to_km, lang) if math.isfinite(wanted.to_km) else "∞"
        chosen["distance"] = [f"{plain(wanted.from_km, lang)}–{to}"]
    parts = [f"{text(f'app.gaps.{key}', lang)}: {listed(values)}" for key, values in chosen.items() if values]
    return text("app.gaps.excerpt", lang, what="; ".join(parts))


def _file_columns(columns: list[str]) -> tuple[str, ...]:
    """Return the keys of the columns in the files; none if all are wanted."""
    if len(columns) == len(COLUMNS):
        return ()
    return tuple(key for column in columns for key in _IN_FILES.get(column, (column,)))


def _linked(view: View, rows: pd.DataFrame, draft: Draft, *, narrowed: bool) -> list[str]:
    """Show table and map: a row picked in one is pointed out in the other. Returns the columns shown."""
    lang = view.lang
    event = map_event(_MAP)
    if event is not None and event.kind == "circle":
        # A second click lets go of it.
        st.session_state[_PICKED] = None if st.session_state.get(_PICKED) == event.id else event.id
    picked = st.session_state.get(_PICKED)
    ordered = _picked_first(rows, picked)
    chosen = tuple(ordered["ags"].iloc[_selected(len(ordered))]) or ((picked,) if picked else ())
    wide, narrow = st.columns([5, 3], gap="medium")
    # The map first: while the table is being written, the browser loads it already.
    with narrow:
        show_map(
            pictures.list_picture(
                view, session.own_data(), rows, draft=draft, chosen=chosen, zoom=narrowed, dark=is_dark()
            ),
            lang,
            _MAP,
        )
        html.section(text("app.gaps.by_district", lang))
        sums = rows.groupby("district")["people"].sum().sort_values(ascending=False).head(_MOST_BARS)
        chart.bars([str(it) for it in sums.index], [float(it) for it in sums], lang)
    with wide:
        columns = _columns(lang)
        if picked in set(rows["ags"]):
            name = rows.loc[rows["ags"] == picked, "name"].iloc[0]
            html.note(text("app.gaps.picked", lang, name=name))
        _table(ordered, columns, lang)
    return columns


def _selected(count: int) -> list[int]:
    """Return the numbers of the rows selected in the table, as it was shown last."""
    state = st.session_state.get(_TABLE)
    return [] if state is None else [number for number in state["selection"]["rows"] if number < count]


def _picked_first(rows: pd.DataFrame, picked: str | None) -> pd.DataFrame:
    if picked is None:
        return rows
    first = rows["ags"] == picked
    return pd.concat([rows[first], rows[~first]], ignore_index=True)


def _columns(lang: Lang) -> list[str]:
    with st.popover(text("app.gaps.columns", lang)):
        chosen = st.multiselect(
            text("app.gaps.columns_shown", lang),
            **choices.many("gaps-columns", COLUMNS, lambda it: text(f"app.gaps.column_{it}", lang), _SHOWN),
        )  # fmt: skip
    return [name for name in COLUMNS if name in chosen] or ["name"]


def _table(rows: pd.DataFrame, columns: list[str], lang: Lang) -> None:
    """Show the rows, to be selected."""
    reasons = [text(f"gaps.reason.{it}", lang) for it in services.reasons_of(rows)]
    # That nobody gets there stands in the column of the distance: once is enough.
    over_km = rows["over_km"].replace(math.inf, math.nan)
    shown = rows.assign(reason=reasons, over_km=over_km)[columns]
    named = shown.rename(columns={name: text(f"app.gaps.column_{name}", lang) for name in columns})
    digits = {
        text(f"app.gaps.column_{name}", lang): places for name, places in _DIGITS.items() if name in columns
    }
    st.dataframe(
        tables.styled(named, digits, lang), hide_index=True, width="stretch", height=560, on_select="rerun",
        selection_mode="multi-row", key=_TABLE, placeholder=tables.NOTHING,
    )  # fmt: skip


page()
