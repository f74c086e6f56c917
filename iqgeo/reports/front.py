"""The first sheets of a workbook: the answer with map and curve, and the offices with their evidence."""

import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from iqgeo.case import Case
from iqgeo.frames import plain_rows
from iqgeo.reports import facts
from iqgeo.reports.board_curve import curve_alt, curve_points
from iqgeo.reports.board_state import Board
from iqgeo.reports.candidates import candidates_sheets
from iqgeo.reports.cells import Column, ReportTable
from iqgeo.reports.change_list import Earlier, change_sentence, change_table
from iqgeo.reports.comparison import comparison_sentence, comparison_table, sums_of
from iqgeo.reports.excel import Block, Chart, Sheet
from iqgeo.reports.pictures import board_of, curve_of, map_of
from iqgeo.safe.clean import clean
from iqgeo.texts import Lang, people_rounded, text
from iqgeo.words.assumptions import assumption, band_words, measure_warning, sample_words
from iqgeo.words.firmness import alt_words, firmness_words, row_words, year_words
from iqgeo.words.network import network_words
from iqgeo.words.proof import proof_words
from iqgeo.words.states import said_of_region, state_names

if TYPE_CHECKING:
    from iqgeo.firmness import Firmness


def front_sheets(
    case: Case, lang: Lang, date: datetime.date | None = None, *, since: Earlier | None = None
) -> list[Sheet]:
    """The sheet that answers first, the offices with evidence, assumptions, years, and what changed."""
    board = board_of(case, lang, date)
    coverage = case.shown
    proof = "" if case.tested is None else proof_words(case.tested, lang)
    lines = [
        facts.summary_sentence(coverage, case.region, lang, date),
        network_words(case.before.coverage, coverage, lang, case.scenario.settings.office_posts),
        proof,
        band_words(coverage, lang),
        sample_words(coverage, case.region, lang),
        measure_warning(coverage, case.region, lang),
        assumption(coverage, case.region, lang),
    ]
    pictures = [map_of(case, lang, board=board)]
    curve = curve_of(case, lang, board=board)
    if curve is not None:
        pictures.append(curve)
    name = text("reports.front.sheet", lang)
    title = said_of_region("reports.front.title", lang, clean(case.region.name, 100))
    table, chart = _numbers(case, board, lang)
    front = Sheet(
        name, title, tuple(filter(None, lines)), (Block(table),), upright=True, pictures=tuple(pictures),
        chart=chart,
    )  # fmt: skip
    offices = Sheet(
        text("reports.front.offices", lang), text("reports.front.offices", lang),
        (facts.summary_sentence(coverage, case.region, lang, date), assumption(coverage, case.region, lang)),
        (Block(offices_with_evidence(case, lang)),),
    )  # fmt: skip
    more = _districts(case, lang)
    if case.firmness is not None:
        more.append(assumptions_sheet(case.firmness, coverage.target.unit, lang))
    more += candidates_sheets(case, lang)
    if len(coverage.day_places):
        from iqgeo.reports.network_tables import day_sheets

        more += day_sheets(case, lang, date)
    if case.story is not None:
        from iqgeo.reports.story import story_sheets

        more += story_sheets(case.story, lang)
    return [front, offices, *more, *_changes(case, lang, since)]


def _numbers(case: Case, board: Board, lang: Lang) -> tuple[ReportTable, Chart]:
    """The numbers that the native chart is drawn from: the curve, or the gaps where there is none."""
    if case.curve:
        points = curve_points(board)
        frame = pd.DataFrame(
            {"offices_in_all": [str(it) for it, _ in points], "of_hundred": [100 * it for _, it in points]}
        )
        columns = (Column("offices_in_all", width=70), Column("of_hundred", "km", 12))
        alt = curve_alt(points, lang)
        title, axis = text("reports.board.curve_heading", lang), text("reports.board.curve_axis", lang)
        return ReportTable(columns, frame), Chart("line", title, alt, axis, 100.0)
    regions = sorted(case.shown_gaps.regions, key=lambda it: it.rank)
    frame = pd.DataFrame(
        {
            "gap_name": [f"{it.number}. {clean(it.name.text(lang), 90)}" for it in regions],
            "people": [it.people for it in regions],
        },
        columns=["gap_name", "people"],
    )
    columns = (Column("gap_name", width=70), Column("people", "people", 12))
    title = text("reports.column.people", lang)
    words = "; ".join(f"{it.number}: {people_rounded(it.people, lang)}" for it in regions)
    return ReportTable(columns, frame), Chart("bar", title, f"{title}. {words}")


def _changes(case: Case, lang: Lang, since: Earlier | None) -> list[Sheet]:
    """What became different since an earlier list."""
    if since is None:
        return []
    table = change_table(case.shown_gaps, since, lang)
    lines = (change_sentence(table, since, lang), assumption(case.shown, case.region, lang))
    title = text("reports.changes.title", lang, name=clean(since.name, 80))
    large = int((table.frame[["people_before", "people_now"]].max(axis=1) >= 100).sum()) if len(table) else 0
    return [Sheet(text("reports.changes.sheet", lang), title, lines, (Block(table),), printed=max(large, 1))]


def _districts(case: Case, lang: Lang) -> list[Sheet]:
    """Every district before and after, where something changes."""
    if case.after is None:
        return []
    table = comparison_table(case.before.coverage, case.shown)
    total = {"district": text("reports.gaps.total", lang)} | sums_of(table)
    names = state_names(case, lang)
    title = text("plan.comparison.title", lang, before=clean(names[0], 60), after=clean(names[1], 60))
    lines = (
        comparison_sentence(case.before.coverage, case.shown, lang),
        assumption(case.shown, case.region, lang),
    )
    name = text("reports.front.districts", lang)
    return [Sheet(name, title, lines, (Block(table, total=total),))]


def assumptions_sheet(it: "Firmness", unit: str, lang: Lang) -> Sheet:
    """A row an assumption, a column a chosen town: which town it chooses there."""
    words = [
        {"promise": row_words(one, lang, unit), "figures": year_words(one, lang)} for one in it.assumptions
    ]
    frame = pd.DataFrame(words)
    columns = [Column("promise", width=20), Column("figures", width=16)]
    blocks = []
    for site in it.sites:
        names = [clean("–" if held is None else held.name, 40) for held in site.held]
        away = [float("nan") if held is None else held.km for held in site.held]
        filled = frame.assign(chosen_town=names, away_km=away)
        table = ReportTable((*columns, Column("chosen_town", width=24), Column("away_km", "km", 12)), filled)
        blocks.append(Block(table, alt_words(site, lang)))
    title = text("firmness.title", lang)
    return Sheet(text("firmness.sheet", lang), title, (firmness_words(it, lang),), tuple(blocks))


def offices_with_evidence(case: Case, lang: Lang) -> ReportTable:
    """Every office before or after: what becomes of it, whom it reaches, who runs it, who says so."""
    before, after = case.before.coverage.offices, case.shown.offices
    old, new = (set(it["id"].astype(str)) for it in (before, after))
    documented = {str(it["id"]): it for it in plain_rows(case.region.offices)}
    rows: list[dict[str, Any]] = []
    for office in [*plain_rows(after), *(it for it in plain_rows(before) if str(it["id"]) not in new)]:
        key = str(office["id"])
        known = documented.get(key, {})
        becomes = "closing" if key not in new else "stays" if key in old else "new"
        rows.append(
            {
                "name": clean(office["name"]),
                "state_of_office": text(f"reports.front.{becomes}", lang),
                "people_nearest": float(office["people_nearest"]) if key in new else 0.0,
                "operator": clean(known.get("operator") or ""),
                "opened_in": str(known.get("opened") or ""),
                "closed_in": str(known.get("closed") or ""),
                "evidence": clean(known.get("evidence") or ""),
            }
        )
    columns = (
        Column("name", width=22), Column("state_of_office", width=14), Column("people_nearest", "people", 14),
        Column("operator", width=46), Column("opened_in", width=10), Column("closed_in", width=10),
        Column("evidence", width=92),
    )  # fmt: skip
    return ReportTable(columns, pd.DataFrame(rows, columns=[it.key for it in columns]))
