"""Slides for a meeting: the answer, a map a slide, the proposal, the numbers, what they rest on."""

import datetime
from dataclasses import replace
from typing import Any

from iqgeo.case import Case
from iqgeo.coverage import Coverage
from iqgeo.gaps import Gaps
from iqgeo.reports import facts
from iqgeo.reports.archive import settled
from iqgeo.reports.board import board_data, map_legend, per_dot
from iqgeo.reports.board_curve import curve_alt, curve_points
from iqgeo.reports.board_decision import decision
from iqgeo.reports.board_state import Board
from iqgeo.reports.deck import BODY_IN, FOOT_IN, LEFT_IN, TOP_IN, Box, Deck
from iqgeo.reports.office_template import NO_TEMPLATE, OfficeTemplate
from iqgeo.reports.pictures import board_of, map_at
from iqgeo.safe.clean import clean
from iqgeo.texts import Lang, number, of_hundred, people_rounded, text
from iqgeo.words.assumptions import assumption, band_words, measure_warning, sample_words
from iqgeo.words.clauses import Rich, listed

# Where subject, committee and date stand on the first slide.
_FORM_IN = 5.4
_MOST_GAPS = 8
_MOST_STAGES = 8
_MOST_OFFICES = 30


def board_pptx(
    case: Case,
    lang: Lang = "de",
    *,
    template: OfficeTemplate = NO_TEMPLATE,
    date: datetime.date | None = None,
) -> bytes:
    """The board's paper as slides (PowerPoint), with native tables and charts and alternative texts.

    The same case on the same ``date`` (today unless given) gives the same bytes.
    """
    board = replace(board_of(case, lang, date), suggestion=case.tested)
    found = decision(board)
    data = board_data(board, template.name or None, template=template)
    foot = f"{data['head']['left']}, {data['head']['right']}"
    accent = data["colour"].lstrip("#")
    deck = Deck(lang, data["title"], foot, accent, template.logo, template.name or data["head"]["left"])
    _answer(deck, data)
    for boards, index in _maps(case, board):
        _map(deck, boards, index)
    if data["sites"] is not None:
        _proposal(deck, data, found)
    if found is not None and found["alternatives"] is not None:
        _alternatives(deck, found)
    _numbers(deck, case, board, data)
    _rests(deck, board)
    return settled(deck.content(), board.date)


def _say(key: str, lang: Lang, **values: object) -> str:
    return text(f"reports.slides.{key}", lang, **values)


def _one(words: str, *, strong: bool = False) -> Rich:
    return [{"words": words, "strong": strong}]


def _answer(deck: Deck, data: dict[str, Any]) -> None:
    """The sentence, what it means, and how sure it is."""
    slide = deck.add(data["headline"])
    proof = [] if data["sites"] is None else [data["sites"]["proof"]]
    form = [_one(f"{name}: {value}") for name, value in data["form"]]
    top, end = TOP_IN + 0.35, _FORM_IN if form else FOOT_IN
    deck.words_that_fit(slide, [data["lead"], *proof], Box(LEFT_IN, top, BODY_IN, end - top - 0.1), 20)
    if form:
        deck.words(slide, form, Box(LEFT_IN, _FORM_IN, BODY_IN, 1.4), 13, "56616A")


def _maps(case: Case, board: Board) -> list[tuple[Board, int]]:
    """The map of every network of the case: before, each stage, after."""
    found: list[tuple[Board, int]] = [(board, 0)]
    if board.after is None:
        return found
    between = [
        (state, gaps)
        for state, gaps in zip(case.states, case.gaps, strict=False)
        if state is not case.before and state is not case.after and state in case.states[_first(case) :]
    ][:_MOST_STAGES]
    for state, gaps in between:
        found.append((_stage(board, state.coverage, gaps, state.name), 1))
    return [*found, (board, 1)]


def _first(case: Case) -> int:
    return next((at for at, it in enumerate(case.states) if it is case.before), -1) + 1


def _stage(board: Board, coverage: Coverage, gaps: Gaps, name: str) -> Board:
    """What the pages would show if the plan ended with this stage."""
    return replace(
        board, after=coverage, after_gaps=gaps, suggestion=None, stage_words=_stage_words(name, board.lang)
    )


def _stage_words(name: str, lang: Lang) -> str:
    """A stage by its name; one that is a number says what it counts."""
    return _say("stage", lang, number=name) if name.isdigit() else clean(name, 60)


def _map(deck: Deck, board: Board, index: int) -> None:
    lang = board.lang
    coverage = board.start if index == 0 else board.after
    assert coverage is not None
    gaps = board.before if index == 0 else board.left
    assert gaps is not None
    share = of_hundred(coverage.share, lang) if coverage.people else "–"
    offices = number(len(coverage.offices), lang)
    heading = _say("map_title", lang, state=board.state_name(index), offices=offices, share="**")
    before, after = heading.split("**")
    slide = deck.add([[*_one(before), *_one(share, strong=True), *_one(after)]])
    box = Box(LEFT_IN, TOP_IN, 6.2, FOOT_IN - TOP_IN - 0.25)
    width = deck.picture(slide, map_at(board, index), box, board.state_name(index))
    left = LEFT_IN + width + 0.5
    right = BODY_IN - width - 0.5
    regions = sorted(gaps.regions, key=lambda it: it.rank)
    rows = [
        [str(it.number), clean(it.name.text(lang), 90), people_rounded(it.people, lang)]
        for it in regions[:_MOST_GAPS]
    ]
    total = ["", text("reports.gaps.total", lang), people_rounded(coverage.uncovered, lang)]
    columns = [_say("number", lang), _say("gap", lang), board.say("district_before")]
    alt = _say("gaps_alt", lang, state=board.state_name(index))
    deck.table(
        slide, columns, [*rows, total], Box(left, TOP_IN, right, 4.0), (0.6, 4.2, 1.5), alt,
        total=True, numbers=frozenset({2}),
    )  # fmt: skip
    legend = map_legend(board, index)
    deck.words(
        slide,
        [_one(legend), _one(per_dot(board.scenes[index], board))],
        Box(left, FOOT_IN - 1.05, right, 0.8),
        12,
        "56616A",
    )


def _proposal(deck: Deck, data: dict[str, Any], found: dict[str, Any] | None) -> None:
    """The offices that open and close, whom each helps, what could stand in its place, how firm it is."""
    sites, reasons = data["sites"], None if found is None else found["reasons"]
    slide = deck.add([_one(sites["heading"])])
    widths: tuple[float, ...]
    if reasons is None:
        rows = [[it["name"], it["gain"]] for it in sites["rows"]]
        columns, widths, numbers = sites["columns"][:2], (2.4, 1.4), frozenset({1})
    else:
        keys = [key for key, words in reasons["columns"].items() if words]
        wide = {"name": 2.2, "stage": 0.8, "gain": 1.3, "helps": 3.2, "runner_up": 3.0, "squares": 2.4}
        closing = (
            [it for it in sites["rows"] if it["gain"] and it["name"] in found["closed"]] if found else []
        )
        rows = [[_cell(row, key) for key in keys] for row in reasons["rows"]]
        rows += [[it["name"], it["gain"], *[""] * (len(keys) - 2)] for it in closing]
        columns, widths = [reasons["columns"][key] for key in keys], tuple(wide[key] for key in keys)
        numbers = frozenset(at for at, key in enumerate(keys) if key in ("stage", "gain"))
    deck.table(
        slide, columns, rows, Box(LEFT_IN, TOP_IN, BODY_IN, 3.4), widths, sites["heading"], points=15,
        numbers=numbers,
    )  # fmt: skip
    more = [_one(sites["more"])] if sites["more"] else []
    deck.words_that_fit(slide, [*more, sites["proof"]], Box(LEFT_IN, FOOT_IN - 1.75, BODY_IN, 1.6), 14)


def _cell(row: dict[str, Any], key: str) -> str:
    if key == "runner_up":
        return f"{row['runner_up']} {row['loss']}".strip()
    if key == "squares":
        return str(row["firm"])
    return str(row[key])


def _alternatives(deck: Deck, found: dict[str, Any]) -> None:
    """What else could be done, who loses, who stays outside."""
    others = found["alternatives"]
    slide = deck.add([_one(others["heading"])])
    columns = ["", *others["columns"], ""]
    rows = [[it["name"], it["words"], it["share"], it["change"], it["note"]] for it in others["rows"]]
    deck.table(
        slide, columns, rows, Box(LEFT_IN, TOP_IN, BODY_IN, 3.6), (2.2, 4.6, 0.9, 1.2, 3.2),
        others["heading"], points=13, numbers=frozenset({2, 3}),
    )  # fmt: skip
    outside = [_one(found["outside"]["heading"], strong=True), found["outside"]["words"]]
    deck.words_that_fit(slide, outside, Box(LEFT_IN, FOOT_IN - 1.55, BODY_IN, 1.4), 14)


def _numbers(deck: Deck, case: Case, board: Board, data: dict[str, Any]) -> None:
    """A chart with its numbers, and the gaps before and after."""
    lang, gaps = board.lang, data["gaps"]
    slide = deck.add([_one(_say("numbers_title", lang))])
    half = (BODY_IN - 0.6) / 2
    box = Box(LEFT_IN, TOP_IN, half, 4.6)
    series = _say("series", lang)
    if board.curve:
        points = curve_points(board)
        deck.line_chart(
            slide, [it for it, _ in points], [100 * it for _, it in points], box,
            curve_alt(points, lang), board.say("curve_axis"), series, board.say("curve_heading"),
        )  # fmt: skip
    else:
        shown = _shares(case, board)
        words = ", ".join(f"{name}: {of_hundred(share, lang)}" for name, share in shown)
        deck.bar_chart(
            slide, [it for it, _ in shown], [100 * it for _, it in shown], box,
            _say("shares_alt", lang, points=words), board.say("curve_heading"), series,
        )  # fmt: skip
    rows = [[str(it["number"]), it["name"], *it["figures"]] for it in gaps["rows"]]
    total = ["", gaps["total"]["words"], *gaps["total"]["figures"]]
    columns = [_say("number", lang), _say("gap", lang), *gaps["columns"][1:]]
    figures = len(columns) - 2
    deck.table(
        slide, columns, [*rows, total], Box(LEFT_IN + half + 0.6, TOP_IN, half, 4.6),
        (0.6, 4.4 - 0.7 * figures, *[1.3] * figures), gaps["heading"], points=12, total=True,
        numbers=frozenset(range(2, len(columns))),
    )  # fmt: skip
    deck.words(slide, [_one(_say("rounded", lang))], Box(LEFT_IN, FOOT_IN - 0.4, BODY_IN, 0.3), 11, "56616A")


def _shares(case: Case, board: Board) -> list[tuple[str, float]]:
    """The share reached in every network of the case."""
    found = []
    for boards, index in _maps(case, board):
        coverage = boards.start if index == 0 else boards.after
        assert coverage is not None
        found.append((boards.state_name(index), coverage.share if coverage.people else 0.0))
    return found


def _labelled(words: str) -> str:
    """A label before its value; a question brings its own mark."""
    return f"{words} " if words.endswith("?") else f"{words}: "


def _rests(deck: Deck, board: Board) -> None:
    """Assumption, bands, who is counted, sources: what an auditor asks for."""
    lang, start, region = board.lang, board.start, board.region
    slide = deck.add([_one(_say("rests_title", lang))])
    shown = board.after or start
    labelled = (
        ("assumption", assumption(start, region, lang)),
        ("weight", facts.weight_words(start, lang)),
        ("definition", facts.definition_words(start, region, lang)),
        ("distance", facts.distance_words(start, lang)),
        ("warning", measure_warning(shown, region, lang)),
        ("band", band_words(shown, lang)),
        ("sample", sample_words(shown, region, lang, board.states)),
        ("offices", listed(board.first(shown.offices["name"], _MOST_OFFICES), lang)),
    )
    # The assumption says itself what it is.
    paragraphs = [
        [
            *_one("" if key == "assumption" else _labelled(text(f"reports.fact.{key}", lang)), strong=True),
            *_one(words),
        ]
        for key, words in labelled
        if words
    ]
    paragraphs.append(_one(facts.sources_line(start, region, lang)))
    deck.words_that_fit(slide, paragraphs, Box(LEFT_IN, TOP_IN - 0.4, BODY_IN, 5.2), 12)
