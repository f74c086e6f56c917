"""What a district is called in a sentence: by its kind, as far as its region knows that."""

import re
from dataclasses import dataclass
from typing import Final

from iqgeo.texts import Lang, text

CITY: Final = "city"
"""Role of a town that is a district of its own."""

# Kinds as official outlines write them, and the preposition and article that go with each.
_ROLES: Final = {
    "landkreis": "landkreis", "kreis": "kreis", "kreisfreie stadt": CITY, "stadtkreis": "stadtkreis",
}  # fmt: skip
_OWN: Final = re.compile(r"kreis\b|verband\b", re.IGNORECASE)
_DECLINED: Final = re.compile(r"er Kreis\b")
_REGION: Final = re.compile(r"\w*region ", re.IGNORECASE)
_SHORT: Final = {CITY: "stadt", "stadtkreis": "stadt"}


@dataclass(frozen=True)
class DistrictName:
    """A district's name.

    Attributes
    ----------
    full : str
        With its kind, as on an envelope; the plain name where the kind is not known.
    bare : str
        Without.
    role : str
        How it stands in a sentence; empty where its kind, or how to decline it, is not known.
    """

    full: str
    bare: str
    role: str = ""

    @property
    def is_city(self) -> bool:
        """Whether it is a town."""
        return self.role in _SHORT

    def where(self, lang: Lang) -> str:
        """The beginning of a sentence about it: "Im Landkreis Emsland"; empty without a role."""
        return text(f"words.in_{self.role}", lang, name=self.bare) if self.role else ""


def is_city(kind: str) -> bool:
    """Whether a district of this kind is a town."""
    return _ROLES.get(kind.strip().casefold(), "") in _SHORT


def district_name(name: str, kind: str) -> DistrictName:
    """Name and kind as one: ``Emsland`` and ``Landkreis``, ``Oldenburg (Stadt)`` and ``Kreisfreie Stadt``.

    A name that says its kind itself (``Heidekreis``, ``Region Hannover``) stays as it is. Kinds in words
    that are not known add nothing: neither what they mean nor how they are said is certain.
    """
    role = _ROLES.get(kind.strip().casefold(), "")
    if not role:
        return DistrictName(name, name)
    bare = name
    for said in (kind.strip(), _SHORT.get(role, "")):
        if said and bare.casefold().endswith(f" ({said})".casefold()):
            bare = bare[: -len(said) - 3]
    if _REGION.match(bare):
        return DistrictName(bare, bare, "region")
    if role not in _SHORT and _OWN.search(bare):
        # "Märkischer Kreis" would have to be declined.
        return DistrictName(bare, bare, "" if _DECLINED.search(bare) else "own")
    return DistrictName(f"{kind.strip()} {bare}", bare, role)
