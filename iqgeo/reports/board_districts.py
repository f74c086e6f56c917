"""The longer report: a page for every district behind the board's page."""

from typing import Any, Final

import numpy as np
import pandas as pd

from iqgeo.coverage import Coverage
from iqgeo.frames import rows as rows_of
from iqgeo.reports import facts
from iqgeo.reports.board import legend, map_picture, method_words, per_dot, range_words
from iqgeo.reports.board_state import Board, left_by_town
from iqgeo.reports.pen import frame_around
from iqgeo.reports.print_map import draw
from iqgeo.safe.clean import clean
from iqgeo.texts import in_hundred, number, of_hundred, people_rounded, text
from iqgeo.words.assumptions import district_ranges
from iqgeo.words.districts import is_city
from iqgeo.words.rounding import tens
from iqgeo.words.units import spoken_promise

_MAP_MM: Final = (86.5, 92.0)
_ONE_MAP_MM: Final = (178.0, 98.0)
# What a short table leaves to the maps, for each row, and how high they may get.
_ROW_MM: Final = 3.0
_MOST_MM: Final = 124.0
# A district's surroundings in view: the way to offices outside it belongs to the picture.
_MARGIN = 0.25
_MOST_ROWS: Final = 20


def district_pages(board: Board) -> list[dict[str, Any]]:
    """Pages of all districts with an outline, by AGS: sentence, maps, method, municipalities left out.

    Districts where everyone is reached before and after get none.
    """
    shapes = {district.ags: district for district in board.fine_scenes[0].base.districts}
    figures = [{str(row.ags): row for row in rows_of(it.by_district())} for it in board.coverages]
    municipalities = _municipalities(board)
    ranges = district_ranges(board.start, board.region, board.lang)
    bands = [_bands(it) for it in board.coverages]
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
                "maps": _maps(board, district, states, len(rows)),
                "legend": legend(board),
                "per_dot": per_dot(board.fine_scenes[0], board),
                "method": _method(board, ags, ranges.get(ags, ""), bands),
                **_table(board, rows),
            }
        )
    return pages


def _lead(board: Board, states: list[Any]) -> list[dict[str, Any]]:
    lang, before = board.lang, states[0]
    values = {
        "uncovered": people_rounded(before.uncovered, lang),
        "people": people_rounded(before.people, lang),
        "who": facts.dated_who(board.start, lang),
        "target": spoken_promise(board.start.target, lang),
    }
    tense = "_past" if board.is_past else ""
    if len(states) == 1:
        return board.rich(f"district_lead{tense}", **values)
    left = people_rounded(states[1].uncovered, lang)
    change = "same" if states[1].uncovered == before.uncovered else "plan"
    if change == "plan" and left == values["uncovered"]:
        change = "hardly"
    said = board.rich(f"district_lead_{change}{tense}", left=left, **values)
    days = states[1].on_days + states[1].rarely if board.has_days else 0.0
    if days:
        said += board.rich("district_lead_days", people=people_rounded(days, lang))
    return said


def _bands(coverage: Coverage) -> dict[str, tuple[float, float]]:
    """Which share of the people of each district is reached if the road is long or short; by AGS."""
    band = coverage.measure.band
    if band is None:
        return {}
    places = coverage.places
    people = places["people"].to_numpy(dtype=float)
    straight = places["straight_km"].to_numpy(dtype=float)
    short, long = (coverage.target.met_by(straight * factor) for factor in band)
    frame = pd.DataFrame(
        {
            "ags": places["district_ags"].astype(str),
            "people": people,
            "low": people * long,
            "high": people * short,
        }
    )
    sums = frame.groupby("ags")[["people", "low", "high"]].sum()
    sums = sums[sums["people"] > 0]
    return {
        str(ags): (low / all_, high / all_)
        for ags, low, high, all_ in zip(sums.index, sums["low"], sums["high"], sums["people"], strict=True)
    }


def _method(board: Board, ags: str, sampled: str, bands: "list[dict[str, tuple[float, float]]]") -> str:
    """Which network and figures, how measured, and how far off that can be in this district."""
    parts = [method_words(board)]
    told = [
        range_words(board, board.state_name(at), *found[ags])
        for at, found in enumerate(bands)
        if ags in found
    ]
    if told:
        parts.append(board.say("district_band", ranges=", ".join(told)))
    return " ".join(filter(None, [*parts, sampled]))


def _maps(board: Board, district: Any, states: list[Any], rows: int) -> list[dict[str, str]]:
    width, height = _MAP_MM if len(states) > 1 else _ONE_MAP_MM
    height = min(_MOST_MM, height + _ROW_MM * max(0, _MOST_ROWS - rows))
    shape, kind = district.shape, board.region.district_kinds.get(district.ags, "")
    key = "district_share_city" if is_city(kind) else "district_share"
    frame = frame_around(board.sheet.metres(shape).bounds, width, height, margin=_MARGIN)
    pictures = []
    for index, (scene, state) in enumerate(zip(board.fine_scenes, states, strict=True)):
        share = of_hundred(state.share, board.lang) if state.people else "–"
        svg = draw(scene, board.sheet, frame, board.lang, outlined=shape)
        pictures.append(map_picture(board, index, svg, board.say(key, share=share)))
    return pictures


def _municipalities(board: Board) -> pd.DataFrame:
    """People not reached by municipality, before and after, most first (after the plan, if there is one)."""
    table = left_by_town(board.start).to_frame("before")
    if board.after is not None:
        table = table.join(board.towns_after, how="outer").fillna(0.0)
    details = board.before.by_municipality
    if board.left is not None:
        # Whoever only the plan leaves out is told of as well, as it will be.
        details = pd.concat([details, board.left.by_municipality]).drop_duplicates("ags")
    columns = ["name", "district_ags", "nearest_office", "distance_km", "reason", "depends_on_road"]
    details = details.set_index("ags")[columns]
    table = table.join(details, how="inner").reset_index()
    return table.sort_values(["before", "ags"], ascending=[False, True], ignore_index=True)


def left_words(board: Board, before: float, after: float, days: float) -> str:
    """What a plan leaves of people not reached: unchanged, so many, or served on days."""
    lang = board.lang
    if days:
        # Whom a place on days serves is not left out as before, though no office came nearer.
        rest = tens(after - days, lang)
        return board.say("on_days" if after == days else "partly_on_days", people=tens(days, lang), rest=rest)
    return board.say("unchanged") if after == before else tens(after, lang)


def _table(board: Board, rows: pd.DataFrame) -> dict[str, Any]:
    lang = board.lang
    planned = "after" in rows
    shown, rest = rows.head(_MOST_ROWS), rows.iloc[_MOST_ROWS:]
    written = []
    for row in rows_of(shown):
        far = (
            text("reports.unreachable", lang) if np.isinf(row.distance_km) else number(row.distance_km, lang)
        )
        reason = "depends_on_road" if row.depends_on_road and row.reason == "too_far" else row.reason
        if planned:
            second = left_words(board, row.before, row.after, row.days)
        else:
            second = in_hundred(row.before / board.start.uncovered, lang)
        words = [clean(row.name, 40), tens(row.before, lang), second, clean(row.nearest_office, 30), far]
        written.append([*words, text(f"gaps.reason.{reason}", lang)])
    keys = ["municipality", "before", "after" if planned else "part", "office", "km", "reason"]
    more = ""
    if len(rest):
        people = tens(float(rest["before"].sum()), lang)
        more = board.say("district_more", count=number(len(rest), lang), people=people)
    return {
        "table_heading": board.say("district_table", state=board.state_name(0)),
        "columns": [board.say(f"district_{key}") for key in keys],
        "rows": written,
        "more": more,
    }
