"""The languages that iqgeo speaks: the one place that lists them.

German and English stand side by side in the files of this folder. Every further language has a folder of
its own (``nl/``) with files of the same names, ``key = "sentence"``, which a translator edits without seeing
code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Lang = Literal["de", "en", "nl"]


@dataclass(frozen=True)
class Language:
    """A language: what it calls itself, and the locale whose numbers and dates it writes (CLDR)."""

    name: str
    locale: str

    @property
    def tag(self) -> str:
        """As documents name their language (BCP 47): ``de-DE``."""
        return self.locale.replace("_", "-")


SPOKEN: Final[Mapping[Lang, Language]] = {
    "de": Language("Deutsch", "de_DE"),
    "en": Language("English", "en_GB"),
    "nl": Language("Nederlands", "nl_NL"),
}
"""In the order in which they are offered; the first one is spoken where nothing is said."""

LANGUAGES: Final[tuple[Lang, ...]] = tuple(SPOKEN)


def language_called(wished: str | None) -> Lang | None:
    """The language of a code as an address, an option or the environment has it; ``None`` if it is none."""
    return next((lang for lang in LANGUAGES if wished is not None and wished.lower() == lang), None)


def said_in(words: Mapping[str, str], lang: Lang) -> str:
    """What is kept by language: in this one, else in the first that has any words; empty if none has."""
    return words.get(lang) or next((words[it] for it in LANGUAGES if words.get(it)), "")
