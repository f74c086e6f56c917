"""The tables of a new region, derived from what the user's files hold."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from iqgeo.demand import areas_of_settlements
from iqgeo.inputs.districts_of import assign_districts
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Intake
from iqgeo.region import Region

if TYPE_CHECKING:
    import geopandas as gpd

_DISTRICT_DIGITS: Final = 5
_ZONE_DEGREES: Final = 9.0
"""A region wider than this does not fit one UTM zone and its neighbours."""

_AROUND_DEGREES: Final = 1.0
_EUROPE_LAEA: Final = "EPSG:3035"
_WORLD_EQUAL_AREA: Final = "EPSG:6933"


def chosen_districts(outlines: "gpd.GeoDataFrame", keys_from: str, findings: Findings) -> "gpd.GeoDataFrame":
    """The districts whose key starts with ``keys_from``, names that stand twice told apart."""
    chosen = outlines[outlines["ags"].str.startswith(keys_from)].reset_index(drop=True)
    if not len(chosen):
        present = ", ".join(outlines["ags"].head(5))
        findings.problem("region_no_districts", value=keys_from, present=present)
        findings.stop_if_any()
    # A city and the district around it often bear the same name.
    twice = chosen["name"].duplicated(keep=False) & chosen["kind"].ne("")
    chosen["name"] = chosen["name"].where(~twice, chosen["name"] + " (" + chosen["kind"] + ")")
    return chosen


def neighbours_of(every: "gpd.GeoDataFrame", chosen: "gpd.GeoDataFrame") -> "gpd.GeoDataFrame":
    """The districts of the same file around the chosen ones."""
    west, south, east, north = chosen.total_bounds
    around = every.cx[
        west - _AROUND_DEGREES : east + _AROUND_DEGREES, south - _AROUND_DEGREES : north + _AROUND_DEGREES
    ]
    around = around[~around["ags"].isin(chosen["ags"])]
    return around.assign(state=around["ags"].str[:2])[["ags", "name", "state", "geometry"]].reset_index(
        drop=True
    )


def settlement_table(
    intake: Intake,
    outlines: "gpd.GeoDataFrame",
    every_key: set[str],
    neighbours: "gpd.GeoDataFrame",
    findings: Findings,
) -> pd.DataFrame:
    """Inhabited places inside the outlines, each with its district: by key, else by position."""
    places = intake.frame
    inhabited = (places["people"] > 0).to_numpy(dtype=bool)
    if not inhabited.all():
        findings.note("places_empty", kind="hint", number=int((~inhabited).sum()))
    places = places[inhabited].reset_index(drop=True)
    written = places["ags"].where(places["ags"].ne(""), places["district_ags"]).str[:_DISTRICT_DIGITS]
    known = written.isin(outlines["ags"])
    places["district_ags"] = written.where(known, "").astype("str")
    # A place with the key of a district outside the region is not in it, however the border is drawn.
    without = ~known.to_numpy(dtype=bool) & ~written.isin(every_key).to_numpy(dtype=bool)
    located = Findings(findings.file, np.arange(len(places), dtype=np.int64))
    settled = places[known.to_numpy(dtype=bool)]
    assign_districts(places, without, _Outlines(outlines, neighbours, settled), located)
    at_edge = sum(it.count for it in located.notices if it.code == "places_at_edge")
    if at_edge:
        findings.note("places_at_edge", kind="hint", number=at_edge)
    outside = places["district_ags"].eq("").to_numpy(dtype=bool)
    if outside.any():
        people = float(places["people"].to_numpy()[outside].sum())
        findings.note("places_elsewhere", kind="hint", number=int(outside.sum()), people=people)
    places = places.assign(written_district=written)[~outside].reset_index(drop=True)
    if not len(places):
        findings.problem("region_no_people")
        findings.stop_if_any()
    empty = outlines.loc[~outlines["ags"].isin(places["district_ags"]), "name"].tolist()
    if empty:
        findings.note("districts_empty", kind="hint", value=empty[0], number=len(empty))
    population = places["people"].to_numpy()
    whole = bool((population == np.round(population)).all())
    places["population"] = population.astype(np.int64) if whole else population
    columns = ["id", "ags", "district_ags", "lon", "lat", "population", "landmass", "written_district"]
    return places[columns].sort_values(["ags", "id"], ignore_index=True)


@dataclass(frozen=True)
class _Outlines:
    """As much of a region as finding the district of a point needs."""

    districts: Any
    context: Any
    settlements: pd.DataFrame


def reforms(places: pd.DataFrame, outlines: "gpd.GeoDataFrame", findings: Findings) -> pd.DataFrame:
    """Former district keys of the places and the district most of their people now live in."""
    former = places[~places["written_district"].isin(outlines["ags"]) & places["written_district"].ne("")]
    former = former[former["written_district"].str.fullmatch(r"\d{5}")]
    people = former.groupby(["written_district", "district_ags"])["population"].sum().reset_index()
    people = people.sort_values(["population", "district_ags"], ascending=[False, True])
    changes = people.drop_duplicates("written_district").sort_values("written_district")
    if len(changes):
        first = changes.iloc[0]
        pair = f"{first['written_district']} → {first['district_ags']}"
        findings.note("districts_moved", value=pair, number=len(changes))
    return pd.DataFrame(
        {
            "old": changes["written_district"],
            "new": changes["district_ags"],
            "name": "",
            "date": "",
            "reason": "derived from the position of the places",
        }
    )


def town_table(
    given: Intake | None, places: pd.DataFrame, outlines: "gpd.GeoDataFrame", findings: Findings
) -> pd.DataFrame:
    """Candidate sites as given, else the largest place of each municipality (or district)."""
    if given is not None:
        towns = given.frame.copy()
        return towns.assign(population=towns["population"].fillna(0), position="as given")
    municipality = places["ags"].where(places["ags"].ne(""), places["district_ags"])
    ordered = places.assign(key=municipality).sort_values(["population", "id"], ascending=[False, True])
    largest = ordered.drop_duplicates("key").sort_values("key")
    total = places.groupby(municipality)["population"].sum()
    names = dict(zip(outlines["ags"], outlines["name"], strict=True))
    findings.note("towns_derived", kind="hint", number=len(largest))
    district = largest["district_ags"].map(names)
    return pd.DataFrame(
        {
            "id": largest["key"].to_numpy(),
            # Without a list of municipalities the key is the only name there is.
            "name": np.where(
                largest["key"].eq(largest["district_ags"]), district, largest["key"] + ", " + district
            ),
            "ags": largest["ags"].to_numpy(),
            "district_ags": largest["district_ags"].to_numpy(),
            "lon": largest["lon"].to_numpy(),
            "lat": largest["lat"].to_numpy(),
            "population": total.reindex(largest["key"]).to_numpy(),
            "position": "largest place",
        }
    )


def office_table(given: Intake | None, state: str) -> pd.DataFrame:
    """Offices as given, all of them of this region; else a table without rows."""
    columns = ["id", "name", "lon", "lat", "kind", "state", "opened", "closed", "operator"]
    if given is None:
        return pd.DataFrame(columns=columns)
    return given.frame.assign(state=state)[columns]


def population_figures(places: pd.DataFrame, outlines: "gpd.GeoDataFrame", year: int) -> pd.DataFrame:
    """Inhabitants of every district as a published figure."""
    persons = places.groupby("district_ags")["population"].sum()
    names = dict(zip(outlines["ags"], outlines["name"], strict=True))
    return pd.DataFrame(
        {
            "measure": "population",
            "year": year,
            "area": persons.index,
            "name": [names[it] for it in persons.index],
            "persons": persons.to_numpy().round(),
            "share_pct": np.nan,
            "population": persons.to_numpy().round(),
            "source": "settlements",
        }
    )


def share_figures(shares: Intake, region: Region, weight: str, year: int) -> pd.DataFrame:
    """Persons per area from the shares, in whole persons."""
    settlements = region.settlements
    frame = shares.frame
    area = areas_of_settlements(settlements, frame["area"].tolist())
    people = settlements.groupby(area)["population"].sum()
    share_pct = frame.set_index("area")["share_pct"].reindex(people.index)
    names = frame.set_index("area")["name"].reindex(people.index)
    return pd.DataFrame(
        {
            "measure": weight,
            "year": year,
            "area": people.index,
            "name": names.to_numpy(),
            "persons": (people.to_numpy() * share_pct.to_numpy() / 100).round(),
            "share_pct": share_pct.to_numpy(),
            "population": people.to_numpy(),
            "source": "shares",
        }
    )


def metric_crs(outlines: "gpd.GeoDataFrame") -> str:
    """The UTM zone of the middle, an equal-area system where the region is wider than a zone allows."""
    west, south, east, north = outlines.total_bounds
    if east - west <= _ZONE_DEGREES and -80 <= (south + north) / 2 <= 84:
        return f"EPSG:{outlines.estimate_utm_crs().to_epsg()}"
    in_europe = west > -32 and east < 45 and south > 32 and north < 73
    return _EUROPE_LAEA if in_europe else _WORLD_EQUAL_AREA
