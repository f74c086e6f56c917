"""How a sheet lies on A4: upright or across, on how many pages, so that it can still be read."""

import math
from dataclasses import dataclass
from typing import Final

from iqgeo.texts import Lang, number, text

POINTS_UPRIGHT: Final = (523.0, 749.0)
"""Width and height of an upright page within its margins, in points."""
ROW_POINTS: Final = 15.0
"""Height of a row that nobody set, in points."""
ROWS_ON_A_PAGE: Final = 40
"""So many rows of a long table are printed, on one page; the others are there to be searched."""
# A column of so many figures at 10 points, and what surrounds them.
_FIGURE, _AROUND = 5.25, 3.75
# Below this part of its size type is too small on paper.
_LEAST_SCALE: Final = 0.6


@dataclass(frozen=True)
class Page:
    """How a sheet is set up: ``across`` or upright, on one page or as many as it takes."""

    across: bool
    on_one: bool = False


def width_of(characters: float, columns: int) -> float:
    """Width in points of so many columns that hold so many figures together."""
    return characters * _FIGURE + columns * _AROUND


def page_for(width: float, height: float, repeated: float = 0.0) -> Page:
    """The page on which so much stands best, as wide as the page.

    That with fewer sheets of paper, then that with larger type; where little is left over for a last page,
    all is a little smaller on one page less. Type that would be too small upright lies across.

    Parameters
    ----------
    width, height : float
        Of all that is printed, in points.
    repeated : float
        Height of what stands again on every page.
    """
    found = []
    for across in (False, True):
        page_width, page_height = POINTS_UPRIGHT[::-1] if across else POINTS_UPRIGHT
        scale = min(1.0, page_width / width)
        whole = min(scale, page_height / height)
        on_one = whole >= _LEAST_SCALE
        room = page_height / scale
        more = max(0.0, height - room) / max(room - repeated, 1.0)
        pages = 1 if on_one else 1 + math.ceil(more)
        too_small = scale < _LEAST_SCALE and not across
        found.append((too_small, pages, -(whole if on_one else scale), Page(across, on_one)))
    return min(found, key=lambda it: it[:3])[3]


def printed_line(printed: int, rows: int, lang: Lang) -> tuple[str, ...]:
    """That the first rows of a table are printed and the others are not; nothing where all are."""
    if printed >= rows:
        return ()
    rest = number(rows - printed, lang)
    return (text("reports.gaps.printed_rows_line", lang, count=number(printed, lang), rest=rest),)
