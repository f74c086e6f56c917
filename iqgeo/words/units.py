"""Journeys in the unit they are measured in."""

from iqgeo.distances import KM, Target
from iqgeo.texts import Lang, plain, text


def journey(value: float, unit: str = KM, lang: Lang = "de") -> str:
    """Return a length or time for tables and legends: ``35 km``, ``30 min``."""
    return text(f"words.journey.{unit}", lang, value=plain(value, lang))


def spoken_journey(value: float, unit: str = KM, lang: Lang = "de") -> str:
    """Return a length or time for sentences that are read: ``35 Kilometer``, ``30 Minuten``."""
    return text(f"words.journey.{unit}_spoken", lang, value=plain(value, lang))


def promise(target: Target, lang: Lang = "de") -> str:
    """Return the promise for tables and legends."""
    return journey(target.value, target.unit, lang)


def spoken_promise(target: Target, lang: Lang = "de") -> str:
    """Return the promise for sentences that are read."""
    return spoken_journey(target.value, target.unit, lang)
