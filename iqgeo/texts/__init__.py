"""Every sentence a user reads, German first, English second, and numbers as they are written there.

The sentences stand in the TOML files of this folder, one file an area, both languages side by side:
``text("cli.coverage.total", "de")`` reads table ``coverage.total`` of ``cli.toml``. No other module holds a
sentence for users.
"""

from iqgeo.texts.catalogue import LANGUAGES, Lang, catalogue, text, words_of
from iqgeo.texts.lists import listed
from iqgeo.texts.numbers import km, number, of_hundred, people_rounded, percent, plain, signed

__all__ = [
    "LANGUAGES",
    "Lang",
    "catalogue",
    "km",
    "listed",
    "number",
    "of_hundred",
    "people_rounded",
    "percent",
    "plain",
    "signed",
    "text",
    "words_of",
]
