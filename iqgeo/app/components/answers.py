"""Answers of the siting models: how sure they are, the places with their reasons, what to do with them."""

import math
from collections.abc import Iterable, Mapping, Sequence

from iqgeo.app import questions, services, session
from iqgeo.app.components import html
from iqgeo.app.state import Draft, PlannedSite
from iqgeo.choices import SiteChoice, Suggestion
from iqgeo.coverage import Coverage
from iqgeo.distances import COLUMNS
from iqgeo.scenario.evaluate import Evaluation
from iqgeo.scenarios import StagedSuggestion
from iqgeo.siting import Progress
from iqgeo.texts import Lang, km, listed, number, signed, text
from iqgeo.words.clauses import marked_words
from iqgeo.words.proof import step_clauses
from iqgeo.words.units import journey, promise


def show(answer: Evaluation, lang: Lang, *, stale: bool = False) -> None:
    """Show an answer: how sure it is, the places, what changes; a stale one claims nothing."""
    if not stale:
        html.status(*verdict(answer, lang))
    joint, found = answer.joint, answer.suggestions[-1]
    if joint is not None and joint.stages:
        _stages(joint, lang)
        sites = [(str(number_), site) for number_, it in enumerate(joint.stages, 1) for site in it.sites]
        _reasons(sites, joint.stages[0].before, answer.coverages[-1], lang, place="stage_place")
    elif found is not None and (found.sites or found.closed):
        _places(found, lang)
        _before_after(found, lang)


def has_sites(answer: Evaluation) -> bool:
    """Whether there is anything to take into the plan."""
    return any(it is not None and (it.sites or it.closed) for it in answer.suggestions)


def take(answer: Evaluation, base: Draft) -> None:
    """Make an answer the plan, on top of what it was asked of."""
    current = session.current()
    current.change(questions.draft_of(answer, base))
    current.trial = None


def take_alternative(it: Suggestion, base: Draft) -> None:
    """Take one of several good choices into the plan: nobody has proven it the best."""
    current = session.current()
    plan = base
    for site in it.sites:
        placed = PlannedSite(site.id, site.name, site.lon, site.lat)
        plan = plan.with_site(placed).in_stage(site.id, base.stages)
    current.change(plan)
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


def progress_sentence(model: str, progress: Progress | None, people: float, lang: Lang) -> str:
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


def _places(it: Suggestion, lang: Lang) -> None:
    """Show the chosen places: with reasons where the model has them."""
    if it.model in ("max-cover", "full-cover"):
        _reasons([(str(rank), site) for rank, site in enumerate(it.sites, 1)], it.before, it.after, lang)
        return
    people = it.gain_unit == "people"
    unit = text(f"suggestions.unit.{it.gain_unit}", lang)
    gain = text("app.suggest.gain", lang) if people else text("app.suggest.gain_journey", lang, unit=unit)
    head = [text("app.suggest.place", lang), gain]
    digits = int(it.gain_unit in COLUMNS)
    rows = [
        [f"{rank} **{site.name}**", signed(site.gain, lang, digits)] for rank, site in enumerate(it.sites, 1)
    ]
    if rows:
        html.table(head, rows, figures=(1,), caption=text("app.suggest.caption", lang))
    if it.closed:
        html.note(text("app.suggest.closes", lang, names=", ".join(it.closed)))


def _reasons(
    sites: Sequence[tuple[str, SiteChoice]],
    before: Coverage,
    after: Coverage,
    lang: Lang,
    *,
    place: str = "place",
) -> None:
    """Show places with what they bring, whom they help, and what the next best one would cost."""
    names = before.district_names
    head = [text(f"app.suggest.{key}", lang) for key in (place, "gain", "helps", "runner_up", "loss")]
    rows = []
    for rank, site in sites:
        helped = _named((ags for ags, _ in site.districts), names, 2)
        loss = signed(-site.runner_up_loss, lang)
        other = site.runner_up or text("suggestions.no_runner_up", lang)
        rows.append([f"{rank} **{site.name}**", signed(site.gain, lang), helped, other, loss])
    total = signed(after.covered - before.covered, lang)
    rows.append([f"**{text('app.suggest.total', lang)}**", f"**{total}**", "", "", ""])
    html.table(head, rows, figures=(1, 4), caption=text("app.suggest.caption", lang))
    html.note(text("app.suggest.runner_up_note", lang))


def _stages(it: StagedSuggestion, lang: Lang) -> None:
    """Show what every stage reaches, and what it costs that earlier stages bind later ones."""
    people = it.stages[0].before.people
    head = [text(f"app.suggest.stage_{key}", lang) for key in ("number", "offices", "share", "free")]
    rows = [
        [
            f"**{at}** {', '.join(site.name for site in stage.sites)}",
            str(len(stage.after.offices)),
            f"**{number(100 * stage.after.share, lang, 1)}**" if people else "–",
            number(100 * free / people, lang, 1) if people else "–",
        ]
        for at, (stage, free) in enumerate(zip(it.stages, it.free_covered, strict=True), start=1)
    ]
    html.table(head, rows, figures=(1, 2, 3), caption=text("app.suggest.stage_caption", lang))
    dearest = max(it.nesting_price)
    if dearest < 0.5:
        html.note(text("app.suggest.stage_free_of_charge", lang))
    else:
        html.note(text("app.suggest.stage_price", lang, people=number(dearest, lang)))


def _before_after(it: Suggestion, lang: Lang) -> None:
    """Say what changes, for the models of travel in kilometres, too."""
    before, after = services.figures(it.before), services.figures(it.after)
    shares = {
        "before": number(100 * it.before.share, lang, 1),
        "after": number(100 * it.after.share, lang, 1),
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
