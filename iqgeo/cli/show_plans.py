"""Suggestions, curves and stages as tables in the terminal."""

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from iqgeo.case import Case
from iqgeo.choices import SiteChoice, Unmet
from iqgeo.cli.listing import Listing
from iqgeo.cli.screen import console
from iqgeo.cli.show import show_proof
from iqgeo.coverage import Coverage
from iqgeo.distances import COLUMNS
from iqgeo.firmness import Firmness
from iqgeo.frames import rows
from iqgeo.region import Region
from iqgeo.reports.comparison import comparison_sentence
from iqgeo.scenarios import MOST_ALTERNATIVES, StagedSuggestion
from iqgeo.suggestions import TRAVEL, Suggestion
from iqgeo.texts import Lang, listed, number, of_hundred, percent, signed, text
from iqgeo.words.clauses import plain_words
from iqgeo.words.firmness import firmness_words, row_words, year_words
from iqgeo.words.proof import step_words, unmet_clause
from iqgeo.words.units import journey, promise

if TYPE_CHECKING:
    from iqgeo.reports.folder import PlanRun


def _show_unmet(unmet: Unmet | None, lang: Lang) -> None:
    clause = ("proof.infeasible_rules", {}) if unmet is None else unmet_clause(unmet, lang)
    console().print(plain_words([clause], lang), bold=True)


def objective_sentence(suggestion: Suggestion, lang: Lang) -> str:
    """What a model of travel makes short, with its unit; empty for the others."""
    if suggestion.model not in TRAVEL or math.isnan(suggestion.objective):
        return ""
    digits = _digits(suggestion.objective_unit)
    # What each site saves adds up to the whole change.
    before = suggestion.objective + sum(it.gain for it in suggestion.sites)
    each = suggestion.before.target.unit
    mean, mean_before = (_mean(it) for it in (suggestion.after, suggestion.before))
    return text(
        f"suggestions.objective_change.{suggestion.model}",
        lang,
        objective=number(suggestion.objective, lang, digits),
        before=number(before, lang, digits),
        unit=_unit(suggestion.objective_unit, lang),
        each=_unit(each, lang),
        mean=number(mean, lang, 1),
        mean_before=number(mean_before, lang, 1),
    )


def _mean(coverage: Coverage) -> float:
    """The mean journey of everyone who reaches an office."""
    journey = coverage.places[coverage.target.column]
    people = coverage.places["people"].where(journey < math.inf, 0.0)
    total = float(people.sum())
    return float((people * journey.where(journey < math.inf, 0.0)).sum()) / total if total else math.nan


def _unit(unit: str, lang: Lang) -> str:
    return text(f"suggestions.unit.{unit}", lang)


def _digits(unit: str) -> int:
    """A single journey is told to a tenth, those of all together are not."""
    return 1 if unit in COLUMNS else 0


def change_sentence(suggestion: Suggestion, lang: Lang) -> str:
    """From what share to what share the answer leads."""
    before, after = suggestion.before, suggestion.after
    return text(
        "suggestions.change",
        lang,
        before=of_hundred(before.share, lang),
        after=of_hundred(after.share, lang),
        gained=signed(after.covered - before.covered, lang),
        offices=len(after.offices),
        target=promise(before.target, lang),
    )


def show_suggestion(suggestion: Suggestion, proof: str, region: Region, lang: Lang) -> None:
    """Sentence, proof, sites with reasons, and who stays out of reach."""
    out = console()
    if suggestion.status == "infeasible":
        _show_unmet(suggestion.unmet, lang)
        return
    out.print(change_sentence(suggestion, lang), bold=True)
    if suggestion.model in TRAVEL:
        out.print(objective_sentence(suggestion, lang))
    out.print(proof)
    if suggestion.closed:
        closed = ", ".join(suggestion.closed)
        out.print(text("suggestions.closed", lang, offices=closed))
        changes = suggestion.by_district()
        losers = changes[changes["change"] < 0]
        named = [f"{row.name} ({signed(row.change, lang)})" for row in rows(losers) if row.name]
        worst = listed(named[:5])
        lost = number(-losers["change"].sum(), lang)
        out.print(text("suggestions.losers", lang, people=lost, districts=worst))
    out.print()
    _sites(suggestion, region, lang).show(out)
    if suggestion.unreachable_people and not suggestion.closed:
        by_district = (
            suggestion.unreachable.groupby("district_ags")["people"].sum().sort_values(ascending=False)
        )
        worst = _named(map(str, by_district.index), region)
        smallest = suggestion.smallest_target_km
        if smallest < math.inf:
            # Rounded up: with less it would not do.
            smallest = math.ceil(smallest * 10 - 1e-6) / 10
        key = "unreachable" if smallest < math.inf else "unreachable_ever"
        if smallest <= suggestion.before.target.value:
            # Asked for was a share that can do without them.
            key = "unreachable_share"
        out.print()
        out.print(
            text(
                f"suggestions.{key}",
                lang,
                people=number(suggestion.unreachable_people, lang),
                target=promise(suggestion.before.target, lang),
                districts=worst,
                smallest=journey(smallest, suggestion.before.target.unit, lang),
            ),
        )


def _sites(suggestion: Suggestion, region: Region, lang: Lang) -> Listing:
    """The towns with what they bring; of covering models whom they help, and the runner-up."""
    unit = suggestion.gain_unit
    # Of offices that stay it is said whom they reach: they bring nothing new.
    kept = suggestion.model == "keep-best"
    reasons = unit == "people" and not kept
    table = Listing()
    for column in ("site", "id"):
        table.add_column(text(f"suggestions.column.{column}", lang))
    if suggestion.model == "p-center":
        # The longest way is shortened by all of them together: no town has a part of its own.
        for site in suggestion.sites:
            table.add_row(site.name, site.id)
        return table
    refused = any(site.refusal_loss is not None for site in suggestion.sites)
    key = "reached" if kept else "gain" if unit == "people" else "saved"
    gain = text(f"suggestions.column.{key}", lang, unit=_unit(unit, lang))
    table.add_column(gain, justify="right")
    for column in ("runner_up", "loss", "districts") if reasons else ():
        right = column == "loss"
        table.add_column(text(f"suggestions.column.{column}", lang), justify="right" if right else "left")
    if refused:
        table.add_column(text("suggestions.column.refusal", lang), justify="right")
    none = text("suggestions.no_runner_up", lang)
    for site in suggestion.sites:
        by_people = unit == "people" and not kept
        gained = signed(site.gain, lang) if by_people else number(site.gain, lang, _digits(unit))
        row = [site.name, site.id, gained]
        if reasons:
            loss = "" if site.runner_up == "" else signed(-site.runner_up_loss, lang)
            row += [site.runner_up or none, loss, _named([ags for ags, _ in site.districts], region)]
        if refused:
            row.append(_refusal(site, lang))
        table.add_row(*row)
    return table


def _refusal(site: SiteChoice, lang: Lang) -> str:
    """What is lost if a town says no and all is chosen anew; a range where no proof was found in time."""
    if site.refusal_loss is None:
        return ""
    low, high = (signed(-it, lang) for it in site.refusal_loss)
    return low if low == high else text("suggestions.refusal_range", lang, low=low, high=high)


def _named(districts: Iterable[str], region: Region) -> str:
    """The first three of some districts by name; places without a district have none to say."""
    names = (region.district_names.get(ags, ags) for ags in districts)
    return listed([name for name in names if name][:3])


def show_curve(points: pd.DataFrame, unmet: Unmet | None, lang: Lang) -> None:
    """People covered by number of new offices, each with its proof; why there is none, if so."""
    if unmet is not None:
        _show_unmet(unmet, lang)
        return
    table = Listing()
    for column in ("new", "offices", "covered", "share", "proof"):
        table.add_column(text(f"suggestions.column.{column}", lang), justify="right")
    for row in rows(points):
        proven = row.status == "optimal"
        table.add_row(
            number(row.new, lang),
            number(row.offices, lang),
            number(row.covered, lang),
            percent(row.share, lang),
            text("suggestions.proven", lang)
            if proven
            else text("suggestions.gap", lang, gap=percent(row.gap, lang, 2)),
        )
    table.show(console())


def show_alternatives(choices: Sequence[Suggestion], lang: Lang) -> None:
    """The best choice and others nearly as good; why there is none, if so."""
    if choices[0].status == "infeasible":
        _show_unmet(choices[0].unmet, lang)
        return
    table = Listing()
    for column in ("covered", "share", "difference", "sites"):
        table.add_column(
            text(f"suggestions.column.{column}", lang), justify="left" if column == "sites" else "right"
        )
    for choice in choices:
        table.add_row(
            number(choice.after.covered, lang),
            percent(choice.after.share, lang),
            signed(choice.after.covered - choices[0].after.covered, lang),
            ", ".join(site.name for site in choice.sites),
        )
    table.show(console())
    if len(choices) > MOST_ALTERNATIVES:
        console().print(text("suggestions.more_alternatives", lang, count=MOST_ALTERNATIVES))


def show_stages(staged: StagedSuggestion, proof: str, lang: Lang) -> None:
    """Each stage's towns, what is reached then, and what nesting costs; why there is none, if so."""
    if staged.status == "infeasible":
        _show_unmet(staged.unmet, lang)
        return
    table = Listing()
    for column in ("stage", "sites", "covered", "share", "nesting_price"):
        left = column in ("stage", "sites")
        table.add_column(text(f"suggestions.column.{column}", lang), justify="left" if left else "right")
    for position, stage in enumerate(staged.stages):
        table.add_row(
            str(position + 1),
            ", ".join(site.name for site in stage.sites),
            number(stage.after.covered, lang),
            percent(stage.after.share, lang),
            number(staged.nesting_price[position], lang),
        )
    out = console()
    out.print(proof)
    table.show(out)


def show_plan_run(done: "PlanRun", lang: Lang) -> None:
    """What each stage of a plan reaches."""
    table = Listing()
    for column in ("stage", "offices", "covered", "share"):
        right = column != "stage"
        table.add_column(text(f"suggestions.column.{column}", lang), justify="right" if right else "left")
    for stage, coverage in zip(done.evaluation.scenario.stages, done.coverages, strict=True):
        table.add_row(
            stage.name,
            number(len(coverage.offices), lang),
            number(coverage.covered, lang),
            percent(coverage.share, lang),
        )
    table.show(console())
    show_proof(done.case, lang)
    if done.case.proposal is None:
        # A search without an answer changes nothing; why there is none is said all the same.
        for step in (it for it in done.evaluation.steps if it.proof is not None):
            console().print(step_words(step, done.evaluation.names, lang))


def show_comparison(case: Case, lang: Lang) -> None:
    """The sentence, and the districts in which anything changes."""
    out = console()
    out.print(
        comparison_sentence(case.before.coverage, case.shown, lang),
        bold=True,
    )
    table = Listing()
    for column in ("district", "people", "covered", "difference"):
        left = column == "district"
        table.add_column(text(f"suggestions.column.{column}", lang), justify="left" if left else "right")
    for row in rows(case.changes()):
        if row.change:
            name = row.name or text("cli.coverage.no_district", lang)
            people, covered = number(row.people, lang), number(row.covered_after, lang)
            table.add_row(name, people, covered, signed(row.change, lang))
    out.print()
    table.show(out)


def show_firmness(it: Firmness, unit: str, lang: Lang) -> None:
    """How firm a choice is in words, and which town each assumption chooses."""
    out = console()
    out.print(firmness_words(it, lang))
    table = Listing()
    table.add_column(text("firmness.column_rows", lang))
    table.add_column(text("reports.column.figures", lang))
    for site in it.sites:
        table.add_column(site.name)
    for at, one in enumerate(it.assumptions):
        held = [site.held[at] for site in it.sites]
        names = ["–" if chosen is None else chosen.name for chosen in held]
        table.add_row(row_words(one, lang, unit), year_words(one, lang), *names)
    table.show(out)
