"""What other tables call the columns that iqgeo reads, as :func:`iqgeo.inputs.words.folded` leaves it."""

from collections.abc import Mapping
from typing import Final

# The best first. The name itself always comes before them.
EAST: Final = (
    "rechtswert", "ostwert", "easting", "east", "ost", "xkoordinate", "koordinatex", "xcoord", "xkoord",
    "utmx", "utme", "utmost", "xmp", "rechts", "rw", "e32", "e33", "oestwert", "e",
)  # fmt: skip
NORTH: Final = (
    "hochwert", "nordwert", "northing", "north", "nord", "ykoordinate", "koordinatey", "ycoord",
    "ykoord", "utmy", "utmn", "utmnord", "ymp", "hoch", "hw", "n32", "n33", "n",
)  # fmt: skip
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": (
        "nr", "nummer", "kennung", "kuerzel", "officeid", "office", "standortid", "stellenid", "siteid",
        "lfdnr", "laufendenummer", "laufnr", "objectid", "fid",
        "kenmerk",
    ),
    "name": (
        "bezeichnung", "stelle", "einrichtung", "beratungsstelle", "anlaufstelle",
        "bezeichnungdereinrichtung", "institution", "facility", "office", "klinik", "praxis", "behoerde",
        "schule", "firma", "company", "organisation",
        "navn", "naam", "nom", "hospitalname", "sitename", "krankenhaus", "statnaam",
        "komnavn", "shapename", "ort", "stadt", "standort", "town", "city", "gemeinde", "gemeindename",
        "ortsname", "gen", "gemeentenaam", "kommunenavn", "kommune", "gemeente",
        "loket", "aanspreekpunt", "instelling", "plaats", "plaatsnaam",
        "etablissement", "structure", "denomination", "raisonsociale", "intitule", "libelle", "commune",
    ),
    "lon": (
        "longitude", "long", "lng", "laenge", "laengengrad", "laengegrad", "geogrlaenge",
        "geographischelaenge", "xwgs84", "længdegrad", "længde", "lengtegraad", "lengte", "x",
        *EAST,
    ),
    "lat": (
        "latitude", "breitegrad", "breite", "breitengrad", "geogrbreite", "geographischebreite",
        "ywgs84", "breddegrad", "bredde", "breedtegraad", "breedte", "y",
        *NORTH,
    ),
    "kind": (
        "art", "typ", "type",
        "soort",
    ),
    "opened": (
        "eroeffnet", "eroeffnetam", "eroeffnung", "eroeffnungsdatum", "eroeffnungsjahr", "openedon",
        "opening", "offenseit", "geoeffnetseit", "von", "seit", "inbetriebseit", "betriebsbeginn",
        "gruendung", "gruendungsjahr", "jahrdereroeffnung", "openedat", "dateopened", "openingdate",
        "startdate", "startdatum", "beginn", "gueltigab", "ab", "since", "abnet", "geopend", "start",
        "geopendop", "openingsdatum", "sinds",
    ),
    "closed": (
        "geschlossen", "geschlossenam", "schliessung", "schliessungsdatum", "closedon", "closing",
        "geschlossenseit", "bis", "jahrderschliessung", "schliessungsjahr", "closedat", "dateclosed",
        "closingdate", "enddate", "enddatum", "gueltigbis", "until", "lukket", "gesloten", "ende",
        "geslotenop", "sluitingsdatum",
    ),
    "confirmed": (
        "bestaetigt",
        "bevestigd",
    ),
    "operator": (
        "traeger", "betreiber",
        "uitvoerder",
    ),
    "state": (
        "land", "bundesland",
        "deelstaat",
    ),
    "population": (
        "einwohner", "bevoelkerung", "einwohnerzahl", "inhabitants",
        "inwoners", "aantalinwoners",
    ),
    "wkt": (
        "stastext", "geom", "thegeom", "geometrie", "geometry", "punkt", "point", "mgrs", "utmref",
        "meldegitter", "mgrskoordinate", "utmrefkoordinate",
    ),
    "people": (
        "menschennichterreicht", "peoplenotreached", "zensussum", "personen", "menschen", "anzahl",
        "persons", "einwohner", "bevoelkerung", "population", "einwohnerinsgesamt",
        "bevoelkerunginsgesamt", "totalpopulation", "indbyggere", "befolkning", "folketal", "inwoners",
        "aantalinwoners", "bevolking", "totalebevolking", "pop",
        "habitants", "populationtotale", "poptot", "pmun",
        "anzahlpersonen", "anzahleinwohner", "anzahlmenschen", "personenzahl", "einwohnerzahl",
        "bevoelkerungszahl", "bevoelkerungsstand", "gesamtbevoelkerung", "ewz", "numberofpeople",
        "antalpersoner", "aantalinwoner", "obsvaluet", "totp", "totp2011", "totp2018", "totp2021", "z",
        "mensennietbereikt", "mensen",
    ),
    "ags": (
        "ags0", "agsgemeinde", "municipalitykey", "gemeindeschluessel", "amtlichergemeindeschluessel",
        "kreisschluessel", "schluessel", "schluesselnummer", "regionalschluessel", "ars", "rs", "gkz",
        "gemeindekennziffer", "gemeindenummer", "gemeindenr", "statcode", "gemeentecode", "regios",
        "komkode", "kommunekode", "kommunenr", "adm3pcode", "adm2pcode", "adm1pcode", "shapeiso", "area",
        "gebiet", "kreis", "landkreis",
        "agsgemeente", "gemeentesleutel", "codeinsee", "codecommune", "codedepartement", "depcom", "codgeo",
        "bfsnummer", "bfsnr", "gdenr", "gmdnr", "gemeindecode", "kommunenummer", "kommunkod", "lauid",
        "geoid", "geo", "nuts", "nutscode", "nutsid", "nuts3", "nis", "niscode", "teryt", "procomt", "codine",
    ),
    "district_ags": (
        "kreisags", "agskreis", "ags", "kreis", "kreisschluessel", "schluessel", "kreisnummer", "kreisnr",
        "agsdistrict",
    ),
    "share_pct": (
        "share", "anteil", "anteilin", "anteilprozent", "anteilinprozent", "inprozent", "anteilpct",
        "prozent", "quote", "migrationsanteil", "anteilmigrationshintergrund",
        "census2022migrationsharepct", "mhgsharepct",
        "aandeel", "part", "partenpct", "taux", "pourcentage", "procent", "andel",
    ),
    "factor": (
        "faktor", "umwegfaktor", "umweg", "detour", "detourfactor", "omwegfactor", "omrijfactor",
    ),
    "candidate": (
        "kandidat", "candidateid", "standort", "site", "siteid", "office",
        "kandidaat", "locatie",
        # A way leads from people to an office; a table the other way round is turned where the ids say so.
        "nach", "nachid", "ziel", "zielid", "zielort", "destination", "destinationid", "dest", "destid",
        "to", "toid", "target", "targetid", "facility", "facilityid", "stelle", "stellenid",
        "anlaufstelle", "beratungsstelle", "naar", "bestemming",
    ),
    "place": (
        "ort", "placeid", "demand", "demandid", "punkt", "siedlung", "settlement",
        "plaats", "woonkern",
        "von", "vonid", "start", "startid", "startort", "origin", "originid", "orig", "origid", "from",
        "fromid", "source", "sourceid", "quelle", "quellid", "wohnort", "ortid", "inputid", "van", "herkomst",
    ),
    "office": (
        "stelle", "beratungsstelle", "officeid", "stellenid", "standort", "buero",
        "loket", "aanspreekpunt",
    ),
    "date": (
        "datum", "monat", "month", "tag", "beratungsdatum", "beratungsmonat",
        "maand", "quartal", "quarter", "kwartaal", "vierteljahr", "halbjahr", "halfjaar", "zeitraum",
        "berichtszeitraum", "periode", "period",
        # A year beside months is no date of its own, so that it comes last.
        "jahr", "year", "jaar", "berichtsjahr", "kalenderjahr", "beratungsjahr",
    ),
    "count": (
        "anzahl", "zahl", "beratungen", "consultations", "personen", "persons", "number",
        "aantal", "gesprekken", "adviesgesprekken",
    ),
    "municipality": (
        "ags", "gemeinde", "gemeindeschluessel", "wohnort", "wohngemeinde",
        "gemeente", "gemeentecode", "woonplaats",
    ),
    "postcode": (
        "plz", "postleitzahl", "zip",
    ),
    "channel": (
        "weg", "kanal", "kontaktweg", "art", "medium",
        "contactwijze",
    ),
    "minutes": (
        "minuten", "min", "fahrzeit", "fahrtzeit", "fahrzeitmin", "fahrzeitinmin", "reisezeit", "dauer",
        "duration", "durationmin", "durations", "traveltime", "traveltimemin", "zeit", "zeitmin", "stunden",
        "hours", "sekunden", "seconds", "reisetijd", "rijtijd", "fahrzeitinminuten", "drivetime",
        "traveltimep50", "totalminutes", "totaltraveltime", "totaltime",
    ),
    "metres": (
        "distancem", "entfernungm", "laengem", "meter", "meters", "metre", "entfernunginm", "entfernungmeter",
        "lengthm", "afstandm", "shapelength", "totallength", "metern", "distanzm", "distm", "streckem",
        "fahrstreckem", "wegm", "wegstreckem", "totalmeters", "totalmetres", "distancemeters",
        "distancemetres", "lengthmeters", "streckeinm", "distanzinm", "laengeinm", "fahrstreckeinm",
        "wegstreckeinm",
    ),
    "miles": (
        "mile", "meilen", "distancemiles", "distancemi", "totalmiles", "lengthmiles", "milage", "mileage",
    ),
    "km": (
        "distancekm", "entfernungkm", "entfernung", "distance", "laengekm", "strecke",
        "afstand", "afstandkm", "entfernunginkm", "lengthkm", "totaldistance", "wegkm", "fahrstrecke", "dist",
        "distanz", "kilometer", "kilometers", "kilometre", "kilometres", "wegstrecke", "wegstreckekm",
        "streckekm", "fahrstreckekm", "distanzkm", "distkm", "strassenkm", "strassenkilometer",
        "totalkilometers", "totalkilometres", "distancekilometers", "entfernungskilometer", "fahrweg",
        "streckeinkm", "wegstreckeinkm", "fahrstreckeinkm", "distanzinkm", "luftlinie", "luftliniekm",
        "entfernungkilometer", "entfernungstrasse", "totalcost", "cost", "aggcost", "weglaenge",
    ),
}  # fmt: skip
