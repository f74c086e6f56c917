"""Who is counted, and what the sites are called: data of a region, in words of every language.

The words of the usual counts stand in the catalogue (``cli.weight``, ``cli.who``); a region may name
others in its ``region.toml``::

    default_weight = "elderly"

    [weights.elderly]
    name = { de = "Menschen ab 65 Jahren", en = "people aged 65 and over" }
    noun = { de = "Menschen ab 65 Jahren", en = "people aged 65 and over" }
    definition = { de = "am 31. Dezember, Fortschreibung", en = "" }
    source = "shares"

    [sites]
    many = { de = "Krankenhäuser", en = "hospitals" }
    nearest = { de = "zum nächsten Krankenhaus", en = "the nearest hospital" }
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from iqgeo.texts import LANGUAGES, Lang, said_in, text, words_of

STANDARD: Final = (
    "migration_background",
    "migration_background_wide",
    "population",
    "foreigners",
    "foreign_born",
)
"""Keys that every region knows the words for."""

POPULATION: Final = "population"
OWN_WEIGHT: Final = "own"
KEY_FORM: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")

Words = Mapping[str, str]


@dataclass(frozen=True)
class Weight:
    """Who is counted.

    Attributes
    ----------
    key : str
        As commands, addresses and files write it.
    names : Words
        As a choice or in a source line ("Ausländerinnen und Ausländer"), by language.
    nouns : Words
        As it stands after a share ("47 von 100 Ausländerinnen und Ausländern"), by language.
    subjects : Words
        As it stands for itself or does something ("230.000 Ausländerinnen und Ausländer wohnten"), by
        language; the name where that is empty.
    definitions : Words
        What exactly is counted, by language; may be empty.
    source : str
        Key into the region's sources; may be empty.
    """

    key: str
    names: Words
    nouns: Words
    subjects: Words = field(default_factory=dict)
    definitions: Words = field(default_factory=dict)
    source: str = ""

    def name(self, lang: Lang) -> str:
        """The weight as a choice or in a source line."""
        return said_in(self.names, lang) or self.key

    def noun(self, lang: Lang) -> str:
        """The people as they stand after a share of them: in German in the dative."""
        return said_in(self.nouns, lang) or self.name(lang)

    def subject(self, lang: Lang) -> str:
        """The people by themselves, or as those who do something: in German in the nominative."""
        return said_in(self.subjects, lang) or self.name(lang)

    def definition(self, lang: Lang) -> str:
        """What exactly is counted; empty if nobody said."""
        return said_in(self.definitions, lang)


def standard_weight(key: str, source: str = "") -> Weight:
    """A weight with the words of the catalogue; a key it does not know is its own name."""

    def words(kind: str) -> Words:
        return words_of(f"cli.{kind}.{key}")

    return Weight(key, words("weight"), words("who"), words("subject"), {}, source)


def weight_of(key: str, described: Mapping[str, Any], source: str = "") -> Weight:
    """A weight as a region's description has it; what that leaves out comes from the catalogue."""
    standard = standard_weight(key, source)
    own = _words(described.get("name"))
    return Weight(
        key,
        own or standard.names,
        _words(described.get("noun")) or own or standard.nouns,
        own or standard.subjects,
        _words(described.get("definition")),
        str(described.get("source", "")) or source,
    )


def _words(written: object) -> Words:
    """Words as a table by language, or one text for all languages."""
    if isinstance(written, Mapping):
        return {str(lang): str(it) for lang, it in written.items() if str(it).strip()}
    return dict.fromkeys(LANGUAGES, str(written)) if written and str(written).strip() else {}


@dataclass(frozen=True)
class SiteNoun:
    """What the sites of a region are called.

    ``many`` as a heading ("Krankenhäuser"), ``nearest`` where a way leads to ("zum nächsten
    Krankenhaus"), by language.
    """

    many_words: Words = field(default_factory=dict)
    nearest_words: Words = field(default_factory=dict)

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> "SiteNoun":
        """The noun as a region's description has it."""
        return cls(_words(described.get("many")), _words(described.get("nearest")))

    def many(self, lang: Lang) -> str:
        """The sites as a heading."""
        return said_in(self.many_words, lang) or text("map.site_noun.many", lang)

    def nearest(self, lang: Lang) -> str:
        """Where the way leads to."""
        return said_in(self.nearest_words, lang) or text("map.site_noun.nearest", lang)
