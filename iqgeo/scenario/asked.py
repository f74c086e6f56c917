"""What a scenario asks: the question put to a solver. Opens no file."""

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from iqgeo import sites
from iqgeo.coverage import Coverage
from iqgeo.scenario.load import Loaded
from iqgeo.scenario.model import Scenario
from iqgeo.scenario.networks import base_coverage, target_of

if TYPE_CHECKING:
    from iqgeo.gains import Pool
    from iqgeo.suggestions import Siting


def task_of(scenario: Scenario, loaded: Loaded) -> "Siting":
    """The base network as :func:`siting_of` has it.

    Parameters
    ----------
    scenario : Scenario
        Candidates and rules are its own.
    loaded : Loaded
        The data.

    Returns
    -------
    Siting
        Ready to be asked.
    """
    return siting_of(scenario, loaded, base_coverage(scenario, loaded))


def siting_of(scenario: Scenario, loaded: Loaded, start: Coverage) -> "Siting":
    """:func:`posed`; the last one is kept: the same network is asked again, for other numbers of offices.

    Parameters
    ----------
    scenario : Scenario
        Candidates and rules are its own.
    loaded : Loaded
        The data; it keeps the last task.
    start : Coverage
        The network that a search begins with.

    Returns
    -------
    Siting
        The same one as the last time if nothing that counts has changed.
    """
    task = posed(scenario, loaded, start)
    offices = start.offices[["id", "lon", "lat"]].itertuples(index=False, name=None)
    # What is served on days is no matter of a search, but stands in the network that its answer begins with.
    days = start.day_places.itertuples(index=False, name=None)
    rest = (start.target, start.stage, scenario.settings.least_people)
    key = (tuple(offices), tuple(days), rest, task.require, task.forbid, task.per_district)
    last, kept = loaded.kept.get("siting", (None, None))
    if last == key and kept is not None:
        found: Siting = kept
        return found
    loaded.kept["siting"] = (key, task)
    return task


def posed(scenario: Scenario, loaded: Loaded, start: Coverage) -> "Siting":
    """A network with the candidates and rules of a scenario, ready to be asked anything.

    Parameters
    ----------
    scenario : Scenario
        Candidates and rules are its own.
    loaded : Loaded
        The data.
    start : Coverage
        The network that a search begins with.

    Returns
    -------
    Siting
        With the rules in ids of the candidates that are meant.
    """
    from iqgeo.suggestions import Siting

    rules = scenario.rules
    current = set(sites.ids(start.offices))
    listed = set(sites.ids(loaded.candidates))
    require, forbid = (
        tuple(dict.fromkeys(_candidate(loaded, key, listed) for key in keys))
        for keys in (rules.require, rules.forbid)
    )
    free = sites.without(loaded.pool(scenario.settings.least_people, require), current)
    allowed = set(sites.ids(free))
    # What is open already needs no opening; a town too small to be a candidate is ruled out anyway.
    require = tuple(it for it in require if it not in current)
    forbid = tuple(it for it in forbid if it in allowed or it not in listed | current)
    return Siting(start, free, require, forbid, rules.per_district)


def pool_of(scenario: Scenario, loaded: Loaded) -> "Pool":
    """All candidates with whom they reach, made once for what was loaded: what is open does not matter.

    Parameters
    ----------
    scenario : Scenario
        Target, size of towns, and the candidates that must open.
    loaded : Loaded
        The data; it keeps the answer.

    Returns
    -------
    Pool
        Whom each candidate reaches.
    """
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


def with_every_district(task: "Siting", scenario: Scenario, loaded: Loaded) -> "Siting":
    """A task whose own candidates have the largest town of each district that has none of the size.

    Parameters
    ----------
    task : Siting
        Whose candidates are towns from a size.
    scenario : Scenario
        Says the size.
    loaded : Loaded
        Knows the towns; a list of candidates of the user's stays as it is.

    Returns
    -------
    Siting
        With at least one candidate in each district that has a town.
    """
    from iqgeo.suggestions import candidate_towns

    if loaded.own_candidates:
        return task
    towns = candidate_towns(loaded.region, scenario.settings.least_people, every_district=True)
    meant = {key for town in towns["id"].astype(str) for key in loaded.meant(town)}
    known = loaded.candidates
    there = {*sites.ids(task.candidates), *sites.ids(task.start.offices)}
    more = known[known["id"].isin(meant) & ~known["id"].isin(there)]
    return replace(task, candidates=pd.concat([task.candidates, more], ignore_index=True))


def with_place_rules(task: "Siting", scenario: Scenario, loaded: Loaded) -> "Siting":
    """A task with the rules for places served on days.

    A documented place that is required keeps its home, however far: it is one of the places that this
    office serves.

    Parameters
    ----------
    task : Siting
        A network with its candidates.
    scenario : Scenario
        Places that must, or must not, be served on days.
    loaded : Loaded
        Knows the documented places and their homes.

    Returns
    -------
    Siting
        The same task where there are no such rules.
    """
    rules = scenario.rules
    if not rules.require_places and not rules.forbid_places:
        return task
    documented = sites.outreach(loaded.offices)
    homes = dict(zip(documented["id"].astype(str), documented["home"].astype(str), strict=True))
    opened = {*sites.ids(task.start.offices)}
    days = {key: home for key, home in homes.items() if not home or home in opened}
    listed = {*sites.ids(loaded.candidates), *days}
    require, forbid = (
        tuple(dict.fromkeys(_candidate(loaded, key, listed) for key in keys))
        for keys in (rules.require_places, rules.forbid_places)
    )
    there = {*sites.ids(task.candidates), *sites.ids(task.start.offices)}
    missing = [key for key in require if key in listed and key not in there]
    known = loaded.known
    more = known[known["id"].isin(missing)]
    allowed = {*sites.ids(task.candidates), *missing}
    return replace(
        task,
        candidates=pd.concat([task.candidates, more], ignore_index=True) if len(more) else task.candidates,
        require_places=require,
        # A town too small to be a candidate is ruled out anyway, and so is an office.
        forbid_places=tuple(key for key in forbid if key in allowed or key not in listed | there),
        place_homes={key: days[key] for key in require if days.get(key)},
    )


def question_of(task: "Siting", *more: object) -> str:
    """Checksum of people, measure, target, candidates, rules and start: what a proof is about.

    Parameters
    ----------
    task : Siting
        People, measure, target, candidates, rules and start.
    *more : object
        What else the question was about.

    Returns
    -------
    str
        SHA-256 as hexadecimal text.
    """
    made = hashlib.sha256()
    start = task.start
    places = start.places
    for column in ("lon", "lat", "people"):
        made.update(np.ascontiguousarray(places[column].to_numpy(dtype=float)).tobytes())
    for frame in (start.offices, task.candidates):
        ordered = frame[["id", "lon", "lat"]].astype({"id": str}).sort_values("id")
        made.update(ordered.to_csv(index=False).encode())
    rules = (
        start.measure.key, start.target, sorted(task.require), sorted(task.forbid), task.per_district, *more
    )  # fmt: skip
    made.update(repr(rules).encode())
    return made.hexdigest()
