"""Two plans held against each other: the sentence first, both yardsticks, the map of the difference."""

from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from iqgeo.app import pictures, planfiles, resources, session
from iqgeo.app.components import choices, downloads, drawing, html, plancards, presses
from iqgeo.app.services import OwnData
from iqgeo.app.state import Draft, View
from iqgeo.changes import changes
from iqgeo.coverage import DAYS, Coverage
from iqgeo.errors import InputError
from iqgeo.proposal import best_of
from iqgeo.reports.difference import Pair
from iqgeo.texts import Lang, in_hundred, number, people_rounded, signed, text
from iqgeo.words.clauses import listed
from iqgeo.words.story import about
from iqgeo.words.units import promise

_YARD = "against-yard"
_NAMED = 6


@dataclass(frozen=True, eq=False)
class _Plan:
    """A plan that is kept, opened."""

    name: str
    version: int
    view: View
    draft: Draft
    own: OwnData


def show(ids: tuple[str, str], lang: Lang) -> None:
    """Show the comparison of two plans that are kept."""
    # In a row of its own: alone in the page it would be as wide as the window.
    with st.container(horizontal=True):
        back = presses.pressed(text("plans.against.back", lang), key="against-back", width="content")
    if back:
        plancards.forget_comparison()
        st.rerun()
    try:
        first, second = (_opened(it, lang) for it in ids)
    except InputError as error:
        html.headline(text("plans.compare", lang))
        html.status(html.FAILED, error.message(lang, on_page=True))
        return
    other = "region" if first.view.region != second.view.region else "data"
    if other == "region" or first.own.key != second.own.key:
        html.headline(text("plans.compare", lang))
        html.status(html.FAILED, text(f"plans.against.other_{other}", lang))
        return
    plans = _told_apart(first, second)
    yards = [plans[0].view]
    if _yard(plans[1].view) != _yard(plans[0].view):
        yards.append(plans[1].view)
    measured = [tuple(_measured(yard, plan) for plan in plans) for yard in yards]
    _compared(plans, yards, [(it[0], it[1]) for it in measured], lang)


def _opened(plan_id: str, lang: Lang) -> _Plan:
    found, version = session.stored_plan(plan_id)
    return _Plan(version.name, version.number, replace(found.view, lang=lang), found.draft, found.own)


def _told_apart(first: _Plan, second: _Plan) -> tuple[_Plan, _Plan]:
    if first.name != second.name:
        return first, second
    return replace(first, name=f"{first.name} (1)"), replace(second, name=f"{second.name} (2)")


def _yard(view: View) -> View:
    """What a view measures with: without its network and its language."""
    year = planfiles.shown_year(resources.region(), view)
    return replace(view, lang="de", stage=None, year=year, across_border=False, planned=False)


def _measured(yard: View, plan: _Plan) -> Coverage:
    """A plan by the people, the way of measuring and the promise of a view."""
    year = planfiles.shown_year(resources.region(), yard)
    network = {name: getattr(plan.view, name) for name in ("stage", "across_border", "planned")}
    return resources.planned(replace(yard, year=year, **network), plan.own, plan.draft)


def _compared(
    plans: tuple[_Plan, _Plan], yards: list[View], measured: list[tuple[Coverage, Coverage]], lang: Lang
) -> None:
    # Papers are heavy to import: only here, not when the app starts.
    from iqgeo.reports.comparison_page import difference_html

    names = (plans[0].name, plans[1].name)
    pairs = [Pair(*it, names) for it in measured]
    targets = [promise(it.first.target, lang) for it in pairs]
    districts = [changes(it.first, it.second) for it in pairs]
    lead = " ".join(
        _lead(pair, target, found, lang)
        for pair, target, found in zip(pairs, targets, districts, strict=True)
    )
    html.headline(_headline(pairs[0], lang))
    html.lead(lead)
    at = _chosen(targets, names, lang)
    left, right = st.columns([11, 8], gap="large")
    with left:
        picture = pictures.difference(pairs[at], lang)
        drawing.show(*picture)
        _legend(names, lang)
    with right:
        heads, body = _table(plans, yards, measured, targets, lang)
        html.table(heads, body, figures=(1, 2, 3), caption=text("plans.compare", lang))
        title = text("plans.against.districts", lang, a=names[0], b=names[1])
        html.section(title)
        columns, lines = _districts(districts, targets, at, lang)
        html.table(columns, lines, figures=tuple(range(1, len(columns))), caption=title)
        tables = ((text("plans.compare", lang), heads, body), (title, columns, lines))
        page = difference_html(_headline(pairs[0], lang), (lead,), picture, tables, lang)
        st.download_button(
            text("plans.against.page", lang), data=page, mime="text/html", on_click="ignore",
            file_name=f"{text('plans.against.file_name', lang)}.html", key="against-page",
        )  # fmt: skip
        downloads.comparison(*measured[at], names, replace(yards[at], lang=lang))


def _headline(pair: Pair, lang: Lang) -> str:
    first, second = pair.only
    values = {
        "a": pair.names[0], "b": pair.names[1],
        "first": listed(first[:_NAMED], lang), "second": listed(second[:_NAMED], lang),
    }  # fmt: skip
    if len(first) == len(second) == 1:
        return text("plans.against.headline_one", lang, **values)
    if first and second:
        return text("plans.against.headline_both", lang, **values)
    if first or second:
        mine = values if first else {**values, "a": values["b"], "first": values["second"]}
        return text("plans.against.headline_only", lang, **mine)
    return text("plans.against.headline_same", lang)


def _lead(pair: Pair, target: str, found: pd.DataFrame, lang: Lang) -> str:
    """Which plan reaches more by one yardstick, and where."""
    more = pair.second.covered - pair.first.covered
    if not round(more):
        return text("plans.against.measured_same", lang, target=target)
    better = 1 if more > 0 else 0
    people = people_rounded(abs(more), lang) if abs(more) < 10_000 else about(abs(more), lang)
    values = {"target": target, "name": pair.names[better], "people": people}
    change = found["change"] * (1 if better else -1)
    at = int(change.to_numpy().argmax())
    if change.iloc[at] > abs(more) / 2 and found["name"].iloc[at]:
        where = str(found["name"].iloc[at])
        return text("plans.against.measured_where", lang, district=where, **values)
    return text("plans.against.measured", lang, **values)


def _chosen(targets: list[str], names: tuple[str, str], lang: Lang) -> int:
    if len(targets) < 2:
        return 0
    options = list(range(len(targets)))
    choices.settle(_YARD, options, 0)
    chosen = st.segmented_control(
        text("plans.against.yardstick", lang), options, key=_YARD,
        format_func=lambda it: text("plans.against.yardstick_of", lang, target=targets[it], name=names[it]),
    )  # fmt: skip
    return chosen or 0


def _table(
    plans: tuple[_Plan, _Plan],
    yards: list[View],
    measured: list[tuple[Coverage, Coverage]],
    targets: list[str],
    lang: Lang,
) -> tuple[list[str], list[list[str]]]:
    bases = [_measured(yard, replace(plans[0], draft=Draft())) for yard in yards]
    year = plans[0].view.stage
    start = text("plans.against.start", lang)
    heads = ["", start if year is None else text("plans.against.network", lang, year=year)]
    heads += [it.name for it in plans]
    counts = [bases[0], *measured[0]]
    body = [[text("plans.against.offices", lang), *(number(len(it.offices), lang) for it in counts)]]
    for base, pair, target in zip(bases, measured, targets, strict=True):
        shares = [in_hundred(it.share, lang) if it.people else "–" for it in (base, *pair)]
        best = 1 if pair[0].covered > pair[1].covered else 2
        if pair[0].covered != pair[1].covered:
            shares[best] = f"**{shares[best]}**"
        body.append([text("plans.against.reached", lang, target=target), *shares])
    for base, pair, target in zip(bases, measured, targets, strict=True):
        days = [it.people_by(DAYS) / it.people if it.people else 0.0 for it in (base, *pair)]
        if any(days):
            words = text("plans.against.on_days", lang, target=target)
            body.append([words, *(in_hundred(it, lang) for it in days)])
    proven = [""]
    for plan in plans:
        found = resources.evaluation(plan.view, plan.own, plan.draft)
        proof = best_of(found.steps, found.base.coverage, found.coverages[-1])
        target = promise(found.coverages[-1].target, lang)
        if proof is not None and (proof.required or proof.forbidden or proof.per_district):
            target = text("plans.against.under_rules", lang, target=target)
        proven.append("–" if proof is None else target)
    body.append([text("plans.against.proven", lang), *proven])
    return heads, body


def _districts(
    found: list[pd.DataFrame], targets: list[str], at: int, lang: Lang
) -> tuple[list[str], list[list[str]]]:
    """Every district where anything changes by either yardstick, ordered by the one chosen."""
    every = pd.concat([it.set_index("ags")["change"].rename(n) for n, it in enumerate(found)], axis=1)
    names = found[0].set_index("ags")["name"]
    every = every[(every != 0).any(axis=1)]
    measured = every[at].astype(float)
    order = sorted(every.index, key=lambda ags: (-measured[ags], str(ags)))
    body = [
        [str(names[ags]) or "–", *(signed(float(every.loc[ags, n]), lang) for n in range(len(found)))]
        for ags in order
    ]
    sums = [f"**{signed(float(it['change'].sum()), lang)}**" for it in found]
    body.append([f"**{text('plans.against.total', lang)}**", *sums])
    heads = [text("plans.against.district", lang)]
    heads += [text("plans.against.at", lang, target=target) for target in targets]
    return heads, body


def _legend(names: tuple[str, str], lang: Lang) -> None:
    entries = [
        ("both", text("plans.against.legend_both", lang)),
        ("only-a", text("plans.against.legend_a", lang, name=names[0])),
        ("only-b", text("plans.against.legend_a", lang, name=names[1])),
        ("neither", text("plans.against.legend_none", lang)),
    ]
    html.swatches(entries)
