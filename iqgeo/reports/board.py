"""The board's page: where we are, what the plan buys, what stays uncovered, on one A4 page as PDF."""

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from iqgeo.access.outreach import POSTS_AN_OFFICE
from iqgeo.case import BestChoice, LikelyTown
from iqgeo.changes import gains_and_losses
from iqgeo.coverage import Coverage
from iqgeo.gaps import Gaps
from iqgeo.proposal import Proposal, proposal_of
from iqgeo.region import Region
from iqgeo.reports import board_tables, facts
from iqgeo.reports.board_curve import curve_picture
from iqgeo.reports.board_decision import decision, decision_form
from iqgeo.reports.board_state import Board
from iqgeo.reports.board_tables import MOST_SITES
from iqgeo.reports.drawn import drawn
from iqgeo.reports.map.pieces import TOP_GAPS
from iqgeo.reports.map.scene import MapScene
from iqgeo.reports.office_template import NO_TEMPLATE, OfficeTemplate
from iqgeo.reports.typeset import pdf
from iqgeo.safe.clean import clean
from iqgeo.scenario.settings import Settings
from iqgeo.texts import Lang, date_words, in_hundred, number, of_hundred, people_rounded, percent, plain
from iqgeo.words.assumptions import assumption, measure_warning, sample_words
from iqgeo.words.clauses import Rich, listed, rich_words
from iqgeo.words.network import network_clauses
from iqgeo.words.states import day_of, network_name, plan_title, said_of_region
from iqgeo.words.units import promise, spoken_promise

if TYPE_CHECKING:
    from iqgeo.reports.map.access import Layer

MAP_MM: Final = (86.5, 80.0)
_DECISION_MAP_MM: Final = (86.5, 68.0)
_ONE_MAP_MM: Final = (108.0, 98.0)
_CHART_MM: Final = (68.0, 30.0)
# So many offices and gaps are told to who cannot see a map.
_TOLD: Final = 60
# So many districts that lose most are named.
_LOSERS: Final = 3


def board_pdf(
    before: Gaps,
    region: Region,
    lang: Lang = "de",
    *,
    after: Coverage | None = None,
    left: Gaps | None = None,
    suggestion: Proposal | None = None,
    curve: Sequence[tuple[int, float]] = (),
    best: Mapping[int, BestChoice] | None = None,
    likely: LikelyTown | None = None,
    title: str | None = None,
    plan_name: str | None = None,
    date: datetime.date | None = None,
    per_district: bool = False,
    template: OfficeTemplate = NO_TEMPLATE,
    office_posts: float = POSTS_AN_OFFICE,
    layer: "Layer | None" = None,
    settings: Settings | None = None,
) -> bytes:
    """Set the board's page as a tagged PDF (PDF/UA-1) with title, language and alternative texts.

    Parameters
    ----------
    before : Gaps
        The gaps of the starting state; their numbers stay in both maps and the table.
    region : Region
        Outlines, names, sources.
    lang : Lang
        Of the page.
    after : Coverage | None
        The coverage with a plan; one map and the districts with most people left out without.
    left : Gaps | None
        The gaps of ``after`` as numbered by the scenario; else numbered on from ``before``.
    suggestion : Proposal | None
        What ``after`` changes and how that was found; taken for a choice by hand without.
    curve : Sequence[tuple[int, float]]
        Number of offices and share reached (0 to 1), ascending, for the chart; none without.
    best, likely : Mapping[int, BestChoice] | None, LikelyTown | None
        What a decision paper holds the proposal against, see :class:`iqgeo.case.Case`.
    title : str | None
        In place of the region's.
    plan_name : str | None
        Named at the top right.
    date : datetime.date | None
        Printed on the page; today unless given. The same inputs then give the same bytes.
    per_district : bool
        A page for every district behind the first.
    template : OfficeTemplate
        The office's own name, logo and colour; with a committee or subject the page is a decision paper, with
        alternatives beside the proposal.
    office_posts : float
        Posts of presence in a new office, where places served on days are priced.
    layer : Layer | None
        A page of its own with posts within reach, or how many come; none without.
    settings : Settings | None
        Posts and consultations of that page; the defaults without.

    Raises
    ------
    ValueError
        If there is a suggestion but no coverage that goes with it.
    """
    if suggestion is not None and after is None:
        raise ValueError("a suggestion needs the coverage it leads to")
    if after is not None and suggestion is None:
        suggestion = proposal_of(before.coverage, after)
    day = day_of(date)
    board = Board(
        before, region, lang, after, suggestion, tuple(curve), clean(plan_name or "", 60), day, left,
        best or {}, likely,
        office_posts=office_posts,
    )  # fmt: skip
    data = board_data(board, title or template.name or None, per_district=per_district, template=template)
    if layer is not None:
        from iqgeo.reports.board_layer import layer_page

        data["layer"] = layer_page(board, settings or Settings(), layer)
    return pdf("board.typ", data, lang, date=day)


def board_data(
    board: Board,
    title: str | None = None,
    *,
    per_district: bool = False,
    template: OfficeTemplate = NO_TEMPLATE,
) -> dict[str, Any]:
    """Collect everything the template prints, as plain data."""
    head = clean(
        title
        or said_of_region(
            "reports.board.head",
            board.lang,
            clean(board.region.name, 60),
            sites=clean(board.region.site_noun.many(board.lang), 40),
        ),
        70,
    )
    pages: list[dict[str, Any]] = []
    if per_district:
        from iqgeo.reports.board_districts import district_pages

        pages = district_pages(board)
    right = board.say("head_right", date=date_words(board.date, board.lang))
    middle = board.say("head_decision" if template.is_decision else "head_middle")
    headline = _headline(board)
    decided = decision(board) if template.is_decision else None
    size = _ONE_MAP_MM if len(board.scenes) == 1 else MAP_MM if decided is None else _DECISION_MAP_MM
    sources = facts.sources_line(board.start, board.region, board.lang)
    return {
        "title": f"{head}: {middle}",
        "colour": template.colour or "#00695D",
        "logo": list(template.logo),
        "form": decision_form(template, board),
        "decision": decided,
        "description": " ".join(map(_plain_words, headline)),
        "head": {
            "left": head,
            "middle": middle,
            "right": ", ".join(filter(None, [plan_title(board.plan_name, board.lang), right])),
        },
        "headline": headline,
        "lead": [*_lead(board), *_on_days(board), *_warning(board)],
        "warning": _warning(board),
        "maps": [_map(board, index, size) for index in range(len(board.scenes))],
        "legend": legend(board),
        "per_dot": per_dot(board.scenes[0], board),
        "gaps": board_tables.gaps_table(board),
        "sites": board_tables.sites_table(board),
        "districts": board_tables.districts_table(board) if board.after is None else None,
        "curve": _curve(board),
        "sure": {"heading": board.say("sure_heading"), "words": _how_sure(board)},
        "sources": sources,
        "footer": f"{head}, {right}. {sources}",
        "layer": None,
        "pages": pages,
        "contents": board.say("contents") if pages else "",
    }


def _plain_words(parts: Rich) -> str:
    return "".join(str(part["words"]) for part in parts)


def _headline(board: Board) -> list[Rich]:
    lang, start = board.lang, board.start
    values = {"who": facts.dated_who(start, lang), "target": spoken_promise(start.target, lang)}
    if not start.people:
        return [board.rich("headline_nobody")]
    first = not len(start.offices)
    key = "headline_none" if first else "headline"
    if start.stage is not None:
        # What is over is told as such: a network of 2012 is not what people have today.
        key += "_past" if board.is_past else "_stage"
        values["stage"] = str(start.stage)
    sentences = [board.rich(key, share=of_hundred(start.share, lang), **values)]
    if board.after is not None:
        share = of_hundred(board.after.share, lang)
        added, closed = _changes(board.start, board.after)
        if closed and not added:
            key, counts = "headline_closed", {"count": board.count(closed)}
        elif closed or not added:
            key, counts = "headline_changed", {"added": number(added, lang), "closed": number(closed, lang)}
        else:
            key, counts = "headline_first_more" if first else "headline_more", {"count": board.count(added)}
        sentences.append(board.rich(key, share=share, **counts, **values))
    return sentences


def _changes(before: Coverage, after: Coverage) -> tuple[int, int]:
    """How many offices are added and how many closed."""
    old, new = set(before.offices["id"]), set(after.offices["id"])
    return len(new - old), len(old - new)


def _lead(board: Board) -> Rich:
    lang, start = board.lang, board.start
    uncovered = people_rounded(start.uncovered, lang)
    if board.after is None and not (len(board.before.places) and len(start.offices)):
        return board.rich("lead_nothing" if len(board.before.places) else "lead_all", uncovered=uncovered)
    beyond = board.say("lead_was" if board.is_past else "lead_is")
    scene = board.scenes[-1]
    largest = sorted(scene.gaps, key=lambda gap: gap.place)[:TOP_GAPS]
    where = listed([clean(gap.name.text(lang), 90) for gap in largest], lang)
    if board.after is None or board.suggestion is None:
        return board.rich("lead", beyond=beyond, uncovered=uncovered, where=where)
    sums = gains_and_losses(start, board.after)
    gained, lost = float(sums["gained"].sum()), float(sums["lost"].sum())
    left = people_rounded(board.after.uncovered, lang)
    towns = (it.name for it in board.suggestion.sites)
    opened = listed(board.first(towns, MOST_SITES, others="lead_others"), lang)
    closed = listed(board.first(board.suggestion.closed, MOST_SITES), lang)
    if not opened and not closed:
        return board.rich("lead_same", beyond=beyond, uncovered=uncovered, where=where)
    if closed:
        what = board.say("lead_both", opened=opened, closed=closed) if opened else ""
        what = what or board.say("lead_closed", closed=closed)
        losers = sums["lost"].sort_values(ascending=False, kind="stable")
        names = [start.district_names.get(str(ags), "") for ags in losers[losers > 0].index[:_LOSERS]]
        kinds = {(True, True): "", (True, False): "_none_lost", (False, True): "_none_won"}
        key = f"lead_changes{kinds.get((round(gained) > 0, round(lost) > 0), '_nobody')}"
        return board.rich(
            key, beyond=beyond, uncovered=uncovered, what=what, gained=people_rounded(gained, lang),
            lost=people_rounded(lost, lang), losers=listed([clean(it, 40) for it in names], lang),
            left=left, where=where,
        )  # fmt: skip
    if not gained:
        return board.rich("lead_same", beyond=beyond, uncovered=uncovered, where=where)
    key = "lead_plan" if len(start.offices) else "lead_first"
    key += "" if board.after.uncovered else "_all"
    return board.rich(
        key, beyond=beyond, uncovered=uncovered, names=opened, gained=people_rounded(gained, lang), left=left,
        where=where,
    )  # fmt: skip


def _on_days(board: Board) -> Rich:
    """Places served on days: what they do, who is served only so, what it takes."""
    after = board.after or board.start
    clauses = network_clauses(board.start, after, board.lang, board.office_posts, rounded=True)
    return [{"words": " ", "strong": False}, *rich_words(clauses, board.lang)] if clauses else []


def _warning(board: Board) -> Rich:
    """Straight lines and offices elsewhere change what the headline means: said right below it."""
    said = measure_warning(board.after or board.start, board.region, board.lang)
    return [{"words": f" {said}", "strong": False}] if said else []


def _map(board: Board, index: int, size: tuple[float, float]) -> dict[str, str]:
    scene = board.scenes[index]
    return map_picture(board, index, drawn(scene, board.sheet, size, board.lang))


def map_picture(board: Board, index: int, svg: str, words: str | None = None) -> dict[str, str]:
    """A drawing of a scene with its heading and the words for those who cannot see it.

    ``words`` stand behind the heading; by default offices and share of the whole region.
    """
    scene = board.scenes[index]
    share = of_hundred(scene.share, board.lang) if scene.people else "–"
    offices = number(len(scene.sites), board.lang)
    heading = board.state_name(index)
    alt = board.say(
        "map_alt",
        state=heading,
        offices=listed(board.first((site.name for site in scene.sites), _TOLD), board.lang) or "–",
        share=share,
        gaps="; ".join(
            f"{gap.number}. {clean(gap.name.text(board.lang), 90)}, {people_rounded(gap.people, board.lang)}"
            for gap in scene.gaps[:_TOLD]
        )
        or "–",
    )
    if words is None:
        words = board.say("map_words", offices=offices, share=share)
    return {"heading": f"{heading}:", "words": words, "svg": svg, "alt": alt}


def legend(board: Board) -> list[dict[str, str]]:
    """The signs of the maps, with their words."""
    scenes = board.scenes
    target = promise(board.start.target, board.lang)
    signs = ["office"]
    if any(site.kind == "proposed" for scene in scenes for site in scene.sites):
        signs.append("proposed")
    if scenes[0].reach is not None:
        signs.append("reached")
    if scenes[0].ring is not None:
        signs.append("uncertain")
    if any(scene.day_marks for scene in scenes):
        signs.append("days")
    return [
        {"sign": sign, "words": board.say(f"legend_{sign}", target=target)} for sign in [*signs, "missed"]
    ]


def map_legend(board: Board, index: int, *more: str) -> str:
    """What the signs of one map mean, in words, for papers that draw no signs beside it."""
    lang, scene = board.lang, board.scenes[index]
    parts = [board.say("words_office")]
    if any(site.kind == "proposed" for site in scene.sites):
        parts.append(board.say("words_proposed"))
    if scene.reach is not None:
        parts.append(board.say("words_reached", target=promise(board.start.target, lang)))
    if scene.ring is not None:
        parts.append(board.say("words_uncertain"))
    if scene.day_marks:
        parts.append(board.say("words_days"))
    return "; ".join([*parts, board.say("words_missed"), *more]) + "."


def per_dot(scene: MapScene, board: Board) -> str:
    """How many people a dot of a map stands for."""
    if scene.dots is None:
        return ""
    return board.say("per_dot", people=plain(scene.dots.people_per_dot, board.lang))


def _curve(board: Board) -> dict[str, str] | None:
    drawn = curve_picture(board, _CHART_MM)
    return (
        None if drawn is None else {"heading": board.say("curve_heading"), "svg": drawn[0], "alt": drawn[1]}
    )


def _how_sure(board: Board) -> str:
    lang, start, measure = board.lang, board.start, board.start.measure
    parts = [board.say(f"sure_{measure.kind}", distance=facts.distance_words(start, lang))]
    band = start.band
    if band is not None and start.people:
        low, high = (percent(factor - 1, lang, 0) for factor in (band.factor_low, band.factor_high))
        ranges = [_range(start, board.state_name(0), board)]
        if board.after is not None:
            ranges.append(_range(board.after, board.state_name(1), board))
        parts.append(board.say("sure_band", low=low, high=high, ranges=listed(ranges, board.lang)))
    if start.without_road:
        parts.append(board.say("sure_without_road", people=people_rounded(start.without_road, lang)))
    states = set(start.offices["state"]) if "state" in start.offices else set()
    if states == {board.region.ags} and set(board.region.offices["state"]) - states:
        parts.append(board.say("sure_border"))
    if sampled := sample_words(start, board.region, lang, board.states):
        parts.append(sampled)
    parts.append(board.say("sure_counted", weight=facts.weight_words(start, lang)))
    parts.append(assumption(start, board.region, lang))
    return " ".join(parts)


def _range(coverage: Coverage, name: str, board: Board) -> str:
    assert coverage.band is not None
    ends = coverage.band.covered_low, coverage.band.covered_high
    return range_words(board, name, *(people / coverage.people for people in ends))


def method_words(board: Board) -> str:
    """Which network and figures a page is of, and how it is measured."""
    return board.say(
        "district_method", stage=network_name(board.start, board.region, board.lang),
        weight=facts.weight_words(board.start, board.lang),
        distance=facts.distance_words(board.start, board.lang),
    )  # fmt: skip


def range_words(board: Board, name: str, low: float, high: float) -> str:
    """Between which shares a state lies, rounded as the share itself; one number where both are the same."""
    least, most = (in_hundred(it, board.lang, 0) for it in (low, high))
    if least == most:
        return board.say("sure_range_one", name=name, share=least)
    return board.say("sure_range", name=name, low=least, high=most)
