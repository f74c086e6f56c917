"""The tables of a new region, derived from what the user's files hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from iqgeo.compass import told_apart
from iqgeo.demand import areas_of_settlements
from iqgeo.inputs.districts_of import assign_districts, note_far_off
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Intake
from iqgeo.inputs.reach import REACH_KM, Vicinity
from iqgeo.inputs.region_cells import BY_CELL, cell_figures
from iqgeo.inputs.shares import persons_of
from iqgeo.inputs.values import Mask
from iqgeo.region import DERIVED, Region
from iqgeo.settled import named_towns
from iqgeo.world import state_names

if TYPE_CHECKING:
    import geopandas as gpd

_DISTRICT_DIGITS: Final = 5
_ZONE_DEGREES: Final = 9.0
"""A region wider than this does not fit one UTM zone and its neighbours."""

_AROUND_DEGREES: Final = 1.0
_HALF_TURN: Final = 180.0
_EUROPE_LAEA: Final = "EPSG:3035"
_WORLD_EQUAL_AREA: Final = "EPSG:6933"


def chosen_districts(outlines: "gpd.GeoDataFrame", keys_from: str, findings: Findings) -> "gpd.GeoDataFrame":
    """The districts whose key starts with ``keys_from`` (several with commas), names told apart."""
    starts = tuple(it.strip() for it in keys_from.split(",") if it.strip()) or ("",)
    chosen = outlines[outlines["ags"].str.startswith(starts)].reset_index(drop=True)
    for start in starts:
        if not chosen["ags"].str.startswith(start).any():
            findings.problem(
                "region_no_districts", value=start or keys_from, present=", ".join(outlines["ags"].head(5))
            )
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
    names = state_names()
    german = around["ags"].str.fullmatch(r"\d{5,}")
    # Elsewhere nothing tells what state a district is of: it borders by its own name.
    state = around["ags"].str[:2].map(names).where(german).fillna(around["name"])
    return around.assign(state=state)[["ags", "name", "state", "geometry"]].reset_index(drop=True)


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
    written = district_of_key(
        places["ags"].where(places["ags"].ne(""), places["district_ags"]), set(outlines["ags"]) | every_key
    )
    known = written.isin(outlines["ags"])
    places["district_ags"] = written.where(known, "").astype("str")
    # A place with the key of a district outside the region is not in it, however the border is drawn.
    without = ~known.to_numpy(dtype=bool) & ~written.isin(every_key).to_numpy(dtype=bool)
    located = Findings(findings.file, np.arange(len(places), dtype=np.int64))
    keyed = known.to_numpy(dtype=bool)
    around = _Outlines(outlines, neighbours, places[keyed], metric_crs(outlines))
    note_far_off(places, keyed, around, findings)
    assign_districts(places, without, around, located)
    strange = _of_other_districts(places, written, without, findings)
    if strange.any():
        places.loc[without, "district_ags"] = ""
        located = Findings(findings.file, np.arange(len(places), dtype=np.int64))
        assign_districts(places, without & ~strange, around, located)
    at_edge = sum(it.count for it in located.notices if it.code == "places_at_edge")
    if at_edge:
        findings.note("places_at_edge", kind="hint", number=at_edge)
    outside = places["district_ags"].eq("").to_numpy(dtype=bool)
    if (outside & ~strange).any():
        people = float(places["people"].to_numpy()[outside & ~strange].sum())
        number = int((outside & ~strange).sum())
        findings.note("places_elsewhere", kind="hint", number=number, people=people)
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
    # Those counted by cell, where the cells say so.
    columns += [it for it in (BY_CELL,) if it in places]
    return places[columns].sort_values(["ags", "id"], ignore_index=True)


_OF_A_DISTRICT: Final = r"(?:\d{5}(?:\d{3}|\d{7})?)?"
_AT_LEAST: Final = 0.5


def _of_other_districts(places: pd.DataFrame, written: pd.Series, asked: Mask, findings: Findings) -> Mask:
    """Places of districts that have no outline and are no former part of one that has.

    Most people of a former district live where its outline is today; of one that is not drawn at all some
    live beside a border that is drawn coarsely, and belong nowhere.
    """
    keyed = asked & written.str.fullmatch(r"\d{5}") & places["ags"].str.fullmatch(_OF_A_DISTRICT)
    inside = places["people"].where(places["district_ags"].ne(""), 0.0)
    of_each = (
        pd.DataFrame({"inside": inside, "people": places["people"]})[keyed].groupby(written[keyed]).sum()
    )
    shares = of_each["inside"] / of_each["people"]
    # Those of which nobody is near an outline lie elsewhere.
    lacking = shares.index[shares.gt(0) & shares.lt(_AT_LEAST)]
    strange = np.asarray(keyed & written.isin(lacking), dtype=bool)
    if len(lacking):
        people, value = float(of_each.loc[lacking, "people"].sum()), ", ".join(lacking[:3])
        findings.note("districts_not_drawn", kind="hint", number=len(lacking), value=value, people=people)
    return strange


def district_of_key(keys: pd.Series, districts: set[str]) -> pd.Series:
    """The district each key belongs to: the longest one that it begins with, else its first five letters."""
    lengths = sorted({len(it) for it in districts}, reverse=True)

    def one(key: str) -> str:
        return next((key[:it] for it in lengths if key[:it] in districts), key[:_DISTRICT_DIGITS])

    known = {key: one(str(key)) for key in pd.unique(keys)}
    return keys.map(known).astype("str")


@dataclass(frozen=True)
class _Outlines:
    """As much of a region as finding the district of a point needs."""

    districts: Any
    context: Any
    settlements: pd.DataFrame
    crs: str = ""


def reforms(places: pd.DataFrame, outlines: "gpd.GeoDataFrame", findings: Findings) -> pd.DataFrame:
    """District keys of the places that no outline has, and the district most of their people live in.

    Former ones; where the outlines have keys of another kind (NUTS, GADM), the German ones.
    """
    alike = bool(outlines["ags"].str.fullmatch(r"\d{5}").all())
    former = places[~places["written_district"].isin(outlines["ags"]) & places["written_district"].ne("")]
    former = former[former["written_district"].str.fullmatch(r"\d{5}")]
    if not alike:
        # Of other countries it is the whole key of a municipality.
        former = former[former["ags"].str.fullmatch(r"\d{8}")]
    people = former.groupby(["written_district", "district_ags"])["population"].sum().reset_index()
    people = people.sort_values(["population", "district_ags"], ascending=[False, True])
    changes = people.drop_duplicates("written_district").sort_values("written_district")
    if len(changes):
        first = changes.iloc[0]
        pair = f"{first['written_district']} → {first['district_ags']}"
        findings.note("districts_moved" if alike else "districts_keyed", value=pair, number=len(changes))
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
    given: Intake | None,
    places: pd.DataFrame,
    outlines: "gpd.GeoDataFrame",
    municipalities: pd.DataFrame,
    neighbours: "gpd.GeoDataFrame",
    findings: Findings,
    called: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Candidate sites as given, cut to the region; else the largest place of each municipality.

    Where the places have no municipalities, as cells of a grid, their settlements, which bear the names of
    their largest places (``called``, by id) where these have one.
    """
    if given is not None:
        return _given_towns(given, places, outlines, neighbours, findings)
    names = dict(zip(municipalities["ags"], municipalities["name"], strict=True))
    districts = dict(zip(outlines["ags"], outlines["name"], strict=True))
    if places["ags"].eq("").all() or places["ags"].isin(outlines["ags"]).all():
        own = called if called is not None and places["ags"].eq("").all() else {}
        towns = named_towns(_with_municipality(places, municipalities), names, districts, own)
    else:
        municipality = places["ags"].where(places["ags"].ne(""), places["district_ags"])
        ordered = places.assign(key=municipality).sort_values(["population", "id"], ascending=[False, True])
        largest = ordered.drop_duplicates("key")
        total = places.groupby(municipality)["population"].sum()
        largest = largest.assign(population=total.reindex(largest["key"]).to_numpy())
        # Without a list of municipalities the district and a direction is the only name there is.
        bare = [names.get(key) or districts[district] for key, district in
                zip(largest["key"], largest["district_ags"], strict=True)]  # fmt: skip
        named = largest["key"].isin(list(names))
        of_names = largest["key"].where(named, largest["district_ags"]).tolist()
        told = told_apart(bare, of_names, largest, districts)
        towns = largest.assign(id=largest["key"], name=told, position=DERIVED)
    findings.note("towns_derived", kind="hint", number=len(towns))
    columns = ["id", "name", "ags", "district_ags", "lon", "lat", "population", "position"]
    return towns[columns].sort_values("id", ignore_index=True)


def _with_municipality(places: pd.DataFrame, municipalities: pd.DataFrame) -> pd.DataFrame:
    """Places without a key get the municipality of the next centre in their district, for its name."""
    if places["ags"].ne("").any() or not len(municipalities):
        return places
    from scipy.spatial import cKDTree

    centres = municipalities.dropna(subset=["lon", "lat"])
    found = np.full(len(places), "", dtype=object)
    for district, rows in places.groupby("district_ags"):
        near = centres[centres["ags"].str.startswith(str(district))]
        if len(near):
            scale = np.array([np.cos(np.radians(near["lat"].mean())), 1.0])
            tree = cKDTree(near[["lon", "lat"]].to_numpy() * scale)
            _, at = tree.query(rows[["lon", "lat"]].to_numpy() * scale)
            found[rows.index.to_numpy()] = near["ags"].to_numpy(dtype=object)[at]
    return places.assign(ags=found)


def _given_towns(
    given: Intake,
    places: pd.DataFrame,
    outlines: "gpd.GeoDataFrame",
    neighbours: "gpd.GeoDataFrame",
    findings: Findings,
) -> pd.DataFrame:
    """The towns that lie in the region, by their key or else by their position."""
    towns = given.frame.copy()
    keys = set(outlines["ags"])
    written = towns["district_ags"].where(towns["district_ags"].ne(""), towns["ags"])
    district = district_of_key(written, keys)
    known = district.isin(keys).to_numpy(dtype=bool)
    towns["district_ags"] = district.where(known, "").astype("str")
    local = Findings(findings.file, np.arange(len(towns), dtype=np.int64))
    # A town with a key of another district is not here, however the border is drawn.
    unkeyed = ~known & written.eq("").to_numpy(dtype=bool)
    assign_districts(towns, unkeyed, _Outlines(outlines, neighbours, places), local)
    here = towns["district_ags"].ne("").to_numpy(dtype=bool)
    if not here.any():
        findings.problem("towns_elsewhere", value=given.file)
        findings.stop_if_any()
    if not here.all():
        findings.note("towns_outside", kind="hint", number=int((~here).sum()))
    towns = towns[here].reset_index(drop=True)
    return towns.assign(population=towns["population"].fillna(0), position="as given")


def office_table(
    given: Intake | None, places: pd.DataFrame, name: str, state: str, findings: Findings
) -> pd.DataFrame:
    """Offices as given, as far as they lie in the region or near it; else a table without rows."""
    columns = ["id", "name", "lon", "lat", "kind", "state", "opened", "closed", "operator"]
    if given is None:
        return pd.DataFrame(columns=columns)
    local = Findings(given.file, given.row_numbers)
    outside = Vicinity.of_places(places, "population", REACH_KM, name=name).check(given.frame, local)
    findings.notices += local.notices
    findings.add(local.problems)
    findings.stop_if_any()
    return given.frame[~outside].reset_index(drop=True).assign(state=state)[columns]


def population_figures(places: pd.DataFrame, outlines: "gpd.GeoDataFrame", year: int) -> pd.DataFrame:
    """Inhabitants of every district as a published figure, and those who are counted by cell."""
    persons = places.groupby("district_ags")["population"].sum()
    names = dict(zip(outlines["ags"], outlines["name"], strict=True))
    figures = pd.DataFrame(
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
    return joined_figures(figures, cell_figures(places, figures)) if BY_CELL in places else figures


def share_figures(shares: Intake, region: Region, weight: str, year: int) -> pd.DataFrame:
    """Persons per area: as published, or from the shares in whole persons."""
    settlements = region.settlements
    frame = shares.frame
    area = areas_of_settlements(settlements, frame["area"].tolist())
    people = settlements.groupby(area)["population"].sum()
    chosen = frame.set_index("area").reindex(people.index)
    counted = persons_of(shares) is not None
    of_share = (people.to_numpy() * chosen["share_pct"].to_numpy() / 100).round()
    return pd.DataFrame(
        {
            "measure": weight,
            "year": year,
            "area": people.index,
            "name": chosen["name"].to_numpy(),
            "persons": chosen["persons"].to_numpy() if counted else of_share,
            "share_pct": chosen["share_pct"].to_numpy(),
            "population": people.to_numpy(),
            "source": "shares",
        }
    )


def joined_figures(population: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Both tables; figures of the population that were given replace those summed from the places."""
    same = population["measure"].isin(figures["measure"]) & population["year"].isin(figures["year"])
    return pd.concat([population[~same], figures], ignore_index=True)


def metric_crs(outlines: "gpd.GeoDataFrame") -> str:
    """The UTM zone of the middle, an equal-area system where the region is wider than a zone allows."""
    west, south, east, north = outlines.total_bounds
    if east - west <= _ZONE_DEGREES and -80 <= (south + north) / 2 <= 84:
        # By arithmetic: geopandas asks a database for it, which takes longer than the rest of a small region.
        # Beyond 180 degrees it is turned back.
        zone = int(((west + east) / 2 + _HALF_TURN) % (2 * _HALF_TURN) // 6) + 1
        return f"EPSG:{(32700 if south + north < 0 else 32600) + zone}"
    in_europe = west > -32 and east < 45 and south > 32 and north < 73
    return _EUROPE_LAEA if in_europe else _WORLD_EQUAL_AREA
