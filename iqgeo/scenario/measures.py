"""The way of measuring that settings ask for, and the one with a table of factors."""

from pathlib import Path

import pandas as pd

from iqgeo.coverage import measure_of
from iqgeo.distances import Measure, Points, road_measure
from iqgeo.distances.factors import Fitted
from iqgeo.region import Region
from iqgeo.scenario.settings import Settings


def fitted_measure(factors: pd.DataFrame, file: str, otherwise: float, places: pd.DataFrame) -> Measure:
    """The estimate with the factors of a table, and another one where it has none.

    Parameters
    ----------
    factors : pd.DataFrame
        Columns ``district_ags, factor``.
    file : str
        Name of the table.
    otherwise : float
        Factor of the districts that the table lacks.
    places : pd.DataFrame
        Columns ``id, district_ags``.

    Returns
    -------
    Measure
        In km.

    Raises
    ------
    InputError
        ``factors_of_nobody`` if no place lies in a district of the table.
    """
    from iqgeo.inputs.factors import refuse_of_nobody

    factor = dict(zip(factors["district_ags"], factors["factor"], strict=True))
    refuse_of_nobody(factors, file, places)
    measure_of("detour", otherwise)
    known = places[["id", "district_ags"]].astype(str)
    of_place = {key: factor[ags] for key, ags in known.itertuples(index=False) if ags in factor}
    return Fitted(of_place, otherwise, file)


def measure_for(
    settings: Settings, region: Region, roads: Path | None, places: pd.DataFrame | None
) -> Measure:
    """The way of measuring that settings ask for.

    Parameters
    ----------
    settings : Settings
        The way of measuring, its factor, the unit of the promise.
    region : Region
        Roads are looked for near its folder.
    roads : Path | None
        A road network of the user's; ``None`` for one found near the region.
    places : pd.DataFrame | None
        What the network must cover: ``lon, lat``, WGS 84.

    Returns
    -------
    Measure
        In km, or in minutes.

    Raises
    ------
    InputError
        If it cannot be had, see :func:`iqgeo.distances.road_measure`.
    """
    if settings.distance != "road":
        return measure_of(settings.distance, settings.detour_factor)
    points = None if places is None else Points.of(places["lon"], places["lat"])
    return road_measure(
        roads, region.directory, points, settings.snap_limit_km,
        ferries=settings.ferries, unit=settings.promised().unit,
    )  # fmt: skip
