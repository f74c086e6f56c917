"""German districts that were merged as a whole: figures of after and before, on the districts of a region.

A region whose outlines are older than its figures has the parts of what has one figure now; one whose
outlines are newer has the whole of what had several.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.inputs.findings import Findings
from iqgeo.inputs.keys import Keys
from iqgeo.inputs.values import Floats, Mask

MERGED: Final[Mapping[str, tuple[str, ...]]] = {
    # Saxony, 1 August 2008.
    "14511": ("14161",), "14521": ("14171", "14181", "14188", "14191"), "14522": ("14177", "14182", "14375"),
    "14523": ("14166", "14178"), "14524": ("14167", "14173", "14193"), "14612": ("14262",),
    "14625": ("14264", "14272", "14292"), "14626": ("14263", "14284", "14286"), "14713": ("14365",),
    "14627": ("14280", "14285"), "14628": ("14287", "14290"), "14729": ("14379", "14383"),
    "14730": ("14374", "14389"),
    # Aachen, 21 October 2009; Mecklenburg-Vorpommern, 4 September 2011 (but for what took a part of
    # Demmin); Göttingen, 1 November 2016; Eisenach, 1 July 2021.
    "05334": ("05313", "05354"), "13072": ("13051", "13053"), "13073": ("13005", "13057", "13061"),
    "13074": ("13006", "13058"), "13076": ("13054", "13060"), "03159": ("03152", "03156"),
    "16063": ("16056",),
    # Saxony-Anhalt, 1 July 2007, as far as no district was cut.
    "15002": ("15202",), "15003": ("15303",), "15081": ("15370",), "15083": ("15355", "15362"),
    "15084": ("15256", "15268"), "15087": ("15260", "15266"), "15088": ("15261", "15265"),
    "15090": ("15363",),
}  # fmt: skip
"""District -> those that were joined into it, which may have borne its key before.

Statistisches Bundesamt, Gebietsänderungen in Deutschland (Gemeindeverzeichnis).
"""

REUSED: Final = frozenset({"16063"})
"""Districts that bore their key before the merger, too."""

_ROUNDED: Final = 0.5

CUT: Final[tuple[tuple[frozenset[str], frozenset[str]], ...]] = (
    # Demmin (13052) to Mecklenburgische Seenplatte and Vorpommern-Greifswald.
    (
        frozenset({"13071", "13075"}),
        frozenset({"13001", "13002", "13052", "13055", "13056", "13059", "13062"}),
    ),
    # Anhalt-Zerbst (15151) to Dessau-Roßlau, Anhalt-Bitterfeld, Jerichower Land and Wittenberg.
    (
        frozenset({"15001", "15082", "15086", "15091"}),
        frozenset({"15101", "15151", "15154", "15159", "15171", "15358"}),
    ),
    # Aschersleben-Staßfurt (15352) to Harz and Salzlandkreis.
    (frozenset({"15085", "15089"}), frozenset({"15153", "15352", "15357", "15364", "15367", "15369"})),
)
"""Districts, and those before them of which one was cut: neither is made of whole ones, all together are."""

CUT_DISTRICTS: Final[Mapping[str, str]] = {
    "13052": "Demmin", "15151": "Anhalt-Zerbst", "15352": "Aschersleben-Staßfurt"
}  # fmt: skip
"""Those that were cut."""

CUT_INTO: Final = frozenset().union(*(after for after, _ in CUT), *(before for _, before in CUT))
"""All districts of which one was cut or has a part of one."""


def across_mergers(
    areas: pd.Series,
    values: Floats,
    told: Mask,
    keys: Keys,
    findings: Findings,
    column: str,
    *,
    persons: bool,
) -> tuple[pd.Series, Floats, Mask]:
    """Areas and values as the districts of a region have them, and the rows that went into others.

    Of parts without a figure of their own the figure of the whole is taken for all of them together; persons
    of parts are added up to the whole. Shares cannot be: that is a problem.

    Parameters
    ----------
    areas : pd.Series
        Normalised keys.
    values : Floats
        The figure of each.
    told : Mask
        Which rows have a figure; no people at all is none.
    keys : Keys
        Of the region.
    findings : Findings
        Takes what is noticed.
    column : str
        Heading of the keys.
    persons : bool
        Whether the figures count people.

    Returns
    -------
    tuple[pd.Series, Floats, Mask]
        Areas, values, and rows to pass over.
    """
    areas, values = areas.copy(), values.copy()
    gone = np.zeros(len(areas), dtype=bool)
    for whole, parts in MERGED.items():
        rows = areas.isin([whole, *parts]).to_numpy(dtype=bool)
        if not (rows & told).any():
            continue
        of_whole = rows & areas.eq(whole).to_numpy(dtype=bool)
        if persons and whole not in REUSED and (of_whole & told).any() and (rows & ~of_whole & told).any():
            if not _is_sum(values[of_whole & told], values[rows & ~of_whole & told]):
                findings.problem(
                    "merged_contradict", column, whole, whole=float(values[of_whole & told][0]),
                    parts=", ".join(areas[rows & ~of_whole & told]),
                    sum=float(values[rows & ~of_whole & told].sum()),
                )  # fmt: skip
                continue
            gone |= of_whole
            findings.note("merged_twice", column, mask=of_whole, value=whole, kind="hint")
            continue
        older = [it for it in parts if it in keys.known_districts]
        if older and (of_whole & told).any() and not (rows & ~of_whole & told).any():
            joined = "+".join(sorted([*older, *([whole] if whole in keys.known_districts else [])]))
            areas[of_whole] = joined
            gone |= rows & ~of_whole
            findings.note("districts_together", column, mask=of_whole, value=f"{whole} → {joined}")
        elif not older and whole in keys.known_districts:
            lost = rows & ~of_whole & told & ~areas.isin(keys.successor).to_numpy(dtype=bool)
            if lost.any() and not persons:
                listed = ", ".join(areas[lost])
                findings.flag(
                    lost, "merged_shares", column, areas.to_numpy(dtype=object), whole=whole, parts=listed
                )
            elif lost.any() and ((of_whole & told).any() or set(parts) <= set(areas[lost])):
                first, added = int(np.flatnonzero(rows & told)[0]), f"{' + '.join(areas[lost])} → {whole}"
                values[first], areas.iloc[first] = float(values[rows & told].sum()), whole
                gone |= rows & (np.arange(len(areas)) != first)
                findings.note("districts_added", column, mask=lost, value=added)
    return areas, values, gone | _across_cuts(areas, values, told, keys, findings, column, persons=persons)


def _is_sum(whole: Floats, parts: Floats) -> bool:
    """Whether the one figure of a whole is that of all its parts together."""
    return len(whole) == 1 and abs(float(whole[0]) - float(parts.sum())) < _ROUNDED


def _across_cuts(
    areas: pd.Series,
    values: Floats,
    told: Mask,
    keys: Keys,
    findings: Findings,
    column: str,
    *,
    persons: bool,
) -> Mask:
    """Figures of districts of which one was cut, on those of after or before it: of all of them together.

    Areas and values are changed in place; the rows that went into others are returned.
    """
    gone = np.zeros(len(areas), dtype=bool)
    for after, before in CUT:
        for here, there in ((after, before), (before, after)):
            rows = areas.isin(there).to_numpy(dtype=bool) & told
            if not here <= keys.known_districts or not rows.any() or (areas.isin(here) & told).any():
                continue
            if persons and there <= set(areas[rows]):
                first, joined = int(np.flatnonzero(rows)[0]), "+".join(sorted(here))
                value = f"{' + '.join(areas[rows])} → {joined}"
                findings.note("districts_cut", column, mask=rows, value=value)
                values[first], areas.iloc[first] = float(values[rows].sum()), joined
                gone |= areas.isin([*here, *there]).to_numpy(dtype=bool)
            else:
                cut = next(it for it in CUT_DISTRICTS if it in before)
                listed = {"cut": f"{cut} {CUT_DISTRICTS[cut]}", "into": ", ".join(sorted(after))}
                findings.problem("district_cut", column, ", ".join(areas[rows]), **listed)
    return gone
