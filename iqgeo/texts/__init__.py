"""Every sentence a user reads, and numbers and dates as they are written in its language.

The sentences stand in the TOML files of this folder, one file an area, German and English side by side, each
further language in a folder of its own (see :mod:`iqgeo.texts.languages`):
``text("cli.coverage.total", "de")`` reads table ``coverage.total`` of ``cli.toml``. No other module holds a
sentence for users.
"""

from iqgeo.texts.catalogue import catalogue, sentence_for, text, words_of
from iqgeo.texts.conventions import (
    date_format,
    date_words,
    moment_words,
    month_words,
    time_words,
    weekday_word,
)
from iqgeo.texts.languages import LANGUAGES, SPOKEN, Lang, language_called, said_in
from iqgeo.texts.lists import listed
from iqgeo.texts.numbers import (
    has_decimal_comma,
    in_hundred,
    km,
    number,
    number_of,
    of_hundred,
    people_rounded,
    percent,
    plain,
    range_in_hundred,
    signed,
)
from iqgeo.texts.places import behind, contracted, place_name, said_of

__all__ = [
    "LANGUAGES",
    "SPOKEN",
    "Lang",
    "behind",
    "catalogue",
    "contracted",
    "date_format",
    "date_words",
    "has_decimal_comma",
    "in_hundred",
    "km",
    "language_called",
    "listed",
    "moment_words",
    "month_words",
    "number",
    "number_of",
    "of_hundred",
    "people_rounded",
    "percent",
    "place_name",
    "plain",
    "range_in_hundred",
    "said_in",
    "said_of",
    "sentence_for",
    "signed",
    "text",
    "time_words",
    "weekday_word",
    "words_of",
]
