"""The gap list as tables: uncovered places, municipalities, districts and gap regions."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.coverage import Coverage
from iqgeo.demand import municipality_keys
from iqgeo.distances import great_circle_km
from iqgeo.gaps import GapRegion, Gaps
from iqgeo.proposal import Proposal
from iqgeo.region import Region
from iqgeo.reports.cells import Column, ReportTable, cleaned
from iqgeo.reports.suggestion import nearest_site
from iqgeo.safe.clean import clean
from iqgeo.texts import Lang, listed, number, text

# So close to the middle of its municipality, a place is the middle.
_CENTRE_KM = 1.0
# Width of the column of the gaps' names.
_LEAST_WIDE, _MOST_WIDE = 27, 60
_DIRECTIONS: Final = ("n", "ne", "e", "se", "s", "sw", "w", "nw")

_DISTRICT: Final = (Column("district_ags", width=9), Column("district", width=22))
_MUNICIPALITY: Final = (Column("ags", width=11), Column("municipality", width=22))
_WAY: Final = (
    Column("nearest_office", width=15),
    Column("distance_km", "km", 10),
    Column("over_km", "km", 10),
    Column("reason", width=23),
    Column("gap_region", "rank", 7),
)
_SUGGESTED: Final = (
    Column("reached_after", width=11),
    Column("suggested_office", width=20),
    Column("suggested_km", "km", 11),
)
_POSITION: Final = (Column("lon", "degrees", 10), Column("lat", "degrees", 10))


@dataclass(frozen=True)
class Excerpt:
    """What of a gap list is wanted.

    Attributes
    ----------
    sentence : str
        Says which rows these are; empty for all.
    columns : tuple[str, ...]
        Keys of the columns of municipalities and places, as :func:`municipalities_table` names them; empty
        for all. Who it is and how many people always stay.
    """

    sentence: str = ""
    columns: tuple[str, ...] = ()

    def of(self, table: ReportTable) -> ReportTable:
        """The columns wanted of a table of municipalities or places."""
        return table.only((*_ALWAYS, *self.columns)) if self.columns else table


WHOLE: Final = Excerpt()
_ALWAYS: Final = (
    "municipality", "place", "where", "people", "reached_after", "suggested_office", "suggested_km",
)  # fmt: skip


def places_table(
    gaps: Gaps, region: Region, lang: Lang, suggestion: Proposal | None = None, *, least: int = 0
) -> ReportTable:
    """Every uncovered place in one row; of fewer people than ``least`` is only said that they are fewer.

    Municipalities with most uncovered people first, their places by people. Columns ``district_ags,
    district, ags, municipality, place, where, people, nearest_office, distance_km, over_km, reason,
    gap_region, gap_name``, with a suggestion ``reached_after, suggested_office, suggested_km``, then
    ``lon, lat``.
    """
    places = gaps.places
    coverage = gaps.coverage
    frame = pd.DataFrame(
        {
            "district_ags": places["district_ags"].astype(str),
            "district": _named(places["district_ags"], coverage.district_names),
            "ags": places["ags"].astype(str),
            "municipality": _named(places["ags"], coverage.municipality_names),
            "place": cleaned(places["id"]),
            "where": _where(places, region, lang),
            "people": places["people"].astype(float),
            **_left_out(places, gaps, lang),
        }
    )
    columns = [*_DISTRICT, *_MUNICIPALITY, Column("place", width=11), Column("where", width=18)]
    columns += [Column("people", "people", 10), *_WAY, _gap_name(gaps, lang)]
    if len(coverage.day_places):
        frame["day_place"] = _day_places(places, coverage)
        columns.append(Column("day_place", width=24))
    if suggestion is not None and suggestion.sites and not suggestion.keeps:
        frame = frame.join(nearest_site(places, suggestion, coverage))
        frame["reached_after"] = [_yes(it > 0, lang) for it in frame["suggested_office"].str.len()]
        columns += _SUGGESTED
    together = frame.groupby(["district_ags", "ags"])["people"].transform("sum")
    order = np.lexsort((frame["place"], -frame["people"], frame["ags"], -together))
    return ReportTable((*columns, *_POSITION), frame.iloc[order].reset_index(drop=True), least)


def _left_out(rows: pd.DataFrame, gaps: Gaps, lang: Lang) -> dict[str, "pd.Series | list[str]"]:
    """What is said of places and municipalities alike: way, reason, gap, position."""
    return {
        "nearest_office": cleaned(rows["nearest_office"]),
        "distance_km": rows["distance_km"].astype(float),
        "over_km": rows["over_km"].astype(float),
        "reason": _reasons(rows, lang),
        **_gap_columns(rows["gap_region"], gaps, lang),
        "lon": rows["lon"].astype(float),
        "lat": rows["lat"].astype(float),
    }


def _day_places(places: pd.DataFrame, coverage: Coverage) -> list[str]:
    """Name of the place that serves each on days; empty where none does."""
    names = [*coverage.day_places["name"].map(clean), ""]
    return [names[number] for number in places["day_place"]]


def _yes(true: bool, lang: Lang) -> str:
    return text("reports.yes" if true else "reports.no", lang)


def municipalities_table(gaps: Gaps, lang: Lang, places: ReportTable) -> ReportTable:
    """Uncovered people by municipality, most first; ``places`` as from :func:`places_table`.

    As ``Gaps.by_municipality``: lengths are means weighted by people, office, reason and gap region
    those of its largest uncovered place.
    """
    source = gaps.by_municipality
    frame = pd.DataFrame(
        {
            "district_ags": source["district_ags"].astype(str),
            "district": cleaned(source["district"]),
            "ags": source["ags"].astype(str),
            "municipality": source["name"].map(clean),
            "people": source["people"].astype(float),
            "people_total": source["people_total"].astype(float),
            **_left_out(source, gaps, lang),
        }
    )
    columns = [
        *_DISTRICT,
        *_MUNICIPALITY,
        Column("people", "people", 10),
        Column("people_total", "people", 11),
        *_WAY,
        _gap_name(gaps, lang),
    ]
    if "suggested_km" in places.frame:
        suggested = _suggested_by_municipality(places.frame, lang).reindex(frame["ags"])
        for name in suggested:
            frame[name] = suggested[name].to_numpy()
        columns += _SUGGESTED
    return ReportTable((*columns, *_POSITION), frame, places.least)


def districts_table(gaps: Gaps, excerpt: Excerpt = WHOLE) -> ReportTable:
    """One row a district, most uncovered people first; unreached people by district add up to the total.

    In an excerpt only its districts, with the people of the excerpt as ``selected`` beside those of the
    whole district.
    """
    source = gaps.coverage.by_district()
    frame = pd.DataFrame(
        {
            "district_ags": source["ags"].astype(str),
            "district": source["name"].map(clean),
            "people_total": source["people"].astype(float),
            "covered": source["covered"].astype(float),
            "people": source["uncovered"].astype(float),
            "share": source["share"].astype(float),
            "mean_km": source["mean_km"].astype(float),
            "max_km": source["max_km"].astype(float),
            "nearest_office": cleaned(source["nearest_office"]),
        }
    )
    columns: tuple[Column, ...] = (
        *_DISTRICT,
        Column("people", "people", 13),
        Column("people_total", "people", 11),
        Column("covered", "people", 11),
        Column("share", "share", 10),
        Column("mean_km", "km", 10),
        Column("max_km", "km", 10),
        Column("nearest_office", width=18),
    )
    if excerpt.sentence:
        selected = gaps.places.groupby("district_ags")["people"].sum()
        frame["selected"] = frame["district_ags"].map(selected)
        frame = frame[frame["selected"].notna()].reset_index(drop=True)
        columns = (*columns[:2], Column("selected", "people", 13), *columns[2:])
    order = np.lexsort((frame["district_ags"], -frame["people"]))
    return ReportTable(columns, frame.iloc[order].reset_index(drop=True))


def gap_regions_table(gaps: Gaps, lang: Lang) -> ReportTable:
    """One row a gap region, most people first."""
    names = gaps.coverage.district_names
    frame = pd.DataFrame(
        [
            {
                "gap_region": it.number,
                "gap_name": clean(it.name.text(lang)),
                "people": it.people,
                "places": it.places,
                "largest_districts": _largest_districts(it, names),
                "lon": it.lon,
                "lat": it.lat,
            }
            for it in gaps.regions
        ],
        columns=["gap_region", "gap_name", "people", "places", "largest_districts", "lon", "lat"],
    )
    columns = (
        Column("gap_region", "rank", 9),
        Column("gap_name", width=52),
        Column("people", "people", 13),
        Column("places", "people", 11),
        Column("largest_districts", width=44),
    )
    return ReportTable(columns, frame)


def _largest_districts(gap: GapRegion, names: Mapping[str, str]) -> str:
    """The three districts with most people; places without a district have no name to list."""
    named = [name for name in (clean(names.get(ags, ags), 60) for ags, _ in gap.districts) if name]
    return listed(named[:3])


def offices_table(gaps: Gaps) -> ReportTable:
    """The offices counted, with the people within the target for whom each is the nearest."""
    offices = gaps.coverage.offices
    frame = pd.DataFrame(
        {
            "id": offices["id"].map(clean),
            "name": offices["name"].map(clean),
            "people_nearest": offices["people_nearest"].astype(float),
            "lon": offices["lon"].astype(float),
            "lat": offices["lat"].astype(float),
        }
    )
    columns = (Column("id"), Column("name", width=24), Column("people_nearest", "people", 14), *_POSITION)
    return ReportTable(columns, frame)


def _named(keys: pd.Series, names: Mapping[str, str]) -> pd.Series:
    written = keys.to_numpy(dtype=object).tolist()
    found = {it: clean(names.get(it, it)) for it in set(written)}
    return pd.Series([found[it] for it in written], keys.index, dtype=str)


def _gap_columns(numbers: pd.Series, gaps: Gaps, lang: Lang) -> dict[str, pd.Series]:
    names = {it.number: clean(it.name.text(lang)) for it in gaps.regions}
    return {"gap_region": numbers.astype(int), "gap_name": numbers.map(names).astype(str)}


def _gap_name(gaps: Gaps, lang: Lang) -> Column:
    """The column of the gaps' names, as wide as they are."""
    longest = max((len(it.name.text(lang)) for it in gaps.regions), default=0)
    return Column("gap_name", width=min(_MOST_WIDE, max(_LEAST_WIDE, longest)))


def _reasons(rows: pd.DataFrame, lang: Lang) -> list[str]:
    """The reason in words; of what is too far, whether it hangs on the road."""
    keys = np.where(rows["depends_on_road"] & rows["reason"].eq("too_far"), "depends_on_road", rows["reason"])
    words = {key: text(f"gaps.reason.{key}", lang) for key in set(keys)}
    return [words[key] for key in keys]


def _where(places: pd.DataFrame, region: Region, lang: Lang) -> list[str]:
    """Where a place without a name lies: how far and in which direction from its municipality's centre."""
    towns = region.towns
    if not {"ags", "district_ags"} <= set(towns):
        return [""] * len(places)
    # A municipality that got a new key in a reform kept its name.
    by_key = {str(row.ags): (row.lon, row.lat) for row in towns.itertuples()}
    by_name = {(str(row.district_ags), str(row.name)): (row.lon, row.lat) for row in towns.itertuples()}
    names = region.municipality_names
    unknown = (np.nan, np.nan)
    keys = zip(
        *(places[name].to_numpy(dtype=object).tolist() for name in ("ags", "district_ags")), strict=True
    )
    # Many places have one municipality.
    of_key = cache(lambda ags, kreis: by_key.get(ags) or by_name.get((kreis, names.get(ags, "")), unknown))
    centre = [of_key(*it) for it in keys]
    lon, lat = places["lon"].to_numpy(dtype=float), places["lat"].to_numpy(dtype=float)
    centre_lon, centre_lat = np.array(centre, dtype=float).reshape(-1, 2).T
    away_km = great_circle_km(centre_lon, centre_lat, lon, lat)
    bearing = np.degrees(np.arctan2((lon - centre_lon) * np.cos(np.radians(centre_lat)), lat - centre_lat))
    sector = np.nan_to_num(np.round(bearing / 45) % 8).astype(int)
    middle = text("reports.where.centre", lang)
    patterns = [text(f"reports.where.{name}", lang, km="{km}") for name in _DIRECTIONS]
    # Thousands of places lie in few directions, few whole kilometres away.
    away = cache(lambda km, at: patterns[at].format(km=number(km, lang)))
    return [
        "" if math.isnan(km) else middle if km < _CENTRE_KM else away(round(km), at)
        for km, at in zip(away_km.tolist(), sector.tolist(), strict=True)
    ]


def _suggested_by_municipality(places: pd.DataFrame, lang: Lang) -> pd.DataFrame:
    """Of the places that a proposed office helps: the office of the largest, the mean way of all."""
    places = places.assign(ags=municipality_keys(places))
    helped = places["suggested_office"].ne("")
    mine = places[helped]
    mine = mine.assign(person_km=mine["people"] * mine["suggested_km"])
    sums = mine.groupby("ags")[["people", "person_km"]].sum()
    found = pd.DataFrame(index=pd.Index(places["ags"].unique(), name="ags"))
    some, every = (helped.groupby(places["ags"]).agg(kind).reindex(found.index) for kind in ("any", "all"))
    partly = text("reports.partly", lang)
    found["reached_after"] = np.where(every, _yes(True, lang), np.where(some, partly, _yes(False, lang)))
    office = mine.drop_duplicates("ags").set_index("ags")["suggested_office"]
    found["suggested_office"] = office.reindex(found.index).fillna("")
    found["suggested_km"] = (sums["person_km"] / sums["people"]).reindex(found.index)
    return found
