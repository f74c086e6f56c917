"""The curve of people reached by number of offices, with what is proposed marked on it."""

from collections.abc import Sequence

from iqgeo.reports.board_state import Board
from iqgeo.reports.print_chart import curve_chart
from iqgeo.texts import Lang, of_hundred, text


def curve_picture(board: Board, size_mm: tuple[float, float]) -> tuple[str, str] | None:
    """The curve of people reached as SVG, and in words; ``None`` if none was computed."""
    if not board.curve:
        return None
    marked, ascending = _marked(board), curve_points(board)
    svg = curve_chart(ascending, marked, board.lang, width_mm=size_mm[0], height_mm=size_mm[1])
    return svg, curve_alt(ascending, board.lang)


def curve_alt(points: Sequence[tuple[int, float]], lang: Lang) -> str:
    """The curve in words."""
    words = ", ".join(f"{count}: {of_hundred(share, lang)}" for count, share in points)
    return text("reports.board.curve_alt", lang, points=words)


def _marked(board: Board) -> list[tuple[int, float, str]]:
    marked = [(len(board.start.offices), board.start.share, board.state_name(0))]
    if board.after is not None:
        marked.append((len(board.after.offices), board.after.share, board.state_name(1)))
    return marked


def curve_points(board: Board) -> list[tuple[int, float]]:
    """Number of offices and share reached, ascending; what the board begins with is among them.

    A choice made by hand is no point of the curve of best choices: it is marked where it is.
    """
    start, *rest = [(count, share) for count, share, _ in _marked(board)]
    points = dict([start])
    if board.suggestion is not None and board.suggestion.scope == "whole":
        points |= dict(rest)
    # What another question chose, with places on days or another goal, is marked where it is as well.
    return sorted((points | dict(board.curve)).items())
