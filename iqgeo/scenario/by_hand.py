"""What a stage changes by hand: sites opened, closed, served on days; and the ids that nobody knows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from iqgeo import sites
from iqgeo.errors import Problem
from iqgeo.frames import Brief
from iqgeo.scenario.load import Loaded
from iqgeo.scenario.model import Outpost, Scenario, Stage
from iqgeo.scenario.networks import base_offices


@dataclass(frozen=True, eq=False, repr=False)
class ByHand(Brief):
    """A network after what a stage changes by hand, and the ids that were meant.

    Attributes
    ----------
    network : pd.DataFrame
        The network afterwards.
    opened, closed : tuple[str, ...]
        Ids of the sites that were meant.
    places : tuple[Outpost, ...]
        Served on days, with their homes.
    """

    network: pd.DataFrame
    opened: tuple[str, ...]
    closed: tuple[str, ...]
    places: tuple[Outpost, ...]


def change_by_hand(loaded: Loaded, network: pd.DataFrame, stage: Stage) -> ByHand:
    """Close, open, and serve on days, in this order; the same frame comes back if nothing changes.

    Parameters
    ----------
    loaded : Loaded
        Knows every site.
    network : pd.DataFrame
        The network before.
    stage : Stage
        What it closes, opens and serves on days; its ids must be known.

    Returns
    -------
    ByHand
        The network afterwards.
    """
    current = sites.ids(network)
    closed = tuple(_closing(loaded, key, current) for key in stage.closed)
    if closed:
        network = sites.without(network, closed)
    opened: list[str] = []
    offices = sites.ids(sites.offices(network))
    for key in stage.opened:
        site = _opening(loaded, key, (*offices, *opened))
        if site not in offices and site not in opened:
            opened.append(site)
    if opened:
        network = with_offices(network, loaded.known, opened)
        offices = sites.ids(sites.offices(network))
    places = tuple(
        Outpost(_opening(loaded, it.id, offices), _closing(loaded, it.home, offices)) for it in stage.places
    )
    if places:
        network = with_outposts(network, loaded.known, places)
    return ByHand(network, tuple(opened), closed, places)


def with_offices(network: pd.DataFrame, known: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """The network with these sites; an office takes the place of days of advice at the same site.

    Parameters
    ----------
    network : pd.DataFrame
        The network before.
    known : pd.DataFrame
        Every site there is.
    keys : Sequence[str]
        Ids in ``known``.

    Returns
    -------
    pd.DataFrame
        The same frame if no key is given.
    """
    if not len(keys):
        return network
    return sites.with_(sites.without(network, keys), sites.named(known, keys))


def with_outposts(network: pd.DataFrame, known: pd.DataFrame, places: Sequence[Outpost]) -> pd.DataFrame:
    """The network with places served on days; one that is there already gets the home given.

    Parameters
    ----------
    network : pd.DataFrame
        The network before.
    known : pd.DataFrame
        Every site there is.
    places : Sequence[Outpost]
        Ids in ``known``, each with its home.

    Returns
    -------
    pd.DataFrame
        The same frame if no place is given.
    """
    if not places:
        return network
    keys = [it.id for it in places]
    more = sites.named(known, keys).assign(kind=sites.OUTREACH, home=[it.home for it in places])
    return sites.with_(sites.without(network, keys), more)


def problems_of(scenario: Scenario, loaded: Loaded) -> list[Problem]:
    """Tell which ids nobody knows, and which offices are to close that are not open.

    Parameters
    ----------
    scenario : Scenario
        Its stages, one after the other.
    loaded : Loaded
        Knows every site.

    Returns
    -------
    list[Problem]
        Empty if every stage can be computed.
    """
    found = _turned(scenario, loaded)
    current = set(sites.ids(base_offices(scenario, loaded)))
    unsure = False
    for number, it in enumerate(scenario.stages, start=1):
        if it.year is not None:
            current, unsure = set(sites.ids(sites.open_in(loaded.offices, it.year))), False
        where = f"stages[{number}]"
        for kind, keys in (("closed", it.closed), ("opened", it.opened)):
            for key in keys:
                if not loaded.meant(key):
                    found.append(Problem("plan_site_unknown", column=f"{where}.{kind}", value=key))
                elif kind == "closed" and not unsure and not current & set(loaded.meant(key)):
                    details = {"stage": it.name}
                    found.append(
                        Problem("plan_not_open", column=f"{where}.closed", value=key, details=details)
                    )
        found += [
            Problem("plan_site_unknown", column=f"{where}.places", value=key)
            for place in it.places
            for key in (place.id, place.home)
            if not loaded.meant(key)
        ]
        # What a search opens or keeps is not known before it has run.
        unsure = unsure or it.search is not None
        closed = {_closing(loaded, key, current) for key in it.closed if loaded.meant(key)}
        current -= closed
        current |= {_opening(loaded, key, current) for key in it.opened if loaded.meant(key)}
        current |= {_opening(loaded, place.id, ()) for place in it.places if loaded.meant(place.id)}
    return found


def _turned(scenario: Scenario, loaded: Loaded) -> list[Problem]:
    """The plan's own sites that lie nowhere near anybody, and would with longitude and latitude exchanged."""
    if not scenario.sites:
        return []
    # Most plans have none: what reads files is loaded for the others alone.
    from iqgeo.inputs.reach import REACH_KM, Vicinity, beyond

    places = loaded.demand.places
    lon, lat = np.array([(it.lon, it.lat) for it in scenario.sites], dtype=np.float64).T
    ends = (places["lon"].min(), places["lat"].min(), places["lon"].max(), places["lat"].max())
    asked = beyond(lon, lat, ends)
    if not asked.any():
        return []
    _, turned = Vicinity.of_places(places, "people", REACH_KM).turned(lon, lat, asked)
    return [
        Problem(
            "plan_site_turned", column=f"sites[{at + 1}]", value=scenario.sites[at].name,
            details={"lies": f"{lon[at]:.10g}, {lat[at]:.10g}"},
        )
        for at in np.flatnonzero(turned).tolist()
    ]  # fmt: skip


def _opening(loaded: Loaded, key: str, current: Iterable[str]) -> str:
    """The site that opens under a key: the first one meant that is not open yet."""
    meant = loaded.meant(key)
    return next((it for it in meant if it not in set(current)), meant[0])


def _closing(loaded: Loaded, key: str, current: Iterable[str]) -> str:
    """The site that closes under a key: the first one meant that is open."""
    meant = loaded.meant(key)
    return next((it for it in meant if it in set(current)), meant[0])
