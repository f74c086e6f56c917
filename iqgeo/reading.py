"""What a user says about a file that does not speak for itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

DECIMALS: Final = ("comma", "point")


@dataclass(frozen=True)
class Reading:
    """What the user says about a file where it does not speak for itself.

    Attributes
    ----------
    columns : the file's own name of a column by what it is: ``{"lon": "Rechtswert"}``
    decimal : ``"comma"`` if points group thousands, ``"point"`` if they are decimal signs; else ``""``
    crs : coordinate system of the columns, such as ``EPSG:25832``; by default what the numbers say
    agreed : leave aside the rows that cannot be used, take proposed matches; else they are asked about
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    decimal: str = ""
    crs: str = ""
    agreed: bool = False


AS_IT_IS: Final = Reading()
"""A file that speaks for itself."""
