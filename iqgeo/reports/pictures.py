"""Map and curve of a case as pictures: SVG and PNG, with the words for those who cannot see them."""

import datetime
from dataclasses import dataclass
from typing import Final

from iqgeo.case import Case
from iqgeo.reports.board import map_picture
from iqgeo.reports.board_curve import curve_picture
from iqgeo.reports.board_state import Board
from iqgeo.reports.drawn import drawn
from iqgeo.reports.typeset import png
from iqgeo.safe.clean import clean
from iqgeo.texts import Lang
from iqgeo.words.states import day_of

_MAP_MM: Final = (150.0, 138.0)
_CHART_MM: Final = (110.0, 50.0)


@dataclass(frozen=True)
class Picture:
    """A drawing and what it shows in words."""

    svg: str
    alt: str
    width_mm: float
    height_mm: float

    def _repr_svg_(self) -> str:
        return self.svg

    def png(self, ppi: float = 144.0) -> bytes:
        """The drawing as PNG."""
        return png(self.svg, width_mm=self.width_mm, height_mm=self.height_mm, ppi=ppi)


def board_of(case: Case, lang: Lang, date: datetime.date | None = None) -> Board:
    """What pages and pictures of a case draw from."""
    day = day_of(date)
    after = None if case.after is None else case.after.coverage
    return Board(
        case.before_gaps, case.region, lang, after, case.proposal, case.curve,
        clean(case.scenario.name, 60), day, case.after_gaps, case.best, case.likely,
        office_posts=case.scenario.settings.office_posts,
    )  # fmt: skip


def map_of(case: Case, lang: Lang, *, board: Board | None = None) -> Picture:
    """The map of the network the case ends with."""
    board = board or board_of(case, lang)
    return map_at(board, len(board.scenes) - 1)


def map_at(board: Board, index: int) -> Picture:
    """The map of one of the board's states."""
    scene = board.scenes[index]
    svg = drawn(scene, board.sheet, _MAP_MM, board.lang)
    told = map_picture(board, index, svg)
    return Picture(svg, told["alt"], *_MAP_MM)


def curve_of(case: Case, lang: Lang, *, board: Board | None = None) -> Picture | None:
    """The curve of people reached by number of offices; ``None`` if none was computed."""
    drawn = curve_picture(board or board_of(case, lang), _CHART_MM)
    return None if drawn is None else Picture(*drawn, *_CHART_MM)
