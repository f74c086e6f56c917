"""The years of a network as a table in the terminal."""

from iqgeo.cli.listing import Listing
from iqgeo.cli.screen import console
from iqgeo.cli.show import settings_line
from iqgeo.reports.story import years_words
from iqgeo.story import Story
from iqgeo.texts import Lang, in_hundred, text
from iqgeo.words import story


def show_progress(it: Story, lang: Lang) -> None:
    """The sentence first, then the years, then the exact sum and what to know of it."""
    out = console()
    said = story.told(it, lang)
    head = 1 + len(story.lead(it, lang))
    out.print(said[0], bold=True)
    for sentence in said[1:head]:
        out.print(sentence)
    out.print(settings_line(it.last.coverage, lang))
    heads, rows = years_words(it, lang)
    names = ("opened_names", "closed_names")
    table = Listing()
    for at, words in enumerate([*heads, text("reports.column.share", lang)]):
        table.add_column(words, justify="right" if at else "left")
    for name in names:
        table.add_column(text(f"reports.column.{name}", lang))
    for year, row in zip(it.years, rows, strict=True):
        share = in_hundred(year.coverage.share, lang)
        table.add_row(*row, share, ", ".join(year.opened), ", ".join(year.closed))
    table.show(out)
    for sentence in said[head:]:
        out.print(sentence)
