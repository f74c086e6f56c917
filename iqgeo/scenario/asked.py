"""What a scenario asks: its promise, its networks measured, the question put to a solver. Opens no file."""

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from iqgeo import sites
from iqgeo.coverage import DEFAULT_TARGET_MIN, Coverage, assess_places
from iqgeo.distances import KM, MINUTES, Target
from iqgeo.scenario.load import Loaded
from iqgeo.scenario.model import Scenario
from iqgeo.scenario.settings import Settings

if TYPE_CHECKING:
    from iqgeo.gains import Pool
    from iqgeo.suggestions import Siting


def base_offices(scenario: Scenario, loaded: Loaded) -> pd.DataFrame:
    """The offices that everything begins with."""
    if scenario.begins_empty:
        return loaded.offices.iloc[:0]
    return sites.open_in(loaded.offices, scenario.base_year)


def base_coverage(scenario: Scenario, loaded: Loaded) -> Coverage:
    """Who is reached before any stage; computed once for what was loaded."""
    key = ("base", scenario.base_year, scenario.begins_empty, target_of(scenario, loaded))
    if key not in loaded.kept:
        offices = base_offices(scenario, loaded)
        loaded.kept[key] = coverage_of(scenario, loaded, offices, scenario.base_year)
    found: Coverage = loaded.kept[key]
    return found


def coverage_of(scenario: Scenario, loaded: Loaded, offices: pd.DataFrame, year: int | None) -> Coverage:
    """Who is reached by these offices."""
    home = loaded.home
    return assess_places(
        loaded.demand,
        offices,
        loaded.measure,
        target_of(scenario, loaded),
        stage=year,
        region=home,
        district_names={} if home is None else home.district_names,
        municipality_names={} if home is None else home.municipality_names,
    )


def target_of(scenario: Scenario, loaded: Loaded) -> Target:
    """The promise, in the unit of the measure."""
    return promised(scenario.settings, loaded.measure.unit)


def promised(settings: Settings, unit: str = "") -> Target:
    """The promise of settings; ``unit`` is that of the measure, where it is not the settings' own."""
    by_time = settings.distance == "road" and settings.target_min is not None
    if (unit or (MINUTES if by_time else KM)) == KM:
        return Target(settings.target_km)
    return Target(DEFAULT_TARGET_MIN if settings.target_min is None else settings.target_min, MINUTES)


def task_of(scenario: Scenario, loaded: Loaded) -> "Siting":
    """The base network as :func:`siting_of` has it."""
    return siting_of(scenario, loaded, base_coverage(scenario, loaded))


def siting_of(scenario: Scenario, loaded: Loaded, start: Coverage) -> "Siting":
    """A network with the candidates and rules of a scenario, ready to be asked anything."""
    from iqgeo.suggestions import Siting

    rules = scenario.rules
    current = set(sites.ids(start.offices))
    listed = set(sites.ids(loaded.candidates))
    require, forbid = (
        tuple(dict.fromkeys(_candidate(loaded, key, listed) for key in keys))
        for keys in (rules.require, rules.forbid)
    )
    pool = loaded.pool(scenario.settings.least_people, require)
    free = sites.without(pool, current)
    allowed = set(sites.ids(free))
    # What is open already needs no opening; a town too small to be a candidate is ruled out anyway.
    require = tuple(it for it in require if it not in current)
    forbid = tuple(it for it in forbid if it in allowed or it not in listed | current)
    # The last one is kept: the same network is asked again, for other numbers of offices.
    places = start.offices[["id", "lon", "lat"]].itertuples(index=False, name=None)
    rest = (start.target, start.stage, scenario.settings.least_people, require, forbid, rules.per_district)
    key = (tuple(places), rest)
    last, task = loaded.kept.get("siting", (None, None))
    if last != key or task is None:
        task = Siting(start, free, require, forbid, rules.per_district)
        loaded.kept["siting"] = (key, task)
    found: Siting = task
    return found


def pool_of(scenario: Scenario, loaded: Loaded) -> "Pool":
    """All candidates with whom they reach, made once for what was loaded: what is open does not matter."""
    from iqgeo.gains import Pool

    least_people, wanted = scenario.settings.least_people, scenario.rules.require
    key = ("pool", target_of(scenario, loaded), least_people, wanted)
    if key not in loaded.kept:
        listed = set(sites.ids(loaded.candidates))
        named = tuple(_candidate(loaded, it, listed) for it in wanted)
        candidates = loaded.pool(least_people, named)
        loaded.kept[key] = Pool.of(base_coverage(scenario, loaded), candidates)
    found: Pool = loaded.kept[key]
    return found


def _candidate(loaded: Loaded, key: str, listed: set[str]) -> str:
    """The candidate meant by a key; the key itself if there is none."""
    return next((it for it in loaded.meant(key) if it in listed), key)


def question_of(task: "Siting") -> str:
    """Checksum of people, measure, target, candidates, rules and start: what a proof is about."""
    made = hashlib.sha256()
    start = task.start
    places = start.places
    for column in ("lon", "lat", "people"):
        made.update(np.ascontiguousarray(places[column].to_numpy(dtype=float)).tobytes())
    for frame in (start.offices, task.candidates):
        ordered = frame[["id", "lon", "lat"]].astype({"id": str}).sort_values("id")
        made.update(ordered.to_csv(index=False).encode())
    rules = (start.measure.key, start.target, sorted(task.require), sorted(task.forbid), task.per_district)
    made.update(repr(rules).encode())
    return made.hexdigest()
