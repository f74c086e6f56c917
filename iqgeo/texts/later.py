"""Sentences that are kept and read later: as keys and values, said in the language of whoever reads them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from iqgeo.texts.catalogue import text, words_of
from iqgeo.texts.languages import Lang
from iqgeo.texts.lists import listed
from iqgeo.texts.numbers import plain

Value = str | int | float | Sequence[str] | Mapping[str, float]
Clause = tuple[str, Mapping[str, Value]]
"""A key of ``words.said`` and what fills it: words, a list of names, a journey as ``{unit: value}``."""

_MOST_NAMES: Final = 5
_MOST_SIGNS: Final = 60
_MARK: Final = "said"


def written(clauses: Sequence[Clause]) -> str:
    """Return the clauses as they are kept: short, whatever the names are."""
    kept = [[key, {name: _kept(it) for name, it in values.items()}] for key, values in clauses]
    return json.dumps({_MARK: kept}, ensure_ascii=False, separators=(",", ":"))


def said(kept: str, lang: Lang) -> str:
    """Return what was kept in words; a sentence (older stores, what somebody wrote) as it stands."""
    if not kept.startswith(f'{{"{_MARK}":'):
        return kept
    try:
        return "; ".join(_clause(key, values, lang) for key, values in json.loads(kept)[_MARK])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        # Nothing that this version wrote: shown rather than lost.
        return kept


@dataclass(frozen=True)
class Later:
    """Kept sentences as a value of another sentence, in the language that one is said in."""

    kept: tuple[str, ...]

    def said(self, lang: Lang) -> str:
        """Return them one behind the other; an ellipsis where there is none."""
        return "; ".join(said(it, lang) for it in self.kept if it) or "…"


@dataclass(frozen=True)
class Word:
    """A word of the catalogue as a value of a sentence, in the language that one is said in."""

    key: str

    def said(self, lang: Lang) -> str:
        """Return the word."""
        return text(self.key, lang)


def _kept(value: Value) -> object:
    if isinstance(value, str):
        return _short(value)
    if isinstance(value, (int, float, Mapping)):
        return value
    names = [_short(it) for it in value]
    if len(names) <= _MOST_NAMES + 1:
        return names
    return [*names[:_MOST_NAMES], len(names) - _MOST_NAMES]


def _short(words: str) -> str:
    # What is not printed would be kept as six signs each.
    words = "".join(it if it.isprintable() else " " for it in words)
    return words if len(words) <= _MOST_SIGNS else words[: _MOST_SIGNS - 1] + "…"


def _clause(key: str, values: Mapping[str, object], lang: Lang) -> str:
    name = f"words.said.{key}"
    if not words_of(name):
        raise KeyError(key)
    return text(name, lang, **{it: _words(value, lang) for it, value in values.items()})


def _words(value: object, lang: Lang) -> str:
    if isinstance(value, Mapping):
        ((unit, amount),) = value.items()
        return text(f"words.journey.{unit}", lang, value=plain(float(amount), lang))
    if isinstance(value, list):
        names, more = [it for it in value if isinstance(it, str)], [it for it in value if isinstance(it, int)]
        if more:
            return text("words.said.more", lang, names=listed(names), count=more[0])
        return listed(names)
    return str(value)
