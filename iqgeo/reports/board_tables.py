"""The tables of the board's page: gap regions, new offices, districts."""

from typing import Any, Final

import numpy as np

from iqgeo.coverage import ON_DAYS
from iqgeo.coverage import RARELY as SELDOM
from iqgeo.frames import rows as rows_of
from iqgeo.proposal import Proposal
from iqgeo.reports.board_state import Board
from iqgeo.reports.map.pieces import TOP_GAPS
from iqgeo.reports.squares import squares_legend, squares_of
from iqgeo.safe.clean import clean
from iqgeo.texts import Lang, number, people_rounded, percent, signed, text
from iqgeo.words.clauses import rich_words
from iqgeo.words.proof import proof_clauses
from iqgeo.words.units import spoken_promise

MOST_SITES: Final = 8
"""So many offices are named one by one."""
_MOST_DISTRICTS: Final = 12


def gaps_table(board: Board) -> dict[str, Any]:
    """The gap regions, before and after."""
    lang, names = board.lang, board.start.district_names
    before = {it.number: it.people for it in board.before.regions}
    left_over = () if board.left is None else board.left.regions
    after = {it.number: it.people for it in left_over}
    days = _days_by_gap(board)
    top = {it.number for it in board.before.regions if it.rank <= TOP_GAPS}
    rows = []
    # Who loses an office may live where there was no gap before: those come last.
    for region in (*board.before.regions, *(it for it in left_over if it.number not in before)):
        people = before.get(region.number, 0.0)
        figures = [people_rounded(people, lang)]
        if board.left is not None:
            left = after.get(region.number, 0.0)
            same = people_rounded(left, lang) == figures[0]
            word = "unchanged" if left == people else "hardly_changed" if same else ""
            figures.append(board.say(word) if word else people_rounded(left, lang))
        if board.has_days:
            figures.append(people_rounded(days.get(region.number, 0.0), lang))
        largest = [
            f"{clean(names.get(ags, ags), 30)} {people_rounded(count, lang)}"
            for ags, count in region.districts
            if names.get(ags, ags)
        ][:3]
        rows.append(
            {
                "number": region.number,
                "filled": region.number in top,
                "name": clean(region.name.text(lang), 90),
                "districts": largest,
                "figures": figures,
            }
        )
    total = [people_rounded(board.start.uncovered, lang)]
    columns = [board.say("gaps_column"), board.state_name(0)]
    if board.after is not None:
        total.append(people_rounded(board.after.uncovered, lang))
        columns.append(board.state_name(1))
        if board.has_days:
            total.append(people_rounded(sum(days.values()), lang))
            columns.append(board.say("gaps_on_days"))
    target = spoken_promise(board.start.target, lang)
    return {
        "heading": board.say("gaps_heading", count=board.count(len(rows)), target=target),
        "columns": columns,
        "rows": rows,
        "total": {"words": text("reports.gaps.total", lang), "figures": total},
    }


def _days_by_gap(board: Board) -> dict[int, float]:
    """People beyond the target whom places on days serve, by number of their gap."""
    if board.left is None or not board.has_days:
        return {}
    places = board.left.places
    served = places[places["status"].isin((ON_DAYS, SELDOM))]
    sums = served.groupby("gap_region")["people"].sum()
    return dict(zip(sums.index.astype(int), sums.astype(float), strict=True))


def _stages(suggestion: Proposal) -> dict[str, str]:
    """In which stage each office opens, by its id; empty where all open at once."""
    named = {it.stage.name for it in suggestion.steps if it.stage.opened}
    if len(named) < 2:
        return {}
    return {
        key: f"({clean(it.stage.name, 20)})" for it in reversed(suggestion.steps) for key in it.stage.opened
    }


def sites_table(board: Board) -> dict[str, Any] | None:
    """The suggested offices with what they bring; ``None`` without a suggestion."""
    suggestion, lang = board.suggestion, board.lang
    if suggestion is None or not (suggestion.sites or suggestion.closed):
        return None
    shown, rest = suggestion.sites[:MOST_SITES], suggestion.sites[MOST_SITES:]
    # Only models of covering look for a runner-up, and not for a town that was given.
    looked = suggestion.scope == "whole" and suggestion.proofs[0].model in ("max-cover", "full-cover")
    # A plan brings its proof along; its runner-ups are looked for by who makes a paper.
    asked = any(it.suggestion is not None for it in suggestion.steps)
    looked = looked and (asked or any(it.runner_up for it in suggestion.sites))
    none = text("suggestions.no_runner_up", lang) if looked else ""
    found, firm, stages = suggestion.firmness, suggestion.firm, _stages(suggestion)
    rows = [
        {
            "name": " ".join(filter(None, (clean(site.name, 40), stages.get(site.id, "")))),
            "gain": rounded_change(site.gain, lang),
            "runner_up": clean(site.runner_up, 40) or ("" if site.by_hand else none),
            "loss": f"({rounded_change(-site.runner_up_loss, lang)})" if site.runner_up else "",
            "squares": squares_of(firm.get(site.id), lang),
        }
        for site in shown
    ]
    # Who closes adds nothing: told in words, with who loses by it.
    rows += [
        {
            "name": clean(name, 40),
            "gain": board.say("sites_closed"),
            "runner_up": "",
            "loss": "",
            "squares": None,
        }
        for name in suggestion.closed[:MOST_SITES]
    ]
    more = []
    if rest:
        gain = rounded_change(sum(site.gain for site in rest), lang)
        more.append(board.say("sites_more", count=number(len(rest), lang), gain=gain))
    if len(suggestion.closed) > MOST_SITES:
        left = number(len(suggestion.closed) - MOST_SITES, lang)
        more.append(board.say("sites_more_closed", count=left))
    key = "sites_heading" if len(board.start.offices) else "sites_heading_first"
    if suggestion.closed and not suggestion.sites:
        key = "sites_heading_closed"
    return {
        "heading": board.say(key, count=board.count(len(suggestion.sites) or len(suggestion.closed))),
        "columns": [
            board.say(f"sites_{name}") if name != "runner_up" or any(it["runner_up"] for it in rows) else ""
            for name in ("name", "gain", "runner_up")
        ],
        "of": "" if found is None else board.say("reasons_of", of=number(len(found.assumptions), lang)),
        "legend": [] if found is None or not found.sites else squares_legend(lang),
        "rows": rows,
        "more": "; ".join(more),
        "proof": rich_words(proof_clauses(suggestion, lang), lang),
    }


def rounded_change(people: float, lang: Lang) -> str:
    """A gain or loss with its sign, two leading digits."""
    if np.isnan(people):
        return "–"
    step = 10 ** max(0, len(str(int(abs(people)))) - 2)
    return signed(round(people / step) * step, lang)


def districts_table(board: Board) -> dict[str, Any]:
    """The districts with most people left out."""
    lang = board.lang
    table = board.start.by_district().sort_values(["uncovered", "ags"], ascending=[False, True])
    rows = [
        {
            "name": clean(row.name, 40) or text("reports.gaps.no_district", lang),
            "people": people_rounded(row.uncovered, lang),
            "share": percent(row.uncovered / row.people, lang, 0),
        }
        for row in rows_of(table[table["uncovered"] > 0].head(_MOST_DISTRICTS))
    ]
    columns = [board.say(f"districts_{name}") for name in ("name", "people", "share")]
    return {"heading": board.say("districts_heading"), "columns": columns, "rows": rows}
