"""Headings of columns that speak of single people."""

import re
from typing import Final

from iqgeo.inputs.words import folded

# Column names, word for word as `folded` leaves them, and beginnings of such.
_PERSONAL: Final = (
    "vorname", "nachname", "familienname", "zuname", "rufname", "firstname", "lastname", "surname",
    "voornaam", "achternaam", "geburt", "geboren", "geboorte", "gebdat", "birth", "dateofbirth",
    "email", "mail",
    "telefonn", "telnr", "telefoonn", "handy", "mobilnummer", "mobiltelefon", "phonenumber", "adresse",
    "anschrift", "address", "strasse", "hausnummer", "street", "klient", "client", "ratsuchende", "person",
    "kundenn", "kundenid", "passn", "ausweis", "aktenzeichen", "fallnummer", "fallnr", "mitarbeiter",
    "sachbearbeiter", "namen",
)  # fmt: skip
_PERSONAL_WORDS: Final = frozenset(
    ("name", "naam", "geb", "dob", "tel", "berater", "beraterin", "adviser", "advisor", "adviseur", "bsn")
)
_NOT_PERSONAL: Final = ("personen", "persons")
# What is counted names nobody, nor does the name of an office or a place.
_COUNTED: Final = frozenset(("anzahl", "zahl", "summe", "number", "count", "aantal", "no"))
_OF_A_PLACE: Final = frozenset(
    ("stelle", "beratungsstelle", "standort", "office", "loket", "gemeinde", "municipality", "gemeente",
     "ort", "place", "plaats", "kreis", "district", "einrichtung", "town", "stadt", "buero")
)  # fmt: skip


def is_personal(column: str) -> bool:
    """Whether a heading speaks of single people: their names, birth dates, addresses, numbers."""
    words = [folded(it) for it in re.findall(r"[^\W_]+", column)]
    if not words or words[0] in _COUNTED:
        return False
    whole = folded(column)
    if whole.startswith(_PERSONAL) and not whole.startswith(_NOT_PERSONAL):
        return True
    if any(it.startswith(_PERSONAL) and not it.startswith(_NOT_PERSONAL) for it in words):
        return True
    return bool(_PERSONAL_WORDS & set(words)) and not _OF_A_PLACE & set(words)
