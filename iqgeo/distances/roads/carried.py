"""Ferries and trains that carry cars: how fast they are, how long they take, whether they take cars."""

import re
from collections.abc import Mapping
from typing import Final

CARRIED_KMH: Final[Mapping[str, float]] = {"ferry": 5.0, "shuttle_train": 10.0}
"""Speed of what carries cars where no ``duration`` is told (OSRM's car profiles); waiting is in it. A train
that takes cars (Sylt, Lötschberg) counts as a ferry does."""

ON_FOOT_KEYS: Final = ("foot", "bicycle")
"""A ferry that names these and no cars takes none (GraphHopper's rule; the wiki leaves it open)."""

_DAY: Final = 24 * 60.0
_MINUTES_OF: Final = {"w": 7 * _DAY, "d": _DAY, "t": _DAY, "h": 60.0, "u": 60.0, "m": 1.0, "s": 1 / 60}
"""Minutes in a unit of time by its first letter; ``std`` stands for hours, too."""

_REMARK: Final = re.compile(r"\([^()]*\)|^\s*(?:ca\.?|circa|approx\.?|about|etwa|~|≈)\s*|\s*@.*$")
_PARTS: Final = re.compile(r"[;|]|,(?!\d)|(?<=\d)\s*[-–]\s*(?=\d)|\s(?:bis|to|or|oder)\s")
_CLOCK: Final = re.compile(r"^(\d+):(\d{2})(?::(\d{2}))?\s*(?:h|hrs?|std\.?|stunden|uhr)?$")
_ISO: Final = re.compile(
    r"^p(?=[\dt])(?:(\d+)w)?(?:(\d+)d)?"
    r"(?:t(?=\d)(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?)?$"
)
_WORDS: Final = (
    r"d|days?|tage?|h|hrs?|hours?|std|stunden?|uur|uren"
    r"|m|mins?|minutes?|minuten|minuut|s|secs?|seconds?|sek|sekunden?"
)
# Blanks are single where it is asked: runs of them would be parted in all ways.
_AMOUNT: Final = re.compile(rf"(\d+(?:[.,]\d+)?) ?({_WORDS})?\.? ?(?:und |and |en )?(?![a-z])")


def takes_no_cars(tags: Mapping[str, str], keys_of_cars: tuple[str, ...]) -> bool:
    """Whether a ferry says who may come on foot or by bicycle, and not a word about cars."""
    named = any(tags.get(key, "no").strip().lower() != "no" for key in ON_FOOT_KEYS)
    return named and not any(tags.get(key) for key in keys_of_cars)


def minutes_of_duration(duration: str) -> float | None:
    """Minutes that a tag ``duration`` states, of several the most; ``None`` where it states no time."""
    said = " ".join(_REMARK.sub("", duration.lower()).split())
    found = [it for part in _PARTS.split(said) if (it := _minutes(part.strip().strip("'\"")))]
    return max(found, default=None)


def _minutes(written: str) -> float | None:
    clock = _CLOCK.match(written)
    iso = _ISO.match(written)
    stated = clock or iso
    if stated:
        units = "hms" if clock else "wdhms"
        return sum(
            float(it or 0) * _MINUTES_OF[unit] for it, unit in zip(stated.groups(), units, strict=True)
        )
    at, whole, last = 0, 0.0, ""
    while at < len(written):
        amount = _AMOUNT.match(written, at)
        if not amount:
            return None
        # Without a unit it is minutes, behind hours as well as alone.
        word = amount[2] or "m"
        if last and _MINUTES_OF[_unit(word)] >= _MINUTES_OF[last]:
            return None
        last = _unit(word)
        whole += float(amount[1].replace(",", ".")) * _MINUTES_OF[last]
        at = amount.end()
    return whole


def _unit(word: str) -> str:
    return "h" if word.startswith("st") else word[0]
