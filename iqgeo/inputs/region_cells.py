"""A new region whose people are counted by cell: a census grid with the grid of a share beside it."""

from dataclasses import replace
from typing import Final

import pandas as pd

from iqgeo.errors import InputError, Problem
from iqgeo.inputs.intake import Intake, Source
from iqgeo.inputs.places import read_demand

BY_CELL: Final = "foreigners"
"""Whom the share of the census grids counts."""


def counted_by_cell(settled: Intake, source: Source, grid_shares: Source) -> Intake:
    """The cells of a grid with a column of those counted, out of a second grid of the same cells.

    Raises
    ------
    InputError
        If the settlements are no census grid, or the second file has no shares of its cells.
    """
    if settled.kind != "census_grid":
        raise InputError(Problem("grid_shares_of_places", settled.file, column="grid-shares"))
    counted = read_demand(source, weight=BY_CELL, grid_shares=grid_shares)
    said = {(it.code, it.file) for it in settled.repairs}
    more = tuple(it for it in counted.repairs if (it.code, it.file) not in said)
    frame = settled.frame.assign(**{BY_CELL: counted.frame["people"].to_numpy()})
    return replace(settled, frame=frame, repairs=(*settled.repairs, *more))


def cell_figures(places: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """Those counted in every district, in whole persons, beside its ``population``."""
    persons = places.groupby("district_ags")[BY_CELL].sum().round()
    counted = population["area"].map(persons)
    return population.assign(
        measure=BY_CELL,
        persons=counted,
        share_pct=(counted / population["population"] * 100).round(2),
        source="grid_shares",
    )
