"""Text that was written as UTF-8, read as Windows text and written again: ``GÃ¶ttingen`` for Göttingen."""

import re
from dataclasses import replace
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from iqgeo.inputs.intake import Notice
from iqgeo.inputs.table import Table


def _sign(byte: int) -> str:
    """What a Windows program shows for a byte; five have no sign there and stay what they are."""
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


# Programs that take every byte for the letter of its number (Latin-1) leave control signs in their place.
_BYTE_OF: Final = {sign: byte for byte in range(0x80, 0x100) for sign in (_sign(byte), chr(byte))}
_FOLLOWING: Final = re.escape("".join(sign for sign, byte in _BYTE_OF.items() if byte < 0xC0))
# Nobody writes these on purpose: they say that the table went through the wrong hands.
_PROOF: Final = f"Ã[{_FOLLOWING}]|â€[{_FOLLOWING}]"
_SHOWN: Final = 40
# Letters of Latin script and the signs of printed text; a capital before a quotation mark is neither.
_TWICE: Final = re.compile(f"[ÂÃÄÅ][{_FOLLOWING}]|â[{_FOLLOWING}]{{2}}")


def once(written: str) -> str:
    """A text with every sign that was encoded twice as it was meant."""
    return _TWICE.sub(lambda found: _meant(found[0]), written)


def decoded_once(table: Table) -> Table:
    """A table whose words are as they were meant, where it shows that they were encoded twice."""
    words = table.frame.select_dtypes(include=["str", "object"])
    odd = {name: _shows(words[name]) for name in words.columns}
    headings = [once(it) for it in table.columns]
    changed = headings != table.columns and len(set(headings)) == len(headings)
    if not changed and not any(it.any() for it in odd.values()):
        return table
    frame = table.frame.copy()
    for name in words.columns:
        frame[name] = _column(frame[name])
    if changed:
        frame.columns = pd.Index(headings)
    rows = pd.DataFrame(odd).any(axis=1) if odd else pd.Series([], dtype=bool)
    shown = next((words[name][it].iloc[0] for name, it in odd.items() if it.any()), ", ".join(table.columns))
    told = Notice("encoded_twice", "repair", table.file, count=int(rows.sum()), value=str(shown)[:_SHOWN])
    title, footnotes = (tuple(map(once, it)) for it in (table.title, table.footnotes))
    return replace(table, frame=frame, title=title, footnotes=footnotes, notices=[*table.notices, told])


def _shows(cells: pd.Series) -> pd.Series:
    """In which cells it shows. Most hold plain letters only, which is known at a tenth of the cost."""
    written = pa.array(cells.astype("str"), pa.large_string(), from_pandas=True)
    if pc.all(pc.string_is_ascii(written), min_count=0).as_py():
        return pd.Series(data=False, index=cells.index)
    found = pc.fill_null(pc.match_substring_regex(written, _PROOF), fill_value=False)
    return pd.Series(found.to_numpy(zero_copy_only=False), index=cells.index)


def _column(cells: pd.Series) -> pd.Series:
    mended = [once(it) if isinstance(it, str) and not it.isascii() else it for it in cells]
    return pd.Series(mended, index=cells.index, dtype=cells.dtype)


def _meant(signs: str) -> str:
    try:
        return bytes(_BYTE_OF[it] for it in signs).decode("utf-8")
    except UnicodeDecodeError:
        return signs
