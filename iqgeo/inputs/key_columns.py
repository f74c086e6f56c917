"""Which column of a table holds the keys of areas."""

import numpy as np
import pandas as pd

from iqgeo.inputs.cells import texts
from iqgeo.inputs.columns import find_columns
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.keys import Keys, looks_german
from iqgeo.inputs.other_levels import told_other_levels
from iqgeo.inputs.table import Table
from iqgeo.region import Region


def column_of_keys(table: Table, region: Region | None, headed: str | None, findings: Findings) -> str | None:
    """The column of keys; that there is none is a problem."""
    key = headed_key(table, region, headed) or key_column(table, region)
    if key is not None:
        if key == headed:
            find_columns(table, findings, ("ags",), ("name",))
        return key
    # Sought alone, it may be a column that something else has laid claim to.
    alone = find_columns(table, Findings(table.file), (), ("ags",)).get("ags")
    if alone is None and told_other_levels(table, region, findings):
        return None
    return find_columns(table, findings, ("ags",)).get("ags")


def headed_key(table: Table, region: Region | None, headed: str | None) -> str | None:
    """The column whose heading says that it holds keys, unless it holds none and another does."""
    if headed is None or region is None or "ags" in table.reading.columns:
        return headed
    keys = Keys.of(region)
    if _known_keys(table.frame[headed], keys):
        return headed
    others = (it for it in table.columns if it != headed)
    return next((it for it in others if _known_keys(table.frame[it], keys)), headed)


def _known_keys(column: pd.Series, keys: Keys) -> bool:
    """Whether most cells of a column are keys of a region, in whatever form."""
    written = texts(column).str.strip()
    filled = written[written.ne("")].drop_duplicates()
    unsaid = Findings("", np.arange(len(filled), dtype=np.int64))
    read = keys.normalised(filled, unsaid, "", required=False, odd="key_odd")
    return bool(len(filled)) and 2 * sum(keys.is_exact(it) for it in read.tolist()) > len(filled)


def knows_keys(column: pd.Series, region: Region) -> bool:
    """Whether any cell of a column is the key of an area of a region, in whatever form."""
    keys = Keys.of(region)
    written = texts(column).str.strip()
    distinct = written[written.ne("")].drop_duplicates()
    unsaid = Findings("", np.arange(len(distinct), dtype=np.int64))
    read = keys.normalised(distinct, unsaid, "", required=False, odd="key_odd").tolist()
    return any(it != "" and keys.is_known(it) for it in read)


def key_column(table: Table, region: Region | None, *, sure: bool = False) -> str | None:
    """The first column whose cells are keys of areas, most of them.

    Of a region's keys a part must be there: numbers of people look like keys, too. Where no column has
    them, the first that looks like keys is taken, unless it must be ``sure``.
    """
    keys = None if region is None else Keys.of(region)
    alike = None
    for column in table.columns:
        written = texts(table.frame[column]).str.strip()
        filled = written[written.ne("")]
        if not len(filled):
            continue
        if keys is not None and sum(keys.is_exact(it) for it in filled) * 4 >= len(keys.known_districts) > 0:
            return column
        german = (keys is None or keys.german) and filled.nunique() * 2 > len(filled) and looks_german(filled)
        if german and (keys is None or _covers(filled, keys)):
            return column
        alike = column if alike is None and german else alike
    return None if sure else alike


def _covers(written: pd.Series, keys: Keys) -> bool:
    """Whether a fourth of a region's districts or more have a key in a column, in whatever form."""
    distinct = written.drop_duplicates()
    unsaid = Findings("", np.arange(len(distinct), dtype=np.int64))
    read = keys.normalised(distinct, unsaid, "", required=False, odd="key_odd")
    found = {it[:5] for it in read.tolist() if it and keys.is_known(it)}
    return 4 * len(found) >= len(keys.known_districts)
