"""A region of any German state from the tables that come along, and from what the user gives instead."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final, Unpack

from iqgeo.errors import Gathering, InputError, Problem
from iqgeo.inputs.intake import Source
from iqgeo.inputs.region_made import Further, RegionReport, new_region
from iqgeo.inputs.words import shown
from iqgeo.region import load_region
from iqgeo.safe.clean import file_name
from iqgeo.workers.executor import Executor
from iqgeo.world import GERMANY_YEAR, germany_directory, state_names, state_of

TABLES: Final = ("districts", "settlements", "municipalities")
"""What comes along for every state."""


ALL: Final = "all"
"""In place of a state: all sixteen."""


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
    directory : str | Path
        The folder that is made.
    state : str
        Its two digits or its name.
    name, year : str, int | None
        By default the state's name, and the year of the people that come along.
    districts, settlements, municipalities : Source | None
        By default those that come along.
    **further : Unpack[Further]
        As they are for any region.

    Raises
    ------
    InputError
        If there is no such state, or with every problem of the files.
    """
    ags = _known(state)
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


def state_regions(
    directory: str | Path, states: Iterable[str], executor: Executor
) -> Iterator[tuple[Path, RegionReport]]:
    """Make regions of several German states from what comes along, each in a folder of its own.

    A state that cannot be made does not stop the others.

    Parameters
    ----------
    directory : str | Path
        The folder of the folders, which are called as the states are, in small letters.
    states : Iterable[str]
        Digits or names; :data:`ALL` for all sixteen.
    executor : Executor
        Where they are made.

    Yields
    ------
    tuple[Path, RegionReport]
        Folder and report of each state that is made, in the order in which they end.

    Raises
    ------
    InputError
        If there is no such state, and, when all others are made, with the problems of those that are not.
    """
    wanted, gathering = list(states), Gathering()
    chosen: list[str] = sorted(state_names()) if [it.casefold() for it in wanted] == [ALL] else []
    for state in () if chosen else wanted:
        with gathering:
            chosen.append(_known(state))
    gathering.finish()
    folders = {ags: str(Path(directory) / file_name(state_names()[ags].lower())) for ags in chosen}
    for done in executor.run(_made, {ags: (folder, ags) for ags, folder in folders.items()}):
        if not done.failed:
            yield Path(folders[done.key]), done.value
            continue
        named = Problem("state_failed", value=state_names()[done.key], details={"reason": done.error})
        gathering.problems += done.problems or (named,)
    gathering.finish()


def _made(item: tuple[str, str]) -> RegionReport:
    folder, ags = item
    # The tables stay in their files: a report that comes from another process is small.
    return replace(state_region(folder, ags), region=load_region(folder))


def _known(state: str) -> str:
    ags = state_of(state)
    if ags is None:
        known = ", ".join(f"{key} {it}" for key, it in sorted(state_names().items()))
        raise InputError(
            Problem("state_unknown", column="state", value=shown(state), details={"known": known})
        )
    return ags
