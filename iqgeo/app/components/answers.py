"""Answers of the siting models: how sure they are, the places with their reasons, what to do with them."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import streamlit as st

from iqgeo.app import questions, services, session
from iqgeo.app.components import firm, html, tables
from iqgeo.app.state import Draft, PlannedSite
from iqgeo.choices import SiteChoice, Suggestion
from iqgeo.coverage import Coverage
from iqgeo.distances import COLUMNS
from iqgeo.firmness import Firmness
from iqgeo.scenario.evaluate import Evaluation
from iqgeo.scenarios import StagedSuggestion
from iqgeo.siting import SearchProgress
from iqgeo.texts import Lang, in_hundred, km, listed, number, range_in_hundred, signed, text
from iqgeo.words.clauses import marked_words
from iqgeo.words.proof import step_clauses
from iqgeo.words.units import journey, promise

_COVERING: Final = ("max-cover", "full-cover")
"""The models that choose places by the people they bring, one by one."""
_MOST_ROWS: Final = 8
"""So many places have a row each beside the map in a window 800 px high, with the proof in view."""


def head(answer: Evaluation, question: str, lang: Lang, *, stale: bool) -> None:
    """Show what was asked, and what the answer would reach."""
    tag = text("cockpit.answer.stale" if stale else "cockpit.answer.provisional", lang)
    html.title(text("cockpit.answer.title", lang), tag if has_sites(answer) else "", question)
    if stale or not has_sites(answer):
        return
    before, after = _states(answer)
    if before.people:
        against(before, after, lang)


def against(before: Coverage, after: Coverage, lang: Lang) -> None:
    """Show what is reached now instead of before: in 100, in people, and how sure."""
    now = services.figures(after)
    words = {"now": in_hundred(after.share, lang), "before": in_hundred(before.share, lang)}
    people = signed(after.covered - before.covered, lang)
    key, band = "people", None
    low, high = "", ""
    if now.low is not None and now.high is not None:
        low, high = range_in_hundred(now.low, now.share, now.high, lang)
        key, band = "people" if low == high else "people_band", (now.low, now.high)
    sentence = text("cockpit.answer.instead", lang, **words)
    html.figure(sentence, text(f"cockpit.answer.{key}", lang, people=people, low=low, high=high))
    html.share_bar(before.share, after.share, band, sentence.replace("**", ""))


def show(answer: Evaluation, lang: Lang, *, stale: bool = False) -> None:
    """Show an answer: the places and how sure it is; a stale one claims nothing.

    However many places there are, what is said of them stays in view: a long list moves inside its room.
    """
    joint, found = answer.joint, answer.suggestions[-1]
    known = None if stale or joint is not None else firm.of(answer)
    with st.container(key="answer_places"):
        if joint is not None and joint.stages:
            _stages(joint, lang)
        elif found is not None and (found.sites or found.closed):
            _places(found, lang, known)
    if joint is not None and joint.stages:
        _stages_price(joint, lang)
    elif known is not None and known.sites:
        firm.legend(lang, counted=_is_long(found))
    if not stale:
        html.status(*verdict(answer, lang))
        firm.show(answer, lang)


def more(answer: Evaluation, lang: Lang, *, stale: bool = False) -> None:
    """Show what else is to be known: whom it helps, what changes where, who comes second."""
    joint, found = answer.joint, answer.suggestions[-1]
    if stale or found is None or not has_sites(answer):
        return
    if joint is None:
        _before_after(found, lang)
    before, after = _states(answer)
    html.section(text("cockpit.answer.who", lang))
    tables.change(services.change(before, after), lang)
    if joint is not None and joint.stages:
        sites = [(str(number_), site) for number_, it in enumerate(joint.stages, 1) for site in it.sites]
        _reasons(sites, lang, place="stage_place")
    elif found.model in _COVERING and _is_long(found):
        _reasons([(str(rank), site) for rank, site in enumerate(found.sites, 1)], lang)
    if joint is not None or found.model in _COVERING:
        html.note(text("app.suggest.runner_up_note", lang))
    firm.more(answer, lang)


def _states(answer: Evaluation) -> tuple[Coverage, Coverage]:
    """The network that the question was put to, and the one the answer makes of it."""
    joint, found = answer.joint, answer.suggestions[-1]
    if joint is not None and joint.stages:
        return joint.stages[0].before, answer.coverages[-1]
    assert found is not None
    return found.before, found.after


def has_sites(answer: Evaluation) -> bool:
    """Whether there is anything to take into the plan."""
    return any(it is not None and (it.sites or it.closed) for it in answer.suggestions)


def take(
    answer: Evaluation,
    base: Draft,
    *,
    held: Mapping[str, Any] | None = None,
    also: PlannedSite | None = None,
) -> None:
    """Make an answer the plan, on top of what it was asked of, with a town placed by hand if there is one.

    ``held`` is what the page held of the answer, for a step back.
    """
    plan = questions.draft_of(answer, base)
    by_hand = base.added
    if also is not None:
        by_hand = (*by_hand, also)
        plan = plan.with_site(also).in_stage(also.id, plan.stages)
    _taken(plan, by_hand, held)


def take_alternative(it: Suggestion, base: Draft) -> None:
    """Take one of several good choices into the plan: nobody has proven it the best."""
    plan = base
    for site in it.sites:
        placed = PlannedSite(site.id, site.name, site.lon, site.lat)
        plan = plan.with_site(placed).in_stage(site.id, base.stages)
    _taken(plan, base.added)


def _taken(plan: Draft, before: Iterable[PlannedSite], held: Mapping[str, Any] | None = None) -> None:
    """Go on with a plan; what it has beside what was there before was not placed by hand."""
    current = session.current()
    by_hand = {it.id for it in before} - current.suggested
    current.suggested = frozenset(it.id for it in plan.added if it.id not in by_hand)
    current.change(plan, shown=held)
    current.trial = None


def verdict(answer: Evaluation, lang: Lang) -> tuple[str, str]:
    """Say how sure an answer is: the kind of bar, and the sentence."""
    step, found = answer.steps[-1], answer.suggestions[-1]
    if found is not None and found.model == "full-cover" and not found.goal_met:
        return html.FAILED, _infeasible(found, lang)
    words = marked_words(step_clauses(step, answer.names, lang), lang)
    if step.unmet is not None:
        return html.FAILED, words
    return (html.DONE if step.proof is not None and step.proof.is_optimal else html.OPEN), words


def _infeasible(it: Suggestion, lang: Lang) -> str:
    """Say who stays out even with every town allowed, and what would help."""
    worst = it.unreachable.groupby("district_ags")["people"].sum().sort_values(ascending=False, kind="stable")
    names = it.before.district_names
    sentence = text(
        "app.suggest.infeasible",
        lang,
        candidates=it.candidates,
        people=number(it.unreachable_people, lang),
        target=promise(it.before.target, lang),
        district=_named(map(str, worst.index), names, 2) or "–",
    )
    if not math.isfinite(it.smallest_target_km):
        return f"{sentence} {text('app.suggest.infeasible_never', lang)}"
    smallest = journey(math.ceil(10 * it.smallest_target_km) / 10, it.before.target.unit, lang)
    return f"{sentence} {text('app.suggest.infeasible_target', lang, smallest=smallest)}"


def _named(districts: Iterable[str], names: Mapping[str, str], most: int) -> str:
    """The first few of some districts by name; places without a district have none to say."""
    found = [name for name in (names.get(ags, ags) for ags in districts) if name]
    return listed(found[:most])


def progress_sentence(model: str, progress: SearchProgress | None, people: float, lang: Lang) -> str:
    """Say how far a running proof is, in what the model counts: people of 100, offices or kilometres."""
    if progress is None or not math.isfinite(progress.found):
        return text("app.suggest.running", lang)
    found, bound = progress.found, progress.bound
    if model == questions.STAGES or not people:
        # Stages are added up, and a single stage is solved on its own at the end: only the gap says how far.
        key, words = "running_gap", {}
    else:
        unit = {"full-cover": "offices", "p-median": "mean_km", "p-center": "km"}.get(model, "share")
        scale = {"share": 100 / people, "mean_km": 1 / people}.get(unit, 1.0)
        digits = 0 if unit == "offices" else 1
        key = f"running_{unit}"
        words = {"found": number(scale * found, lang, digits), "bound": number(scale * bound, lang, digits)}
    gap = number(100 * progress.gap, lang, 1) if math.isfinite(progress.gap) else "–"
    return text(f"app.suggest.{key}", lang, gap=gap, seconds=number(progress.seconds, lang, 0), **words)


def _is_long(it: Suggestion | None) -> bool:
    """Whether there are more places than a table has room for beside the map."""
    return it is not None and len(it.sites) > _MOST_ROWS


def _places(it: Suggestion, lang: Lang, firmness: Firmness | None) -> None:
    """Show the chosen places: with reasons where the model has them, and how firm each is where known."""
    if it.model in _COVERING and not _is_long(it):
        sites = [(str(rank), site) for rank, site in enumerate(it.sites, 1)]
        held = {} if firmness is None else {one.id: firm.marks(one, lang) for one in firmness.sites}
        _reasons(sites, lang, marks=held)
        return
    digits, written = int(it.gain_unit in COLUMNS), signed
    unit = text(f"suggestions.unit.{it.gain_unit}", lang)
    gain = text(f"app.suggest.gain{'' if it.gain_unit == 'people' else '_journey'}", lang, unit=unit)
    if it.model == "keep-best":
        # Offices that stay bring nothing new: it is said whom they reach.
        gain, written = text("suggestions.column.reached", lang), number
    if _is_long(it):
        held = {} if firmness is None else {one.id: firm.count(one, lang) for one in firmness.sites}
        html.note(gain)
        html.chosen(
            [(site.name, written(site.gain, lang, digits), held.get(site.id, "")) for site in it.sites],
            text("app.suggest.caption", lang),
        )
    elif it.sites:
        rows = [
            [f"{rank} **{site.name}**", written(site.gain, lang, digits)]
            for rank, site in enumerate(it.sites, 1)
        ]
        head = [text("app.suggest.place", lang), gain]
        html.table(head, rows, figures=(1,), caption=text("app.suggest.caption", lang), quiet=True)
    if it.closed:
        html.note(text("app.suggest.closes", lang, names=", ".join(it.closed)))


def _reasons(
    sites: Sequence[tuple[str, SiteChoice]],
    lang: Lang,
    *,
    place: str = "place",
    marks: Mapping[str, str] | None = None,
) -> None:
    """Show places with what they bring and what the next best one would cost.

    Parameters
    ----------
    marks : Mapping[str, str] | None
        The assumptions of each place as HTML, by its id.
    """
    head = [text(f"app.suggest.{key}", lang) for key in (place, "gain", "runner_up", "loss")]
    rows = []
    for rank, site in sites:
        loss = signed(-site.runner_up_loss, lang)
        other = site.runner_up or text("suggestions.no_runner_up", lang)
        named = f"{rank} **{site.name}**" if place != "place" else f"**{site.name}**"
        rows.append([named, signed(site.gain, lang), other, loss])
    caption = text("app.suggest.caption", lang)
    if not marks:
        html.table(head, rows, figures=(1, 3), caption=caption, quiet=True)
        return
    # Narrower words: the marks need room.
    head[1:3] = [text(f"firmness.column_{key}", lang) for key in ("gain", "marks", "runner_up")]
    for row, (_, site) in zip(rows, sites, strict=True):
        row.insert(2, marks.get(site.id, ""))
    html.table(head, rows, figures=(1, 4), caption=caption, quiet=True, drawn=(2,))


def _stages(it: StagedSuggestion, lang: Lang) -> None:
    """Show what every stage opens and reaches, and what it could reach on its own."""
    people = it.stages[0].before.people
    head = [text(f"app.suggest.stage_{key}", lang) for key in ("number", "offices", "share", "free")]
    rows = [
        [
            f"**{at}** {', '.join(site.name for site in stage.sites)}",
            str(len(stage.after.offices)),
            f"**{in_hundred(stage.after.share, lang)}**" if people else "–",
            in_hundred(free / people, lang) if people else "–",
        ]
        for at, (stage, free) in enumerate(zip(it.stages, it.free_covered, strict=True), start=1)
    ]
    html.table(head, rows, figures=(1, 2, 3), caption=text("app.suggest.stage_caption", lang), quiet=True)


def _stages_price(it: StagedSuggestion, lang: Lang) -> None:
    """Say what it costs that earlier stages bind later ones."""
    dearest = max(it.nesting_price)
    if dearest < 0.5:
        html.note(text("app.suggest.stage_free_of_charge", lang))
    else:
        html.note(text("app.suggest.stage_price", lang, people=number(dearest, lang)))


def _before_after(it: Suggestion, lang: Lang) -> None:
    """Say what changes, for the models of travel in kilometres, too."""
    before, after = services.figures(it.before), services.figures(it.after)
    shares = {
        "before": in_hundred(it.before.share, lang),
        "after": in_hundred(it.after.share, lang),
    }
    sentences = [text("app.suggest.before_after", lang, **shares)]
    if it.model == "p-median":
        ways = {"before": km(before.mean_km, lang), "after": km(after.mean_km, lang)}
        sentences.insert(0, text("app.suggest.mean_km", lang, **ways))
        unit = text(f"suggestions.unit.{it.objective_unit}", lang)
        together = {"objective": number(it.objective, lang), "unit": unit}
        sentences.insert(0, text("suggestions.objective.p-median", lang, **together))
    if it.model == "p-center":
        ways = {"before": km(before.longest_km, lang), "after": km(after.longest_km, lang)}
        sentences.insert(0, text("app.suggest.longest_km", lang, **ways))
    html.note(" ".join(sentences))
