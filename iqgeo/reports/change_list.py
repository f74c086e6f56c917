"""What became different since an earlier gap list: who is new, who is gone, what changed, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from iqgeo.coverage import CLASS_OF, NONE, ON_DAYS, RARELY
from iqgeo.demand import municipality_keys
from iqgeo.errors import InputError, Problem
from iqgeo.frames import rows as rows_of
from iqgeo.gaps import Gaps
from iqgeo.reading import Reading
from iqgeo.reports.cells import Column, ReportTable, cleaned
from iqgeo.safe.clean import clean
from iqgeo.texts import LANGUAGES, Lang, number, text
from iqgeo.words.rounding import LEAST_TOLD

PLACE, MUNICIPALITY = "place", "municipality"
_KEYS: Final = {PLACE: "place", MUNICIPALITY: "ags"}
_READ: Final = ("place", "ags", "people", "nearest_office", "distance_km", "reason")
# Lists tell hundredths of a kilometre: a smaller difference is none.
_SAME_KM: Final = 0.06
_ORDER: Final = {"new": 0, "gone": 1, "changed": 2}


@dataclass(frozen=True, eq=False)
class Earlier:
    """A gap list of before.

    Attributes
    ----------
    name : str
        What it is called.
    level : str
        Whether a row of it is a ``place`` or a ``municipality``.
    rows : pd.DataFrame
        ``people`` (NaN where only told to be few), ``nearest_office, distance_km``, ``service`` (how they are
        served, empty if the list does not tell), by key.
    reached : Mapping[str, str]
        By which office a place was reached then, by its id; empty if the list does not tell.
    """

    name: str
    level: str
    rows: pd.DataFrame
    reached: Mapping[str, str] = field(default_factory=dict)


def earlier_of(gaps: Gaps, name: str) -> Earlier:
    """The list of gaps computed before, place by place; it knows who was reached by whom."""
    places = gaps.coverage.places
    covered = places[gaps.coverage.is_covered]
    reached = dict(zip(covered["id"].astype(str), cleaned(covered["nearest_office"]), strict=True))
    return Earlier(name, PLACE, _listed(gaps, PLACE), reached)


def read_earlier(path: str | Path) -> Earlier:
    """A gap list that was written before: CSV, workbook, GeoPackage or GeoJSON, German or English.

    Raises
    ------
    InputError
        If it cannot be read, or is no gap list.
    """
    tables = (it for it in _tables(path) if "people" in it and ("place" in it or "ags" in it))
    found = next(tables, None)
    if found is None:
        raise InputError(Problem("no_gap_list", file=str(path)))
    level = PLACE if "place" in found else MUNICIPALITY
    keys = found[_KEYS[level]].map(clean)
    rows = pd.DataFrame(
        {
            "people": [_number(it) for it in found["people"]],
            "nearest_office": cleaned(found["nearest_office"]) if "nearest_office" in found else "",
            "distance_km": [_number(it) for it in found["distance_km"]] if "distance_km" in found else np.nan,
            "service": _services(found["reason"]) if "reason" in found else "",
        }
    ).set_axis(keys)
    rows = rows[rows.index.to_series().ne("").to_numpy()]
    return Earlier(Path(path).name, level, rows[~rows.index.duplicated()])


def _tables(path: str | Path) -> "list[pd.DataFrame]":
    """The tables a list can have been written as, with their columns under our names."""
    from iqgeo.inputs import limits
    from iqgeo.inputs.read import read_table
    from iqgeo.inputs.source import open_source

    headings = {text(f"reports.column.{key}", lang).casefold(): key for key in _READ for lang in LANGUAGES}
    headings |= {key: key for key in _READ}
    suffix = Path(path).suffix.lower()
    wanted: list[str | None] = [None]
    if suffix in (".gpkg", ".xlsx"):
        group, key = ("layer", "places") if suffix == ".gpkg" else ("gaps", "sheet_municipalities")
        wanted = [text(f"reports.{group}.{key}", lang) for lang in LANGUAGES]
    frames, last = [], None
    for name in wanted:
        try:
            table = read_table(open_source(path, name), max_rows=limits.SHARE_ROWS * 10, reading=Reading())
        except InputError as error:
            last = error
            continue
        names = {str(it): headings.get(str(it).strip().casefold(), "") for it in table.frame.columns}
        frames.append(table.frame.rename(columns={old: new for old, new in names.items() if new}))
    if not frames and last is not None:
        raise last
    return frames


def _number(value: Any) -> float:
    """A number as a list tells it; NaN where it says that they are few."""
    if isinstance(value, (int, float, np.number)):
        return float(value)
    words = clean(value)
    if words in {text("reports.unreachable", lang) for lang in LANGUAGES}:
        return np.inf
    try:
        return float(words.replace(",", "."))
    except ValueError:
        return np.nan


def _services(reasons: pd.Series) -> list[str]:
    """How people are served, from the reasons that a list gives."""
    told = {text(f"gaps.reason.{it}", lang): CLASS_OF[it] for it in (ON_DAYS, RARELY) for lang in LANGUAGES}
    known = {**CLASS_OF, **told}
    return [known.get(it, NONE) for it in cleaned(reasons)]


def _listed(gaps: Gaps, level: str) -> pd.DataFrame:
    """What a list of these gaps tells, by place or municipality, as :attr:`Earlier.rows`."""
    found, key = (gaps.places, "id") if level == PLACE else (gaps.by_municipality, "ags")
    return pd.DataFrame(
        {
            "people": found["people"].astype(float).to_numpy(),
            "nearest_office": cleaned(found["nearest_office"]).to_numpy(),
            "distance_km": found["distance_km"].astype(float).to_numpy(),
            "service": [CLASS_OF.get(it, NONE) for it in found["reason"]],
        },
        index=found[key].astype(str),
    )


def change_table(gaps: Gaps, earlier: Earlier, lang: Lang, *, least: int = LEAST_TOLD) -> ReportTable:
    """A row for every place (or municipality) that is new, gone or changed, with the reason.

    Columns ``change_kind, district, ags, municipality``, of places ``place``, then ``people_before,
    people_now, office_before, office_now, km_before, km_now, change_reason``. New ones first, then gone,
    then changed; by people.
    """
    now = _listed(gaps, earlier.level)
    before = earlier.rows
    where = _where(gaps, earlier.level)
    lines = []
    for key in now.index.union(before.index):
        old = before.loc[key] if key in before.index else None
        new = now.loc[key] if key in now.index else None
        kind, reason = _changed(str(key), old, new, earlier, where, lang)
        if not kind:
            continue
        district, ags, town, _ = where.get(str(key), ("", "" if earlier.level == PLACE else str(key), "", ""))
        lines.append(
            {
                "order": _ORDER[kind],
                "change_kind": text(f"reports.changes.{kind}", lang),
                "district": district, "ags": ags, "municipality": town, "place": str(key),
                "people_before": 0.0 if old is None else _told(old["people"]),
                "people_now": 0.0 if new is None else float(new["people"]),
                "office_before": "" if old is None else old["nearest_office"],
                "office_now": "" if new is None else new["nearest_office"],
                "km_before": np.nan if old is None else old["distance_km"],
                "km_now": np.nan if new is None else new["distance_km"],
                "change_reason": reason,
            }
        )  # fmt: skip
    columns = (
        Column("change_kind", width=13), Column("district", width=22), Column("ags", width=11),
        Column("municipality", width=22),
        *([Column("place", width=11)] if earlier.level == PLACE else []),
        Column("people_before", "people", 10), Column("people_now", "people", 10),
        Column("office_before", width=15), Column("office_now", width=15), Column("km_before", "km", 9),
        Column("km_now", "km", 9), Column("change_reason", width=46),
    )  # fmt: skip
    frame = pd.DataFrame(
        lines, columns=["order", *(it.key for it in columns), *(["place"] if earlier.level != PLACE else [])]
    )
    most = frame[["people_before", "people_now"]].max(axis=1).astype(float)
    order = np.lexsort((frame["place"].astype(str), -most, frame["order"].astype(float)))
    return ReportTable(columns, frame.iloc[order].reset_index(drop=True), least)


def _told(people: float) -> float:
    """People of a list that only said that they are few."""
    return 1.0 if np.isnan(people) else float(people)


def _where(gaps: Gaps, level: str) -> dict[str, tuple[str, str, str, str]]:
    """District, key, municipality and, if reached now, the office, of every place or municipality."""
    coverage = gaps.coverage
    places = coverage.places
    frame = pd.DataFrame(
        {
            "key": places["id"].astype(str) if level == PLACE else municipality_keys(places),
            "district": places["district_ags"].astype(str),
            "ags": places["ags"].astype(str),
            "office": np.where(coverage.is_covered, cleaned(places["nearest_office"]), ""),
            "people": places["people"].astype(float),
        }
    )
    largest = frame.sort_values("people", ascending=False, kind="stable").drop_duplicates("key")
    districts, towns = coverage.district_names, coverage.municipality_names
    return {
        row.key: (
            clean(districts.get(row.district, row.district)), row.ags, clean(towns.get(row.ags, row.ags)),
            row.office,
        )
        for row in rows_of(largest)
    }  # fmt: skip


def _changed(
    key: str, old: Any, new: Any, earlier: Earlier, where: Mapping[str, tuple[str, str, str, str]], lang: Lang
) -> tuple[str, str]:
    """Which kind of change it is, and why; an empty kind for none."""
    if old is None:
        office = earlier.reached.get(key, "")
        return "new", _say("reached_before", lang, office=office) if office else _say("not_listed", lang)
    if new is None:
        office = where[key][3] if key in where else ""
        return "gone", _say("reached_now", lang, office=office) if office else _say("not_counted", lang)
    parts = []
    few = np.isnan(old["people"]) and new["people"] < LEAST_TOLD
    if not few and not abs(_told(old["people"]) - new["people"]) < 0.5:
        is_few = np.isnan(old["people"])
        before = text("words.few", lang, least=LEAST_TOLD) if is_few else number(old["people"], lang)
        parts.append(_say("people", lang, before=before, now=number(new["people"], lang)))
    if old["service"] and old["service"] != new["service"]:
        parts.append(_say(f"now_{new['service']}", lang))
    if old["nearest_office"] and old["nearest_office"] != new["nearest_office"]:
        parts.append(_say("office", lang, before=old["nearest_office"], now=new["nearest_office"] or "–"))
    km = (old["distance_km"], new["distance_km"])
    if not any(np.isnan(it) for it in km) and km[0] != km[1] and not abs(km[0] - km[1]) < _SAME_KM:
        told = [text("reports.unreachable", lang) if np.isinf(it) else number(it, lang, 1) for it in km]
        parts.append(_say("way", lang, before=told[0], now=told[1]))
    return ("changed", "; ".join(parts)) if parts else ("", "")


def _say(key: str, lang: Lang, **values: object) -> str:
    return text(f"reports.changes.{key}", lang, **values)


def change_sentence(table: ReportTable, earlier: Earlier, lang: Lang) -> str:
    """How many are new, gone and changed."""
    counts = table.frame["order"].value_counts()
    told = {name: number(int(counts.get(order, 0)), lang) for name, order in _ORDER.items()}
    return _say(f"sentence_{earlier.level}", lang, name=earlier.name, **told)
