"""Results as tables in the terminal."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from iqgeo.choices import unit_of
from iqgeo.cli.listing import Listing
from iqgeo.cli.screen import console
from iqgeo.coverage import Coverage
from iqgeo.distances import COLUMNS
from iqgeo.frames import rows
from iqgeo.gaps import Gaps
from iqgeo.texts import Lang, listed, number, of_hundred, percent, plain, text
from iqgeo.weights import OWN_WEIGHT
from iqgeo.words.assumptions import band_words
from iqgeo.words.network import of_them
from iqgeo.words.regions import made_words
from iqgeo.words.states import Tense, in_tense
from iqgeo.words.units import promise

if TYPE_CHECKING:
    from iqgeo.case import Case
    from iqgeo.distances.roads import BuildReport, RoadComparison, RoadNetwork
    from iqgeo.distances.roads import Progress as RoadProgress
    from iqgeo.inputs import Notice, RegionReport
    from iqgeo.reports.change_list import Earlier
    from iqgeo.siting import SearchProgress


def settings_line(coverage: Coverage, lang: Lang) -> str:
    """What was computed with what: weight, year, stage, distance and target, in one sentence."""
    factor = coverage.measure.factor
    weight = coverage.demand.counted.name(lang)
    own = coverage.demand.weight == OWN_WEIGHT or coverage.demand.year is None
    return text(
        "cli.coverage.settings",
        lang,
        weight=weight if own else f"{weight} {coverage.demand.year}",
        stage=text("cli.coverage.all_offices", lang) if coverage.stage is None else coverage.stage,
        distance=text(
            f"cli.distance.{coverage.measure.kind}",
            lang,
            factor="" if factor is None else plain(factor, lang),
        ),
        target=promise(coverage.target, lang),
    )


def headline(coverage: Coverage, lang: Lang, tense: Tense = "") -> str:
    """The result in one sentence."""
    offices = len(coverage.offices)
    if not offices and coverage.people:
        who, people = coverage.demand.counted.noun(lang), number(coverage.people, lang)
        return text("cli.coverage.headline_none", lang, who=who, people=people)
    return text(
        in_tense("cli.coverage.headline", tense),
        lang,
        who=coverage.demand.counted.noun(lang),
        nearest=text("cli.coverage.nearest", lang, offices=offices),
        share=of_hundred(coverage.share, lang) if coverage.people else "–",
        target=promise(coverage.target, lang),
        covered=number(coverage.covered, lang),
        people=number(coverage.people, lang),
        percent=percent(coverage.share, lang),
    )


def show_coverage(coverage: Coverage, lang: Lang, tense: Tense = "") -> None:
    """Headline, settings, how far off it can be, and the table of districts."""
    out = console()
    out.print(headline(coverage, lang, tense), bold=True)
    out.print(settings_line(coverage, lang))
    if len(coverage.offices) and (band := band_words(coverage, lang, shares=True)):
        out.print(band)
    _show_days(coverage, lang)
    if coverage.without_road:
        people = number(coverage.without_road, lang)
        out.print(text("cli.coverage.without_road", lang, people=people))
    columns = ["ags", "district", "people", "covered", "share", "uncovered", "mean_km", "max_km", "nearest"]
    columns += ["on_days", "rarely"] if len(coverage.day_places) else []
    table = Listing()
    for column in columns:
        right = column not in ("ags", "district", "nearest")
        table.add_column(text(f"cli.column.{column}", lang), justify="right" if right else "left")
    districts = coverage.by_district().sort_values(["uncovered", "ags"], ascending=[False, True])
    for row in rows(districts):
        table.add_row(
            row.ags,
            row.name or text("cli.coverage.no_district", lang),
            number(row.people, lang),
            number(row.covered, lang),
            percent(row.share, lang),
            number(row.uncovered, lang),
            number(row.mean_km, lang, 1),
            number(row.max_km, lang, 1),
            row.nearest_office,
            *(number(getattr(row, column), lang) for column in columns[9:]),
        )
    table.add_row(
        "",
        text("cli.coverage.total", lang),
        number(coverage.people, lang),
        number(coverage.covered, lang),
        percent(coverage.share, lang),
        number(coverage.uncovered, lang),
    )
    out.print()
    table.show(out)


def show_proof(case: "Case", lang: Lang) -> None:
    """What a plan changes and how sure that is; nothing where nothing changes."""
    if case.proposal is not None:
        from iqgeo.words.proof import proof_words

        console().print(proof_words(case.proposal, lang))


def show_repairs(repairs: Iterable["Notice"], lang: Lang) -> None:
    """What was repaired in an input, on standard error."""
    out = console(to_error=True)
    for repair in repairs:
        out.print(repair.sentence(lang))


def show_written(files: Iterable[Path], lang: Lang, *, beside: str | None = None) -> None:
    """Which files were written; ``beside`` is where plain data go, ``-`` leaves standard output to them."""
    out = console(to_error=beside == "-")
    for file in files:
        out.print(text("cli.written", lang, file=file))


# More rows than this belong into a file.
_MOST_ROWS = 40


def _show_days(coverage: Coverage, lang: Lang) -> None:
    """Who is served on days, where some are."""
    if said := of_them(coverage, lang):
        console().print(said)


def show_gaps(gaps: Gaps, lang: Lang, of: str = "", tense: Tense = "") -> None:
    """The gap regions, then the municipalities with most people left out; ``of``: of what, if not of all."""
    out = console()
    coverage = gaps.coverage
    if of:
        part = text("cli.gaps.selected", lang, people=number(gaps.people, lang))
        out.print(f"{of} {part}", bold=True)
    out.print(
        text(
            in_tense("cli.gaps.headline", tense),
            lang,
            people=number(coverage.uncovered, lang),
            all=number(coverage.people, lang),
            who=coverage.demand.counted.noun(lang),
            target=promise(coverage.target, lang),
        ),
        bold=not of,
    )
    _show_days(coverage, lang)
    out.print(settings_line(coverage, lang))
    regions = Listing()
    for column in ("number", "gap_region", "people", "districts"):
        right = column in ("number", "people")
        regions.add_column(text(f"cli.column.{column}", lang), justify="right" if right else "left")
    for region in gaps.regions:
        names = [coverage.district_names.get(ags, ags) for ags, _ in region.districts[:4]]
        regions.add_row(
            str(region.number),
            region.name.text(lang),
            number(region.people, lang),
            listed(names),
        )
    out.print()
    regions.show(out)
    table = Listing()
    for column in ("district", "municipality", "people", "nearest", "distance_km", "over_km", "reason"):
        right = column in ("people", "distance_km", "over_km")
        table.add_column(text(f"cli.column.{column}", lang), justify="right" if right else "left")
    municipalities = gaps.by_municipality
    for row in rows(municipalities.head(_MOST_ROWS)):
        reached = np.isfinite(row.distance_km)
        reason = "depends_on_road" if row.depends_on_road else row.reason
        table.add_row(
            row.district,
            row.name,
            number(row.people, lang),
            row.nearest_office,
            number(row.distance_km, lang, 1) if reached else text("cli.gaps.unreachable", lang),
            number(row.over_km, lang, 1) if reached else "",
            text(f"gaps.reason.{reason}", lang),
        )
    out.print()
    table.show(out)
    if len(municipalities) > _MOST_ROWS:
        out.print(
            text("cli.gaps.more", lang, rows=number(len(municipalities) - _MOST_ROWS, lang)),
        )


def show_changes(gaps: Gaps, earlier: "Earlier | None", lang: Lang) -> None:
    """What became different since an earlier list: counts, and the largest."""
    if earlier is None:
        return
    from iqgeo.reports.change_list import change_sentence, change_table

    found = change_table(gaps, earlier, lang)
    out = console()
    out.print()
    out.print(change_sentence(found, earlier, lang), bold=True)
    table = Listing()
    shown = ("change_kind", "district", "municipality", "people_before", "people_now", "change_reason")
    columns = [it for it in found.columns if it.key in shown]
    for column in columns:
        table.add_column(column.heading(lang), justify="left" if column.kind == "text" else "right")
    for record in found.frame.head(_MOST_ROWS).to_dict("records"):
        table.add_row(
            *(
                str(record[it.key]) if it.kind == "text"
                else found.few(lang) if found.is_few(it, record[it.key])
                else number(record[it.key], lang)
                for it in columns
            )
        )  # fmt: skip
    table.show(out)


@contextmanager
def progress_line(
    lang: Lang, model: str, coverage: Coverage
) -> "Iterator[Callable[[SearchProgress], None] | None]":
    """A line on standard error with the best found and the bound, if that is a terminal."""
    out = console(to_error=True)
    if not out.is_terminal:
        yield None
        return
    with out.status(text("suggestions.progress.starting", lang)) as status:

        def show(progress: "SearchProgress") -> None:
            unit = unit_of(model, coverage)
            shares = unit == "people" and model != "stages" and coverage.people
            digits, words = int(unit in COLUMNS), text(f"suggestions.unit.{unit}", lang)
            found, bound = (
                percent(it / coverage.people, lang) if shares else f"{number(it, lang, digits)} {words}"
                for it in (progress.found, progress.bound)
            )
            key = "running" if unit == "people" else "running_least"
            status.update(text(f"suggestions.progress.{key}", lang, found=found, bound=bound))

        yield show


def show_check(headline: str, sentences: Iterable[str]) -> None:
    """What a check found in one file."""
    out = console()
    out.print(headline)
    for sentence in sentences:
        out.print(f"  {sentence}")


@contextmanager
def road_progress(lang: Lang) -> Iterator[Callable[["RoadProgress"], None]]:
    """What the making of a road network is doing, on standard error."""
    out = console(to_error=True)
    if not out.is_terminal:
        told: list[str] = []

        def tell(progress: "RoadProgress") -> None:
            # A log wants each step once, not every percent of it.
            if progress.step not in told:
                told.append(progress.step)
                out.print(progress.sentence(lang))

        yield tell
        return
    with out.status("") as status:
        yield lambda progress: status.update(
            progress.sentence(lang) + ("" if progress.share is None else f" ({100 * progress.share:.0f} %)")
        )


def show_roads(network: "RoadNetwork", file: Path, lang: Lang, report: "BuildReport") -> None:
    """What was built, from what, of which date, and what was left out."""
    from iqgeo.reports.roads_map import sentences

    info = network.info
    out = console()
    out.print(
        text(
            "cli.roads.built",
            lang,
            nodes=number(network.node_count, lang),
            links=number(network.link_count, lang),
            file=file,
        ),
    )
    out.print(" · ".join(str(it) for it in (info.source, info.date, info.attribution) if it))
    for sentence in sentences(report, lang):
        out.print(sentence)


def show_new_region(report: "RegionReport", folder: Path, lang: Lang) -> None:
    """What went into a new region, and what is worth knowing about it."""
    out = console()
    counts = made_words(report, lang)
    out.print(
        text("cli.region.made", lang, name=report.region.name, folder=folder, **counts),
    )
    for notice in report.notices:
        out.print(f"  {notice.sentence(lang)}")


def show_road_comparison(found: "RoadComparison", names: Mapping[str, str], lang: Lang) -> None:
    """How many people change class when roads replace the estimate, and the factor by district."""
    out = console()
    out.print(
        text(
            "cli.roads.compared",
            lang,
            same=percent(found.same_share, lang),
            won=number(found.now_covered, lang),
            lost=number(found.now_uncovered, lang),
            factor=plain(found.detour_factor, lang),
            median=number(found.factor_median, lang, 2),
            low=number(found.factor_p10, lang, 2),
            high=number(found.factor_p90, lang, 2),
        ),
        bold=True,
    )
    out.print(text("cli.roads.fitted", lang, share=percent(found.fitted_share, lang)))
    table = Listing()
    columns = (
        "district",
        "people",
        "now_covered",
        "now_uncovered",
        "factor_p10",
        "factor_median",
        "factor_p90",
    )
    for column in columns:
        table.add_column(
            text(f"cli.column.{column}", lang), justify="left" if column == "district" else "right"
        )
    for row in rows(found.by_district):
        people = (number(it, lang) for it in (row.people, row.now_covered, row.now_uncovered))
        factors = (number(it, lang, 2) for it in (row.factor_p10, row.factor_median, row.factor_p90))
        table.add_row(names.get(row.district_ags, row.district_ags), *people, *factors)
    out.print()
    table.show(out)
