"""How well every municipality is served, as numbers: posts within reach, who comes, who finds no room."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.access.fairness import attendance, catchment_columns
from iqgeo.case import Case
from iqgeo.coverage import Coverage
from iqgeo.reports.cells import Column, ReportTable
from iqgeo.reports.delimited import table_csv
from iqgeo.safe.clean import clean
from iqgeo.scenario.settings import Settings
from iqgeo.scenario.work import Work, work_of
from iqgeo.texts import Lang, text
from iqgeo.words.rounding import LEAST_TOLD

_MEANS = ("2sfca", "e2sfca", "attending", "lon", "lat")
_COLUMNS = (
    Column("ags", width=11), Column("municipality", width=26), Column("district", width=22),
    Column("people_total", "people", 12), Column("2sfca", "km", 13), Column("e2sfca", "km", 13),
    Column("attending", "share", 12), Column("no_capacity", "km", 14), Column("reason", width=18),
    Column("lon", "degrees", 10), Column("lat", "degrees", 10),
)  # fmt: skip


def access_table(coverage: Coverage, work: Work, settings: Settings, lang: Lang) -> ReportTable:
    """Tell of every municipality what its people have within reach, the mean of them.

    Posts per 100,000 people by the two-step floating catchment (2SFCA), and with near offices counting
    more (E2SFCA); the share who come if fewer do the farther it is; consultations that find no appointment.

    Parameters
    ----------
    coverage : Coverage
        The network.
    work : Work
        Its posts and consultations.
    settings : Settings
        After how many km half still come.
    lang : Lang
        Of the words.

    Returns
    -------
    ReportTable
        Those first in which most find no appointment, then those with most people.
    """
    places = coverage.places
    people = places["people"].to_numpy(dtype=float)
    posts = work.load.offices["posts"].to_numpy(dtype=np.float64)
    km = places["distance_km"].to_numpy(dtype=np.float64)
    columns = catchment_columns(coverage, posts, ("2sfca", "e2sfca"))
    values: dict[str, NDArray[np.float64]] = {kind: it.to_numpy() for kind, it in columns.items()}
    values["attending"] = attendance(km, settings.half_km)
    values |= {name: places[name].to_numpy(dtype=float) for name in ("lon", "lat")}
    frame = pd.DataFrame(
        {
            "ags": places["ags"].astype(str),
            "district_ags": places["district_ags"].astype(str),
            "people_total": people,
            "no_capacity": work.short.no_capacity,
            **{name: people * value for name, value in values.items()},
        }
    )
    frame = frame[people > 0]
    sums = frame.groupby(["ags", "district_ags"], sort=True, as_index=False).sum()
    for name in _MEANS:
        sums[name] = sums[name] / sums["people_total"]
    names, districts = coverage.municipality_names, coverage.district_names
    sums["municipality"] = [clean(names.get(key, key)) for key in sums["ags"]]
    sums["district"] = [clean(districts.get(key, key)) for key in sums["district_ags"]]
    reason = text("gaps.reason.no_capacity", lang)
    sums["reason"] = [reason if it >= 0.05 else "" for it in sums["no_capacity"]]
    order = np.lexsort((sums["ags"], -sums["people_total"], -sums["no_capacity"]))
    return ReportTable(_COLUMNS, sums.iloc[order].reset_index(drop=True), LEAST_TOLD)


def access_csv(case: Case, lang: Lang, *, plain: bool = False) -> bytes:
    """Write :func:`access_table` as CSV.

    Parameters
    ----------
    case : Case
        A scenario computed.
    lang : Lang
        Of the words.
    plain : bool
        For programs: comma, decimal point, codes for column names.

    Returns
    -------
    bytes
        The file.
    """
    return table_csv(access_of_case(case, lang), lang, plain=plain)


def access_of_case(case: Case, lang: Lang) -> ReportTable:
    """Tell :func:`access_table` of the network a case ends with.

    Parameters
    ----------
    case : Case
        A scenario computed.
    lang : Lang
        Of the words.

    Returns
    -------
    ReportTable
        A row a municipality.
    """
    settings = case.scenario.settings
    return access_table(case.shown, work_of(case.shown, settings), settings, lang)
