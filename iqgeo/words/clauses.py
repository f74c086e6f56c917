"""Sentences as their key in the catalogue and what fills it, so that emphasis can be kept or dropped."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from iqgeo.safe.clean import clean
from iqgeo.texts import Lang, number, sentence_for
from iqgeo.texts.conventions import and_words

Clause = tuple[str, dict[str, str]]
Rich = list[dict[str, Any]]

MOST_NAMED: Final = 6
"""So many names stand in a sentence; of more only the number."""


def plain_words(clauses: Iterable[Clause], lang: Lang) -> str:
    """The sentences, one behind the other, without emphasis."""
    return " ".join("".join(part["words"] for part in rich_words([it], lang)) for it in clauses)


def rich_words(clauses: Sequence[Clause], lang: Lang) -> Rich:
    """The sentences as parts, strong or not; values are filled in after the parting, so none is markup."""
    parts: Rich = []
    for at, (key, values) in enumerate(clauses):
        if at:
            parts.append({"words": " ", "strong": False})
        parts += [
            {"words": part.format_map(values), "strong": bool(odd % 2)}
            for odd, part in enumerate(sentence_for(key, lang, values).split("**"))
            if part
        ]
    return parts


def marked_words(clauses: Sequence[Clause], lang: Lang) -> str:
    """The sentences with ``**`` around what is strong; in values the sign means nothing and goes."""
    parts = ((str(it["words"]).replace("**", ""), it["strong"]) for it in rich_words(clauses, lang))
    return "".join(f"**{words}**" if strong else words for words, strong in parts)


def listed(names: Sequence[str], lang: Lang) -> str:
    """``a, b und c``; empty names are left out."""
    named = [it for it in names if it.strip()]
    return and_words(named, lang)


def named_or_counted(names: Sequence[str], lang: Lang) -> str:
    """The names as a sentence has them; of more than :data:`MOST_NAMED` how many they are."""
    if len(names) > MOST_NAMED:
        return number(len(names), lang)
    return listed([clean(it, 40) for it in names], lang)
