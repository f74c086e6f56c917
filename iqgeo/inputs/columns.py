"""Which column is what: the names iqgeo uses, the words other tables have for them, and near misses."""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Final

from iqgeo.inputs.findings import Findings
from iqgeo.inputs.table import Table
from iqgeo.inputs.words import folded

# Words as `folded` leaves them, the best first. The name itself always comes before them.
EAST: Final = (
    "rechtswert",
    "ostwert",
    "easting",
    "east",
    "ost",
    "xkoordinate",
    "koordinatex",
    "xcoord",
    "xkoord",
    "utmx",
    "utme",
    "utmost",
    "xmp",
    "e",
)
NORTH: Final = (
    "hochwert",
    "nordwert",
    "northing",
    "north",
    "nord",
    "ykoordinate",
    "koordinatey",
    "ycoord",
    "ykoord",
    "utmy",
    "utmn",
    "utmnord",
    "ymp",
    "n",
)
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": (
        "nr",
        "nummer",
        "kennung",
        "kuerzel",
        "officeid",
        "office",
        "standortid",
        "stellenid",
        "siteid",
        "lfdnr",
        "laufendenummer",
        "laufnr",
        "objectid",
        "fid",
    ),
    "name": (
        "bezeichnung",
        "stelle",
        "einrichtung",
        "institution",
        "hospitalname",
        "sitename",
        "krankenhaus",
        "statnaam",
        "komnavn",
        "shapename",
        "ort",
        "stadt",
        "standort",
        "town",
        "city",
        "gemeinde",
        "gemeindename",
        "ortsname",
        "gen",
    ),
    "lon": (
        "longitude",
        "long",
        "lng",
        "laenge",
        "laengengrad",
        "laengegrad",
        "geogrlaenge",
        "geographischelaenge",
        "xwgs84",
        "x",
        *EAST,
    ),
    "lat": (
        "latitude",
        "breitegrad",
        "breite",
        "breitengrad",
        "geogrbreite",
        "geographischebreite",
        "ywgs84",
        "y",
        *NORTH,
    ),
    "kind": ("art", "typ", "type"),
    "opened": (
        "eroeffnet",
        "eroeffnetam",
        "eroeffnung",
        "eroeffnungsdatum",
        "eroeffnungsjahr",
        "openedon",
        "opening",
        "offenseit",
        "geoeffnetseit",
        "von",
        "seit",
        "start",
    ),
    "closed": (
        "geschlossen",
        "geschlossenam",
        "schliessung",
        "schliessungsdatum",
        "closedon",
        "closing",
        "geschlossenseit",
        "bis",
        "ende",
    ),
    "confirmed": ("bestaetigt",),
    "operator": ("traeger", "betreiber"),
    "state": ("land", "bundesland"),
    "population": ("einwohner", "bevoelkerung", "einwohnerzahl", "inhabitants"),
    "wkt": ("stastext", "geom", "thegeom", "geometrie", "geometry", "punkt", "point"),
    "people": (
        "menschennichterreicht",
        "peoplenotreached",
        "zensussum",
        "personen",
        "menschen",
        "anzahl",
        "persons",
        "einwohner",
        "bevoelkerung",
        "population",
    ),
    "ags": (
        "ags0",
        "agsgemeinde",
        "municipalitykey",
        "gemeindeschluessel",
        "amtlichergemeindeschluessel",
        "kreisschluessel",
        "schluessel",
        "schluesselnummer",
        "regionalschluessel",
        "ars",
        "rs",
        "gkz",
        "statcode",
        "gemeentecode",
        "komkode",
        "shapeiso",
        "area",
        "gebiet",
        "kreis",
        "landkreis",
    ),
    "district_ags": ("kreisags", "agskreis"),
    "share_pct": (
        "share",
        "anteil",
        "anteilin",
        "anteilprozent",
        "anteilinprozent",
        "inprozent",
        "anteilpct",
        "prozent",
        "quote",
        "migrationsanteil",
        "anteilmigrationshintergrund",
        "census2022migrationsharepct",
        "mhgsharepct",
    ),
    "candidate": ("kandidat", "candidateid", "standort", "site", "siteid", "office"),
    "place": ("ort", "placeid", "demand", "demandid", "punkt", "siedlung", "settlement"),
    "office": ("stelle", "beratungsstelle", "officeid", "stellenid", "standort", "buero"),
    "date": ("datum", "monat", "month", "tag", "beratungsdatum", "beratungsmonat"),
    "count": ("anzahl", "zahl", "beratungen", "consultations", "personen", "persons", "number"),
    "municipality": ("ags", "gemeinde", "gemeindeschluessel", "wohnort", "wohngemeinde"),
    "postcode": ("plz", "postleitzahl", "zip"),
    "channel": ("weg", "kanal", "kontaktweg", "art", "medium"),
    "km": ("distancekm", "entfernungkm", "entfernung", "distance", "laengekm", "strecke"),
}
_NAME_LIKE: Final = re.compile(r"(^name\b|[ _]name$|^name[ _])")
_FOOTNOTE_MARK: Final = re.compile(r"\s*\d{1,2}\)+\s*$")
_ADDRESS: Final = (
    "adresse", "anschrift", "address", "strasse", "plz", "postleitzahl", "postcode", "ort", "stadt",
    "gemeinde", "town", "city",
)  # fmt: skip


def find_columns(
    table: Table,
    findings: Findings,
    required: Iterable[str],
    optional: Iterable[str] = (),
) -> dict[str, str]:
    """The table's own name for each column wanted.

    Notes a problem for each required column that is missing or stands there twice, with the nearest
    other name as an offer, and a hint for each that was taken under another name.
    """
    required = tuple(required)
    wanted = (*required, *optional)
    found = _named(table, findings, wanted)
    by_folded = _by_word(table, set(found.values()))
    # Exact names first, so that a synonym never takes a column that is another's own.
    for exact in (True, False):
        for role in wanted:
            if role in found:
                continue
            for word in (folded(role),) if exact else WORDS.get(role, ()):
                columns = [it for it in by_folded.get(word, ()) if it not in found.values()]
                if not columns:
                    continue
                if len(columns) > 1:
                    findings.problem("column_twice", columns[0], columns=", ".join(columns))
                found[role] = columns[0]
                if not exact:
                    findings.note("column_taken", columns[0], kind="hint", role=role)
                break
    if "name" in wanted and "name" not in found:
        _take_name(table, findings, found)
    for role in required:
        if role not in found:
            _missing(table, findings, role, set(found.values()))
    return found


def _by_word(table: Table, taken: set[str]) -> dict[str, list[str]]:
    """The free columns by their plain word."""
    by_word: dict[str, list[str]] = {}
    free = [column for column in table.columns if column not in taken]
    for column in free:
        by_word.setdefault(plain_word(column), []).append(column)
    for column in free:
        # Under a heading of several rows the last part says what it is: "Koordinaten | Ostwert".
        last = plain_word(column.rpartition(" | ")[2])
        if last != plain_word(column) and last not in by_word:
            by_word[last] = [it for it in free if plain_word(it.rpartition(" | ")[2]) == last]
    return by_word


def _take_name(table: Table, findings: Findings, found: dict[str, str]) -> None:
    """The first column that calls itself a name: ``Name der Einrichtung``, ``hospital_name``."""
    named = [it for it in table.columns if it not in found.values() and _NAME_LIKE.search(it.casefold())]
    if named:
        found["name"] = named[0]
        findings.note("column_taken", named[0], kind="hint", role="name")


def plain_word(column: str) -> str:
    """A column's name for comparison, without the mark of a footnote: ``Bevölkerung 2)``."""
    return folded(_FOOTNOTE_MARK.sub("", column))


def _named(table: Table, findings: Findings, wanted: Iterable[str]) -> dict[str, str]:
    """The columns that the user named, as far as they are wanted here."""
    found = {}
    for role, column in table.reading.columns.items():
        if role not in wanted:
            continue
        same = [it for it in table.columns if it == column or folded(it) == folded(column)]
        if same:
            found[role] = same[0]
        else:
            findings.problem("column_missing", column, present=", ".join(table.columns[:20]))
    return found


def _missing(table: Table, findings: Findings, role: str, taken: set[str]) -> None:
    free = {folded(column): column for column in table.columns if column not in taken}
    words = (folded(role), *WORDS.get(role, ()))
    near = next((hit[0] for word in words if (hit := difflib.get_close_matches(word, free, 1, 0.75))), None)
    present = ", ".join(table.columns[:20])
    if role in ("lon", "lat") and near in (None, *_ADDRESS) and any(word in free for word in _ADDRESS):
        findings.problem("coordinates_missing_address", role, present=present)
    elif near is not None:
        findings.problem("column_misspelt", role, near=free[near], present=present)
    else:
        findings.problem("column_missing", role, present=present)


def note_unused(table: Table, findings: Findings, used: Iterable[str]) -> None:
    """Say which columns were not read."""
    used = set(used)
    unused = [column for column in table.columns if column not in used]
    if unused:
        listed = ", ".join(unused[:10]) + (" …" if len(unused) > 10 else "")
        findings.note("columns_unused", kind="hint", columns=listed)
