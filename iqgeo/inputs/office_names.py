"""Offices as tables name them: by id, by name, or by the name of their town with a word or two around it."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

import pandas as pd

from iqgeo.inputs.words import folded

_AROUND: Final = frozenset(
    {
        "erstanlaufstelle", "anlaufstelle", "beratungsstelle", "stelle", "buero", "standort", "aussenstelle",
        "geschaeftsstelle", "iq", "netzwerk", "anerkennungsberatung", "beratung", "in", "der", "die", "fuer",
        "stadt", "hansestadt", "landeshauptstadt", "universitaetsstadt", "kreisfreie", "office", "advice",
        "centre", "center", "the", "of", "loket", "aanspreekpunt", "te",
    }
)  # fmt: skip
_TOTAL: Final = frozenset(
    {
        "summe", "gesamt", "insgesamt", "gesamtsumme", "gesamtergebnis", "zwischensumme", "total", "totals",
        "subtotal", "sum", "zusammen", "alle", "all", "totaal", "subtotaal", "ergebnis",
    }
)  # fmt: skip
_WORD: Final = re.compile(r"[^\W\d_]+|\d+")


def _words(written: str) -> list[str]:
    return [folded(it) for it in _WORD.findall(written)]


def is_total(written: str) -> bool:
    """Whether a cell is what a row of sums is called: ``Summe``, ``Gesamt:``, ``Alle Stellen``."""
    words = [it for it in _words(written) if it not in _AROUND and it != "stellen"]
    return bool(words) and all(it in _TOTAL for it in words)


def total_of(written: str) -> str:
    """Of what a cell is the sum: ``Hannover`` of ``Hannover gesamt``; empty if it is none."""
    words = _WORD.findall(written)
    rest = [it for it in words if folded(it) not in _TOTAL]
    return " ".join(rest) if rest and len(rest) < len(words) else ""


def office_ids(written: Iterable[str], offices: pd.DataFrame) -> dict[str, str]:
    """Ids of the offices that words mean, by word; what means none or several is left out.

    ``Erstanlaufstelle Hannover``, ``Stadt Wolfsburg`` and ``Oldenburg (Oldb)`` are the offices of these
    towns, as long as no other office is called so. ``Landkreis Oldenburg`` is another place than Oldenburg.
    """
    names = {str(key): str(name) for key, name in zip(offices["id"], offices["name"], strict=True)}
    exact = {folded(name): key for key, name in names.items()} | {folded(key): key for key in names}
    bare: dict[str, set[str]] = {}
    for key, name in names.items():
        for it in {_bare(name), _bare(name, brackets=True)} - {""}:
            bare.setdefault(it, set()).add(key)
    return {word: key for word in set(written) if (key := _meant(word, exact, bare))}


def _meant(word: str, exact: Mapping[str, str], bare: Mapping[str, set[str]]) -> str:
    if folded(word) in exact:
        return exact[folded(word)]
    for found in (bare.get(_bare(word, brackets=True), ()), bare.get(_bare(word), ())):
        if len(found) == 1:
            return next(iter(found))
    return ""


def _bare(name: str, *, brackets: bool = False) -> str:
    """A name without the words that say what is there, and without what brackets or a comma set apart."""
    kept = name if brackets else re.split(r",", re.sub(r"\([^)]*\)", " ", name))[0]
    return "".join(it for it in _words(kept) if it not in _AROUND)
