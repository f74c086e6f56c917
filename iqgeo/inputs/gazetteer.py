"""Where a site is when only its town is written: looked up in the region's own tables, never online."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, Final

import numpy as np
import pandas as pd

from iqgeo.inputs.cells import texts
from iqgeo.inputs.columns import plain_word
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.keys import Keys, looks_german
from iqgeo.inputs.name_parts import AreaName
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import Floats, Mask
from iqgeo.inputs.words import cleaned, folded
from iqgeo.reading import TOWN
from iqgeo.region import Region

LEAST_SCORE: Final = 80.0
"""A name this similar, of 100, is offered; below it there is no telling."""

MOST_SOUGHT: Final = 2_000
"""For so many different names of a file a similar one is looked for: more are no slips of the pen."""

_TOWN: Final = (
    "ort",
    "stadt",
    "gemeinde",
    "town",
    "city",
    "gemeindename",
    "ortsname",
    "sitz",
    "municipality",
)
_POSTCODE: Final = ("plz", "postleitzahl", "postcode", "postalcode", "zip", "zipcode")
_KEY: Final = ("ags", "gemeindeschluessel", "amtlichergemeindeschluessel", "schluessel", "ars")
_ADDRESS: Final = ("adresse", "anschrift", "address")
_PART: Final = re.compile(r"\bOT\b")
_WITH_TOWN: Final = re.compile(r"\b(?P<code>\d{4,5})\s+(?P<town>[^\d,;]+)\s*$")


@dataclass(frozen=True)
class TownMatch:
    """What a row's town was taken for.

    ``found`` is empty where nothing is near enough; ``score`` is 100 for the very name, postcode or key.
    """

    written: str
    found: str
    ags: str
    lon: float
    lat: float
    score: float


def can_match(table: Table) -> bool:
    """Whether a table has a column of towns, postcodes, keys or addresses."""
    return bool(town_columns(table))


def town_columns(table: Table) -> dict[str, str]:
    """The columns that say in which town a row is: ``town``, ``postcode``, ``key``, ``address``."""
    by_word = {plain_word(column): column for column in reversed(table.columns)}
    found = {}
    for role, words in (("town", _TOWN), ("postcode", _POSTCODE), ("key", _KEY), ("address", _ADDRESS)):
        named = [it for it in (table.reading.columns.get(role),) if it in table.columns]
        columns = [*named, *(by_word[it] for it in words if it in by_word)]
        if columns:
            found[role] = str(columns[0])
    return found


def match_places(table: Table, region: Region, asked: Mask | None = None) -> list[TownMatch]:
    """The town of every row, one a row: by key, else by postcode and name, else by name alone.

    Rows that are not ``asked`` about have none.
    """
    columns = town_columns(table)
    gazetteer = _Search(_gazetteer_of(region))
    written = {role: [cleaned(it) for it in texts(table.frame[column])] for role, column in columns.items()}
    if "address" in written:
        parts = [_WITH_TOWN.search(it) for it in written["address"]]
        written.setdefault("town", [it["town"].strip() if it else "" for it in parts])
        written.setdefault("postcode", [it["code"] if it else "" for it in parts])
    empty = [""] * len(table.frame)
    keys = _keys(written.get("key", empty), region)
    rows = zip(keys, written.get("postcode", empty), written.get("town", empty), strict=True)
    named = [table.reading.town(it) for it in table.rows.tolist()]
    # A town that the user names for a row takes the place of all that is written there.
    here = [True] * len(named) if asked is None else asked.tolist()
    return [
        (gazetteer.find("", "", town) if town else gazetteer.find(*row)) if wanted else _not_found("")
        for wanted, town, row in zip(here, named, rows, strict=True)
    ]


def _keys(written: list[str], region: Region) -> list[str]:
    column = pd.Series(written, dtype="str")
    if not looks_german(column):
        return written
    unsaid = Findings("", np.arange(len(column), dtype=np.int64))
    return Keys.of(region).normalised(column, unsaid, "", required=False, odd="key_odd").tolist()


@dataclass(frozen=True)
class _Gazetteer:
    """Municipalities and towns of a region: name, key, postcode and centre."""

    places: pd.DataFrame

    @classmethod
    def of(cls, region: Region) -> "_Gazetteer":
        columns = ["name", "ags", "lon", "lat", "population", "postcode"]
        tables = []
        for table in (region.towns, region.municipalities):
            if {"name", "ags", "lon", "lat"} <= set(table.columns):
                known = table.reindex(columns=columns)
                tables.append(known.assign(postcode=known["postcode"].astype(object).fillna("").astype(str)))
        places = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)
        places = places.assign(parted=np.array([_parted(str(it)) for it in places["name"]], dtype=object))
        # The town's centre before the middle of its area; the postcode from whichever table has one.
        code = places[places["postcode"].ne("")].drop_duplicates("ags").set_index("ags")["postcode"]
        places["postcode"] = [str(code.get(it, "")) for it in places["ags"]]
        return cls(places.drop_duplicates(["ags", "parted"]).reset_index(drop=True))

    @cached_property
    def _columns(self) -> dict[str, list[Any]]:
        return {str(it): self.places[it].tolist() for it in self.places.columns}

    @cached_property
    def _standing(self) -> dict[str, dict[str, list[int]]]:
        """Where each key, postcode and name stands."""
        parted: list[AreaName] = self._columns["parted"]
        told = {"full": [it.full for it in parted], "bare": [it.bare for it in parted]}
        told |= {it: self._columns[it] for it in ("ags", "postcode")}
        return {it: where_each(values) for it, values in told.items()}

    def exact(self, key: str, postcode: str, town: str) -> "TownMatch | _Unknown":
        """The place of one row by its very key, postcode or name; else what a similar one is sought by."""
        said = " ".join(it for it in (postcode, town) if it) or key
        of_key = self._standing["ags"].get(key, []) if key else []
        if of_key:
            return self._match(said, of_key[0], 100.0)
        code = postcode.removesuffix(".0").zfill(5) if postcode else ""
        of_code = self._standing["postcode"].get(code, []) if code else []
        name = _parted(town)
        if name.full:
            same = self._called(name, town)
            chosen = [it for it in same if self._columns["postcode"][it] == code] or same
            if self._are_one(chosen):
                return self._match(said, chosen[0], 100.0)
            if len(chosen) > 1:
                # Two towns of one name: nothing here tells which is meant.
                return _not_found(said)
            return _Unknown(said, name.full, tuple(of_code))
        return self._match(said, of_code[0], 100.0) if self._are_one(of_code) else _not_found(said)

    def _called(self, name: AreaName, town: str) -> list[int]:
        """Where a name stands: by its very letters, else by what of it is the name."""
        parted, standing = self._columns["parted"], self._standing
        alike = {*standing["full"].get(name.full, ()), *standing["bare"].get(name.bare, ())}
        same = sorted(it for it in alike if name.is_that_of(parted[it]))
        # "Neuhaus" is not "Amt Neuhaus" where there is one of just that name.
        very = [it for it in same if folded(self._columns["name"][it]) == folded(town)]
        return same if self._are_one(same) else very or same

    def _are_one(self, rows: Sequence[int]) -> bool:
        """Whether rows are of one municipality."""
        return len({self._columns["ags"][it] for it in rows}) == 1

    @cached_property
    def _names(self) -> dict[int, str]:
        return {at: it.full for at, it in enumerate(self._columns["parted"])}

    def similar(self, unknown: "_Unknown") -> TownMatch:
        """The place with the most similar name, among those of the postcode where it has any."""
        from rapidfuzz import fuzz, process

        names = {it: self._names[it] for it in unknown.among} if unknown.among else self._names
        found = process.extractOne(unknown.full, names, scorer=fuzz.WRatio, score_cutoff=LEAST_SCORE)
        if found is None:
            return _not_found(unknown.said)
        _, score, at = found
        return self._match(unknown.said, at, min(float(score), 99.0))

    def _match(self, said: str, at: int, score: float) -> TownMatch:
        name, ags, lon, lat = (self._columns[it][at] for it in ("name", "ags", "lon", "lat"))
        return TownMatch(said, str(name), str(ags), float(lon), float(lat), score)


@dataclass(frozen=True)
class _Unknown:
    """A name that no place has, as it is compared, and the places of its postcode."""

    said: str
    full: str
    among: tuple[int, ...]


class _Search:
    """Looks the rows of one file up; each name once, and similar ones for so many names only."""

    def __init__(self, gazetteer: _Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._sought: dict[tuple[str, tuple[int, ...]], TownMatch] = {}

    def find(self, key: str, postcode: str, town: str) -> TownMatch:
        """The place of one row."""
        found = self._gazetteer.exact(key, postcode, town)
        if isinstance(found, TownMatch):
            return found
        asked = (found.full, found.among)
        if asked not in self._sought:
            if len(self._sought) >= MOST_SOUGHT:
                return _not_found(found.said)
            self._sought[asked] = self._gazetteer.similar(found)
        return replace(self._sought[asked], written=found.said)


def _not_found(said: str) -> TownMatch:
    return TownMatch(said, "", "", np.nan, np.nan, 0.0)


def where_each(values: Iterable[str]) -> dict[str, list[int]]:
    """Where each value stands among others."""
    found: dict[str, list[int]] = {}
    for at, value in enumerate(values):
        found.setdefault(value, []).append(at)
    return found


@lru_cache(maxsize=4)
def _gazetteer_of(region: Region) -> _Gazetteer:
    """Made once a region: every look at a file asks it."""
    return _Gazetteer.of(region)


def _parted(town: str) -> AreaName:
    """A town's name for comparison; "OT Hollage" behind it is a part of the town."""
    return AreaName.of(_PART.split(town, maxsplit=1)[0])


def matched_positions(
    table: Table, region: Region, findings: Findings, asked: Mask | None = None
) -> tuple[Floats, Floats]:
    """Town centres of all rows, or of those ``asked`` about; every match is put to the user.

    Those who have agreed to all, or to the match of a row, are not asked again. Rows without a match are
    problems of their own.
    """
    matches = match_places(table, region, asked)
    here = np.ones(len(matches), dtype=bool) if asked is None else asked
    unknown = here & np.array([not it.found for it in matches], dtype=bool)
    said = np.array([it.written for it in matches], dtype=object)
    column = ", ".join(town_columns(table).values())
    findings.flag(unknown, "place_unknown", column, said, region=region.name)
    if len(set(said[unknown])) > MOST_SOUGHT:
        findings.note("places_not_sought", column, kind="hint", most=MOST_SOUGHT)
    pairs = np.array([f"{it.written} → {it.found}" for it in matches], dtype=object)
    exact = here & ~unknown & np.array([it.score >= 100 for it in matches], dtype=bool)
    guessed = here & ~unknown & ~exact
    settled = np.array([findings.reading.answered(it) == TOWN for it in table.rows.tolist()], dtype=bool)
    settled = (exact | guessed) & (settled | findings.reading.agreed)
    if settled.any():
        findings.note("places_matched", column, mask=settled, value=pairs[np.flatnonzero(settled)[0]])
        only = np.zeros(len(matches), dtype=bool)
        for at in np.flatnonzero(guessed & settled):
            only[at] = True
            findings.note("place_guessed", column, mask=only, value=pairs[at])
            only[at] = False
    findings.flag(guessed & ~settled, "place_guess", column, pairs)
    findings.flag(exact & ~settled, "place_match", column, pairs)
    return np.array([it.lon for it in matches]), np.array([it.lat for it in matches])
