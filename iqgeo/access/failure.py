"""When one office fails: who loses, who has another in reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from iqgeo import siting
from iqgeo.coverage import Coverage
from iqgeo.frames import Brief, plain_rows


@dataclass(frozen=True, repr=False)
class Failures(Brief):
    """What each single failure costs.

    Attributes
    ----------
    offices : pd.DataFrame
        ``id, name, lost, kept``, in the coverage's order; ``lost`` are people within the target of this
        office and of no other, ``kept`` those who have another one in reach. With places served on days also
        ``places_lost`` (places that fall with it) and ``days_lost`` (people who lose the only place they
        had).
    people_with_two : float
        People within the target of two offices or more.
    """

    offices: pd.DataFrame
    people_with_two: float

    @property
    def worst(self) -> pd.Series | None:
        """The office whose failure costs most; of equal ones the first. ``None`` without offices."""
        if not len(self.offices):
            return None
        row: pd.Series = self.offices.iloc[int(self.offices["lost"].to_numpy().argmax())]
        return row

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data for JSON."""
        return {"offices": plain_rows(self.offices), "people_with_two": self.people_with_two}


def failures(
    coverage: Coverage,
    places: Sequence[tuple[float, float]] = (),
    homes: Sequence[str] = (),
) -> Failures:
    """What is lost when each office fails alone.

    ``places`` are lon and lat of places served on days, ``homes`` the id of each one's home office: they
    fall with it. People with an office in reach count for the offices only.
    """
    people = coverage.places["people"].to_numpy(dtype=float)
    sets = coverage.office_sets
    opened = list(range(len(coverage.offices)))
    start, row = sets.by_site
    lost = siting.lost_without(sets, opened)
    reach = np.array([sets.row_weight[row[start[j] : start[j + 1]]].sum() * sets.unit for j in opened])
    table = coverage.offices[["id", "name"]].assign(lost=lost, kept=reach - lost)
    if len(places):
        table = table.assign(**_with_places(coverage, people, places, homes))
    return Failures(table.reset_index(drop=True), siting.weight_with_two(sets, opened))


def _with_places(
    coverage: Coverage, people: np.ndarray[Any, np.dtype[np.float64]],
    places: Sequence[tuple[float, float]], homes: Sequence[str],
) -> Mapping[str, Any]:  # fmt: skip
    """Places that fall with each office, and people who lose the only place they had."""
    lon, lat = zip(*places, strict=True)
    sites = pd.DataFrame({"lon": lon, "lat": lat})
    served = coverage.sets_of(sites)
    alone = ~coverage.is_covered
    ids = coverage.offices["id"].astype(str)
    of_home = [[k for k, home in enumerate(homes) if home == office] for office in ids]
    every = served.covered_demand(range(len(places)))
    days_lost = []
    for mine in of_home:
        left = served.covered_demand([k for k in range(len(places)) if k not in mine])
        days_lost.append(float(people[alone & every & ~left].sum()))
    return {"places_lost": [len(mine) for mine in of_home], "days_lost": days_lost}
