"""Detour factors by district: what ``iqgeo roads compare`` writes, or anybody else."""

import numpy as np
import pandas as pd

from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.columns import find_columns, note_unused
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Intake, Source
from iqgeo.inputs.keys import Keys, looks_german
from iqgeo.inputs.other_kind import or_other_kind
from iqgeo.inputs.read import read_table
from iqgeo.inputs.source import open_source
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import read_numbers, required
from iqgeo.inputs.word_cells import read_words
from iqgeo.reading import AS_IT_IS, Reading

MOST = 10.0
"""No district has ways so many times longer than the straight line."""


def read_factors(source: Source, *, layer: str | None = None, reading: Reading = AS_IT_IS) -> Intake:
    """A table ``district_ags, factor``: road per straight line, 1 to :data:`MOST`, every district once.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    return factors_of(read_table(open_source(source, layer), max_rows=limits.SHARE_ROWS, reading=reading))


def refuse_of_nobody(factors: pd.DataFrame, file: str, places: pd.DataFrame) -> None:
    """Refuse the factors of a table if none of ``places`` (``district_ags``) lies in a district of it.

    Raises
    ------
    InputError
        ``factors_of_nobody``.
    """
    if not set(factors["district_ags"]) & set(places["district_ags"].astype(str)):
        listed = ", ".join(factors["district_ags"].tolist()[:5])
        raise InputError(Problem("factors_of_nobody", file=file, value=listed))


@or_other_kind("factors")
def factors_of(table: Table) -> Intake:
    """Factors of a table already read; see :func:`read_factors`."""
    findings = table.findings()
    used = find_columns(table, findings, ("district_ags", "factor"))
    frame = pd.DataFrame(index=pd.RangeIndex(len(table.frame)))
    if "district_ags" in used:
        column = used["district_ags"]
        ags = read_words(table.frame[column], findings, column, letters=limits.ID_LETTERS)
        findings.flag(ags.eq("").to_numpy(dtype=bool), "value_missing", column)
        # Spreadsheets take the leading zero away.
        frame["district_ags"] = ags.where(~ags.str.fullmatch(r"\d{4}"), "0" + ags)
        if looks_german(ags):
            # What is no German key stays as it stands.
            unsaid = Findings(table.file, table.rows)
            read = Keys.of(None).normalised(ags, unsaid, column, required=False, odd="key_odd")
            frame["district_ags"] = read.str[:5].where(read.ne(""), ags)
        findings.flag(
            frame["district_ags"].duplicated().to_numpy(dtype=bool),
            "factor_twice",
            column,
            ags.to_numpy(dtype=object),
        )
    if "factor" in used:
        column = used["factor"]
        factor = required(read_numbers(table.frame[column], findings, column, "coordinate"), findings, column)
        findings.flag((factor < 1) | (factor > MOST), "factor_impossible", column, factor)
        frame["factor"] = factor
    # What the table says beside them, so that its author can judge it.
    told = {"name", "factor_p10", "factor_p90", "people"}
    note_unused(table, findings, (*used.values(), *(it for it in table.frame.columns if str(it) in told)))
    findings.stop_if_any()
    return Intake(frame, "factors", table.file, len(frame), np.asarray(table.rows), tuple(findings.notices))
