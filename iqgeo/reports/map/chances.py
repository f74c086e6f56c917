"""What candidates and spots would bring, as plain JSON data for map.js: every text formatted and escaped."""

from typing import Any

from iqgeo.reports.map.pieces import INSTEAD_KINDS, Candidate, Spots
from iqgeo.safe.clean import html_sentence, html_text
from iqgeo.texts import Lang, in_hundred, number, signed, text

DECIMALS = 4
"""About 10 metres: finer than the simplified outlines."""


def by_id(candidates: tuple[Candidate, ...]) -> list[Candidate]:
    """In an order that no gain changes."""
    return sorted(candidates, key=lambda it: it.id)


def town(it: Candidate, lang: Lang) -> dict[str, Any]:
    """What stays of a candidate whatever is open."""
    where = text("map.candidate.where", lang, district=it.district, people=number(it.population, lang))
    return {
        "id": html_text(it.id),
        "name": html_text(it.name),
        "lon": round(it.lon, DECIMALS),
        "lat": round(it.lat, DECIMALS),
        "where": html_text(where.removeprefix(", ")),
    }


def chances(candidates: tuple[Candidate, ...], lang: Lang) -> list[list[Any]]:
    """What each would bring: its row among the towns, its shade, and the words of its card."""
    row = {it.id: at for at, it in enumerate(by_id(candidates))}
    found = []
    for it in candidates:
        told = [row[it.id], it.step, html_text(signed(it.gain, lang)), in_hundred(it.share, lang)]
        told.append(html_text(", ".join(it.districts)))
        if it.instead is not None:
            change = html_text(signed(it.instead.change, lang))
            told += [html_text(it.instead.name), change, it.instead.kind]
        found.append(told)
    return found


# Where the map puts in what it was told; one sign each, so that all are put in at once.
_FIRST, _SECOND, _THIRD = "\ue000", "\ue001", "\ue002"


def said(lang: Lang) -> dict[str, str]:
    """The sentences of the cards, with places for the figures."""
    told = {
        "more": text("map.candidate.more", lang),
        "after": text("map.candidate.after", lang, share=_FIRST),
        "after_who": text("map.candidate.after_who", lang, share=_FIRST, districts=_SECOND),
        "label": text("map.candidate.label", lang, name=_FIRST, gain=_SECOND, share=_THIRD),
    }
    for kind in INSTEAD_KINDS:
        told[f"instead_{kind}"] = text(
            f"map.candidate.instead_{kind}", lang, name=_FIRST, change=f"**{_SECOND}**"
        )
    return {key: html_sentence(it) for key, it in told.items()}


def spots(it: Spots, lang: Lang) -> dict[str, Any]:
    """Where an office can be dragged to, and how it is said what it would reach there."""
    return {
        "name": [html_text(name) for name in it.name],
        "lon": [round(lon, 3) for lon in it.lon],
        "lat": [round(lat, 3) for lat in it.lat],
        "point": text("map.candidate.point", lang),
        "words": html_text(text("map.candidate.dragged", lang)),
    }


def reached(it: Spots) -> dict[str, list[int]]:
    """What would be reached with each office at every spot, of 1000."""
    return {html_text(key): [round(1000 * share) for share in shares] for key, shares in it.reached.items()}
