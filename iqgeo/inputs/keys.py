"""Official German keys in every state of mutilation, and what they are in a region.

An AGS is text: two digits state, one region, two district, three municipality. The ARS of 12 digits
has four more for the association of municipalities (digits 6 to 9), which iqgeo does not use. A key of
European statistics (NUTS 3) is a German district, too.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.inputs.findings import Findings
from iqgeo.inputs.words import cleaned, folded
from iqgeo.region import Region
from iqgeo.world import GERMAN_STATES, european_districts

# As `folded` leaves them.
_MISSING: Final = (
    "",
    "ka",
    "na",
    "nan",
    "null",
    "none",
    "unbekannt",
    "unknown",
    "keineangabe",
    "ohne",
    "x",
    "nv",
    "nb",
)
_NOTHING: Final = ("nan", "none", "null", "<na>", "(null)", "\\n", "#nv", "#n/a")
_JOINED: Final = re.compile(r"\s*(?:\+|&|/|,|;|\bund\b)\s*")
_LENGTHS: Final = {4: 5, 5: 5, 7: 8, 8: 8, 9: 9, 11: 12, 12: 12}
"""Digits that stand there -> digits with the leading zero. Nine are an association of municipalities."""

_PREFIX: Final = re.compile(r"(?i)^(?:ags|ars|gkz|kreis)\s*:?\s*(?=\d)|^de(?=\d{5})")
_WRITTEN_OUT: Final = 9
"""Letters of ``3.2410E+06``: fewer have lost digits of the key."""
# "03241 Region Hannover", "Region Hannover (03241)", "Rust <10201>": a key of full length beside words.
_BESIDE_WORDS: Final = re.compile(
    r"^(?P<first>\d{5}|\d{8}|\d{12})[\s,:;–-]+(?P<words>\D+)$|^\D+[(<\[](?P<last>\d{5}|\d{8}|\d{12})[)>\]]$"
)
# "766 Hedensted", "Hedensted (766)", "GM0202: Arnhem": keys of any country beside words.
_FIRST_WORD: Final = re.compile(r"^(?P<key>\S*\d\S*?)[\s,:;–-]+[^\W\d_].*$")
_LAST_WORD: Final = re.compile(r"[(<\[](?P<key>[^()<>\[\]\s]*\d[^()<>\[\]\s]*)[)>\]]$")
# "......0261 Zürich": how far a municipality stands in below its district.
_INDENT: Final = re.compile(r"^[.\s]{2,}(?=\S)")
_SCIENTIFIC: Final = re.compile(r"\d[.,]\d+[eE]\+?0?[4-9]")
_TAIL: Final = re.compile(r"(?<=\d{4})[.,]0$")
_EUROPEAN: Final = re.compile(r"DE[0-9A-G][0-9A-Z]{2}")
_BLANKS: Final = str.maketrans("", "", " \u00a0\u2009\u202f'")


def looks_german(written: pd.Series) -> bool:
    """Whether a column holds German keys: most cells are digits of a length and state that these have.

    Each cell is judged by itself: one that is no key makes no others of the rest.
    """
    distinct = [it for it in pd.unique(written.str.strip()).tolist() if it and not is_missing(it)]
    german = sum(map(_is_german, distinct))
    return german > 0 and german * 2 >= len(distinct)


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is no key."""
    return folded(cell) in _MISSING


def without_nothing(words: pd.Series) -> pd.Series:
    """Keys of any country without the words of programs for nothing; ``NA`` is Naples, ``NB`` Brabant."""
    return words.mask(words.str.casefold().isin(_NOTHING), "")


def european(cell: str) -> str:
    """The German district that a key of European statistics is, or several joined; empty for other cells."""
    key = cell.strip().upper()
    # The table is read for cells that look like one only.
    return european_districts().get(key, "") if _EUROPEAN.fullmatch(key) else ""


def _is_german(cell: str) -> bool:
    parts = [_bare(part) for part in _parts(cell.lower().removesuffix("-x"))]
    return all(
        european(part) != ""
        or (
            part.isascii()
            and part.isdigit()
            and len(part) in _LENGTHS
            and part.zfill(_LENGTHS[len(part)])[:2] in GERMAN_STATES
        )
        for part in parts
    )


def _bare(part: str) -> str:
    """The digits of a key, however a program has written them."""
    bare = _PREFIX.sub("", part.strip()).translate(_BLANKS)
    if _SCIENTIFIC.fullmatch(bare):
        # As a spreadsheet shows long numbers; cut short it is no key any more.
        number = Decimal(bare.replace(",", "."))
        return str(int(number)) if number == int(number) and len(bare) >= _WRITTEN_OUT else bare
    if re.fullmatch(r"\d{1,3}(\.\d{3})+", bare) or re.fullmatch(
        r"\d{2}(-\d{1,4}){2,5}|\d{2}\.\d\.\d{2}(\.\d{2,4}){1,3}", bare
    ):
        # 03-241-001, 03.2.41.00.00.000; a day has fewer points.
        return bare.replace(".", "").replace("-", "")
    return _TAIL.sub("", bare)


def _parts(written: str) -> list[str]:
    """The keys that a cell joins, or the one beside words; a comma within a number joins nothing."""
    beside = _BESIDE_WORDS.match(written)
    if beside is not None:
        return [beside["first"] or beside["last"]]
    whole = _TAIL.sub("", written)
    return [whole] if _SCIENTIFIC.fullmatch(whole) else _JOINED.split(whole)


@dataclass(frozen=True)
class Keys:
    """The keys of a region: its districts, municipalities old and new, and the reforms."""

    known_districts: frozenset[str]
    known_municipalities: frozenset[str]
    successor: dict[str, str]
    state: str
    german: bool

    @classmethod
    def of(cls, region: Region | None) -> "Keys":
        """The keys of ``region``; without one, any key of the right form will do."""
        if region is None:
            return cls(frozenset(), frozenset(), {}, "", german=True)
        districts = frozenset(region.district_names)
        municipalities = frozenset(region.settlements["ags"].unique()) | frozenset(region.municipality_names)
        changes = region.ags_changes
        successor = dict(zip(changes["old"], changes["new"], strict=True))
        german = bool(districts) and all(
            len(key) == 5 and key.isdigit() and key[:2] in GERMAN_STATES for key in districts
        )
        # The key of the one district that is all of a region is no key of a total.
        state = "" if region.ags in districts else region.ags
        return cls(districts, municipalities, successor, state, german)

    def districts(self, keys: pd.Series) -> pd.Series:
        """Today's district of every normalised key."""
        first = keys.str[:5]
        return first.replace(self.successor) if self.successor else first

    def normalised(
        self,
        written: pd.Series,
        findings: Findings,
        column: str,
        *,
        required: bool = True,
        odd: str = "",
    ) -> pd.Series:
        """Keys in the form iqgeo uses: ``03241``, ``03241001``, ``03354+03360``, ``03241-x``.

        What cannot be read is a problem; what was repaired is noted. With ``required`` an empty cell
        is a problem too; what cannot be read is said by the notice ``odd`` and left empty.
        """
        distinct = pd.unique(written)
        forms = {it: self._one(it) for it in distinct.tolist()}
        result = written.map({it: form.key for it, form in forms.items()}).astype("str")
        kinds = written.map({it: form.kind for it, form in forms.items()}).to_numpy(dtype=object)
        empty = kinds == "empty"
        if required:
            findings.flag(empty, "value_missing", column)
        values = written.to_numpy(dtype=object)
        unreadable = kinds == "unreadable"
        if odd and unreadable.any():
            odd_one = str(values[int(np.flatnonzero(unreadable)[0])])
            findings.note(odd, column, mask=unreadable, value=odd_one)
        else:
            findings.flag(unreadable, "key_unreadable", column, values)
        for kind in ("key_zero", "key_shortened", "key_european", "key_written"):
            mask = kinds == kind
            if mask.any():
                first = int(np.flatnonzero(mask)[0])
                findings.note(
                    kind, column, mask=mask, value=f"{cleaned(str(values[first]))} → {result.iloc[first]}"
                )
        return result

    def _one(self, written: str) -> "_Form":
        bare = cleaned(written[:400]).lstrip("'").strip()
        if not bare:
            return _Form("", "empty")
        if bare in self.known_districts or bare in self.known_municipalities or bare == self.state:
            return _Form(bare, "" if bare == written else "key_written")
        if not self.german:
            return self._abroad(bare, written)
        rest = bare.lower().removesuffix("-x")
        suffix = "-x" if rest != bare.lower() else ""
        parts = [self._digits(part) for part in _parts(rest)]
        if len(parts) > 4 or not all(parts) or (suffix and len(parts) > 1):
            return _Form("", "unreadable")
        repaired = [part for part in parts if part]
        key = "+".join(sorted(it[0] for it in repaired)) + suffix
        if len(parts) > 1 and any(len(it[0]) != 5 for it in repaired):
            return _Form("", "unreadable")
        kinds = {it[1] for it in repaired if it[1]}
        written_otherwise = "key_written" if key != written else ""
        return _Form(key, min(kinds, default=written_otherwise) if kinds else written_otherwise)

    def _abroad(self, bare: str, written: str) -> "_Form":
        """A key of another country: as it stands, without its zero, or beside the name of its area."""
        bare = _INDENT.sub("", bare)
        beside = _FIRST_WORD.match(bare) or _LAST_WORD.search(bare)
        for part in (bare, *([] if beside is None else [beside["key"]])):
            for key in (part, part.lstrip("0")):
                if key in self.known_districts or key in self.known_municipalities:
                    return _Form(key, "key_written")
            if (full := self._by_number.get(part.removesuffix(".0"))) is not None:
                return _Form(full, "key_zero")
        return _Form(bare, "" if bare == written else "key_written")

    @cached_property
    def _by_number(self) -> dict[str, str]:
        """Keys that begin with a zero, by what a program leaves of them; none that is another's key."""
        known = self.known_districts | self.known_municipalities
        bare = {it.lstrip("0"): it for it in sorted(known) if it.isdigit() and it.startswith("0")}
        return {number: key for number, key in bare.items() if number and number not in known}

    def _digits(self, part: str) -> tuple[str, str] | None:
        """One key of digits and what was repaired on it; ``None`` if it is none."""
        if district := european(part):
            return district, "key_european"
        bare = _bare(part)
        if not (bare.isascii() and bare.isdigit()):
            return None
        if len(bare) <= 2:
            # The state itself: a total, to be recognised by the caller.
            return bare.zfill(2), ""
        if len(bare) not in _LENGTHS:
            return None
        full = bare.zfill(_LENGTHS[len(bare)])
        kind = "key_zero" if full != bare else ""
        if len(full) == 9:
            full, kind = full[:5], "key_shortened"
        if len(full) == 12:
            full, kind = full[:5] + full[9:], kind or "key_shortened"
        # "03241000" is the district written out; "03101000" is the municipality of a city of its own.
        if (
            len(full) == 8
            and full.endswith("000")
            and self.known_municipalities
            and full not in self.known_municipalities
        ):
            full, kind = full[:5], kind or "key_shortened"
        return full, kind

    def is_known(self, key: str) -> bool:
        """Whether a normalised key lies in the region."""
        parts = key.removesuffix("-x").split("+")
        return all(self._known_part(part) for part in parts)

    def _known_part(self, part: str) -> bool:
        if part in self.known_municipalities or part in self.known_districts or part in self.successor:
            return True
        # A municipality of a known district that was founded or dissolved between two editions.
        return len(part) == 8 and (part[:5] in self.known_districts or part[:5] in self.successor)

    def is_exact(self, written: str) -> bool:
        """Whether a cell is a key of the region as it stands; abroad in any form that is read."""
        known = written in self.known_districts or written in self.known_municipalities
        if known or self.german:
            return known or (self.german and self.known_districts.issuperset(european(written).split("+")))
        return self._one(written).key in self.known_districts | self.known_municipalities

    def is_state_number(self, written: str) -> bool:
        """Whether a cell is the number of the region's state: ``05``, ``5`` or ``5.0``."""
        bare = _bare(written)
        return bool(self.state) and bare.isdigit() and len(bare) <= 2 and bare.zfill(2) == self.state

    def is_total(self, keys: Iterable[str]) -> NDArray[np.bool_]:
        """Whether each key is that of the whole state."""
        return np.array([self._is_state(key) for key in keys], dtype=bool)

    def _is_state(self, key: str) -> bool:
        if self.state:
            return key == self.state
        return self.german and len(key) == 2 and key.isdigit() and key not in self.known_districts


@dataclass(frozen=True)
class _Form:
    key: str
    kind: str
