"""In how many words tables say which way one may drive."""

import re
from collections.abc import Iterable
from typing import Any, Final

from iqgeo.distances.roads.column_names import MISSING, folded

ALONG, BOTH, AGAINST, CLOSED = "yes", "no", "-1", "reversible"
"""The words of OpenStreetMap, into which the others are turned."""

_SAID: Final = {
    ALONG: (
        "1", "1_0", "yes", "true", "ja", "y", "j", "wahr", "oui", "x", "oneway", "one_way", "einbahn",
        "einbahnstrasse", "forward", "along", "hin", "in_richtung", "vorwaerts", "ft", "with", "in_direction",
        "indirection", "heen", "sens_direct", "direct", "sens_unique", "in_digitalisierungsrichtung",
        "mit_digitalisierungsrichtung",
    ),
    BOTH: (
        "0", "0_0", "no", "false", "nein", "n", "falsch", "non", "nee", "both", "beide", "beidseitig",
        "both_directions", "beide_richtungen", "bidirectional", "twoway", "two_way", "zweirichtung",
        "gegenverkehr", "alternating", "unknown", "unbekannt", "n_a", "na", "k_a", "ka", "keine_angabe",
        "keine", "bothdirections", "bothways", "both_ways", "double_sens", "sans_objet", "onbekend",
        "in_beide_richtungen", "zweirichtungsverkehr", "",
    ),
    AGAINST: (
        "reverse", "reversed", "backward", "backwards", "against", "gegen", "gegenrichtung", "rueck",
        "rueckwaerts", "tf", "in_opposite_direction", "inoppositedirection", "opposite_direction",
        "terug", "sens_inverse", "inverse", "gegen_digitalisierungsrichtung",
        "entgegen_digitalisierungsrichtung",
    ),
    CLOSED: ("reversible", "closed", "gesperrt"),
}  # fmt: skip
_WORDS: Final = {word: meaning for meaning, words in _SAID.items() for word in words}
_LETTERS: Final = {"f": ALONG, "b": BOTH, "t": AGAINST}
"""Geofabrik and HERE write F and T for traffic along and against the line, B for both."""

_DUTCH: Final = {"h": ALONG, "t": AGAINST, "b": BOTH, "o": BOTH}
"""The road register of the Netherlands writes H (heen) and T (terug), B or nothing for both."""

_BOOLEANS: Final = {"t": ALONG, "f": BOTH}
_NUMBERS: Final = {"2": BOTH, "3": CLOSED}
"""Osm2pgrouting counts: 1 along, 2 both ways, 3 by the hour, 0 unknown, -1 against."""

_BLANK: Final = frozenset({"-", "--", "–", "/", ".", "?"})
_MINUS: Final = re.compile(r"^-1(\.0+)?$")


def one_way_words(values: Iterable[Any], *, tagged: bool) -> list[str]:
    """Each value as OpenStreetMap writes it; words that are not known stay as they are.

    Parameters
    ----------
    values : Iterable[Any]
        Of a column, as it was read.
    tagged : bool
        Whether the rows bear tags of OpenStreetMap: then T and F alone are a database's true and false.
    """
    plain = ["" if (text := str(it).strip()).lower() in MISSING | _BLANK else text for it in values]
    names = [AGAINST if _MINUS.match(it) else folded(it) or it for it in plain]
    words = dict(_WORDS)
    if {"h", "o"} & set(names) and set(names) <= {"", *_DUTCH}:
        words |= _DUTCH
    elif "b" in names:
        words |= _LETTERS
    elif tagged:
        words |= _BOOLEANS
    if 2 * names.count("2") >= max(len(names), 1):
        # Half of the streets or more run both ways, whatever else a number may mean.
        words |= _NUMBERS
    if {"ft", "tf"} & set(names):
        # Beside FT and TF an N closes the street (ArcGIS, TomTom).
        words["n"] = CLOSED
    return [
        name if name == AGAINST else words.get(name, it.lower())
        for it, name in zip(plain, names, strict=True)
    ]


def two_way_words(values: Iterable[Any]) -> list[str] | None:
    """The same of a column that says which streets run both ways; ``None`` where it is empty.

    A cell left empty means no where others are but crossed, nothing where others say no.
    """
    values = list(values)
    words = one_way_words(values, tagged=True)
    empty = [str(it).strip().lower() in MISSING | _BLANK for it in values]
    if all(empty):
        return None
    crossed = BOTH not in [word for word, it in zip(words, empty, strict=True) if not it]
    turned = {ALONG: BOTH, BOTH: ALONG}
    return [
        (ALONG if crossed else BOTH) if it else turned.get(word, word)
        for word, it in zip(words, empty, strict=True)
    ]


def are_directions(words: list[str]) -> bool:
    """Whether a column called direction says which way one may drive, and not where the street leads."""
    return set(words) <= {ALONG, BOTH, AGAINST, CLOSED} and BOTH in words
