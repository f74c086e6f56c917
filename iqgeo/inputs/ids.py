"""Ids of rows: text that stands there once, or is made from the row."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from iqgeo.inputs import limits
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Rows
from iqgeo.inputs.word_cells import read_words


def id_words(column: pd.Series, findings: Findings, name: str) -> pd.Series:
    """Ids as text; where a program has made all numbers broken ones (``17.0``), the whole ones."""
    ids = read_words(column, findings, name, letters=limits.ID_LETTERS)
    filled = ids[ids.ne("")]
    if len(filled) and filled.iloc[0].endswith(".0") and filled.str.fullmatch(r"\d+\.0").all():
        return ids.str.removesuffix(".0")
    return ids


def read_ids(column: pd.Series, findings: Findings, name: str) -> pd.Series:
    """Ids as text: none empty, none twice."""
    ids = id_words(column, findings, name)
    missing = ids.eq("").to_numpy(dtype=bool)
    findings.flag(missing, "value_missing", name)
    if _surely_distinct(ids):
        return ids
    again = ids.duplicated().to_numpy(dtype=bool) & ~missing
    if again.any():
        first = dict(zip(*_first_rows(ids, findings), strict=True))
        positions = np.flatnonzero(again)
        for position in positions[: limits.LISTED].tolist():
            only = np.zeros(len(ids), dtype=bool)
            only[position] = True
            findings.flag(only, "id_twice", name, ids.to_numpy(), first=first[ids.iloc[position]])
        rest = again.copy()
        rest[positions[: limits.LISTED]] = False
        findings.flag(rest, "id_twice", name, ids.to_numpy(), first="?")
    return ids


def made_ids(rows: Rows, column: pd.Series | None, findings: Findings, name: str) -> pd.Series:
    """Ids as text: made from the row's number where there is none, told apart where one stands twice."""
    if column is None:
        findings.note("ids_made")
        return pd.Series(rows.astype(str), dtype="str")
    ids = id_words(column, findings, name).reset_index(drop=True)
    missing = ids.eq("").to_numpy(dtype=bool)
    if missing.any():
        findings.note("ids_missing_made", name, mask=missing)
        ids = ids.mask(missing, pd.Series([f"#{row}" for row in rows], dtype="str"))
    if _surely_distinct(ids) or not ids.duplicated().any():
        return ids
    again = ids.duplicated().to_numpy(dtype=bool)
    taken = set(ids)
    made = ids.tolist()
    # From where the last of the same went on: a hundred thousand of them would look at each other.
    counts = dict.fromkeys(taken, 2)
    for position in np.flatnonzero(again).tolist():
        twin = made[position]
        count = counts[twin]
        while f"{twin}-{count}" in taken:
            count += 1
        counts[twin] = count + 1
        made[position] = f"{twin}-{count}"
        taken.add(made[position])
    first = int(np.flatnonzero(again)[0])
    findings.note("ids_doubled", name, mask=again, value=f"{ids.iloc[first]} → {made[first]}")
    return pd.Series(made, dtype="str")


def _surely_distinct(ids: pd.Series) -> bool:
    """Whether the ids are different whole numbers, hence different texts: faster than comparing texts."""
    try:
        whole = pc.cast(pa.array(ids, type=pa.large_string()), pa.int64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return False
    ordered = np.sort(whole)
    return bool((ordered[1:] != ordered[:-1]).all())


def _first_rows(ids: pd.Series, findings: Findings) -> tuple[list[str], list[int]]:
    twice = ids[ids.duplicated(keep=False) & ~ids.duplicated()]
    return twice.tolist(), [int(findings.rows[at]) for at in twice.index]
