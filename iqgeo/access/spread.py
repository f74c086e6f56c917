"""Who lives where is an assumption: figures of districts spread by cells in place of the settlements' people.

Where cells of people like those counted are at hand (a census grid of people born abroad), the same
figures are spread over them, and the share reached lies between the two answers.
"""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from iqgeo.coverage import Coverage
from iqgeo.demand import PLACE_COLUMNS, Demand
from iqgeo.frames import Brief, plain_value


@dataclass(frozen=True, eq=False, repr=False)
class Spread(Brief):
    """The same figures spread in two ways.

    Attributes
    ----------
    settlements, cells : Coverage
        The coverages; the same people in each district.
    without : float
        People of districts that have no cell: they stay where the settlements have them.
    """

    settlements: Coverage
    cells: Coverage
    without: float

    @property
    def shares(self) -> tuple[float, float]:
        """The lower and the higher share reached."""
        low, high = sorted((self.settlements.share, self.cells.share))
        return low, high

    def to_dict(self) -> dict[str, Any]:
        """Both answers as plain data for JSON."""
        low, high = self.shares
        return {
            "share_by_settlements": plain_value(self.settlements.share),
            "share_by_cells": plain_value(self.cells.share),
            "share_low": plain_value(low),
            "share_high": plain_value(high),
            "covered_by_cells": self.cells.covered,
            "people_without_cells": self.without,
        }


def spread_by_cells(coverage: Coverage, cells: pd.DataFrame) -> Spread:
    """A coverage beside the same with each district's people spread in proportion to its cells.

    ``cells`` are places with ``district_ags, lon, lat, landmass, people`` as
    :func:`iqgeo.inputs.read_demand` gives them.
    """
    places, without = _spread(coverage.demand, cells)
    demand = replace(coverage.demand, places=places)
    again = replace(coverage, demand=demand).again()
    return Spread(coverage, again, without)


def _spread(demand: Demand, cells: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """The people of each district over its cells; districts without any keep their places."""
    here = demand.places
    total = here.groupby("district_ags")["people"].sum()
    counted = cells[cells["people"] > 0]
    sums = counted.groupby("district_ags")["people"].sum()
    at = counted["district_ags"].map(total / sums)
    kept = counted[at.notna()].assign(people=counted["people"] * at)
    rest = here[~here["district_ags"].isin(sums.index)]
    columns = list(PLACE_COLUMNS)
    parts = [kept[columns].assign(id="cell-" + kept["id"].astype(str))]
    if len(rest):
        parts.append(rest[columns])
    return pd.concat(parts, ignore_index=True), float(rest["people"].sum())
