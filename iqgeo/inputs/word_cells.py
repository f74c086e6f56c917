"""Cells of text: names, ids, keys, as somebody wrote them or a spreadsheet gave up on them."""

from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from iqgeo.inputs import limits
from iqgeo.inputs.cells import texts
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.values import bools, matches
from iqgeo.inputs.words import cleaned

# #REF!, #BEZUG!, #NAME?, #DIV/0!, #NV of Excel in any of its languages; Err:502 of LibreOffice.
_ERROR: Final = r"^(?:#[A-ZÄÖÜ][A-ZÄÖÜ/0_]{1,14}[!?]|#N/?[ABVD]|(?:Err|Fehler|Fout):\d{3})$"


def read_words(
    column: pd.Series,
    findings: Findings,
    name: str,
    *,
    letters: int = limits.NAME_LETTERS,
    required: bool = False,
) -> pd.Series:
    """Text of a column: blanks at the ends gone, invisible and control characters taken out visibly.

    Longer than ``letters`` is a problem, and so is nothing, or an error of a spreadsheet (``#REF!``), where a
    text is ``required``.
    """
    written = texts(column)
    cells = pa.array(written, type=pa.large_string())
    long = bools(pc.greater(pc.utf8_length(cells), letters))
    findings.flag(long, "text_too_long", name, written.to_numpy() if long.any() else None, limit=letters)
    cells = pc.utf8_trim_whitespace(cells)
    odd = matches(cells, f"[{_ARROW_HARMFUL}]")
    if odd.any():
        original = cells.to_pylist()
        replaced = [cleaned(it) if flag else it for it, flag in zip(original, odd.tolist(), strict=True)]
        findings.note("text_cleaned", name, mask=odd, value=replaced[int(np.flatnonzero(odd)[0])])
        cells = pa.array(replaced, pa.large_string())
    if required:
        errors = matches(cells, _ERROR)
        findings.flag(errors, "text_is_error", name, written.to_numpy())
        findings.flag(matches(cells, "^$"), "value_missing", name)
    return pd.Series(cells.to_pandas(), index=column.index).astype("str")


def without_errors(words: pd.Series, findings: Findings, name: str) -> pd.Series:
    """Words of which nothing hangs, with nothing in place of errors of a spreadsheet, which is said."""
    errors = words.str.contains(_ERROR, regex=True).to_numpy(dtype=bool)
    if not errors.any():
        return words
    first = str(words.iloc[int(np.flatnonzero(errors)[0])])
    findings.note("errors_as_nothing", name, mask=errors, value=first)
    return words.mask(errors, "")


# The same characters as words.HARMFUL in the notation of RE2; Arrow's text holds no surrogates.
_ARROW_HARMFUL: Final = (
    r"\x00-\x1f\x7f-\x{9f}\x{61c}\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}-\x{2069}\x{feff}\x{fff9}-\x{fffb}"
)
