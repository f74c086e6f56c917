"""Positions of the military grid (MGRS, UTMREF): ``32UNC1234567890``, and metres behind their zone."""

import re
from typing import Final

_COLUMNS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_ROWS: Final = "ABCDEFGHJKLMNPQRSTUV"
_BANDS: Final = "CDEFGHJKLMNPQRSTUVWX"
_ZONE: Final = r"(?P<zone>0?[1-9]|[1-5]\d|60)"
_REFERENCE: Final = re.compile(
    rf"{_ZONE}\s*(?P<band>[C-HJ-NP-X])\s*(?P<square>[A-HJ-NP-Z]\s*[A-HJ-NP-V])\s*(?P<digits>\d[\d\s]*)",
    re.IGNORECASE,
)
# 32U 550123 5803456; "32 S" may be the southern half as well as the band of Sicily and is left alone.
_METRES: Final = re.compile(
    rf"{_ZONE}\s*(?P<band>[C-HJ-NP-RT-X])[\s,;:]+(?:E\s*)?(?P<east>\d{{6}}(?:[.,]\d+)?)\s*m?\s*E?[\s,;/]+"
    r"(?:N\s*)?(?P<north>\d{6,7}(?:[.,]\d+)?)\s*m?\s*N?",
    re.IGNORECASE,
)
# Where a band begins in the north of its half, in whole hundreds of kilometres at most.
_LEAST: Final = (11, 20, 28, 37, 46, 55, 64, 73, 82, 91, 0, 8, 17, 26, 35, 44, 53, 62, 70, 79)
_SQUARE: Final = 100_000
_TURN: Final = 2_000_000
_DIGITS: Final = (4, 6, 8, 10)
_SETS: Final = 8


def in_metres(cell: str) -> tuple[float, float, str] | None:
    """East, north and the EPSG number of a position of the grid, the middle of its square; else ``None``."""
    found = _METRES.fullmatch(cell)
    if found is not None:
        east, north = (float(found[it].replace(",", ".")) for it in ("east", "north"))
        return east, north, _system(int(found["zone"]), found["band"])
    found = _REFERENCE.fullmatch(cell)
    if found is None:
        return None
    zone, band = int(found["zone"]), found["band"].upper()
    column, row = found["square"][0].upper(), found["square"][-1].upper()
    digits = re.sub(r"\s", "", found["digits"])
    # Three sets of eight letters count east, two that begin elsewhere north.
    at_east = _COLUMNS.index(column) - _SETS * ((zone - 1) % 3)
    if len(digits) not in _DIGITS or not 0 <= at_east < _SETS:
        return None
    half = len(digits) // 2
    size = 10 ** (5 - half)
    east = (at_east + 1) * _SQUARE + (int(digits[:half]) + 0.5) * size
    north = (_ROWS.index(row) - (0 if zone % 2 else 5)) % len(_ROWS) * _SQUARE + (
        int(digits[half:]) + 0.5
    ) * size
    least = _LEAST[_BANDS.index(band)] * _SQUARE
    while north < least:
        north += _TURN
    return east, north, _system(zone, band)


def _system(zone: int, band: str) -> str:
    return f"32{6 if band.upper() >= 'N' else 7}{zone:02d}"
