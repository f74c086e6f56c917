"""A letter for each district: its gap, its nearest office, what is proposed; one page each as PDF."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from iqgeo.case import Case, SecondTown
from iqgeo.coverage import COVERED, DAYS, RARELY, Coverage
from iqgeo.demand import municipality_keys
from iqgeo.frames import rows as rows_of
from iqgeo.reports import facts
from iqgeo.reports.board import map_legend, map_picture
from iqgeo.reports.board_districts import left_words
from iqgeo.reports.board_state import Board
from iqgeo.reports.board_tables import MOST_SITES
from iqgeo.reports.map.geometry import Shape, circle
from iqgeo.reports.map.pieces import TRIAL, Marker
from iqgeo.reports.office_template import NO_TEMPLATE, OfficeTemplate
from iqgeo.reports.pen import frame_around
from iqgeo.reports.pictures import board_of
from iqgeo.reports.print_map import draw
from iqgeo.reports.typeset import pdf
from iqgeo.safe.clean import clean, file_name
from iqgeo.safe.write import make_folder, write_bytes
from iqgeo.texts import Lang, date_words, number, of_hundred, plain, text
from iqgeo.words.assumptions import assumption, district_ranges, measure_warning
from iqgeo.words.clauses import listed
from iqgeo.words.districts import DistrictName, district_name
from iqgeo.words.rounding import LEAST_TOLD, about_tens, tens
from iqgeo.words.states import day_of, plan_title
from iqgeo.words.units import spoken_promise

MAP_MM: Final = (80.0, 88.0)
"""Size of the map of a letter."""

_MARGIN: Final = 0.22
# So many places served on days are named.
_MOST_PLACES: Final = 4
_MOST_ROWS: Final = 6
# An office that is the nearest to so small a part of a district is not named.
_LEAST_PART: Final = 0.1
# What changes this little of a district is not worth its letter.
_LEAST_CHANGE: Final = 0.01

_Rows = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class _Second:
    """A town that could stand in a proposed office's place, and the district's row with it."""

    town: SecondTown
    row: Any


def letters(
    case: Case,
    lang: Lang = "de",
    *,
    template: OfficeTemplate = NO_TEMPLATE,
    date: datetime.date | None = None,
) -> Iterator[tuple[str, bytes]]:
    """A letter for every district where someone is not reached, before or after: file name and PDF.

    Names begin with the AGS, so that they sort. The same case on the same ``date`` gives the same bytes.
    """
    day = day_of(date)
    for name, data in letter_data(case, lang, template=template, date=day):
        yield f"{name}.pdf", pdf("letter.typ", data, lang, date=day)


def letter_data(
    case: Case,
    lang: Lang = "de",
    *,
    template: OfficeTemplate = NO_TEMPLATE,
    date: datetime.date | None = None,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """What every letter says, as plain data: file name without ending, data; its map is of :data:`MAP_MM`."""
    board = board_of(case, lang, date)
    ranges = district_ranges(board.start, case.region, lang)
    figures = [_by_ags(it) for it in board.coverages]
    seconds = [(it, _by_ags(it.coverage)) for it in case.second_towns]
    for district in sorted(board.fine_scenes[0].base.districts, key=lambda it: it.ags):
        states = [by_ags[district.ags] for by_ags in figures if district.ags in by_ags]
        if not any(state.uncovered for state in states):
            continue
        second = _second(seconds, district.ags, states)
        data = _letter(board, district, states, template, ranges.get(district.ags, ""), second)
        name = f"{text('reports.letter.file_name', lang)}_{file_name(f'{district.ags}_{district.name}')}"
        yield name, data


def _by_ags(coverage: Coverage) -> _Rows:
    return {str(row.ags): row for row in rows_of(coverage.by_district())}


def _second(seconds: Sequence[tuple[SecondTown, _Rows]], ags: str, states: list[Any]) -> _Second | None:
    """The exchange that changes most for a district; ``None`` where none changes it noticeably."""
    found = [_Second(town, rows[ags]) for town, rows in seconds if ags in rows]
    if not found or len(states) < 2:
        return None
    covered = states[1].covered
    best = max(found, key=lambda it: (abs(it.row.covered - covered), it.row.covered))
    least = max(LEAST_TOLD, _LEAST_CHANGE * states[1].people)
    return best if abs(best.row.covered - covered) >= least else None


def write_letters(
    folder: str | Path,
    case: Case,
    lang: Lang = "de",
    *,
    template: OfficeTemplate = NO_TEMPLATE,
    date: datetime.date | None = None,
) -> list[Path]:
    """Write the letters into ``folder``, made if need be."""
    into = make_folder(folder)
    written = letters(case, lang, template=template, date=date)
    return [write_bytes(into / name, content) for name, content in written]


def _letter(
    board: Board, district: Any, states: list[Any], template: OfficeTemplate, sampled: str,
    second: _Second | None,
) -> dict[str, Any]:  # fmt: skip
    lang = board.lang
    kind = clean(board.region.district_kinds.get(district.ags, ""), 40)
    name = district_name(clean(district.name, 60), kind)
    headline = _headline(board, states[0], name)
    mine = board.start.places[board.start.places["district_ags"].astype(str) == district.ags]
    sections = [
        {"heading": _say("gap_heading", lang), "words": _gap(board, district.ags, states[0], sampled, name)},
        {"heading": _say("office_heading", lang), "words": _nearest(mine, lang)},
        {"heading": _say("proposal_heading", lang), "words": _proposal(board, states, name, second)},
    ]
    picture = _map(board, district.shape, name, second)
    dashed = [] if second is None else [_say("legend_second", lang, name=clean(second.town.name, 40))]
    reply = _say("reply", lang, date=template.reply_by) if template.reply_by else ""
    rests = [assumption(board.start, board.region, lang), measure_warning(board.start, board.region, lang)]
    distance = _say("distance", lang, distance=facts.distance_words(board.start, lang))
    return {
        "title": f"{_say('title', lang)}: {name.full}",
        "description": headline["before"] + headline["strong"] + headline["after"],
        "colour": template.colour or "#00695D",
        "logo": list(template.logo),
        "logo_alt": _say("logo_alt", lang, office=template.name or template.unit or "iqgeo"),
        "sender": [it for it in (template.name, template.unit) if it],
        "sender_line": ", ".join(filter(None, [template.name, *template.address.splitlines()])),
        "address": template.address_of(district.ags, name.full),
        "right": [
            ", ".join(filter(None, [template.place, date_words(board.date, lang)])),
            *filter(None, [template.author, plan_title(board.plan_name, lang)]),
        ],
        "headline": headline,
        "sections": sections,
        "bars": _bars(board, states, second),
        "map": picture,
        "legend": map_legend(board, len(board.scenes) - 1, *dashed),
        "table": _towns(board, mine, lang),
        "closing": " ".join(filter(None, [_say_of("closing", name, lang), reply])),
        "foot_heading": _say("foot_heading", lang),
        "foot": " ".join(filter(None, [*rests, distance, _say("rounded", lang)])),
        "sources": facts.sources_line(board.start, board.region, lang),
    }  # fmt: skip


def _say(key: str, lang: Lang, **values: object) -> str:
    return text(f"reports.letter.{key}", lang, **values)


def _say_of(key: str, district: DistrictName, lang: Lang, **values: object) -> str:
    """What is said of a district; of a town that is one, in other words."""
    return _say(f"{key}_city" if district.is_city else key, lang, **values)


def _map(board: Board, shape: Shape, name: DistrictName, second: _Second | None) -> dict[str, str]:
    """The district on the map of the last state, with the town that could stand in an office's place."""
    frame = frame_around(board.sheet.metres(shape).bounds, *MAP_MM, margin=_MARGIN)
    scene = board.fine_scenes[-1]
    if second is not None:
        town = second.town
        radius_km = board.start.measure.outline_km(board.start.target.value)
        ring = None if radius_km is None else circle(town.lon, town.lat, radius_km)
        marker = Marker("", town.name, town.lon, town.lat, TRIAL)
        scene = replace(scene, sites=(*scene.sites, marker), trial_ring=ring)
    svg = draw(scene, board.sheet, frame, board.lang, outlined=shape)
    return map_picture(board, len(board.scenes) - 1, svg, name.full)


def _bars(board: Board, states: list[Any], second: _Second | None) -> list[dict[str, Any]]:
    """The district's share under each network."""
    lang = board.lang
    shares = [
        (board.state_name(at), state.covered, state.people) for at, state in enumerate(states)
    ]  # fmt: skip
    if board.has_days:
        served = states[1].covered + states[1].on_days + states[1].rarely
        shares.append((_say("bar_days", lang), served, states[1].people))
    if second is not None:
        words = _say("bar_second", lang, name=clean(second.town.name, 40))
        shares.append((words, second.row.covered, second.row.people))
    return [
        {"words": words, "share": float(reached / people), "figure": of_hundred(reached / people, lang)}
        for words, reached, people in shares
        if people
    ]


def _headline(board: Board, state: Any, name: DistrictName) -> dict[str, str]:
    """The district's share beyond the target, its number strong."""
    lang, start = board.lang, board.start
    key = "headline_past" if board.is_past else "headline" if start.stage is None else "headline_stage"
    where = name.where(lang)
    share = of_hundred(state.uncovered / state.people, lang) if state.people else "–"
    whole = _say(
        f"{key}_in" if where else key, lang, district=name.full, where=where, stage=start.stage, share="\0",
        who=facts.dated_who(start, lang), target=spoken_promise(start.target, lang),
    )  # fmt: skip
    before, after = whole.split("\0")
    return {"before": before, "strong": share, "after": after}


def _gap(board: Board, ags: str, state: Any, sampled: str, name: DistrictName) -> str:
    lang = board.lang
    mine = [(dict(it.districts).get(ags, 0.0), it) for it in board.before.regions]
    largest = max(mine, key=lambda it: it[0], default=None)
    parts = [_say("gap_people", lang, people=about_tens(state.uncovered, lang), all=tens(state.people, lang))]
    if largest is not None and largest[0] > 0:
        region = largest[1]
        place = clean(region.name.text(lang), 90)
        parts.append(_say("gap_region", lang, number=region.number, name=place))
    if np.isfinite(state.mean_km):
        parts.append(_say_of("gap_mean", name, lang, km=number(state.mean_km, lang)))
    return " ".join(filter(None, [*parts, sampled]))


def _nearest(places: pd.DataFrame, lang: Lang) -> str:
    """The offices nearest to the people of a district, most people first."""
    people = places.groupby("nearest_office")["people"].sum().sort_values(ascending=False, kind="stable")
    people = people[people > 0]
    if people.empty or not people.index[0]:
        return _say("office_none", lang)
    shares = people / people.sum()
    named = [clean(name, 40) for name, part in shares.items() if part >= _LEAST_PART and name]
    if len(named) == 1:
        return _say("office_one", lang, name=named[0])
    told = [
        _say("office_part", lang, name=name, share=of_hundred(float(shares[name]), lang)) for name in named
    ]
    return _say("office_several", lang, names=listed(told, lang))


def _proposal(board: Board, states: list[Any], name: DistrictName, second: _Second | None) -> str:
    lang, suggestion = board.lang, board.suggestion
    if suggestion is None or len(states) < 2:
        return _say("proposal_none", lang)
    towns = (it.name for it in suggestion.sites)
    opened = listed(board.first(towns, MOST_SITES, others="lead_others"), lang)
    closed = listed(board.first(suggestion.closed, MOST_SITES), lang)
    parts = [_say("proposal_opened", lang, names=opened)] if opened else []
    parts += [_say("proposal_closed", lang, names=closed)] if closed else []
    change = states[1].covered - states[0].covered
    key = "proposal_gain" if change > 0 else "proposal_loss" if change < 0 else "proposal_same"
    parts.append(_say_of(key, name, lang, people=about_tens(abs(change), lang)))
    days = states[1].on_days + states[1].rarely if board.has_days else 0.0
    if days:
        parts.append(_say_of("proposal_days", name, lang, people=about_tens(days, lang)))
        parts.append(_day_places(board, str(states[1].ags)))
    if second is not None:
        parts.append(_in_its_place(second, states[1], name, lang))
    return " ".join(parts)


def _day_places(board: Board, ags: str) -> str:
    """Where the people of a district are served on days, most people first: how often, and from where."""
    assert board.after is not None
    lang, after, places = board.lang, board.after, board.after.day_places
    on_days = np.isin(after.service, (DAYS, RARELY))
    mine = after.places[after.places["district_ags"].astype(str).eq(ags) & on_days]
    people = mine.groupby("day_place")["people"].sum().sort_values(ascending=False, kind="stable")
    used = places.iloc[[int(at) for at in people[people > 0].index]]
    named = (
        _say("day_place", lang, name=clean(name, 40), home=clean(home, 40))
        for name, home in zip(used["name"], used["home_name"], strict=True)
    )
    return _say(
        "proposal_where", lang, days=plain(float(used["days_per_month"].mean()), lang),
        places=listed(board.first(named, _MOST_PLACES, 90, others="lead_others"), lang),
    )  # fmt: skip


def _in_its_place(second: _Second, state: Any, name: DistrictName, lang: Lang) -> str:
    """Which town comes second in an office's place, and what it means for all and for the district."""
    site, change = second.town.instead_of, second.row.covered - state.covered
    loss = max(0.0, site.runner_up_loss)
    mine = "second_more" if change > 0 else "second_less"
    return _say(
        "second", lang, name=clean(site.name, 40), other=clean(second.town.name, 40),
        all=_say("second_fewer" if round(loss) else "second_same", lang, people=about_tens(loss, lang)),
        mine=_say_of(mine, name, lang, people=about_tens(abs(change), lang)),
    )  # fmt: skip


def _towns(board: Board, places: pd.DataFrame, lang: Lang) -> dict[str, Any]:
    """The municipalities with most people left out, and whether the proposal reaches them."""
    missed = places[places["status"] != COVERED]
    sums = missed.groupby(municipality_keys(missed))["people"].sum()
    sums = sums.sort_values(ascending=False, kind="stable")
    shown, towns, after = sums[sums > 0].head(_MOST_ROWS), board.before.by_municipality, board.towns_after
    details = {str(row.ags): row for row in rows_of(towns[towns["ags"].isin(shown.index)])}
    lines = []
    for ags, people in shown.items():
        row = details[str(ags)]
        far = row.distance_km
        way = text("reports.unreachable", lang) if np.isinf(far) else f"{number(far, lang)} km"
        cells = [clean(row.name, 40), tens(people, lang), clean(row.nearest_office, 30), way]
        if board.after is not None:
            remaining, served = (float(after[it].get(ags, 0.0)) for it in ("after", "days"))
            left = left_words(board, people, remaining, served) if remaining else _say("all", lang)
            cells.append(left)
        lines.append(cells)
    keys = ["municipality", "people", "office", "way", *(["after"] if board.after is not None else [])]
    return {
        "heading": _say("table_heading", lang),
        "columns": [_say(f"column_{key}", lang) for key in keys],
        "rows": lines,
    }
