"""What makes the board's page a paper to decide on: its form, reasons, alternatives, who stays outside."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from iqgeo.changes import gains_and_losses
from iqgeo.coverage import DAYS, NONE
from iqgeo.proposal import Opening
from iqgeo.reports.board_state import Board
from iqgeo.reports.board_tables import MOST_SITES, rounded_change
from iqgeo.reports.map.pieces import TOP_GAPS
from iqgeo.reports.office_template import OfficeTemplate
from iqgeo.reports.squares import squares_legend, squares_of
from iqgeo.safe.clean import clean
from iqgeo.texts import in_hundred, number, of_hundred, people_rounded, plain
from iqgeo.words.clauses import Rich, listed, named_or_counted, rich_words
from iqgeo.words.firmness import assumed_words, count_words
from iqgeo.words.network import network_clauses
from iqgeo.words.proof import proof_clauses
from iqgeo.words.units import promise

if TYPE_CHECKING:
    from iqgeo.firmness import SiteFirmness

# So many districts that an office helps, or that lose, are named.
_DISTRICTS: Final = 2
_LOSERS: Final = 3
# So many exchanges stand among the alternatives.
_EXCHANGES: Final = 2


def decision_form(template: OfficeTemplate, board: Board) -> list[list[str]]:
    """Labels and values above the paper; what the office left empty is left out."""
    if not template.is_decision:
        return []
    author = ", ".join(filter(None, [template.author, template.unit]))
    stated = (
        ("subject", template.subject), ("committee", template.committee),
        ("author", author), ("meeting", template.meeting),
    )  # fmt: skip
    return [[board.say(f"form_{key}"), value] for key, value in stated if value]


def decision(board: Board) -> dict[str, Any] | None:
    """Reasons, alternatives, who stays outside and how sure all that is; ``None`` without a proposal."""
    if board.after is None or board.suggestion is None or not board.after.people:
        return None
    if not board.suggestion.sites and not board.suggestion.closed:
        return None
    return {
        "proposal": _proposal(board),
        "reasons": _reasons(board),
        "alternatives": alternatives(board),
        "closed": [clean(it, 40) for it in board.suggestion.closed],
        "outside": {"heading": board.say("outside_heading"), "words": _outside(board)},
        "sure": {"heading": board.say("firm_heading"), "words": _sure(board)},
    }


def _proposal(board: Board) -> Rich:
    """What is to be done: what is firm, what is to be looked at again and against what, what that brings."""
    assert board.after is not None
    assert board.suggestion is not None
    lang, suggestion, firm = board.lang, board.suggestion, board.suggestion.firm
    sites = suggestion.sites
    shaky = [it for it in sites if it.id in firm and firm[it.id].is_shaky and not firm[it.id].area_stays]
    shaky = shaky if len(shaky) < len(sites) else []
    sure = [it for it in sites if it not in shaky]
    clauses = []
    stages = max((it.stage for it in sites), default=1)
    if sure:
        key = "decide_stages" if stages > 1 else "decide_open"
        names = listed(board.first((it.name for it in sure), MOST_SITES, others="lead_others"), lang)
        values = {"names": names, "count": board.count(stages)}
        clauses.append((f"reports.board.{key}", values))
    if shaky:
        pairs = [_either(it, firm[it.id], board) for it in shaky]
        values = {"names": listed(pairs, lang), "count": board.count(len(shaky))}
        clauses.append(("reports.board.decide_check", values))
    if suggestion.closed:
        names = listed(board.first(suggestion.closed, MOST_SITES), lang)
        clauses.append(("reports.board.decide_close", {"names": names}))
    sums = gains_and_losses(board.start, board.after)
    gained = float(sums["gained"].sum())
    if gained:
        clauses.append(("reports.board.decide_gain", {"gained": people_rounded(gained, lang)}))
    clauses += network_clauses(board.start, board.after, lang, board.office_posts, rounded=True)
    return rich_words(clauses, lang)


def _either(site: Opening, firm: "SiteFirmness", board: Board) -> str:
    """A town and what else is chosen in its place."""
    rival = site.runner_up or (firm.rivals[0][0] if firm.rivals else "")
    name = clean(site.name, 40)
    return board.say("decide_either", name=name, other=clean(rival, 40)) if rival else name


def _reasons(board: Board) -> dict[str, Any] | None:
    """A row an office that opens: what it adds, whom it helps, what could stand in its place, how firm."""
    assert board.suggestion is not None
    lang, suggestion, firm = board.lang, board.suggestion, board.suggestion.firm
    sites = suggestion.sites[:MOST_SITES]
    if not sites:
        return None
    names = board.start.district_names
    staged = len({it.stage for it in suggestion.sites}) > 1
    rivals = any(it.runner_up for it in sites)
    rows = []
    for site in sites:
        helped = [clean(names.get(ags, ""), 40) for ags, _ in site.districts[:_DISTRICTS]]
        loss = f"({rounded_change(-site.runner_up_loss, lang)})" if site.runner_up else ""
        rows.append(
            {
                "name": clean(site.name, 40),
                "stage": number(site.stage, lang) if staged else "",
                "gain": rounded_change(site.gain, lang),
                "helps": ", ".join(filter(None, helped)),
                "runner_up": clean(site.runner_up, 40),
                "loss": loss,
                "firm": count_words(firm[site.id], lang) if site.id in firm else "",
                "squares": squares_of(firm.get(site.id), lang),
            }
        )
    rest = suggestion.sites[MOST_SITES:]
    gain = rounded_change(sum(it.gain for it in rest), lang)
    of = 0 if suggestion.firmness is None else len(suggestion.firmness.assumptions)
    return {
        "heading": board.say("reasons_heading"),
        "columns": {
            "name": board.say("sites_name"),
            "stage": board.say("reasons_stage") if staged else "",
            "gain": board.say("sites_gain"),
            "helps": board.say("reasons_helps"),
            "runner_up": board.say("sites_runner_up") if rivals else "",
            "squares": board.say("reasons_of", of=number(of, lang)) if of else "",
        },
        "rows": rows,
        "more": board.say("sites_more", count=number(len(rest), lang), gain=gain) if rest else "",
        "of": "",
        "legend": squares_legend(lang) if of else [],
    }


def alternatives(board: Board) -> dict[str, Any] | None:
    """The proposal beside what comes close to it, and what each of them is worth.

    The best exchanges, a town that is likely anyway, as many offices where they reach most, one office
    fewer, one more: numbers of the models that were asked. What was not asked for has no row.
    """
    suggestion = board.suggestion
    if board.after is None or suggestion is None or not board.after.people:
        return None
    share, people = board.after.share, board.after.people
    proven = suggestion.scope == "whole" and suggestion.proofs[0].is_optimal
    names = _listed((it.name for it in suggestion.sites), board)
    note = _served(board) if board.has_days else _proven(board, proven=proven)
    first = _row(board, "proposal", names, share, None, note)
    rows = [first, *_exchanges(board, share, people), *_likely(board, share, people)]
    count, days = len(board.after.offices), board.has_days
    same = board.best.get(count)
    if same is not None and (same.share - share) * people >= 1:
        key = "offices_only" if days else "same"
        rows.append(_best(board, key, count, share, people))
    if not days:
        # Places served on days are another question: one office fewer or more without them says nothing.
        rows += [
            _best(board, key, count + step, share, people)
            for step, key in ((-1, "fewer"), (1, "more"))
            if count + step in board.best and count + step >= len(board.start.offices)
        ]
    if len(rows) < 2:
        # A proposal alone is beside nothing.
        return None
    columns = [board.say(f"alternative_column_{key}") for key in ("what", "share", "people")]
    return {"heading": board.say("alternatives_heading"), "columns": columns, "rows": rows}


def _exchanges(board: Board, share: float, people: float) -> list[dict[str, str]]:
    """The runner-ups that lose least, with how many assumptions choose them."""
    assert board.suggestion is not None
    firm = board.suggestion.firm
    exchanged = sorted(
        (it for it in board.suggestion.sites if it.runner_up), key=lambda it: it.runner_up_loss
    )
    rows = []
    for site in exchanged[:_EXCHANGES]:
        words = board.say("alternative_instead", other=clean(site.runner_up, 30), name=clean(site.name, 30))
        note = ""
        if site.id in firm:
            times = dict(firm[site.id].rivals).get(site.runner_up, 0)
            of = number(len(firm[site.id].held), board.lang)
            key = "alternative_chosen" if times else "alternative_never"
            note = board.say(key, count=number(times, board.lang), of=of)
        loss = -site.runner_up_loss
        rows.append(_row(board, "exchange", words, share + loss / people, loss, note))
    return rows


def _likely(board: Board, share: float, people: float) -> list[dict[str, str]]:
    """A town that got an office later, set in advance."""
    found = board.likely
    if found is None:
        return []
    words = _listed(found.best.towns, board)
    note = board.say("alternative_since", year=found.year)
    return [
        _row(board, "likely", words, found.best.share, (found.best.share - share) * people, note, found.name)
    ]


def _best(board: Board, key: str, count: int, share: float, people: float) -> dict[str, str]:
    best = board.best[count]
    note = _proven(board, proven=best.optimal)
    if key == "offices_only":
        note = board.say("alternative_without_places")
    return _row(board, key, _listed(best.towns, board), best.share, (best.share - share) * people, note)


def _served(board: Board) -> str:
    """How many places on days a plan has, and how many people it serves with them."""
    assert board.after is not None
    after, lang = board.after, board.lang
    served = of_hundred((after.people - after.people_by(NONE)) / after.people, lang)
    places = number(len(after.day_places), lang)
    return board.say("alternative_with_places", places=places, share=served)


def _proven(board: Board, *, proven: bool) -> str:
    return board.say("alternative_proven") if proven else ""


def _listed(names: Iterable[str], board: Board) -> str:
    return ", ".join(board.first(names, MOST_SITES, 30))


def _row(
    board: Board, key: str, words: str, share: float, change: float | None, note: str, name: str = ""
) -> dict[str, str]:
    return {
        "name": board.say(f"alternative_{key}", name=clean(name, 30)),
        "words": words,
        "share": in_hundred(share, board.lang),
        # As coarse as the same loss stands among the reasons: no model is more exact than its assumptions.
        "change": "" if change is None else rounded_change(change, board.lang),
        "note": note,
    }


def _outside(board: Board) -> Rich:
    """Who loses by the plan, and who stays beyond the target, gap by gap."""
    assert board.after is not None
    lang, after = board.lang, board.after
    lost = gains_and_losses(board.start, after)["lost"].sort_values(ascending=False, kind="stable")
    names = [board.start.district_names.get(str(ags), "") for ags in lost[lost > 0].index[:_LOSERS]]
    if float(lost.sum()):
        values = {"people": people_rounded(float(lost.sum()), lang), "where": named_or_counted(names, lang)}
        clauses = [("reports.board.outside_lost", values)]
    else:
        clauses = [("reports.board.outside_none_lost", {})]
    if not after.uncovered:
        return rich_words([*clauses, ("reports.board.outside_nobody", {})], lang)
    left = () if board.left is None else board.left.regions
    largest = sorted(left, key=lambda it: it.rank)[:TOP_GAPS]
    gaps = [
        board.say(
            "outside_gap", name=clean(it.name.text(lang), 90), number=it.number,
            people=people_rounded(it.people, lang),
        )
        for it in largest
    ]  # fmt: skip
    values = {
        "people": people_rounded(after.uncovered, lang), "target": promise(after.target, lang),
        "gaps": listed(gaps, lang),
    }  # fmt: skip
    clauses.append(("reports.board.outside_left", values))
    if days := after.people_by(DAYS):
        clauses.append(("reports.board.outside_days", {"people": people_rounded(days, lang)}))
    return rich_words(clauses, lang)


def _sure(board: Board) -> Rich:
    """The proof, in how many assumptions the choice stays, and what the road can change."""
    assert board.after is not None
    assert board.suggestion is not None
    lang, suggestion = board.lang, board.suggestion
    clauses = proof_clauses(suggestion, lang)
    if suggestion.firmness is not None:
        words = assumed_words(suggestion.firmness, lang, board.start.target.unit)
        clauses.append(("reports.board.firm_assumptions", {"assumptions": words}))
    band = board.after.band
    if band is not None:
        low, high = (
            in_hundred(it / board.after.people, lang, 0) for it in (band.covered_low, band.covered_high)
        )
        factors = f"{plain(band.factor_low, lang)}–{plain(band.factor_high, lang)}"
        values = {"low": low, "high": high, "share": of_hundred(board.after.share, lang), "factors": factors}
        if low != high:
            clauses.append(("reports.board.firm_band", values))
    return rich_words(clauses, lang)
