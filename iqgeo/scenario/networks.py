"""What a scenario promises, and its networks measured. Opens no file."""

import pandas as pd

from iqgeo import sites
from iqgeo.access.outreach import Outreach, nearest_homes, with_places
from iqgeo.coverage import Coverage, assess_places
from iqgeo.distances import Target
from iqgeo.scenario.load import Loaded
from iqgeo.scenario.model import Scenario


def base_offices(scenario: Scenario, loaded: Loaded) -> pd.DataFrame:
    """The offices that everything begins with.

    Parameters
    ----------
    scenario : Scenario
        Its base year decides, or that it begins empty.
    loaded : Loaded
        The offices of all years.

    Returns
    -------
    pd.DataFrame
        A row per office, as :mod:`iqgeo.sites` has them.
    """
    if scenario.begins_empty:
        return loaded.offices.iloc[:0]
    return sites.open_in(loaded.offices, scenario.base_year)


def base_coverage(scenario: Scenario, loaded: Loaded) -> Coverage:
    """Who is reached before any stage; computed once for what was loaded.

    Parameters
    ----------
    scenario : Scenario
        Base year, target and days away count.
    loaded : Loaded
        The data; it keeps the answer.

    Returns
    -------
    Coverage
        Of the base network; the same one for the same question.
    """
    key = ("base", *base_question(scenario, loaded))
    if key not in loaded.kept:
        offices = base_offices(scenario, loaded)
        loaded.kept[key] = coverage_of(scenario, loaded, offices, scenario.base_year)
    found: Coverage = loaded.kept[key]
    return found


def base_question(scenario: Scenario, loaded: Loaded) -> tuple[object, ...]:
    """What decides the base's coverage, beside the data.

    Parameters
    ----------
    scenario : Scenario
        Base year, target and days away count.
    loaded : Loaded
        Its measure says the unit of the target.

    Returns
    -------
    tuple[object, ...]
        Can be hashed and compared; nothing else is promised of it.
    """
    target, outreach = target_of(scenario, loaded), outreach_of(scenario)
    return (scenario.base_year, scenario.begins_empty, target, outreach)


def coverage_of(scenario: Scenario, loaded: Loaded, network: pd.DataFrame, year: int | None) -> Coverage:
    """Who is reached by the offices of a network, and whom its outreach places serve on days.

    An outreach place that names no home has the nearest office; one whose home is not open does not count.

    Parameters
    ----------
    scenario : Scenario
        Its target and settings of days away.
    loaded : Loaded
        People, measure, and the names of the region.
    network : pd.DataFrame
        Offices and places served on days, as :mod:`iqgeo.sites` has them.
    year : int | None
        Of the network; ``None`` for all years together.

    Returns
    -------
    Coverage
        Distances in the unit of the measure; infinite where no way leads.

    Raises
    ------
    InputError
        Naming every place that breaks the rules of days away, but for those the region documents.
    """
    home = loaded.home
    alone = assess_places(
        loaded.demand,
        sites.offices(network),
        loaded.measure,
        target_of(scenario, loaded),
        stage=year,
        region=home,
        district_names={} if home is None else home.district_names,
        municipality_names={} if home is None else home.municipality_names,
    )
    return with_days(scenario, loaded, alone, sites.outreach(network))


def with_days(scenario: Scenario, loaded: Loaded, alone: Coverage, places: pd.DataFrame) -> Coverage:
    """Whom places serve on days beside offices that are measured already, as :func:`coverage_of` tells it.

    Parameters
    ----------
    scenario : Scenario
        Its settings of days away.
    loaded : Loaded
        Its offices are documented: no rule forbids what stands among them.
    alone : Coverage
        Who is reached by the offices alone.
    places : pd.DataFrame
        The places served on days; none changes nothing.

    Returns
    -------
    Coverage
        The same offices, with those places whose home is open.

    Raises
    ------
    InputError
        Naming every place that breaks the rules of days away, but for those the region documents.
    """
    if not len(places):
        return alone
    places = places.assign(
        home=[own or near for own, near in zip(places["home"], nearest_homes(alone, places), strict=True)]
    )
    served = places[places["home"].isin(sites.ids(alone.offices))].reset_index(drop=True)
    return with_places(alone, served, outreach_of(scenario), documented=set(sites.ids(loaded.offices)))


def outreach_of(scenario: Scenario) -> Outreach:
    """How places are served on days.

    Parameters
    ----------
    scenario : Scenario
        Its settings count.

    Returns
    -------
    Outreach
        Km to the home office, days a month, hours a day, euros a post and a km.
    """
    it = scenario.settings
    return Outreach(
        it.home_km, it.places_per_office, it.days_per_month, it.day_hours, it.rarely_below, it.office_posts,
        it.euros_per_post, it.euros_per_km,
    )  # fmt: skip


def target_of(scenario: Scenario, loaded: Loaded) -> Target:
    """The promise, in the unit of the measure.

    Parameters
    ----------
    scenario : Scenario
        Holds the promise in km and, for roads, in minutes.
    loaded : Loaded
        Its measure decides between the two.

    Returns
    -------
    Target
        Exactly so far counts as within.
    """
    return scenario.settings.promised(loaded.measure.unit)
