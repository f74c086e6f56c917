"""Points at which a row stands because nobody knew where it is: zero, or the middle of a country."""

from typing import Final

import numpy as np

from iqgeo.inputs.findings import Findings
from iqgeo.inputs.values import Floats, Mask

# Where search services put what they only know the country of (Nominatim, Google), and where empty cells go.
_POINTS: Final = (
    (0.0, 0.0),
    (10.4515, 51.1657),
    (10.4478, 51.1638),
    (14.5501, 47.5162),
    (8.2275, 46.8182),
    (5.2913, 52.1326),
    (4.4699, 50.5039),
    (9.5018, 56.2639),
)
# Some ten metres: what two services round differently.
_NEAR_DEGREES: Final = 0.00012


def at_default(lon: Floats, lat: Floats) -> Mask:
    """Which positions are such a point."""
    found = np.zeros(len(lon), dtype=bool)
    for east, north in _POINTS:
        found |= (np.abs(lon - east) <= _NEAR_DEGREES) & (np.abs(lat - north) <= _NEAR_DEGREES)
    return found


def note_rounded(lon: Floats, lat: Floats, findings: Findings, column: str) -> None:
    """Say that all positions are whole degrees: a program that knows no decimal sign has rounded them."""
    known = np.isfinite(lon) & np.isfinite(lat)
    whole = known & (lon == np.round(lon)) & (lat == np.round(lat))
    # One point alone may be anywhere; several whole ones are no chance.
    points = len(np.unique(np.column_stack((lon[known], lat[known])), axis=0))
    if points > 1 and whole.sum() == known.sum():
        first = int(np.flatnonzero(whole)[0])
        findings.note(
            "positions_rounded", column, mask=whole, value=f"{lon[first]:g}, {lat[first]:g}", kind="hint"
        )


def flag_defaults(lon: Floats, lat: Floats, findings: Findings, column: str) -> None:
    """Say which rows stand at such a point."""
    nowhere = at_default(lon, lat)
    if nowhere.any():
        written = np.array([f"{x:.10g}, {y:.10g}" for x, y in zip(lon, lat, strict=True)], dtype=object)
        findings.flag(nowhere, "position_default", column, written)
