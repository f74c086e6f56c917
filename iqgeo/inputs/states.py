"""A region of any German state from the tables that come along, and from what the user gives instead."""

from dataclasses import replace
from pathlib import Path
from typing import Final, Unpack

from iqgeo.errors import InputError, Problem
from iqgeo.inputs.intake import Source
from iqgeo.inputs.region_made import Further, RegionReport, new_region
from iqgeo.inputs.words import shown
from iqgeo.world import GERMANY_YEAR, germany_directory, state_names, state_of

TABLES: Final = ("districts", "settlements", "municipalities")
"""What comes along for every state."""


def state_region(
    directory: str | Path,
    state: str,
    *,
    name: str = "",
    year: int | None = None,
    districts: Source | None = None,
    settlements: Source | None = None,
    municipalities: Source | None = None,
    **further: Unpack[Further],
) -> RegionReport:
    """Make a region folder of a German state; see :func:`iqgeo.inputs.new_region`.

    Parameters
    ----------
    state : its two digits or its name
    name, year : by default the state's name, and the year of the people that come along
    districts, settlements, municipalities : by default those that come along
    further : as they are for any region

    Raises
    ------
    InputError
        If there is no such state, or with every problem of the files.
    """
    ags = state_of(state)
    if ags is None:
        known = ", ".join(f"{key} {it}" for key, it in sorted(state_names().items()))
        raise InputError(
            Problem("state_unknown", column="state", value=shown(state), details={"known": known})
        )
    if settlements is not None and year is None:
        raise InputError(Problem("state_year", column="year"))
    along = {table: germany_directory() / f"{table}.parquet" for table in TABLES}
    report = new_region(
        directory,
        name=name or state_names()[ags],
        keys_from=ags,
        year=GERMANY_YEAR if year is None else year,
        districts=along["districts"] if districts is None else districts,
        settlements=along["settlements"] if settlements is None else settlements,
        municipalities=along["municipalities"] if municipalities is None else municipalities,
        **further,
    )
    if settlements is not None:
        return report
    # What comes along is of all Germany: that the rest of it lies elsewhere is no news.
    return replace(report, notices=tuple(it for it in report.notices if it.code != "places_elsewhere"))
