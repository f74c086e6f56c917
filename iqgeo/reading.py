"""What a user says about a file that does not speak for itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

DECIMALS: Final = ("comma", "point")
LEAVE: Final = "leave"
SWAP: Final = "swap"
TOWN: Final = "town"
ANSWERS: Final = (LEAVE, SWAP, TOWN)
"""Leave the row out; exchange its longitude and latitude; place it at its town's centre. After ``town:``
may stand another town's name."""

ROLES: Final = (
    "id", "name", "lon", "lat", "people", "population", "ags", "share_pct", "persons", "opened", "closed",
    "kind", "operator", "town", "postcode", "key", "address", "candidate", "place", "km", "metres", "miles",
    "district_ags", "wkt", "confirmed", "factor", "latlon", "lonlat",
)  # fmt: skip
"""What a column may be said to be."""
_ROW_DIGITS: Final = 10


def is_answer(row: str, answer: str) -> bool:
    """Whether a row and what is said about it are an answer: ``7``, ``town:Lüneburg``."""
    known, _, town = answer.partition(":")
    is_row = row.isascii() and row.isdigit() and len(row) < _ROW_DIGITS
    return is_row and known in ANSWERS and (known == TOWN or not town)


@dataclass(frozen=True)
class Reading:
    """What the user says about a file where it does not speak for itself.

    Attributes
    ----------
    columns : Mapping[str, str]
        The file's own name of a column by what it is: ``{"lon": "Rechtswert"}``.
    decimal : str
        ``"comma"`` if points group thousands, ``"point"`` if they are decimal signs; else ``""``.
    crs : str
        Coordinate system of the columns, such as ``EPSG:25832``; by default what the numbers say.
    agreed : bool
        Leave aside the rows that cannot be used, take proposed matches; else they are asked about.
    without : tuple[str, ...]
        Columns that are not read, whatever they are called.
    rows : Mapping[int, str]
        Answers about single rows by their number, see :data:`ANSWERS`.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    decimal: str = ""
    crs: str = ""
    agreed: bool = False
    without: tuple[str, ...] = ()
    rows: Mapping[int, str] = field(default_factory=dict)

    def answered(self, row: int) -> str:
        """The answer about a row without the town that may stand in it; empty if there is none."""
        return self.rows.get(row, "").partition(":")[0]

    def town(self, row: int) -> str:
        """The town that an answer names; empty if it names none."""
        return self.rows.get(row, "").partition(":")[2].strip()


AS_IT_IS: Final = Reading()
"""A file that speaks for itself."""
