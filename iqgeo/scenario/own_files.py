"""The files of a scenario, each read by the reader of its kind; the region's figures where there is none."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from iqgeo.demand import Demand, build_demand
from iqgeo.distances import Measure
from iqgeo.errors import InputError, Problem
from iqgeo.region import Region
from iqgeo.scenario.measures import fitted_measure, measure_for
from iqgeo.scenario.model import OwnFile, Scenario

if TYPE_CHECKING:
    from iqgeo.inputs import Intake, Notice


def people_of(scenario: Scenario, region: Region, notices: "list[Notice]") -> Demand:
    """People per place: from the user's file, the user's shares, or the region's figures.

    Parameters
    ----------
    scenario : Scenario
        Names the files and who is counted.
    region : Region
        Places, municipalities and figures.
    notices : list[Notice]
        What was repaired in a file is added here.

    Returns
    -------
    Demand
        Whole persons, a row per place.

    Raises
    ------
    InputError
        Everything wrong with the file, or with the setting that it does not know.
    """
    people, shares = scenario.file("demand"), scenario.file("shares")
    settings = scenario.settings
    if people is None and scenario.file("grid_shares") is not None:
        raise InputError(Problem("grid_shares_alone", column="grid-shares"))
    if people is not None:
        from iqgeo.inputs import demand_of, read_demand
        from iqgeo.inputs.grids import WEIGHTS as GRID_WEIGHTS

        shares_of_cells = scenario.file("grid_shares")
        # Of a grid alone: a table of one's own has one figure.
        weight = settings.weight if settings.weight in GRID_WEIGHTS else None
        intake = read_demand(
            people.path,
            region,
            weight=None if settings.weight == region.default_weight else weight,
            layer=people.layer,
            grid_shares=None if shares_of_cells is None else shares_of_cells.source,
            swap_coordinates=people.swapped,
            year=settings.year,
            reading=people.reading,
        )
        notices += intake.repairs
        return demand_of(intake)
    if shares is not None:
        from iqgeo.inputs import demand_of_shares, read_shares

        # The region's own default says nothing about whom the user's figures count.
        weight = None if settings.weight == region.default_weight else settings.weight
        intake = read_shares(
            shares.path,
            region,
            layer=shares.layer,
            weight=weight,
            year=settings.year,
            reading=shares.reading,
        )
        notices += intake.repairs
        return demand_of_shares(region, intake, weight, settings.year)
    return build_demand(region, settings.weight, year=settings.year, stage=scenario.base_year)


def sites_of(
    file: OwnFile | None, near: tuple[Region, float] | None, notices: "list[Notice]"
) -> pd.DataFrame | None:
    """The user's offices or candidates, by the kind of the file.

    Parameters
    ----------
    file : OwnFile | None
        ``None`` where the region's own list counts.
    near : tuple[Region, float] | None
        A region and a distance in km: what lies farther away is reported.
    notices : list[Notice]
        What was repaired in the file is added here.

    Returns
    -------
    pd.DataFrame | None
        A row per site, WGS 84; ``None`` without a file.

    Raises
    ------
    InputError
        Everything wrong with the file.
    """
    if file is None:
        return None
    from iqgeo.inputs import read_candidates, read_offices

    read: Callable[..., Intake] = read_offices if file.kind == "offices" else read_candidates
    intake = read(file.path, layer=file.layer, swap_coordinates=file.swapped, near=near, reading=file.reading)
    notices += intake.repairs
    return intake.frame


def distances_of(file: OwnFile | None, notices: "list[Notice]") -> pd.DataFrame | None:
    """The user's own distances.

    Parameters
    ----------
    file : OwnFile | None
        ``None`` where distances are measured.
    notices : list[Notice]
        What was repaired in the file is added here.

    Returns
    -------
    pd.DataFrame | None
        Columns ``candidate, place, km``; ``None`` without a file.

    Raises
    ------
    InputError
        Everything wrong with the file.
    """
    if file is None:
        return None
    from iqgeo.inputs import read_distances

    intake = read_distances(file.path, layer=file.layer, reading=file.reading)
    notices += intake.repairs
    return intake.frame


def factors_of(file: OwnFile, notices: "list[Notice]") -> "Intake":
    """The user's table of factors.

    Parameters
    ----------
    file : OwnFile
        The file, and what is said about it.
    notices : list[Notice]
        What was repaired in the file is added here.

    Returns
    -------
    Intake
        Columns ``ags, factor``.

    Raises
    ------
    InputError
        Everything wrong with the file.
    """
    from iqgeo.inputs import read_factors

    intake = read_factors(file.path, layer=file.layer, reading=file.reading)
    notices += intake.repairs
    return intake


def measure_asked(
    scenario: Scenario, region: Region, demand: Demand | None, notices: "list[Notice]"
) -> Measure:
    """The way of measuring: by name, with the user's factors, or on roads.

    Parameters
    ----------
    scenario : Scenario
        Names the way of measuring and its files.
    region : Region
        Roads are looked for near its folder.
    demand : Demand | None
        Roads must reach these places; ``None`` where people could not be read.
    notices : list[Notice]
        What was repaired in the table of factors is added here.

    Returns
    -------
    Measure
        In km, or in minutes.

    Raises
    ------
    InputError
        If a file cannot be used, or there are no roads for the region.
    """
    roads = scenario.file("roads")
    places = None if demand is None else demand.places
    factors = scenario.file("factors")
    if factors is not None and scenario.settings.distance == "detour" and places is not None:
        intake = factors_of(factors, notices)
        return fitted_measure(intake.frame, intake.file, scenario.settings.detour_factor, places)
    return measure_for(scenario.settings, region, None if roads is None else roads.path, places)
