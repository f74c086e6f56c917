"""Suggestions, curves and stages as tables in the terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
from rich.table import Table

from iqgeo.case import Case, case_of
from iqgeo.cli.show import console, show_proof
from iqgeo.frames import rows
from iqgeo.region import Region
from iqgeo.reports.comparison import comparison_sentence
from iqgeo.scenarios import StagedSuggestion
from iqgeo.suggestions import Suggestion
from iqgeo.texts import Lang, number, of_hundred, percent, plain, signed, text

if TYPE_CHECKING:
    from iqgeo.reports.folder import PlanRun


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
        target=plain(before.target_km, lang),
    )


def show_suggestion(suggestion: Suggestion, proof: str, region: Region, lang: Lang) -> None:
    """Sentence, proof, sites with reasons, and who stays out of reach."""
    out = console()
    out.print(change_sentence(suggestion, lang), style="bold", soft_wrap=True)
    out.print(proof, markup=False, soft_wrap=True)
    if suggestion.closed:
        closed = ", ".join(suggestion.closed)
        out.print(text("suggestions.closed", lang, offices=closed), soft_wrap=True)
        changes = suggestion.by_district()
        losers = changes[changes["change"] < 0]
        worst = ", ".join(f"{row.name} ({signed(row.change, lang)})" for row in rows(losers.head(5)))
        lost = number(-losers["change"].sum(), lang)
        out.print(text("suggestions.losers", lang, people=lost, districts=worst), soft_wrap=True)
    travel = suggestion.model in ("p-median", "p-center")
    table = Table(box=None, header_style="bold", pad_edge=False)
    columns = ["site", "id", "saved_km" if travel else "gain"]
    columns += [] if travel or suggestion.closed else ["runner_up", "loss", "districts"]
    for column in columns:
        right = column in ("gain", "loss", "saved_km")
        table.add_column(text(f"suggestions.column.{column}", lang), justify="right" if right else "left")
    for site in suggestion.sites:
        helped = [region.district_names.get(ags, ags) for ags, _ in site.districts[:3]]
        loss = "" if site.runner_up == "" else signed(-site.runner_up_loss, lang)
        row = [site.name, site.id, number(site.gain, lang) if travel else signed(site.gain, lang)]
        table.add_row(*(row if len(columns) == 3 else [*row, site.runner_up, loss, ", ".join(helped)]))
    out.print()
    out.print(table)
    if suggestion.unreachable_people and not suggestion.closed:
        by_district = (
            suggestion.unreachable.groupby("district_ags")["people"].sum().sort_values(ascending=False)
        )
        worst = ", ".join(region.district_names.get(str(ags), str(ags)) for ags in by_district.index[:3])
        key = "unreachable" if suggestion.smallest_target_km < float("inf") else "unreachable_ever"
        out.print()
        out.print(
            text(
                f"suggestions.{key}",
                lang,
                people=number(suggestion.unreachable_people, lang),
                target=plain(suggestion.before.target_km, lang),
                districts=worst,
                smallest=number(suggestion.smallest_target_km, lang, 1),
            ),
            soft_wrap=True,
        )


def show_curve(points: pd.DataFrame, lang: Lang) -> None:
    """People covered by number of new offices, each with its proof."""
    table = Table(box=None, header_style="bold", pad_edge=False)
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
    console().print(table)


def show_alternatives(choices: Sequence[Suggestion], lang: Lang) -> None:
    """The best choice and others nearly as good."""
    table = Table(box=None, header_style="bold", pad_edge=False)
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
    console().print(table)


def show_stages(staged: StagedSuggestion, proof: str, lang: Lang) -> None:
    """Each stage's towns, what is reached then, and what nesting costs."""
    table = Table(box=None, header_style="bold", pad_edge=False)
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
    out.print(proof, markup=False, soft_wrap=True)
    out.print(table)


def show_plan_run(done: "PlanRun", lang: Lang) -> None:
    """What each stage of a plan reaches."""
    table = Table(box=None, header_style="bold", pad_edge=False)
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
    console().print(table)
    show_proof(case_of(done.evaluation), lang)


def show_comparison(case: Case, lang: Lang) -> None:
    """The sentence, and the districts in which anything changes."""
    out = console()
    out.print(
        comparison_sentence(case.before.coverage, case.shown, lang),
        style="bold",
        markup=False,
        soft_wrap=True,
    )
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("district", "people", "covered", "difference"):
        left = column == "district"
        table.add_column(text(f"suggestions.column.{column}", lang), justify="left" if left else "right")
    for row in rows(case.changes()):
        if row.change:
            table.add_row(
                row.name, number(row.people, lang), number(row.covered_after, lang), signed(row.change, lang)
            )
    out.print()
    out.print(table)
