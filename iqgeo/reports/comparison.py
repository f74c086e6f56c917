"""Who wins and who loses between two coverages of the same people: tables, workbook, CSV."""

import datetime
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.changes import changes
from iqgeo.coverage import Coverage
from iqgeo.demand import district_of_municipality, keys_of
from iqgeo.region import Region
from iqgeo.reports import facts
from iqgeo.reports.cells import Column, ReportTable, cleaned
from iqgeo.reports.delimited import table_csv
from iqgeo.reports.excel import Block, Sheet, workbook_bytes
from iqgeo.reports.gap_list import sources_sheet
from iqgeo.safe.clean import clean
from iqgeo.texts import Lang, number, signed, text
from iqgeo.words.states import network_name
from iqgeo.words.units import promise

_FIGURES: Final = (
    Column("people_total", "people", 11),
    Column("before", "people", 11),
    Column("after", "people", 11),
    Column("gained", "people", 11),
    Column("lost", "people", 11),
    Column("change", "change", 12),
    Column("mean_km_before", "km", 11),
    Column("mean_km_after", "km", 11),
)
SUMS: Final = ("people_total", "before", "after", "gained", "lost", "change")


def comparison_table(before: Coverage, after: Coverage, level: str = "district") -> ReportTable:
    """The comparison as a table for people, largest change first."""
    found = changes(before, after, level)
    key, name = ("district_ags", "district") if level == "district" else ("ags", "municipality")
    frame = pd.DataFrame(
        {
            key: found["ags"].astype(str),
            name: found["name"].map(clean),
            "people_total": found["people"],
            "before": found["covered_before"],
            "after": found["covered_after"],
            **{
                column: found[column]
                for column in ("gained", "lost", "change", "mean_km_before", "mean_km_after")
            },
        }
    )
    order = np.lexsort((frame[key], -frame["change"].abs()))
    columns = [Column(key, width=11), Column(name, width=24)]
    if level != "district":
        districts = frame[key].map(district_of_municipality(before.places))
        frame["district"] = [clean(before.district_names.get(it, it)) for it in districts]
        columns.append(Column("district", width=22))
    for column, offices in reasons_of(before, after, level).items():
        frame[column] = [offices.get(it, "") for it in frame[key]]
    # A column in which nothing stands takes no room from the others.
    reasons = tuple(Column(it, width=26 if frame[it].any() else 14) for it in ("gained_by", "lost_with"))
    days: tuple[Column, ...] = ()
    if len(before.day_places) or len(after.day_places):
        # Whom places on days serve is no gain of an office, and yet no longer left out.
        for column, it in (("days_before", before), ("days_after", after)):
            sums = it.by_district() if level == "district" else it.by_municipality()
            served = sums.filter(["on_days", "rarely"]).sum(axis=1).set_axis(sums["ags"].astype(str))
            frame[column] = [float(served.get(one, 0.0)) for one in frame[key]]
        days = (Column("days_before", "people", 12), Column("days_after", "people", 12))
    return ReportTable((*columns, *_FIGURES, *days, *reasons), frame.iloc[order].reset_index(drop=True))


def moved(table: ReportTable) -> pd.DataFrame:
    """The rows in which something changes: who gains, who loses, who is served on days or no longer is."""
    changed = table.frame[["gained", "lost"]].any(axis=1)
    if "days_after" in table.frame:
        changed |= table.frame["days_after"] != table.frame["days_before"]
    return table.frame[changed].reset_index(drop=True)


def sums_of(table: ReportTable) -> dict[str, float]:
    """The sums below a table."""
    return {
        it: float(table.frame[it].sum()) for it in (*SUMS, "days_before", "days_after") if it in table.frame
    }


def reasons_of(before: Coverage, after: Coverage, level: str = "district") -> dict[str, dict[str, str]]:
    """By which offices people gain, and with which they lose: names by AGS, most people first.

    ``gained_by`` are the offices that reach those newly within the target, ``lost_with`` those that
    reached whoever no longer is.
    """
    found = {}
    for column, gone, come in (("gained_by", before, after), ("lost_with", after, before)):
        moved = come.is_covered & ~gone.is_covered
        frame = pd.DataFrame(
            {
                "key": keys_of(come.places, level)[moved],
                "office": cleaned(come.places["nearest_office"][moved]),
                "people": come.places["people"].astype(float)[moved],
            }
        )
        sums = frame.groupby(["key", "office"])["people"].sum().reset_index()
        sums = sums[sums["people"] > 0].sort_values(["people", "office"], ascending=[False, True])
        named = sums.groupby("key", sort=False)["office"].agg(lambda names: ", ".join(names.iloc[:3]))
        found[column] = {str(ags): str(names) for ags, names in named.items()}
    return found


def comparison_sentence(before: Coverage, after: Coverage, lang: Lang) -> str:
    """How many gain, how many lose."""
    found = changes(before, after)
    return text(
        "plan.comparison.sentence",
        lang,
        gained=number(float(found["gained"].sum()), lang),
        lost=number(float(found["lost"].sum()), lang),
        change=signed(float(found["change"].sum()), lang),
        target=_targets(before, after, lang),
    )


def _targets(before: Coverage, after: Coverage, lang: Lang) -> str:
    if before.target == after.target:
        return promise(before.target, lang)
    return text(
        "plan.comparison.targets",
        lang,
        before=promise(before.target, lang),
        after=promise(after.target, lang),
    )


def comparison_xlsx(
    before: Coverage,
    after: Coverage,
    region: Region,
    lang: Lang = "de",
    *,
    names: tuple[str, str] = ("A", "B"),
    date: datetime.date | None = None,
) -> bytes:
    """The comparison as a workbook: districts, municipalities that change, settings of both and sources."""
    title = text("plan.comparison.title", lang, before=clean(names[0], 60), after=clean(names[1], 60))
    lines = (
        comparison_sentence(before, after, lang),
        *(
            f"{clean(name, 60)}: {network_name(it, region, lang)}, {facts.weight_words(it, lang)}, "
            f"{facts.distance_words(it, lang)}, {promise(it.target, lang)}"
            for name, it in zip(names, (before, after), strict=True)
        ),
    )
    districts = comparison_table(before, after)
    municipalities = comparison_table(before, after, "municipality")
    total = {"district": text("reports.gaps.total", lang)} | sums_of(districts)
    headings = [
        text(f"plan.comparison.sheet_{key}", lang) for key in ("districts", "municipalities", "sources")
    ]
    sheets = [Sheet(headings[0], title, lines, (Block(districts, total=total),))]
    if before.places["ags"].ne("").any():
        sheets.append(
            Sheet(
                headings[1],
                title,
                lines,
                (Block(ReportTable(municipalities.columns, moved(municipalities))),),
            )
        )
    sheets.append(sources_sheet(after, region, lang, date=date))
    return workbook_bytes(sheets, lang, title=title, date=date)


def comparison_csv(before: Coverage, after: Coverage, lang: Lang = "de", *, plain: bool = False) -> bytes:
    """The comparison by district as CSV (see :func:`iqgeo.reports.delimited.table_csv`)."""
    return table_csv(comparison_table(before, after), lang, plain=plain)
