"""The gap list: who is not reached, how many, how far, why; as workbook, CSV or for a GIS."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from iqgeo.coverage import Coverage
from iqgeo.frames import rows
from iqgeo.gaps import Gaps
from iqgeo.proposal import Proposal
from iqgeo.region import Region
from iqgeo.reports import facts
from iqgeo.reports.cells import NO_TABLES, Column, ReportTable
from iqgeo.reports.delimited import table_csv
from iqgeo.reports.excel import Block, Sheet, workbook_bytes
from iqgeo.reports.gap_tables import (
    WHOLE,
    Excerpt,
    districts_table,
    gap_regions_table,
    municipalities_table,
    places_table,
)
from iqgeo.reports.sheet_pages import ROWS_ON_A_PAGE
from iqgeo.safe.clean import clean, file_name, sheet_names
from iqgeo.safe.write import make_folder, write_bytes
from iqgeo.texts import Lang, number, text
from iqgeo.words import assumptions
from iqgeo.words.rounding import LEAST_TOLD
from iqgeo.words.states import in_tense, network_name, region_name, tense_of
from iqgeo.words.units import promise


def gap_list_xlsx(
    gaps: Gaps,
    region: Region,
    lang: Lang = "de",
    *,
    suggestion: Proposal | None = None,
    origin: Proposal | None = None,
    excerpt: Excerpt = WHOLE,
    exact: bool = False,
    front: Sequence[Sheet] = (),
    date: datetime.date | None = None,
) -> bytes:
    """The gap list as a workbook.

    Sheets: those of ``front``, summary (a row a district), gap regions, municipalities, one sheet a
    district with every uncovered place in one row, sources and settings. With a ``suggestion`` every row
    names the proposed office that reaches it, an ``excerpt`` says which rows and columns these are. Fewer
    people than :data:`~iqgeo.words.rounding.LEAST_TOLD` are told as a group unless ``exact``. The same
    inputs on the same ``date`` (today unless given) give the same bytes.
    """
    places = excerpt.of(places_table(gaps, region, lang, suggestion, least=_least(exact)))
    municipalities = excerpt.of(municipalities_table(gaps, lang, places))
    districts = _with_placeless(districts_table(gaps, excerpt), lang)
    fixed = [_sheet_name(key, lang) for key in ("summary", "regions", "municipalities", "sources")]
    by_district = _by_district(places)
    listed = districts.frame[districts.frame["district_ags"].isin(by_district)]
    names = sheet_names(listed["district"], [*fixed, *(it.name for it in front)])
    links = dict(zip(listed["district_ags"], names, strict=True))
    lines = _lines(gaps, region, lang, excerpt, least=places.least, date=date)
    ranges = assumptions.district_ranges(gaps.coverage, region, lang)
    tense = tense_of(gaps.coverage, region, date)
    summed = [key for key in ("selected", "people", "people_total", "covered") if key in districts.frame]
    total: dict[str, str | float] = {
        "district": text("reports.gaps.total", lang),
        **{key: float(districts.frame[key].sum()) for key in summed},
    }
    if not excerpt.sentence:
        total["share"] = gaps.coverage.share
    summary = Block(districts, total=total, links=links, link_column="district")
    sheets = [
        *front,
        Sheet(fixed[0], _title(region, lang), lines, (summary,), upright=True),
        Sheet(fixed[1], _heading("regions", lang), lines, (Block(gap_regions_table(gaps, lang)),)),
    ]
    if len(municipalities) and municipalities.frame["ags"].ne("").any():
        sheets.append(_municipalities_sheet(fixed[2], lines, municipalities, lang))
    for row, name in zip(rows(listed), names, strict=True):
        mine = by_district[row.district_ags]
        said = _district_lines(gaps, row, lang, lines, ranges, tense)
        sheets.append(_places_sheet(name, row, said, _of_district(places, mine), lang))
    sheets.append(sources_sheet(gaps.coverage, region, lang, suggestion=suggestion or origin, date=date))
    return workbook_bytes(sheets, lang, title=_title(region, lang), date=date)


def gap_list_by_district(
    gaps: Gaps,
    region: Region,
    lang: Lang = "de",
    *,
    suggestion: Proposal | None = None,
    origin: Proposal | None = None,
    exact: bool = False,
    date: datetime.date | None = None,
) -> Iterator[tuple[str, bytes]]:
    """A workbook for every district with uncovered people: its file name and its bytes.

    Sheets: the district's municipalities, its places, sources and settings. File names begin with the
    AGS, so that they sort and are unique.
    """
    places = places_table(gaps, region, lang, suggestion, least=_least(exact))
    municipalities = municipalities_table(gaps, lang, places)
    districts = _with_placeless(districts_table(gaps), lang)
    sources = sources_sheet(gaps.coverage, region, lang, suggestion=suggestion or origin, date=date)
    names = [_sheet_name("municipalities", lang), _sheet_name("places", lang)]
    by_district = _by_district(places)
    general = _lines(gaps, region, lang, least=places.least, date=date)
    ranges = assumptions.district_ranges(gaps.coverage, region, lang)
    tense = tense_of(gaps.coverage, region, date)
    for row in rows(districts.frame):
        mine = by_district.get(row.district_ags)
        if mine is None:
            continue
        lines = _district_lines(gaps, row, lang, general, ranges, tense)
        towns = municipalities.frame[municipalities.frame["district_ags"] == row.district_ags]
        sheets = [
            _municipalities_sheet(
                names[0], lines, _of_district(municipalities, towns), lang, _district_title(row)
            ),
            _places_sheet(names[1], row, lines, _of_district(places, mine), lang),
        ]
        title = f"{_title(region, lang)}: {row.district}"
        content = workbook_bytes([*sheets, sources], lang, title=title, date=date)
        key = file_name(f"{row.district_ags}_{row.district}")
        yield f"{text('reports.gaps.file_name', lang)}_{key}.xlsx", content


def gap_list_csv(
    gaps: Gaps,
    region: Region,
    lang: Lang = "de",
    *,
    plain: bool = False,
    level: str = "place",
    suggestion: Proposal | None = None,
    excerpt: Excerpt = WHOLE,
    exact: bool = False,
) -> bytes:
    """The gap list as CSV (see :func:`iqgeo.reports.delimited.table_csv`), a row a place or municipality.

    The plain form is the exact one: nobody prints it.
    """
    table = gap_list_table(
        gaps, region, lang, level=level, suggestion=suggestion, excerpt=excerpt, exact=exact or plain
    )
    return table_csv(table, lang, plain=plain)


def gap_list_table(
    gaps: Gaps,
    region: Region,
    lang: Lang = "de",
    *,
    level: str = "place",
    suggestion: Proposal | None = None,
    excerpt: Excerpt = WHOLE,
    exact: bool = False,
) -> ReportTable:
    """The rows of the gap list as a table, a row a place or municipality."""
    places = places_table(gaps, region, lang, suggestion, least=_least(exact))
    wanted = places if level == "place" else municipalities_table(gaps, lang, places)
    return excerpt.of(wanted)


def gap_list_gpkg(
    gaps: Gaps,
    region: Region,
    lang: Lang = "de",
    *,
    suggestion: Proposal | None = None,
    origin: Proposal | None = None,
    excerpt: Excerpt = WHOLE,
    exact: bool = False,
    date: datetime.date | None = None,
    file_name: str = "",
    more: Mapping[str, ReportTable] = NO_TABLES,
) -> bytes:
    """The gap list as GeoPackage with styled layers and a project (see :mod:`iqgeo.reports.geopackage`).

    ``more`` are tables of points that become layers, by the key of their name: ``candidates, access``.
    """
    from iqgeo.reports.geopackage import gap_package

    return gap_package(
        gaps,
        region,
        lang,
        suggestion=suggestion,
        origin=origin,
        excerpt=excerpt,
        least=_least(exact),
        date=date,
        file_name=file_name,
        more=more,
    )


def gap_list_geojson(
    gaps: Gaps,
    region: Region,
    lang: Lang = "de",
    *,
    suggestion: Proposal | None = None,
    origin: Proposal | None = None,
    exact: bool = False,
    date: datetime.date | None = None,
) -> bytes:
    """The uncovered places as GeoJSON (RFC 7946) with settings and sources beside the features."""
    from iqgeo.reports.geojson import gap_features

    least = _least(exact)
    return gap_features(gaps, region, lang, suggestion=suggestion, origin=origin, least=least, date=date)


def write_gap_lists_by_district(
    folder: str | Path,
    gaps: Gaps,
    region: Region,
    lang: Lang = "de",
    *,
    suggestion: Proposal | None = None,
    origin: Proposal | None = None,
    exact: bool = False,
    date: datetime.date | None = None,
) -> list[Path]:
    """Write a workbook for every district with uncovered people into ``folder``, made if need be."""
    into = make_folder(folder)
    lists = gap_list_by_district(
        gaps, region, lang, suggestion=suggestion, origin=origin, exact=exact, date=date
    )
    return [write_bytes(into / name, content) for name, content in lists]


def _least(exact: bool) -> int:
    return 0 if exact else LEAST_TOLD


def _fewer(table: ReportTable, rows: pd.DataFrame) -> ReportTable:
    return replace(table, frame=rows.reset_index(drop=True))


def _by_district(places: ReportTable) -> dict[str, pd.DataFrame]:
    return {str(ags): mine for ags, mine in places.frame.groupby("district_ags", sort=False)}


def _of_district(table: ReportTable, rows: pd.DataFrame) -> ReportTable:
    """Rows of one district: its sheet's title says which."""
    columns = tuple(column for column in table.columns if column.key not in ("district_ags", "district"))
    return ReportTable(columns, rows.reset_index(drop=True), table.least)


_PRINTED: Final = 30
"""So many places of a district are printed: a person reads a page of it, not each forest hamlet."""


def _places_sheet(name: str, row: Any, lines: tuple[str, ...], table: ReportTable, lang: Lang) -> Sheet:
    """Every place of a district; those that are printed first."""
    people = table.frame["people"].to_numpy(dtype=float)
    printed = np.zeros(len(people), dtype=bool)
    printed[np.argsort(-people, kind="stable")[:_PRINTED]] = True
    ordered = table.frame.iloc[np.argsort(~printed, kind="stable")].reset_index(drop=True)
    said = _printed_line("printed_line", int(printed.sum()), len(ordered), lang)
    block = Block(replace(table, frame=ordered))
    return Sheet(name, _district_title(row), (*lines, *said), (block,), printed=int(printed.sum()))


def _municipalities_sheet(
    name: str, lines: tuple[str, ...], table: ReportTable, lang: Lang, title: str = ""
) -> Sheet:
    """Every municipality, most people left out first; the large ones are printed."""
    people = table.frame["people"].sort_values(ascending=False, kind="stable")
    # The list of one district is a page or two: nobody wants half of it.
    printed = len(people) if title else min(len(people), ROWS_ON_A_PAGE)
    ordered = replace(table, frame=table.frame.loc[people.index].reset_index(drop=True))
    said = _printed_line("printed_towns_line", printed, len(people), lang)
    return Sheet(
        name, title or _heading("municipalities", lang), (*lines, *said), (Block(ordered),), printed=printed
    )


def _printed_line(key: str, printed: int, all_: int, lang: Lang) -> list[str]:
    """Which rows are printed, where not all are."""
    if printed == all_:
        return []
    rest = number(all_ - printed, lang)
    return [text(f"reports.gaps.{key}", lang, count=number(printed, lang), rest=rest)]


def _sheet_name(key: str, lang: Lang) -> str:
    return text(f"reports.gaps.sheet_{key}", lang)


def _heading(key: str, lang: Lang) -> str:
    return text(f"reports.gaps.{key}_heading", lang)


def _title(region: Region, lang: Lang) -> str:
    return text("reports.gaps.title", lang, region=clean(region_name(region.name, lang), 100))


def _with_placeless(districts: ReportTable, lang: Lang) -> ReportTable:
    """Places that came without a district get words instead of an empty name."""
    frame = districts.frame
    named = frame["district"].where(frame["district"].ne(""), text("reports.gaps.no_district", lang))
    return _fewer(districts, frame.assign(district=named))


def _lines(
    gaps: Gaps,
    region: Region,
    lang: Lang,
    excerpt: Excerpt = WHOLE,
    *,
    least: int,
    date: datetime.date | None,
) -> tuple[str, ...]:
    coverage = gaps.coverage
    settings = text(
        "reports.gaps.settings_line",
        lang,
        stage=network_name(coverage, region, lang),
        weight=facts.weight_words(coverage, lang),
        distance=facts.distance_words(coverage, lang),
    )
    rests = (
        assumptions.assumption(coverage, region, lang),
        assumptions.measure_warning(coverage, region, lang),
    )
    pointer = text("reports.gaps.sources_line", lang, sheet=_sheet_name("sources", lang))
    empty = () if len(gaps.places) else (text("reports.gaps.all_reached", lang),)
    which = (excerpt.sentence,) if excerpt.sentence else ()
    few = (text("reports.gaps.few_line", lang, least=least),) if least else ()
    return (
        facts.gap_sentence(coverage, region, lang, date), *which, settings, *filter(None, rests), *few,
        pointer, *empty,
    )  # fmt: skip


def _district_title(row: Any) -> str:
    return f"{row.district} ({row.district_ags})" if row.district_ags else str(row.district)


def _district_lines(
    gaps: Gaps, row: Any, lang: Lang, general: tuple[str, ...], ranges: Mapping[str, str], tense: str
) -> tuple[str, ...]:
    """The district in a sentence and its range in the sample, then what holds for all."""
    sentence = text(
        in_tense("reports.gaps.district_sentence", tense),
        lang,
        district=row.district,
        uncovered=number(row.people, lang),
        people=number(row.people_total, lang),
        who=facts.dated_who(gaps.coverage, lang),
        target=promise(gaps.coverage.target, lang),
    )
    return (sentence, *filter(None, [ranges.get(str(row.district_ags))]), *general[1:])


def sources_sheet(
    coverage: Coverage,
    region: Region,
    lang: Lang,
    *,
    suggestion: Proposal | None = None,
    date: datetime.date | None = None,
) -> Sheet:
    """The sheet that says what was counted and measured, how sure it is, and where the data come from."""
    stated = facts.settings(coverage, region, lang, suggestion=suggestion, date=date)
    settings = ReportTable(
        (Column("label", width=36), Column("value", width=84)),
        pd.DataFrame(
            {"label": [it.label for it in stated], "value": [_shown(it, lang) for it in stated]}, dtype=object
        ),
    )
    blocks = [Block(settings, _heading("settings", lang), headed=False)]
    for source in facts.sources(coverage, region, lang):
        stated_here = {key: value for key, value in vars(source).items() if value and key != "title"}
        labels = [text(f"reports.column.{key}", lang) for key in stated_here]
        frame = pd.DataFrame({"label": labels, "value": list(stated_here.values())}, dtype=object)
        heading = text("reports.gaps.source_heading", lang, title=source.title)
        blocks.append(Block(replace(settings, frame=frame), heading, headed=False))
    name = _sheet_name("sources", lang)
    return Sheet(name, name, (facts.gap_sentence(coverage, region, lang, date),), tuple(blocks), upright=True)


def _shown(fact: facts.Fact, lang: Lang) -> str | float:
    """Numbers stay numbers; a share is written out, as its column holds words."""
    return fact.written(lang) if fact.kind == "share" else fact.value
