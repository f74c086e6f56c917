"""Names of states and countries in a language, alone and behind a preposition."""

import re
from collections.abc import Mapping
from typing import Final

from iqgeo.texts.catalogue import text, words_of
from iqgeo.texts.languages import Lang

# German draws a preposition and the article that a few names have together.
_TOGETHER: Final = {"in dem": "im", "von dem": "vom", "zu dem": "zum", "zu der": "zur"}
_APART: Final = re.compile(rf"\b(?i:{'|'.join(_TOGETHER)})(?= [A-ZÄÖÜ])")


def place_name(name: str, lang: Lang) -> str:
    """Name a region, state or country as the language does; names the catalogue does not know stay.

    Parameters
    ----------
    name : str
        As it is called at home, or in the outlines that come along.
    lang : Lang
        Language of the name.

    Returns
    -------
    str
        "Bavaria", "Schweiz".
    """
    entry = words_of(f"map.area.{name}")
    return entry[lang] if entry else name


def behind(name: str, lang: Lang) -> str:
    """Name a place as it stands behind a preposition: "den Niederlanden", "dem Saarland".

    Parameters
    ----------
    name : str
        As for :func:`place_name`.
    lang : Lang
        Language of the name.

    Returns
    -------
    str
        With its article, if it has one; see :func:`contracted`.
    """
    entry = words_of(f"gaps.place.{name}")
    return entry[lang] if entry else place_name(name, lang)


def contracted(sentence: str, lang: Lang) -> str:
    """A sentence with names of :func:`behind`, its articles drawn together: "im Saarland", "zur Schweiz".

    Parameters
    ----------
    sentence : str
        The whole of it.
    lang : Lang
        Language of the sentence.

    Returns
    -------
    str
        The sentence.
    """
    if lang != "de":
        return sentence

    def joined(found: re.Match[str]) -> str:
        word = _TOGETHER[found[0].lower()]
        return word.capitalize() if found[0][0].isupper() else word

    return re.sub(_APART, joined, sentence)


def said_of(key: str, lang: Lang, values: Mapping[str, object]) -> str:
    """A sentence whose value ``region`` is the name of one behind a preposition, if it has such a value.

    Parameters
    ----------
    key : str
        Of the sentence.
    lang : Lang
        Language of the sentence.
    values : Mapping[str, object]
        What fills it.

    Returns
    -------
    str
        "2 von 3 liegen im Saarland".
    """
    if "region" not in values:
        return text(key, lang, **values)
    named = {**values, "region": behind(str(values["region"]), lang)}
    return contracted(text(key, lang, **named), lang)
