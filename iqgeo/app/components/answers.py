"""Answers of the siting models: how sure they are, the places with their reasons, what to do with them."""

import math
from collections.abc import Iterable, Mapping, Sequence

from iqgeo.app import questions, services, session
from iqgeo.app.components import html
from iqgeo.app.questions import Answer
from iqgeo.choices import SiteChoice, Suggestion
from iqgeo.coverage import Coverage
from iqgeo.distances import COLUMNS
from iqgeo.reports.map import wording
from iqgeo.scenarios import StagedSuggestion
from iqgeo.siting import Progress
from iqgeo.texts import Lang, km, listed, number, plain, signed, text


def show(it: Answer, lang: Lang) -> None:
    """Show an answer: the sentence, the places, what changes."""
    html.status(*verdict(it, lang))
    if it.status == "infeasible":
        return
    if isinstance(it, StagedSuggestion):
        _stages(it, lang)
        sites = [(str(number_), site) for number_, stage in enumerate(it.stages, 1) for site in stage.sites]
        _reasons(sites, it.stages[0].before, it.stages[-1].after, lang, place="stage_place")
    elif it.sites or it.closed:
        _places(it, lang)
        _before_after(it, lang)


def take(it: Answer) -> None:
    """Make an answer the plan."""
    current = session.current()
    current.change(questions.draft_of(it, current.draft))
    current.trial = None


def verdict(it: Answer, lang: Lang) -> tuple[str, str]:
    """Say how sure an answer is: the kind of bar, and the sentence."""
    seconds = number(it.seconds, lang, 1)
    if it.status == "infeasible":
        reason = "" if it.unmet is None else it.unmet.sentence(lang)
        return html.FAILED, text("app.suggest.unmet", lang, reason=reason).strip()
    if isinstance(it, Suggestion) and it.model == "full-cover" and not it.goal_met:
        return html.FAILED, _infeasible(it, lang)
    if it.status != "optimal":
        return html.OPEN, text(
            "app.suggest.feasible", lang, gap=number(100 * it.gap, lang, 1), seconds=seconds
        )
    if isinstance(it, StagedSuggestion):
        sizes = text("app.suggest.then", lang).join(str(len(stage.sites)) for stage in it.stages)
        return html.DONE, text("app.suggest.optimal_stages", lang, sizes=sizes, seconds=seconds)
    count = wording.count_word(len(it.sites), lang)
    key = f"app.suggest.optimal_{it.model}"
    return html.DONE, text(key, lang, count=count, candidates=it.candidates, seconds=seconds)


def _infeasible(it: Suggestion, lang: Lang) -> str:
    """Say who stays out even with every town allowed, and what would help."""
    worst = it.unreachable.groupby("district_ags")["people"].sum().sort_values(ascending=False, kind="stable")
    names = it.before.district_names
    sentence = text(
        "app.suggest.infeasible",
        lang,
        candidates=it.candidates,
        people=number(it.unreachable_people, lang),
        target=plain(it.before.target_km, lang),
        district=_named(map(str, worst.index), names, 2) or "–",
    )
    if not math.isfinite(it.smallest_target_km):
        return f"{sentence} {text('app.suggest.infeasible_never', lang)}"
    smallest = number(math.ceil(10 * it.smallest_target_km) / 10, lang, 1)
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
