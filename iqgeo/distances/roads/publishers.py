"""Which rows of a table are no streets for cars, or ferries, in the words of those who publish streets.

ATKIS (Germany), NWB (Netherlands), BD TOPO (France), swissTLM3D, TIGER (USA), and columns that say
themselves that a street is closed. Tables with tags of OpenStreetMap have rules of their own.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from iqgeo.distances.roads.column_names import MISSING, folded
from iqgeo.distances.roads.table import RoadTable

if TYPE_CHECKING:
    import pandas as pd

_KINDS_OF_ATKIS: Final = re.compile(
    r"^(ax_)?(bahn|weg_?pfad|fahrwegachse|gewaesser|wasserlauf|kanal|leitung|seilbahn|schwebebahn|gleis"
    r"|grenzuebergang|gebiet|kommunales|dammwall|boeschung|einrichtung)|^(42008|42014|53003|44004|51005)$"
)
_NO_STREETS: Final[Mapping[str, re.Pattern[str]]] = {
    # Streets are S1100 to S1400, ramps, frontage roads, alleys and lanes of lots; the rest is for others.
    "mtfcc": re.compile(r"^(?!s(1100|1200|1400|1630|1640|1730)$)"),
    "bst_code": re.compile(r"^(fp|vp|vz|rp|bu|ov|ovb)$"),
    "objart_txt": _KINDS_OF_ATKIS,
    "objart": _KINDS_OF_ATKIS,
    "objektart": re.compile(r"^(1m_weg|2m_weg|klettersteig|markierte_spur|platz)"),
    "verkehrsbeschraenkung": re.compile(r"fahrverbot|gesperrt|fussweg|radweg|kletterpartie"),
    "nature": re.compile(r"^(sentier|escalier|piste_cyclable|chemin|bac_pieton)"),
    "acces_vehicule_leger": re.compile(r"impossible|restreint"),
    "acces_vl": re.compile(r"impossible|restreint"),
    "formofway": re.compile(r"busway|footpath|cycle"),
    "fclass": re.compile(
        r"^(rail|tram|subway|light_rail|narrow_gauge|monorail|funicular|river|stream|canal|drain)"
    ),
    "subtype": re.compile(r"^(rail|water)$"),
}
"""Values of columns by their folded names: such rows are no streets for cars."""

_FERRIES: Final[Mapping[str, re.Pattern[str]]] = {
    "bst_code": re.compile(r"^(vd|veer)$"),
    "objart_txt": re.compile(r"faehr"),
    "objart": re.compile(r"faehr|^57002$"),
    "objektart": re.compile(r"^(autozug|faehre)"),
    "nature": re.compile(r"^bac_(ou_liaison|auto)"),
}

_CLASSES: Final = frozenset(
    {"strassenart", "strassenklasse", "strassentyp", "wegart", "wegeart", "wegtyp", "wegklasse", "art", "typ"}
    | {"type", "class", "klasse", "kategorie", "category", "road_type", "roadtype", "road_class"}
    | {"highway_type"}
    | {"trafikart", "typeveg", "kategoria", "wegtype", "wegsoort", "type_route", "nutzungsart", "verkehrsart"}
)
"""Columns of classes in anybody's words."""

_OUR_COLUMNS: Final = frozenset({"class", "klasse"})
_OUR_CLASSES: Final = frozenset({"road", "motorway", "ferry", "destination"})
"""Beside these a word that iqgeo does not know is a mistake, which is told."""

_ON_FOOT: Final = re.compile(
    r"^((fuss|geh|rad|wander|reit|feld|wald|wirtschafts|forst|trampel|spazier)_?(und_)?(fuss|geh|rad|wander|reit)?"
    r"_?(weg|wege|pfad|steig)|treppe|pfad|gleis|(eisen)?bahn(strecke|linie|gleis)?|schiene|fluss|bach"
    r"|foot(path|way)|cycle(way|_?path|_?track)|bridleway|steps|stairs|railway|railroad|river|walkway|pedestrian"
    r"|fietspad|voetpad|ruiterpad|spoor|sentier|piste_cyclable|chemin|escalier|voie_ferree"
    r"|cykelsti|gangsti|sti|gang_og_sykkelveg|sykkelveg|turvei|traktorveg|sciezka|droga_rowerowa)$"
)

_STATES: Final = frozenset(
    {"status", "zustand", "zus", "zustand_txt", "zus_txt", "state", "betriebszustand", "verkehrszustand"}
)
_CLOSED: Final = re.compile(
    r"^(closed|gesperrt|vollgesperrt|vollsperrung|stillgelegt|verfallen|zerstoert|geplant|planned|proposed"
    r"|projected|abandoned|demolished|disused|decommissioned|dismantled|impassable|under_construction"
    r"|construction|im_bau|in_bau|ausser_betrieb|2100|2200|2300|4000|en_construction|en_projet|in_aanleg"
    r"|afgesloten)"
)
_CLOSING: Final = frozenset(
    {"gesperrt", "sperrung", "vollsperrung", "closed", "is_closed", "road_closed", "blocked", "gesperrt_kfz"}
    | {"gesperrt_fuer_kfz", "kfz_gesperrt", "afgesloten", "closed_to_cars", "stillgelegt"}
)
_YES: Final = frozenset(
    {"1", "1_0", "yes", "true", "ja", "y", "j", "wahr", "x", "t", "oui", "closed", "gesperrt"}
)


def streets_only(edges: RoadTable) -> tuple[RoadTable, int]:
    """The table without rows that are no streets for cars, those of ferries marked; how many rows it lost.

    Parameters
    ----------
    edges : RoadTable
        Without tags of OpenStreetMap.
    """
    frame = edges.frame
    by_name = {folded(name): name for name in reversed(list(frame.columns))}
    words = {name: _words(frame[theirs]) for name, theirs in by_name.items() if name in _LOOKED_AT}
    closed, ferry = np.zeros(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
    for name, said in words.items():
        if name in _NO_STREETS:
            closed |= _matching(said, _NO_STREETS[name])
        if name in _FERRIES:
            ferry |= _matching(said, _FERRIES[name])
        if name in _CLASSES and not (name in _OUR_COLUMNS and not _OUR_CLASSES.isdisjoint(said.tolist())):
            closed |= _matching(said, _ON_FOOT)
        if name in _STATES:
            closed |= _matching(said, _CLOSED)
        if name in _CLOSING:
            closed |= np.isin(said, list(_YES))
    if ferry.any() and "class" not in frame:
        frame = frame.assign(**{"class": np.where(ferry, "ferry", "road")})
        edges = replace(edges, frame=frame, theirs={**edges.theirs, "class": "class"})
    return edges.select(~closed) if closed.any() else edges, int(closed.sum())


_LOOKED_AT: Final = frozenset({*_NO_STREETS, *_FERRIES, *_CLASSES, *_STATES, *_CLOSING})


def _words(values: "pd.Series[Any]") -> npt.NDArray[Any]:
    """Values as they are compared: small letters, one ``_`` between words, nothing where there is none."""
    words = (str(it).strip().lower() for it in values.tolist())
    return np.array(["" if it in MISSING else folded(it) for it in words], dtype=object)


def _matching(words: npt.NDArray[Any], pattern: re.Pattern[str]) -> npt.NDArray[np.bool_]:
    known = {it: bool(it and pattern.search(it)) for it in set(words.tolist())}
    return np.array([known[it] for it in words.tolist()], dtype=bool)
