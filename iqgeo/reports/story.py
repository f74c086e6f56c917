"""The years of a network as files: sheets, CSV, a page for the board; and the maps and bars of the screen."""

import datetime
from dataclasses import dataclass, replace
from typing import Any, Final

from iqgeo.case import Case
from iqgeo.errors import InputError, Problem
from iqgeo.reports import facts
from iqgeo.reports.bases import kept_base
from iqgeo.reports.cells import Column, ReportTable
from iqgeo.reports.delimited import table_csv
from iqgeo.reports.excel import Block, Sheet, workbook_bytes
from iqgeo.reports.gap_list import sources_sheet
from iqgeo.reports.map.dots import people_per_dot, sample
from iqgeo.reports.map.pieces import Marker
from iqgeo.reports.map.scene import scene_of
from iqgeo.reports.pen import Projection, frame_around
from iqgeo.reports.print_map import DAYS, draw
from iqgeo.reports.story_chart import chart_alt, story_chart
from iqgeo.reports.typeset import pdf
from iqgeo.safe.clean import clean
from iqgeo.sites import OUTREACH
from iqgeo.story import Story
from iqgeo.texts import Lang, date_words, in_hundred, number, plain, text
from iqgeo.words import story
from iqgeo.words.assumptions import assumption, measure_warning, sample_words
from iqgeo.words.clauses import listed, plain_words, rich_words
from iqgeo.words.states import day_of, said_of_region

_MAP_MM: Final = (86.0, 80.0)
_DOTS: Final = 4_200


@dataclass(frozen=True)
class YearMap:
    """The map of a year, drawn, and what it shows in words."""

    year: int
    svg: str
    alt: str
    per_dot: float


def year_maps(
    it: Story, lang: Lang, *, at: tuple[int, ...] = (), size_mm: tuple[float, float] = _MAP_MM
) -> tuple[YearMap, ...]:
    """A map of each year, or of those ``at`` these positions: the same people on each.

    What is new since the map before is drawn as such and named. Gaps have no numbers here: the figures are
    later ones than those that numbered them elsewhere.
    """
    base, projection = kept_base(it.region), Projection(it.region.crs)
    places = it.last.coverage.places
    dots = sample(places, per_dot=people_per_dot(it.last.coverage.people, _DOTS))
    frame = frame_around(projection.metres(base.outline).bounds, *size_mm, margin=0.03)
    known = it.region.offices
    drawn = []
    before: set[str] | None = None
    for position in at or range(len(it.years)):
        year = it.years[position]
        names = [str(name) for name in year.coverage.offices["name"]]
        here = set(year.coverage.offices["id"].astype(str))
        new, before = set[str]() if before is None else here - before, here
        scene = scene_of(it.region, year.coverage, proposed=new, base=base, dots=dots)
        # Only what is new is named: the others stand where they stood.
        signs = tuple(replace(site, name=site.name if site.id in new else "") for site in scene.sites)
        days = known[known["name"].isin(year.days) & (known["kind"] == OUTREACH)]
        signs += tuple(
            Marker(str(key), str(name), float(lon), float(lat), DAYS)
            for key, name, lon, lat in zip(days["id"], days["name"], days["lon"], days["lat"], strict=True)
        )
        svg = draw(replace(scene, sites=signs, ring=None), projection, frame, lang)
        share = in_hundred(year.coverage.share, lang) if year.coverage.people else "–"
        alt = text("story.map_alt", lang, year=year.year, names=listed(names, lang) or "–", share=share)
        drawn.append(YearMap(year.year, svg, alt, dots.people_per_dot))
    return tuple(drawn)


def years_table(it: Story) -> ReportTable:
    """A row a year."""
    frame = it.table()
    for name in ("opened", "closed", "days"):
        frame[name] = frame[name].map(lambda words: clean(words, 300))
    frame = frame.assign(network=frame["year"].astype(float), people_total=frame["people"])
    columns = [
        Column("network", "rank", 9), Column("offices_count", "people", 9), Column("opened_names", width=26),
        Column("closed_names", width=18), Column("people_total", "people", 13),
        Column("covered", "people", 13), Column("too_far", "people", 13), Column("share", "share", 10),
        Column("days_names", width=18), Column("on_days", "people", 13),
    ]  # fmt: skip
    frame = frame.rename(
        columns={
            "offices": "offices_count", "opened": "opened_names", "closed": "closed_names",
            "uncovered": "too_far", "days": "days_names", "earlier_uncovered": "too_far_earlier",
        }
    )  # fmt: skip
    if "too_far_earlier" in frame:
        columns.append(Column("too_far_earlier", "people", 15))
    return ReportTable(tuple(columns), frame)


def districts_table(it: Story) -> ReportTable:
    """A row a district, largest change first; every row adds up."""
    frame = it.by_district()
    change = (frame["after"] - frame["before"]).abs()
    frame = frame.assign(
        district_ags=frame["ags"], district=frame["name"].map(clean), too_far_before=frame["before"],
        too_far_after=frame["after"],
    ).iloc[change.sort_values(ascending=False, kind="stable").index]  # fmt: skip
    columns = (
        Column("district_ags", width=11), Column("district", width=26),
        Column("too_far_before", "people", 14), Column("more_people", "change", 14),
        Column("other_offices", "change", 14), Column("too_far_after", "people", 14),
    )  # fmt: skip
    return ReportTable(columns, frame.reset_index(drop=True))


def story_sheets(it: Story, lang: Lang) -> list[Sheet]:
    """The sheets that a workbook tells the years with."""
    lines = tuple(story.told(it, lang))
    who = plain_words([("story.same_people", {"counted": facts.dated_subject(it.last.coverage, lang)})], lang)
    years, districts = years_table(it), districts_table(it)
    total: dict[str, str | float] = {"district": text("reports.gaps.total", lang)}
    total |= {
        key: float(districts.frame[key].sum())
        for key in ("too_far_before", "more_people", "other_offices", "too_far_after")
    }
    title = text("story.title", lang)
    return [
        Sheet(text("story.sheet", lang), title, (*lines, who), (Block(years),)),
        Sheet(
            text("story.sheet_districts", lang), text("story.districts", lang), lines[-4:],
            (Block(districts, total=total),),
        ),
    ]  # fmt: skip


def story_xlsx(it: Story, lang: Lang = "de", *, date: datetime.date | None = None) -> bytes:
    """The years as a workbook: one row a year, the districts, sources and settings."""
    sheets = [*story_sheets(it, lang), sources_sheet(it.last.coverage, it.region, lang, date=date)]
    return workbook_bytes(sheets, lang, title=text("story.title", lang), date=date)


def story_csv(it: Story, lang: Lang = "de", *, plain: bool = False) -> bytes:
    """One row a year as CSV."""
    return table_csv(years_table(it), lang, plain=plain)


def story_pdf(it: Story, lang: Lang = "de", *, date: datetime.date | None = None) -> bytes:
    """The board's page: first and last year side by side, and where the difference comes from."""
    day = day_of(date)
    return pdf("story.typ", _page(it, lang, day), lang, date=day)


def story_of_case(case: Case) -> Story:
    """The years of a case's network.

    Raises
    ------
    InputError
        If fewer than two years are known.
    """
    if case.story is None:
        raise InputError(Problem("story_one_year", details={"known": "–"}))
    return case.story


def _page(it: Story, lang: Lang, date: datetime.date) -> dict[str, Any]:
    last = len(it.years) - 1
    maps = [
        {
            "heading": f"{drawn.year}",
            "words": _map_words(it, at, lang),
            "svg": drawn.svg,
            "alt": drawn.alt,
        }
        for at, drawn in zip((0, last), year_maps(it, lang, at=(0, last)), strict=True)
    ]
    site = it.region.site_noun
    head = said_of_region(
        "reports.board.head", lang, clean(it.region.name, 60), sites=clean(site.many(lang), 40)
    )
    target = story.target_words(it, lang)
    dotted = year_maps_note(it, lang)
    return {
        "title": f"{head}: {text('story.head_middle', lang)}",
        "description": plain_words([story.headline(it, lang)], lang),
        "head": {
            "left": head, "middle": text("story.head_middle", lang),
            "right": text("reports.board.head_right", lang, date=date_words(date, lang)),
        },
        "headline": rich_words([story.headline(it, lang)], lang),
        "lead": rich_words(story.lead(it, lang), lang),
        "maps": maps,
        "same": dotted,
        "chart": {
            "heading": text("story.where_from", lang), "words": text("story.too_far", lang, target=target),
            "svg": story_chart(it, lang, width_mm=178.0, height_mm=58.0), "alt": chart_alt(it, lang),
        },
        "table": _years_words(it, lang),
        "exact": plain_words([story.exact(it, lang)], lang),
        "notes": [rich_words([clause], lang) for clause in story.notes(it, lang)],
        "foot": foot(it, lang),
        "sources": facts.sources_line(it.last.coverage, it.region, lang),
    }  # fmt: skip


def _map_words(it: Story, at: int, lang: Lang) -> str:
    reached = plain_words([story.reached_clause(it, at, lang)], lang)
    return f"{story.offices_words(it, at, lang, days=False)}, {reached}"


def foot(it: Story, lang: Lang) -> str:
    """What the numbers rest on."""
    coverage = it.last.coverage
    said = [
        text("story.measured", lang, distance=facts.distance_words(coverage, lang)),
        assumption(coverage, it.region, lang),
        sample_words(coverage, it.region, lang),
        measure_warning(coverage, it.region, lang),
    ]
    return " ".join(filter(None, said))


def year_maps_note(it: Story, lang: Lang) -> str:
    """With which figures all maps are drawn, and what a dot stands for."""
    coverage = it.last.coverage
    dots = people_per_dot(coverage.people, _DOTS)
    values = {"counted": facts.dated_subject(coverage, lang)}
    clauses = [("story.same_figures", values), ("story.per_dot", {"people": plain(dots, lang)})]
    days = any(len(one.coverage.day_places) for one in it.years)
    clauses.append(("story.signs_days" if days else "story.signs", {"target": story.target_words(it, lang)}))
    return plain_words(clauses, lang)


def years_words(it: Story, lang: Lang) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of the small table: network, offices, too far by each set of figures."""
    earlier, later = it.figures
    heads = [text("story.column.network", lang), text("story.column.offices", lang)]
    if not it.one_count:
        heads.append(text("story.column.earlier", lang, year=earlier))
    heads.append(
        text("story.column.later_own", lang) if later is None
        else text("story.column.later", lang, year=later)
    )  # fmt: skip
    rows = []
    for year in it.years:
        row = [str(year.year), number(len(year.coverage.offices), lang)]
        if year.earlier is not None:
            row.append(number(year.earlier.uncovered, lang))
        rows.append([*row, number(year.coverage.uncovered, lang)])
    return heads, rows


def _years_words(it: Story, lang: Lang) -> dict[str, Any]:
    heads, rows = years_words(it, lang)
    return {"heading": text("story.exactly", lang), "columns": heads, "rows": rows}
