"""Days on which nobody advises: public holidays of where a point lies, and days that somebody closes."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from iqgeo.errors import InputError, Problem
from iqgeo.region import Region
from iqgeo.texts import Lang
from iqgeo.world import GERMAN_STATES, land, state_names

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

UNKNOWN: Final = ""
"""In place of an area whose public holidays nobody knows."""

_STATES: Final[Mapping[str, str]] = {
    "01": "DE-SH", "02": "DE-HH", "03": "DE-NI", "04": "DE-HB", "05": "DE-NW", "06": "DE-HE", "07": "DE-RP",
    "08": "DE-BW", "09": "DE-BY", "10": "DE-SL", "11": "DE-BE", "12": "DE-BB", "13": "DE-MV", "14": "DE-SN",
    "15": "DE-ST", "16": "DE-TH",
}  # fmt: skip
# Holidays of some municipalities only (Fronleichnam in Saxony and Thuringia, Mariä Himmelfahrt in Bavaria):
# which they are, no table says, so that no day is laid on them.
_IN_PARTS: Final = "catholic"
_RANGE: Final = re.compile(r"\s*(?:\.\.|–|/|\bbis\b|\bto\b|\bt/m\b)\s*", re.IGNORECASE)
_ISO: Final = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})")
_GERMAN: Final = re.compile(r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})")


@dataclass(frozen=True)
class Span:
    """Days from the first to the last, both closed."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def closed_spans(written: str) -> tuple[Span, ...]:
    """Read days that somebody closes: ``2026-12-24, 28.12.2026–31.12.2026``.

    Raises
    ------
    InputError
        Naming everything that is neither a day nor a first and a last one.
    """
    found, problems = [], []
    for part in filter(None, (it.strip() for it in re.split(r"[,;\n]", written))):
        days = [_day(it) for it in _RANGE.split(part)]
        if len(days) > 2 or None in days:
            problems.append(Problem("calendar_closed", column="closed", value=part))
            continue
        first, last = (it for it in (days[0], days[-1]) if it is not None)
        if last < first:
            problems.append(Problem("calendar_closed_order", column="closed", value=part))
        found.append(Span(first, last))
    if problems:
        raise InputError(problems)
    return tuple(found)


def _day(written: str) -> date | None:
    parts = _ISO.fullmatch(written.strip()) or _GERMAN.fullmatch(written.strip())
    if parts is None:
        return None
    try:
        return date(int(parts["y"]), int(parts["m"]), int(parts["d"]))
    except ValueError:
        return None


def closed_among(days: Iterable[date], spans: Collection[Span]) -> frozenset[date]:
    """Those of the days that lie in one of the spans."""
    return frozenset(day for day in days if any(day in span for span in spans))


def areas_at(region: Region, lon: "ArrayLike", lat: "ArrayLike", states: Sequence[str] = ()) -> list[str]:
    """Whose public holidays hold at points: ``DE-NI``, ``NL``; :data:`UNKNOWN` where nobody knows.

    What the region's description says of its holidays holds for all of it. Else a point lies in the state or
    country whose outline it is in or next to. In Germany ``states`` (digits, one a point, may be empty), then
    the region's own key say more than coarse outlines do; keys of the same digits elsewhere say nothing.
    """
    from shapely import STRtree, points

    if region.holidays:
        return [region.holidays] * np.size(lon)
    ground = land()
    tree = STRtree(ground.geometry.to_numpy())
    nearest = tree.nearest(points(lon, lat))
    said = states or [""] * len(nearest)
    found = []
    for at, own in zip(nearest, said, strict=True):
        digits, name = str(ground["ags"].iloc[at]), str(ground["name"].iloc[at])
        if digits in GERMAN_STATES:
            key = next(it for it in (own, region.ags, digits) if it in GERMAN_STATES)
            found.append(_STATES[key])
        else:
            found.append(_countries().get(name, UNKNOWN))
    return found


@cache
def _countries() -> dict[str, str]:
    """Code of every country whose holidays are known, by its name in the outlines that come along."""
    import pandas as pd
    from holidays.registry import COUNTRIES

    from iqgeo.world import world_directory

    frame = pd.read_parquet(world_directory() / "countries.parquet", columns=["name", "name_en"])
    known = {_letters(entity[0]): entity[1] for entity in COUNTRIES.values()}
    return {
        str(name): known[_letters(english)]
        for name, english in zip(frame["name"], frame["name_en"], strict=True)
        if _letters(english) in known
    }


def _letters(name: str) -> str:
    return "".join(it for it in name.casefold() if it.isalpha())


def area_name(area: str, lang: Lang) -> str:
    """What an area of :func:`areas_at` is called: ``Niedersachsen``, ``Niederlande``."""
    from babel.core import Locale

    for digits, code in _STATES.items():
        if code == area:
            return state_names()[digits]
    country, _, part = area.partition("-")
    name = str(Locale(lang).territories.get(country, country))
    return f"{name} ({part})" if part else name


@cache
def public_holidays(area: str, year: int, lang: Lang) -> Mapping[date, str] | None:
    """The public holidays of an area in a year with their names, Sundays among them.

    Names are in the language where the country knows them in it, else in its own. ``None`` where nobody knows
    them: no such area, or a year too early or too late.
    """
    import holidays

    country, _, part = area.partition("-")
    entity: Any = getattr(holidays, country, None) if country else None
    if entity is None or not entity.start_year <= year <= entity.end_year:
        return None
    if part and part not in entity.subdivisions:
        return None
    languages = [it for it in entity.supported_languages if it.partition("_")[0] == lang]
    categories = {"public", _IN_PARTS} & set(entity.supported_categories)
    found = entity(
        years=year, subdiv=part or None, categories=tuple(sorted(categories)),
        language=languages[0] if languages else entity.default_language,
    )  # fmt: skip
    return {day: str(name) for day, name in sorted(found.items())}
