"""The grid of 100 m of the census of 2011 by attributes: a row for each cell and kind of people.

``Bevoelkerung100M.csv``: the row of ``INSGESAMT`` counts everybody of a cell, that of ``STAATSANGE_KURZ``
with ``Ausland`` the foreigners; where a cell lies stands in its key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.inputs.cells import texts
from iqgeo.inputs.systems import laea_centres
from iqgeo.inputs.values import Floats
from iqgeo.inputs.words import folded

_ATTRIBUTE: Final = "merkmal"
_VALUE: Final = "auspraegungtext"
_COUNT: Final = "anzahl"
_EVERYBODY: Final = "INSGESAMT"
_CITIZENSHIP: Final = "STAATSANGE_KURZ"
_FOREIGN: Final = "Ausland"


@dataclass
class AttributeRows:
    """The columns of such a file, and the foreigners of its cells as far as they were read.

    Attributes
    ----------
    attribute, value, count : str
        Columns of what is counted, of its value, and of how many these are.
    foreign : dict[str, float]
        Foreigners by cell.
    """

    attribute: str
    value: str
    count: str
    foreign: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, header: list[str]) -> "AttributeRows | None":
        """The columns by the header of a file; ``None`` if it is another grid."""
        by_folded: Mapping[str, str] = {folded(name): name for name in reversed(header)}
        wanted = (_ATTRIBUTE, _VALUE, _COUNT)
        if not by_folded.keys() >= set(wanted):
            return None
        attribute, value, count = (by_folded[it] for it in wanted)
        return cls(attribute, value, count)

    def everybody(self, frame: pd.DataFrame, key: str) -> np.ndarray:
        """Which rows of a block count everybody; the foreigners among the others are kept."""
        attribute = texts(frame[self.attribute]).str.strip()
        foreign = attribute.eq(_CITIZENSHIP) & texts(frame[self.value]).str.strip().eq(_FOREIGN)
        if foreign.any():
            counted = pd.to_numeric(frame.loc[foreign, self.count], errors="coerce").fillna(0.0)
            self.foreign.update(zip(frame.loc[foreign, key], counted.tolist(), strict=True))
        return attribute.eq(_EVERYBODY).to_numpy(dtype=bool)

    def shares(self, ids: pd.Series, people: Floats) -> Floats:
        """The share of foreigners of every cell in per cent; a cell without a row of them has none."""
        foreign = ids.map(self.foreign).fillna(0.0).to_numpy(dtype=np.float64)
        return np.minimum(100.0 * foreign / people, 100.0)


def cells_named(keys: pd.Series) -> pd.Series:
    """Keys of cells in one form, for the two that the censuses of 2011 and 2022 give the same cell."""
    east, north = laea_centres(keys)
    named = (
        pd.Series(east, index=keys.index).astype("str")
        + " "
        + pd.Series(north, index=keys.index).astype("str")
    )
    return named.where(np.isfinite(east) & np.isfinite(north), keys.str.strip())
