"""A distance table from anywhere: kilometres from places to candidates."""

import numpy as np
import pandas as pd

from iqgeo.inputs import limits
from iqgeo.inputs.columns import find_columns, note_unused
from iqgeo.inputs.intake import Intake, Source
from iqgeo.inputs.read import read_table
from iqgeo.inputs.source import open_source
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import read_numbers, read_words, required
from iqgeo.reading import AS_IT_IS, Reading


def read_distances(source: Source, *, layer: str | None = None, reading: Reading = AS_IT_IS) -> Intake:
    """A sparse distance table ``candidate, place, km``; ids are text, every pair stands once.

    A pair given twice with the same length counts once; with another length it is a problem. ``reading``
    holds the user's answers.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    table = read_table(open_source(source, layer), max_rows=limits.PAIR_ROWS, reading=reading)
    return distances_of(table)


def distances_of(table: Table) -> Intake:
    """Distances of a table already read; see :func:`read_distances`."""
    findings = table.findings()
    used = find_columns(table, findings, ("candidate", "place", "km"))
    frame = pd.DataFrame(index=pd.RangeIndex(len(table.frame)))
    for column in ("candidate", "place"):
        if column in used:
            ids = read_words(table.frame[used[column]], findings, used[column], letters=limits.ID_LETTERS)
            findings.flag(ids.eq("").to_numpy(dtype=bool), "value_missing", used[column])
            frame[column] = ids
    if "km" in used:
        km = required(read_numbers(table.frame[used["km"]], findings, used["km"], "km"), findings, used["km"])
        findings.flag(km < 0, "number_negative", used["km"], km)
        frame["km"] = km
    note_unused(table, findings, used.values())
    findings.stop_if_any()
    again = frame.duplicated(["candidate", "place"]).to_numpy(dtype=bool)
    if again.any():
        same = frame.duplicated(["candidate", "place", "km"]).to_numpy(dtype=bool)
        labels = (frame["candidate"] + " – " + frame["place"]).to_numpy(dtype=object)
        findings.flag(again & ~same, "pair_twice", used["km"], labels)
        findings.note("pair_again", mask=same)
        findings.stop_if_any()
    kept = frame[~again].reset_index(drop=True)
    return Intake(
        kept, "distances", table.file, len(frame), np.asarray(table.rows[~again]), tuple(findings.notices)
    )
