"""What keeps something from being done: every problem in the reader's words, with its way out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from iqgeo.app import resources, session
from iqgeo.app.components import html
from iqgeo.errors import InputError
from iqgeo.texts import Lang, number, text

_FEW: Final = 3


def few(error: InputError, lang: Lang, most: int = _FEW) -> None:
    """Show the first problems as sentences."""
    for problem in error.problems[:most]:
        html.status(html.FAILED, problem.sentence(lang, on_page=True))


@contextmanager
def told(lang: Lang) -> Iterator[None]:
    """Say in this place what is refused inside; the page goes on."""
    try:
        yield
    except InputError as error:
        few(error, lang)


def every(error: InputError, lang: Lang) -> None:
    """Show everything that keeps files from being used, row by row."""
    html.status(html.FAILED, text("app.data.not_usable", lang, count=number(len(error.problems), lang)))
    head = [text(f"app.data.problem_{key}", lang) for key in ("where", "what", "remedy")]
    rows = [[it.where(lang) or "–", it.what(lang), it.remedy(lang, on_page=True)] for it in error.problems]
    html.table(head, rows, caption=text("app.data.problems", lang))


def of_places(lang: Lang) -> None:
    """Say why the places of the plan that are served on days do not count under the settings on screen."""
    try:
        found = resources.places_problem(session.view(), session.own_data(), session.current().draft)
    except InputError:
        # Whatever else is wrong is said by the page.
        return
    if found is not None:
        html.status(
            html.FAILED, f"{text('network.panel.places_out', lang)} {found.message(lang, on_page=True)}"
        )
