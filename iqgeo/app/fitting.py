"""Detour factors fitted on the roads that are loaded. No streamlit."""

from dataclasses import replace

from iqgeo.app import planfiles, services
from iqgeo.app.services import OwnData
from iqgeo.app.state import Draft, View
from iqgeo.distances.factors import factors_csv, fit_factors
from iqgeo.region import Region
from iqgeo.scenario.load import load


def fitted_on_roads(region: Region, view: View, own: OwnData, least_people: int) -> bytes:
    """The factors of all districts as a table, as ``iqgeo roads compare --out`` writes it.

    Parameters
    ----------
    region : Region
        Its towns and places.
    view : View
        What is looked at: people, roads, target.
    own : OwnData
        The user's files.
    least_people : int
        Ways are measured to all towns with so many.

    Raises
    ------
    InputError
        If the roads that are loaded do not lie in the region.
    """
    measured = replace(view, distance="road", target_min=None)
    loaded = load(
        planfiles.scenario_of(region, measured, Draft(), own), planfiles.given_of(region, measured, own)
    )
    towns = services.candidates(region, own, least_people)
    factors = fit_factors(loaded.demand.places, loaded.measure, towns, view.target_km)
    return factors_csv(factors, region.district_names)
