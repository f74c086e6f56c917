"""The longer report: a page for every district behind the board's page."""

from typing import Any, Final

import numpy as np
import pandas as pd

from iqgeo.coverage import COVERED, Coverage
from iqgeo.frames import rows as rows_of
from iqgeo.reports import facts
from iqgeo.reports.board import map_picture
from iqgeo.reports.board_state import Board
from iqgeo.reports.print_map import draw, frame_around
from iqgeo.safe.clean import clean
from iqgeo.texts import number, of_hundred, text
from iqgeo.words.units import spoken_promise

_MAP_MM: Final = (86.5, 78.0)
# A district's surroundings in view: the way to offices outside it belongs to the picture.
_MARGIN = 0.3
_MOST_ROWS: Final = 24


def district_pages(board: Board) -> list[dict[str, Any]]:
    """Pages of all districts with an outline, by AGS: sentence, maps, municipalities left out.

    Districts where everyone is reached before and after get none.
    """
    shapes = {district.ags: district for district in board.scenes[0].base.districts}
    counted = [board.start] if board.after is None else [board.start, board.after]
    figures = [{str(row.ags): row for row in rows_of(coverage.by_district())} for coverage in counted]
    municipalities = _municipalities(board)
    pages = []
    for ags, district in sorted(shapes.items()):
        states = [by_ags[ags] for by_ags in figures if ags in by_ags]
        if not any(state.uncovered for state in states):
            continue
        rows = municipalities[municipalities["district_ags"] == ags]
        pages.append(
            {
                "heading": f"{clean(district.name, 60)} ({ags})",
                "lead": _lead(board, states),
                "maps": _maps(board, district.shape, states),
                **_table(board, rows),
            }
        )
    return pages


def _lead(board: Board, states: list[Any]) -> list[dict[str, Any]]:
    lang, before = board.lang, states[0]
    values = {
        "uncovered": number(before.uncovered, lang),
        "people": number(before.people, lang),
        "who": facts.who(board.start, lang),
        "target": spoken_promise(board.start.target, lang),
    }
    if len(states) == 1:
        return board.rich("district_lead", **values)
    return board.rich("district_lead_plan", left=number(states[1].uncovered, lang), **values)


def _maps(board: Board, shape: Any, states: list[Any]) -> list[dict[str, str]]:
    frame = frame_around(board.sheet.metres(shape).bounds, *_MAP_MM, margin=_MARGIN)
    pictures = []
    for index, (scene, state) in enumerate(zip(board.scenes, states, strict=True)):
        share = of_hundred(state.share, board.lang) if state.people else "–"
        svg = draw(scene, board.sheet, frame, board.lang, outlined=shape)
        pictures.append(map_picture(board, index, svg, board.say("district_share", share=share)))
    return pictures


def _municipalities(board: Board) -> pd.DataFrame:
    """People not reached by municipality, before and after, most first (after the plan, if there is one)."""
    table = _uncovered(board.start, "before")
    if board.after is not None:
        table = table.join(_uncovered(board.after, "after")[["after"]], how="outer").fillna(
            {"before": 0.0, "after": 0.0}
        )
    details = board.before.by_municipality
    if board.left is not None:
        # Whoever only the plan leaves out is told of as well, as it will be.
        details = pd.concat([details, board.left.by_municipality]).drop_duplicates("ags")
    columns = ["name", "district_ags", "nearest_office", "distance_km", "reason", "depends_on_road"]
    details = details.set_index("ags")[columns]
    table = (
        table[["before", *(["after"] if "after" in table else [])]].join(details, how="inner").reset_index()
    )
    return table.sort_values(["before", "ags"], ascending=[False, True], ignore_index=True)


def _uncovered(coverage: Coverage, name: str) -> pd.DataFrame:
    left = coverage.places[coverage.places["status"] != COVERED]
    return left.groupby("ags")[["people"]].sum().rename(columns={"people": name})


def _table(board: Board, rows: pd.DataFrame) -> dict[str, Any]:
    lang = board.lang
    planned = "after" in rows
    shown, rest = rows.head(_MOST_ROWS), rows.iloc[_MOST_ROWS:]
    written = []
    for row in rows_of(shown):
        far = (
            text("reports.unreachable", lang)
            if np.isinf(row.distance_km)
            else number(row.distance_km, lang, 1)
        )
        reason = "depends_on_road" if row.depends_on_road and row.reason == "too_far" else row.reason
        second = (
            number(row.after, lang) if planned else number(100 * row.before / board.start.uncovered, lang, 1)
        )
        words = [clean(row.name, 40), number(row.before, lang), second, clean(row.nearest_office, 30), far]
        written.append([*words, text(f"gaps.reason.{reason}", lang)])
    keys = ["municipality", "before", "after" if planned else "part", "office", "km", "reason"]
    more = ""
    if len(rest):
        people = number(float(rest["before"].sum()), lang)
        more = board.say("district_more", count=number(len(rest), lang), people=people)
    return {
        "table_heading": board.say("district_table"),
        "columns": [board.say(f"district_{key}") for key in keys],
        "rows": written,
        "more": more,
    }
