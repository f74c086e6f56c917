"""Tables of areas that have names and no keys: held against the names that the region has, never online."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.inputs.area_columns import TOTALS
from iqgeo.inputs.cells import texts
from iqgeo.inputs.columns import find_columns
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.former_names import with_former_names
from iqgeo.inputs.gazetteer import LEAST_SCORE, TownMatch, where_each
from iqgeo.inputs.key_columns import headed_key, key_column
from iqgeo.inputs.keys import Keys, looks_german
from iqgeo.inputs.layout import is_number
from iqgeo.inputs.name_parts import AreaName, kind_of
from iqgeo.inputs.table import Table
from iqgeo.inputs.words import cleaned, folded
from iqgeo.reading import TOWN
from iqgeo.region import Region

_KEY, _NAME = "ags", "name"
_LEAST_KNOWN: Final = 0.5


@dataclass(frozen=True)
class _Areas:
    """The areas of a region by name: districts, or municipalities."""

    keys: tuple[str, ...]
    names: tuple[str, ...]
    parted: tuple[AreaName, ...]

    @classmethod
    def of_districts(cls, region: Region) -> "_Areas":
        names = region.district_names
        kinds: Mapping[str, str] = {}
        districts = region.districts
        if "kind" in districts:
            kinds = {
                key: kind_of(str(kind)) for key, kind in zip(districts["ags"], districts["kind"], strict=True)
            }
        parted = tuple(AreaName.of(name, kinds.get(key, "")) for key, name in names.items())
        return cls(tuple(names), tuple(names.values()), parted)

    @classmethod
    def of_municipalities(cls, region: Region) -> "_Areas":
        listed = region.municipalities
        names = {} if not len(listed) else dict(zip(listed["ags"], listed["name"].astype(str), strict=True))
        return cls(tuple(names), tuple(names.values()), tuple(AreaName.of(it) for it in names.values()))

    def called(self, at: int) -> str:
        """The name of an area, with its key where another has the same."""
        name = self.names[at]
        return f"{name} ({self.keys[at]})" if self.names.count(name) > 1 else name

    @cached_property
    def _by_full(self) -> dict[str, list[int]]:
        return where_each(it.full for it in self.parted)

    @cached_property
    def _by_bare(self) -> dict[str, list[int]]:
        return where_each(it.bare for it in self.parted)

    def same(self, written: AreaName) -> list[int]:
        """The areas that bear a name, those of its kind where it says one."""
        full = self._of_kind(written, self._by_full.get(written.full, ()))
        if full or not written.bare:
            return full
        alike = self._of_kind(written, self._by_bare.get(written.bare, ()))
        return [at for at in alike if written.is_that_of(self.parted[at])]

    def similar(self, written: AreaName, taken: set[int]) -> tuple[int, float] | None:
        """The area with the nearest name that no other row has, and how near of 100."""
        from rapidfuzz import fuzz, process

        every = range(len(self.parted))
        for among in (self._of_kind(written, every), every):
            full = {at: self.parted[at].full for at in among if at not in taken}
            found = process.extractOne(written.full, full, scorer=fuzz.ratio, score_cutoff=LEAST_SCORE)
            if found is not None:
                return int(found[2]), min(float(found[1]), 99.0)
        return None

    def _of_kind(self, written: AreaName, among: Sequence[int]) -> list[int]:
        return [at for at in among if not written.kind or self.parted[at].kind in ("", written.kind)]


@dataclass(frozen=True)
class AreasNamed:
    """A column of names of areas, and what the name of every row is taken for."""

    column: str
    matches: list[TownMatch]


def keyed_by_name(table: Table, region: Region, findings: Findings) -> Table:
    """A table with a column of keys found by the names of its areas; as it is where it has keys."""
    named = areas_named(table, region)
    return table if named is None else keyed(table, named, findings)


def areas_named(table: Table, region: Region) -> AreasNamed | None:
    """The names of areas in a table, held against those of the region; ``None`` for a table that has keys."""
    found = _name_column(table, region)
    if found is None:
        return None
    column, levels = found
    areas = _of_level(table, column, levels)
    matches = _matches(table, column, areas, region)
    if areas is levels[0]:
        matches = with_former_names(table, column, matches, region)
    return AreasNamed(column, matches)


def keyed(table: Table, named: AreasNamed, findings: Findings) -> Table:
    """A table with a column of keys in place of the names.

    The very name, alone of its kind, is taken and said; what is similar, or one of several, is asked
    about: ``--agree`` for all, or an answer for the row.
    """
    column, matches = named.column, named.matches
    keys = np.array([it.ags for it in matches], dtype=object)
    pairs = np.array([f"{it.written} → {it.found}" for it in matches], dtype=object)
    exact, guessed = (
        np.array([bool(it.ags) and (it.score >= 100) is sure for it in matches], dtype=bool)
        for sure in (True, False)
    )
    settled = np.array([findings.reading.answered(row) == TOWN for row in table.rows.tolist()], dtype=bool)
    asked = guessed & ~settled & (not findings.reading.agreed)
    if exact.any():
        findings.note("areas_named", column, mask=exact, value=pairs[exact][0])
    for at in np.flatnonzero(guessed & ~asked).tolist():
        only = np.arange(len(matches)) == at
        findings.note("area_guessed", column, mask=only, value=pairs[at])
    findings.flag(asked, "area_guess", column, pairs)
    several = np.array([bool(it.found) and not it.ags for it in matches], dtype=bool)
    findings.flag(several, "area_unclear", column, pairs)
    # What is no area of the region may be a total or lie elsewhere: whoever reads the keys says so.
    written = texts(table.frame[column]).str.strip()
    bare = pd.Series(keys, dtype="str")
    words = f"{column} ({_NAME})"
    frame = table.frame.assign(**{column: bare.where(bare.ne(""), written.to_numpy()), words: written})
    told = {**table.reading.columns, _KEY: column, _NAME: words}
    return replace(table, frame=frame, reading=replace(table.reading, columns=told))


def known_names(region: Region) -> frozenset[str]:
    """The bare names of all districts and municipalities of a region."""
    levels = (_Areas.of_districts(region), _Areas.of_municipalities(region))
    return frozenset(it.bare for level in levels for it in level.parted)


def name_column(table: Table, region: Region) -> str | None:
    """The column of names of areas, if there is one and no column of keys."""
    found = _name_column(table, region)
    return None if found is None else found[0]


def _name_column(table: Table, region: Region) -> tuple[str, tuple[_Areas, _Areas]] | None:
    """The column of names, and the districts and municipalities of the region."""
    keys = Keys.of(region)
    headed = find_columns(table, Findings(table.file), (), (_KEY,)).get(_KEY)
    headed = headed_key(table, region, headed) or key_column(table, region, sure=True)
    if headed is not None and keys.german and looks_german(texts(table.frame[headed])):
        return None
    levels = (_Areas.of_districts(region), _Areas.of_municipalities(region))
    known = {it.bare for level in levels for it in level.parted}
    if headed is not None:
        filled = _filled(table.frame[headed])
        # In other countries a key is told by being one of the region's.
        if sum(map(keys.is_exact, filled)) > _named(filled, known):
            return None
    best: tuple[float, str | None] = (_LEAST_KNOWN, None)
    for column in table.columns:
        if not isinstance(table.frame[column].dtype, pd.StringDtype):
            continue
        filled = _filled(table.frame[column])
        share = _named(filled, known) / max(1, min(len(filled), len(region.district_names)))
        if share >= best[0] and (best[1] is None or share > best[0]):
            best = (share, column)
    return None if best[1] is None else (best[1], levels)


def _filled(column: pd.Series) -> list[str]:
    return [it for it in texts(column).str.strip().unique().tolist() if it]


def _named(written: list[str], known: set[str]) -> int:
    return sum(AreaName.of(it).bare in known for it in written if not is_number(it))


def _of_level(table: Table, column: str, levels: tuple[_Areas, _Areas]) -> _Areas:
    """Districts or municipalities: whichever the names are of."""
    written = [AreaName.of(it) for it in texts(table.frame[column]).unique().tolist()]
    hits = [sum(bool(areas.same(it)) for it in written) for areas in levels]
    return levels[1] if hits[1] > hits[0] and len(levels[1].keys) else levels[0]


def _matches(table: Table, column: str, areas: _Areas, region: Region) -> list[TownMatch]:
    written = [cleaned(it) for it in texts(table.frame[column]).tolist()]
    said = [table.reading.town(row) for row in table.rows.tolist()]
    keyed = {it: at for at, it in enumerate(areas.keys)}
    told = [town or it for town, it in zip(said, written, strict=True)]
    names = [AreaName.of(it) for it in told]
    same = [[keyed[it]] if it in keyed else areas.same(name) for it, name in zip(told, names, strict=True)]
    taken = {it[0] for it in same if len(it) == 1}
    said_kind = {it[0] for it, name in zip(same, names, strict=True) if len(it) == 1 and name.kind}
    totals = {*TOTALS, folded(region.name)}
    found: list[TownMatch] = []
    for at, (word, name) in enumerate(zip(written, names, strict=True)):
        left = [it for it in same[at] if it not in taken]
        near = None
        if len(same[at]) == 1:
            near = same[at][0], 100.0
        elif len(left) == 1:
            # The others of this name stand in rows of their own: sure where those say of what kind they are.
            sure = name.bare and all(it in said_kind for it in same[at] if it != left[0])
            near = left[0], 100.0 if sure else 99.0
        elif not same[at] and folded(word) not in totals:
            near = areas.similar(name, taken)
        if near is None:
            several = " / ".join(areas.called(it) for it in same[at])
            found.append(TownMatch(word, several, "", np.nan, np.nan, 0.0))
            continue
        if near[1] < 100:
            taken.add(near[0])
        found.append(TownMatch(word, areas.names[near[0]], areas.keys[near[0]], np.nan, np.nan, near[1]))
    return found
