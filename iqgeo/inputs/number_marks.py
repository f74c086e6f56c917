"""What stands around a figure in published tables: marks, words, and the unit that its heading names."""

import re
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from iqgeo.inputs.findings import Findings

Mask = NDArray[np.bool_]

GROUPING: Final = " \u00a0\u2002\u2005\u2007\u2009\u200a\u202f'’‘ʼ′´`_"
"""What groups digits beside points and commas: blanks, apostrophes, the underscore."""

_PLAIN: Final = r"^[+-]?[\d.,]*$"
_FIGURE: Final = rf"[+-]?[\d.,{GROUPING}]*\d"
# (12), 12 r, 12p, 12*, 12 1): uncertain, revised, provisional, with a footnote.
_MARKED: Final = rf"^(?:\(\s*({_FIGURE})\s*\)|({_FIGURE})(?:\s*[*†‡]+|\s*[rpseb]|\s+\d{{1,2}}\)))$"
_ABOUT: Final = r"(?i)^(?:ca\.?|circa|rund|etwa|ungefähr|about|approx\.?|around|omkring|~|≈)\s*"
_MARKED_FIGURE: Final = re.compile(_MARKED)
_ABOUT_FIGURE: Final = re.compile(_ABOUT)
_PEOPLE_WORDS: Final = (
    r"personen|menschen|einwohner(?:innen)?|einw\.|ew\.?|pers\.|persons|people|inhabitants|"
    r"inwoners|personer|indbyggere"
)
_PEOPLE: Final = rf"(?i)\s*(?:{_PEOPLE_WORDS})$"
_PEOPLE_BEHIND: Final = re.compile(rf"(?i)(?<=\d)\s*(?:{_PEOPLE_WORDS})$")
_PERCENT_WORDS: Final = r"%|prozent|v\.?\s?h\.?|per\s?cent|pct\.?|procent|pourcent"
PERCENT_BEHIND: Final = rf"(?i)\s*(?:{_PERCENT_WORDS})$"
"""What stands behind a figure that is per cent."""
_PER_MILLE_WORDS: Final = r"‰|promille|per\s?mille|v\.?\s?t\."
PER_MILLE_BEHIND: Final = rf"(?i)\s*(?:{_PER_MILLE_WORDS})$"
"""What stands behind a figure that is a part of a thousand."""
_BEHIND: Final = re.compile(
    rf"(?i)(?<=\d)(?:e[+-]?\d{{1,3}})?\s*(?:{_PERCENT_WORDS}|{_PER_MILLE_WORDS}|{_PEOPLE_WORDS})?$"
)
_FEW: Final = (
    r"(?i)^(?:<|≤|unter|weniger als|höchstens|less than|fewer than|under|minder dan|færre end)\s*\d+$"
)

_BLANK: Final = rf"[.{GROUPING}]?"
_THOUSAND: Final = rf"(?:1{_BLANK}000|tausend|tsd\b\.?|thousands?\b|duizend|tusind)"
_IN_THOUSANDS: Final = re.compile(
    rf"(?i)(?:\bin\s+|\(\s*|[,|:]\s*|^\s*)(?:in\s+)?{_THOUSAND}"
    r"(?=\s*(?:\)|$|[,|]|personen\b|einwohner|menschen|persons\b|people\b|inhabitants\b))"
)
_PER: Final = re.compile(
    rf"(?i)\b(?:je|pro|per|auf)\s+(?P<of>10{{2,5}}|1(?:0{{0,2}}){_BLANK}000|tausend|thousand)(?!{_BLANK}\d)"
)
# A title speaks of many things: only what says that figures are in thousands, or a line of its own.
_TITLE_THOUSANDS: Final = re.compile(
    rf"(?i)\bin\s+{_THOUSAND}(?=\s*(?:\)|$|[,;|]|personen\b|einwohner|menschen|persons\b|people\b|inhabitants\b))|"
    rf"^\W*(?:einheit\s*:?\s*)?{_THOUSAND}(?:\s*(?:personen|einwohner|persons))?\W*$"
)
_TITLE_PERCENT: Final = re.compile(
    r"(?i)(?:\b(?:angaben?|werte|zahlen|anteile?|figures|shares?)\b.{0,60}?\bin\s+|^\W*(?:einheit\s*:?\s*)?(?:in\s+)?)"
    r"(?:%|prozent\b|v\.\s?h\.|per\s?cent\b)"
)
_PERCENT: Final = re.compile(r"(?i)(?:in\s*)?(?:%|prozent|v\.\s?h\.|per\s?cent)")
_RATE: Final = re.compile(
    r"(?i)%|anteil|quote|prozent|share|percent|pct|rate\b|dichte|density|"
    r"\b(?:je|pro|per)\s+(?:qkm|km|ha\b|hektar|square)|/\s*(?:q?km|ha\b)|veränderung|zuwachs|\bchange\b"
)
_SAYS_PERCENT: Final = re.compile(r"(?i)%|\bprozent|\bv\.\s?h\.|\bper\s?cent\b|\bprocent|pourcent")
_PER_MILLE: Final = re.compile(r"(?i)‰|promille|per mille|permille|v\.\s?t\.")


def without_marks(cells: Any, findings: Findings, name: str, *, people: bool) -> tuple[Any, Mask]:
    """Cells bare of marks and words, and which hold only that it is fewer than some number."""
    few = np.zeros(len(cells), dtype=bool)
    if _matches(cells, _PLAIN).all():
        return cells, few
    few = _matches(cells, _FEW)
    if few.any():
        first = str(cells[int(np.flatnonzero(few)[0])])
        findings.note("figure_few", name, mask=few, value=first)
        cells = pc.if_else(pa.array(few), "", cells)
    for code, pattern in (("figure_about", _ABOUT), *((("figure_words", _PEOPLE),) if people else ())):
        worded = _matches(cells, pattern)
        if worded.any():
            findings.note(code, name, mask=worded, value=str(cells[int(np.flatnonzero(worded)[0])]))
            cells = pc.if_else(pa.array(worded), pc.replace_substring_regex(cells, pattern, ""), cells)
    marked = _matches(cells, _MARKED)
    if marked.any():
        findings.note("figure_marked", name, mask=marked, value=str(cells[int(np.flatnonzero(marked)[0])]))
        bare = pc.replace_substring_regex(cells, _MARKED, r"\1\2")
        cells = pc.if_else(pa.array(marked), bare, cells)
    return cells, few


def names_people(cell: str) -> bool:
    """Whether a word behind a figure says that it counts people: ``1200 Personen``."""
    return bool(_PEOPLE_BEHIND.search(cell))


def bare_figure(cell: str) -> str:
    """A figure without the word and the power of ten behind it, and without the marks around it."""
    bare = _BEHIND.sub("", _ABOUT_FIGURE.sub("", cell))
    marked = _MARKED_FIGURE.fullmatch(bare)
    return bare if marked is None else marked[1] or marked[2]


def _matches(cells: Any, pattern: str) -> Mask:
    return np.asarray(pc.match_substring_regex(cells, pattern).to_numpy(zero_copy_only=False), dtype=bool)


def counts_thousands(heading: str) -> bool:
    """Whether a heading says that its figures are thousands of persons: ``Ausländer in 1 000``."""
    return bool(_IN_THOUSANDS.search(heading)) and share_of(heading) is None


def share_of(heading: str) -> float | None:
    """Of how many the figures of a heading are parts: 1000 for ``je 1 000 Einwohner``; ``None`` if unsaid."""
    if _PER_MILLE.search(heading):
        return 1000.0
    found = _PER.search(heading)
    if found is None:
        return None
    digits = re.sub(r"\D", "", found["of"])
    return float(digits) if digits else 1000.0


def is_rate(heading: str) -> bool:
    """Whether a heading says that its figures are parts, densities or changes: none of them counts people."""
    return bool(_RATE.search(heading)) or share_of(heading) is not None


def is_percent(unit: str) -> bool:
    """Whether a unit is per cent."""
    return bool(_PERCENT.fullmatch(unit.strip()))


def thousands_in(title: Iterable[str]) -> str:
    """The line above a table that says that its figures are in thousands; empty if none does."""
    return next((it for it in title if _TITLE_THOUSANDS.search(it) and share_of(it) is None), "")


def percent_in(title: Iterable[str]) -> bool:
    """Whether a line above a table says that its figures are per cent."""
    return any(_TITLE_PERCENT.search(it) for it in title)


def says_percent(heading: str) -> bool:
    """Whether a heading says in so many words that its figures are per cent: ``Anteil in %``."""
    return bool(_SAYS_PERCENT.search(heading))


def without_unit(heading: str) -> str:
    """A heading without the thousands or the number of inhabitants that its figures are of."""
    return _PER.sub(" ", _IN_THOUSANDS.sub(" ", heading))
