"""Columns of men and women, citizens and others, without one for all: known to be whole, they are summed.

Nobody may be missing, and nobody counted twice: words that are known to be all there are, or classes of age
that join each other from the first to an open last one. Of everything else the user is asked.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.inputs.area_columns import EVERYBODY, AreaColumns, holds_numbers, is_of_everybody
from iqgeo.inputs.cells import texts
from iqgeo.inputs.columns import note_unused
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.number_marks import is_rate, percent_in
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import read_numbers
from iqgeo.inputs.words import folded

_ALL: Final = "Insgesamt"
_JOIN: Final = " | "
# Of each row one word is there; those of the last may be there.
_KINDS: Final[tuple[tuple[frozenset[str], ...], ...]] = (
    (
        frozenset({"maennlich", "maenner", "male", "males", "men", "m", "mannen", "man", "hommes", "maend"}),
        frozenset({"weiblich", "frauen", "female", "females", "women", "w", "f", "vrouwen", "vrouw", "femmes",
                   "kvinder"}),
    ),
    (
        frozenset({"deutsche", "deutsch", "deutschland", "german", "germans", "nationals", "nat",
                   "bel", "belg", "belgen", "belges"}),
        frozenset({"auslaender", "nichtdeutsche", "nichtdeutsch", "auslaenderinnenundauslaender",
                   "auslaenderinnen", "auslaendisch", "auslaendische", "foreigners", "foreign",
                   "nonnationals", "for", "ausland", "etr",
                   "nietbelg", "nietbelgen", "nonbelges"}),
    ),
)  # fmt: skip
_REST: Final = frozenset(
    {"divers", "diverse", "d", "unbekannt", "ohneangabe", "keineangabe", "unknown", "offen", "onbekend"}
)
_AGE: Final = re.compile(
    r"(?:(?P<below>unter|under|<|jonger dan)\s*(?P<end>\d+)|"
    r"(?P<start>\d+)\s*(?P<open>\+|(?:und|u\.|and|en)\s*(?:mehr|älter|aelter|over|older|ouder|darüber)|plus)|"
    r"(?P<from>\d+)\s*(?:bis|to|tot|-|–)\s*(?P<till>(?:unter|under|below|<)\s*)?(?P<to>\d+))"
)
_YEARS: Final = re.compile(r"\b(?:jahren?|j\.|years?|jaar|alter|age[sd]?)(?=\W|$)")
_MOST_SUMS: Final = 200


def are_whole(values: Sequence[str]) -> bool:
    """Whether kinds of people are all there are, and none is part of another."""
    words = [folded(it) for it in values]
    if len(words) < 2 or not all(words) or len(set(words)) < len(words):
        return False
    for kinds in _KINDS:
        named = [[it for it in words if it in kind] for kind in kinds]
        rest = [it for it in words if it in _REST]
        if all(len(it) == 1 for it in named) and len(named) + len(rest) == len(words) and len(rest) < 2:
            return True
    return _are_ages(values)


def _are_ages(values: Sequence[str]) -> bool:
    """Whether classes of age join each other, from birth to an open last one."""
    classes = []
    for value in values:
        found = _AGE.fullmatch(" ".join(_YEARS.sub(" ", value.casefold()).split()))
        if found is None:
            return False
        if found["below"]:
            classes.append((0.0, float(found["end"])))
        elif found["open"]:
            classes.append((float(found["start"]), math.inf))
        else:
            # Up to and including a year of life, unless it says that it ends below it.
            classes.append((float(found["from"]), float(found["to"]) + (0 if found["till"] else 1)))
    classes.sort()
    joined = all(one[1] == other[0] for one, other in pairwise(classes))
    return joined and classes[0][0] == 0 and classes[-1][1] == math.inf


def with_sums(table: Table) -> tuple[Table, dict[str, tuple[str, ...]]]:
    """The table with a column for all where it has only their parts, and of which columns each is the sum."""
    sums: dict[str, tuple[str, ...]] = {}
    if percent_in(table.title) or table.geometry is not None:
        return table, sums
    figures = {
        it: it.split(_JOIN) for it in table.columns if not is_rate(it) and holds_numbers(table.frame[it])
    }
    frame = table.frame
    at, deepest = 0, max((len(it) for it in figures.values()), default=0)
    while at < deepest and len(sums) < _MOST_SUMS:
        for name, parts in _sought(figures, at).items():
            summed = _sum(frame, parts)
            if summed is None:
                continue
            frame = frame.assign(**{name: summed})
            sums[name] = tuple(one for it in parts for one in sums.get(it, (it,)))
            figures[name] = name.split(_JOIN)
        at += 1
    return (replace(table, frame=frame) if sums else table), sums


def note_sums(
    table: Table, findings: Findings, used: AreaColumns, sums: Mapping[str, tuple[str, ...]]
) -> None:
    """Say which columns are not read, and of which the figure is the sum."""
    note_unused(table, findings, (*used.all, *sums, *sums.get(used.value, ())))
    if used.value in sums:
        findings.note("parts_summed", used.value, value=" + ".join(sums[used.value]))


def _sought(figures: Mapping[str, list[str]], at: int) -> dict[str, list[str]]:
    """Columns that differ in one part of their heading and are whole, by what their sum would be called."""
    groups: dict[tuple[str, ...], dict[str, str]] = {}
    for name, parts in figures.items():
        if len(parts) > at:
            groups.setdefault((*parts[:at], "", *parts[at + 1 :]), {})[parts[at]] = name
    found = {}
    for rest, of_part in groups.items():
        kinds = {it: name for it, name in of_part.items() if folded(it) not in EVERYBODY}
        # Columns of one heading alone stand beside others that are no kinds of people.
        if len(rest) == 1:
            kinds = {it: name for it, name in kinds.items() if _is_kind(it)}
        if (len(kinds) < len(of_part) and len(rest) > 1) or not are_whole(list(kinds)):
            continue
        bare = [it for it in rest if it]
        if _has_all(figures, bare, set(kinds.values())):
            continue
        name = _JOIN.join(_ALL if here == at else it for here, it in enumerate(rest))
        if name not in figures:
            found[name] = list(kinds.values())
    return found


def _is_kind(heading: str) -> bool:
    word = folded(heading)
    return word in _REST or any(word in kind for kinds in _KINDS for kind in kinds)


def _has_all(figures: Mapping[str, list[str]], rest: list[str], parts: set[str]) -> bool:
    """Whether a column already counts those whom the parts count together."""
    wanted = {folded("".join(rest)) + it for it in ("", *EVERYBODY)} if rest else EVERYBODY
    others = [it for it in figures if it not in parts]
    return any(folded(it) in wanted or (not rest and is_of_everybody(it)) for it in others)


def _sum(frame: pd.DataFrame, parts: Sequence[str]) -> pd.Series | None:
    """The sum of columns; where one has no figure, what stands there. ``None`` if one cannot be read."""
    total = np.zeros(len(frame))
    left = pd.Series("", index=frame.index, dtype="str")
    for part in parts:
        unsaid = Findings("", np.arange(len(frame), dtype=np.int64))
        values = read_numbers(frame[part], unsaid, part, "count").values
        if unsaid.any:
            return None
        left = left.mask(np.isnan(values) & left.eq(""), texts(frame[part]))
        total += values
    if _are_shares(total):
        return None
    written = [f"{it:.6f}".rstrip("0").rstrip(".") if math.isfinite(it) else "" for it in total.tolist()]
    return pd.Series(written, index=frame.index, dtype="str").mask(np.isnan(total), left).astype("str")


def _are_shares(total: np.ndarray) -> bool:
    """Whether parts are those of a hundred or of one: of shares there is no sum of people."""
    known = total[np.isfinite(total) & (total != 0)]
    return bool(len(known)) and bool((np.abs(known - 100) < 1).all() or (np.abs(known - 1) < 0.01).all())
