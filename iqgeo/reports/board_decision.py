"""What makes the board's page a paper to decide on: its form, and the alternatives with their numbers."""

from typing import Any

from iqgeo.reports.board_state import Board
from iqgeo.reports.board_tables import MOST_SITES
from iqgeo.reports.office_template import OfficeTemplate
from iqgeo.safe.clean import clean
from iqgeo.texts import number, signed


def decision_form(template: OfficeTemplate, board: Board) -> list[list[str]]:
    """Labels and values above the paper; what the office left empty is left out."""
    if not template.is_decision:
        return []
    author = ", ".join(filter(None, [template.author, template.unit]))
    stated = (
        ("subject", template.subject), ("committee", template.committee),
        ("author", author), ("meeting", template.meeting),
    )  # fmt: skip
    return [[board.say(f"form_{key}"), value] for key, value in stated if value]


def alternatives(board: Board) -> dict[str, Any] | None:
    """The proposal beside what comes close to it: its best exchange, one office fewer, one more.

    Numbers are those of the models that were asked: runner-ups with everything else kept, and the best
    choice of so many offices on the curve. What was not asked for has no row.
    """
    if board.after is None or board.suggestion is None or not board.after.people:
        return None
    share, people = board.after.share, board.after.people
    names = [clean(it.name, 30) for it in board.suggestion.sites]
    if len(names) > MOST_SITES:
        names = [*names[:MOST_SITES], board.say("lead_others")]
    rows = [_row(board, board.say("alternative_proposal"), ", ".join(names), share, None)]
    exchanged = [it for it in board.suggestion.sites if it.runner_up]
    for site in sorted(exchanged, key=lambda it: it.runner_up_loss)[:2]:
        words = board.say("alternative_instead", other=clean(site.runner_up, 30), name=clean(site.name, 30))
        loss = -site.runner_up_loss
        rows.append(_row(board, board.say("alternative_exchange"), words, share + loss / people, loss))
    curve, count = dict(board.curve), len(board.after.offices)
    for step, key in ((-1, "fewer"), (1, "more")):
        other = curve.get(count + step)
        if other is not None:
            words = board.say("alternative_best", count=number(count + step, board.lang))
            change = (other - share) * people
            rows.append(_row(board, board.say(f"alternative_{key}"), words, other, change))
    if len(rows) < 2:
        # A proposal alone is beside nothing.
        return None
    columns = [board.say(f"alternative_column_{key}") for key in ("what", "share", "people")]
    return {"heading": board.say("alternatives_heading"), "columns": columns, "rows": rows}


def _row(board: Board, name: str, words: str, share: float, change: float | None) -> dict[str, str]:
    # Hundreds, as the exact loss of a model is no more than its assumptions.
    step = 1 if change is None or abs(change) < 100 else 100
    written = "" if change is None else signed(round(change / step) * step, board.lang)
    return {"name": name, "words": words, "share": number(100 * share, board.lang, 1), "change": written}
