"""Which words of what is shown belong to another language: a page speaks its own to the last label."""

import re
from functools import cache

from iqgeo.region import Region
from iqgeo.texts import LANGUAGES, Lang, catalogue

_WORD = re.compile(r"[^\W\d_]{4,}")


def words_in(said: str) -> set[str]:
    """The words of four letters and more, small."""
    return {it.lower() for it in _WORD.findall(said)}


@cache
def spoken(lang: Lang) -> frozenset[str]:
    """The words of a language's sentences."""
    return frozenset(words_in(" ".join(entry[lang] for entry in catalogue().values())))


def own_words(region: Region, lang: Lang) -> set[str]:
    """Proper names, the words in which licences want their sources named, and what the sources say here."""
    listed = [*region.municipality_names.values(), *region.districts["name"], *region.towns["name"]]
    listed += [str(it) for it in region.offices.to_numpy().ravel()]
    listed += [str(it["attribution"]) for it in region.sources.values()]
    for key in region.sources:
        listed += [it for it in region.source(key, lang).values() if isinstance(it, str)]
    return words_in(" ".join(listed))


def foreign_words(said: str, lang: Lang, region: Region) -> set[str]:
    """Words of ``said`` that only another language's sentences use."""
    others = set().union(*(spoken(it) for it in LANGUAGES if it != lang))
    return (words_in(said) & others) - spoken(lang) - own_words(region, lang)
