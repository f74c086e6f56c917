"""What every candidate would add to a network: the people whom it would bring within the target.

Whom a candidate reaches does not depend on what is open. A :class:`Pool` is therefore made once and asked
again after every move of an office: what is left to do is to weigh the places that are not within the
target, each once, and to add up what stands in each candidate's list.

>>> from iqgeo.api import assess
>>> from iqgeo.suggestions import candidate_towns
>>> coverage = assess(stage=2012)
>>> pool = Pool.of(coverage, candidate_towns(coverage.region))
>>> float(pool.gains(coverage).max())
98584.0
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo import sites
from iqgeo.coverage import Coverage
from iqgeo.frames import Brief

if TYPE_CHECKING:
    from iqgeo.siting import CoverSets

Floats = NDArray[np.float64]


def reached_without(coverage: Coverage, ids: Sequence[str]) -> dict[str, NDArray[np.bool_]]:
    """Whether every place is within the target of another office, for each of some offices."""
    sets, number = coverage.office_sets, {key: at for at, key in enumerate(sites.ids(coverage.offices))}
    # So many offices have each place within the target; a place that none has is in no row.
    count = np.append(np.diff(sets.row_start), 0)[sets.row_of_demand]
    return {key: count - sets.covered_demand([number[key]]) > 0 for key in ids}


@dataclass(frozen=True, eq=False, repr=False)
class Pool(Brief):
    """Candidates, and which places are within the target of each.

    Attributes
    ----------
    candidates : pd.DataFrame
        Frame ``id, name, lon, lat`` (and what else it came with).
    sets : CoverSets
        Whom each candidate reaches; the sites are the candidates in their order.
    people : Floats
        People of every place.
    """

    candidates: pd.DataFrame
    sets: "CoverSets"
    people: Floats

    @classmethod
    def of(cls, coverage: Coverage, candidates: pd.DataFrame) -> "Pool":
        """The candidates for the people, the measure and the target of a coverage, whatever is open in it."""
        people = coverage.places["people"].to_numpy(dtype=float)
        return cls(candidates, coverage.sets_of(candidates), people)

    def gains(self, coverage: Coverage) -> Floats:
        """People that each candidate alone would bring within the target of this network.

        In the order of :attr:`candidates`. The network may be any of the same places, measure and target.
        """
        return self.gains_beside(coverage.is_covered)

    def gains_by(self, coverage: Coverage, group: NDArray[np.int64]) -> Floats:
        """The same split by groups of the places, numbered from 0: shape ``(candidates, groups)``."""
        from scipy import sparse

        sets, row = self.sets, self.sets.row_of_demand
        counts = (row >= 0) & ~coverage.is_covered
        shape = (len(sets.row_weight), int(group.max(initial=-1)) + 1)
        people = sparse.csr_matrix((self.people[counts], (row[counts], group[counts])), shape)
        ones = np.ones(len(sets.row_site))
        reach = sparse.csr_matrix((ones, sets.row_site, sets.row_start), (shape[0], sets.n_sites))
        added: Floats = (reach.T @ people).toarray()[: len(self.candidates)]
        return added

    def gains_beside(self, reached: NDArray[np.bool_]) -> Floats:
        """The same where it is said of every place whether it is reached already."""
        return self.sets.added_weight(reached, self.people)[: len(self.candidates)]
