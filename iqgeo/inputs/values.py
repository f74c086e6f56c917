"""Numbers, years and words out of cells, a column at a time.

A column is decided as a whole: whether the comma is the decimal sign, whether points group thousands.
Everything that cannot be read becomes a problem with its row, never a silent gap.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from iqgeo.frames import Brief
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.number_marks import (
    GROUPING,
    PER_MILLE_BEHIND,
    PERCENT_BEHIND,
    counts_thousands,
    share_of,
    thousands_in,
    without_marks,
)

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
NumberRole = Literal["coordinate", "count", "share", "km", "metres"]

_PLAIN: Final = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$"
_COMMA: Final = r"^[+-]?(\d+|\d{1,3}(\.\d{3})+),\d*([eE][+-]?\d{1,3})?$"
_ENGLISH: Final = r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$"
_POINTS: Final = r"^[+-]?[1-9]\d{0,2}(\.\d{3})+$"
_ONE_POINT: Final = r"^[+-]?[1-9]\d{0,2}\.\d{3}$"
_WHOLE: Final = r"^[+-]?\d+$"
_NOT_FINITE: Final = r"(?i)^[+-]?(nan|inf|infinity|1\.#inf|1\.#qnan)$"
_GROUPED: Final = rf"^([+-]?\d{{1,3}})([{GROUPING}]\d{{3}})+([.,]\d+)?$"
_ZERO_SIGNS: Final = ("-", "–", "—", "\u2212")
_MISSING_SIGNS: Final = (
    ".", "...", "…", "/", "x", "X", "( )", "()", "•", "–9", "k.A.", "k. A.", "kA", "k.a.", "keine Angabe",
    "..", ":", "*", "**", "c", "e", "u", "geheim", "secret",
    "n.v.", "n. v.", "n.b.", "NULL", "null", "None", "(null)", "<NA>", "\\N", "NA",
    "N/A", "n/a", "#NV", "#N/A",
)  # fmt: skip
# 52°22'26.4"N, 9,73° E, N 52.37, 9º 44´ 06´´, 9,7 Grad; Â comes of a degree sign that was encoded twice.
_MINUTE: Final = "['′’‘´`]"
_DEGREES: Final = re.compile(
    r"\s?(?P<before>[NSEWO])?\s?(?P<sign>[+-])?(?P<d>\d{1,3}(?:[.,]\d+)?)\s?(?:Â?[°º˚]|grad\b|deg\b\.?)?\s?"
    rf"(?:(?P<m>\d{{1,2}}(?:[.,]\d+)?)\s?{_MINUTE}\s?)?"
    rf"(?:(?P<s>\d{{1,2}}(?:[.,]\d+)?)\s?(?:\"|″|”|“|{_MINUTE}{{2}})\s?)?"
    r"(?P<after>[NSEWO])?\s?",
    re.IGNORECASE,
)
# 9:44:06, 9 44 06.5 E
_PARTED: Final = re.compile(
    r"\s?(?P<before>[NSEWO])?\s?(?P<sign>[+-])?(?P<d>\d{1,3})(?P<by>[: ])(?P<m>\d{1,2})(?P=by)"
    r"(?P<s>\d{1,2}(?:[.,]\d+)?)\s?(?P<after>[NSEWO])?\s?",
    re.IGNORECASE,
)
# Numbers that stand for no figure in the files of statistics Netherlands and others.
_NO_FIGURE: Final = (-9999.0, -99994.0, -99995.0, -99997.0, -99998.0, -99999.0, -999999.0)
_OTHERS: Final = 3
"""Shares of one per cent and more that show where all of a column lie."""
_NEAR: Final = 1.5
_MOST: Final[Mapping[str, float]] = {"count": 20e9, "km": 100e6, "metres": 100e6}
_ALL_PERCENT: Final = 100.0
_WHOLE_ROLES: Final = ("count", "metres")
"""Roles whose numbers are whole where nothing says otherwise."""
_DEGREE_SIGNS: Final = r"(?i)[°º˚NSEWO:]|grad|deg|^\s*[+-]?\d{1,3} \d{1,2} \d{1,2}([.,]\d+)?\s*$"
# 2022-05-01, 01.05.2022, 1. Mai, Mrz 12: what a spreadsheet makes of 1.5 or 3.12.
_DATE: Final = (
    r"(?i)^(\d{4}-\d{2}-\d{2}([T ].*)?|\d{1,2}\.\d{1,2}\.(\d{4}|\d{2})?|"
    r"(\d{1,2}\.?[ -])?"
    r"(jan|feb|mär|mrz|mar|apr|mai|may|jun|jul|aug|sep|okt|oct|nov|dez|dec)[a-zä]*\.?([ -]\d{1,4})?)$"
)


@dataclass(frozen=True, repr=False)
class Numbers(Brief):
    """A column of numbers: values with NaN where there is none, and why not.

    ``empty`` marks cells in which nothing stands, ``sign`` those with an official sign for a missing
    figure, ``percent`` says whether any cell had a per cent sign.
    """

    values: Floats
    empty: Mask
    sign: Mask
    percent: bool = False


def read_numbers(
    column: pd.Series,
    findings: Findings,
    name: str,
    role: NumberRole,
    *,
    comma_elsewhere: bool = False,
    of_areas: bool = False,
    title: Sequence[str] = (),
) -> Numbers:
    """Numbers of a column; what is neither a number nor an official sign becomes a problem.

    Counts are persons and shares per cent, also where the heading says thousands or per 1,000.
    ``comma_elsewhere`` says that other columns of the file have decimal commas: a point between
    groups of three digits then is no decimal point. Counts ``of_areas`` above a hundred are neither shares
    nor thousandth parts of persons: three digits behind every point are thousands. ``title`` stands above
    the table, and may say the unit.
    """
    unit = name if counts_thousands(name) else thousands_in(title)
    fractions = bool(unit) or comma_elsewhere
    grouping = comma_elsewhere or (of_areas and role == "count" and not unit and _beyond_shares(column))
    numbers = _read(column, findings, name, role, comma_elsewhere=grouping, fractions=fractions)
    if role in ("count", "share"):
        numbers = _without_codes(numbers, findings, name)
    of = share_of(name) if role == "share" else None
    if role == "count" and unit:
        findings.note("figures_thousands", name, value=unit)
        numbers = replace(numbers, values=numbers.values * 1000)
    if role in _MOST:
        # Beyond mankind and the equator; sums of such figures are no numbers any more.
        too_large = numbers.values > _MOST[role]
        findings.flag(too_large, "number_too_large", name, numbers.values, limit=float(_MOST[role]))
    if of is not None:
        findings.note("figures_per", name, value=name, of=f"{of:,.0f}".replace(",", " "))
        return replace(numbers, values=numbers.values * 100 / of, percent=True)
    return numbers


def _beyond_shares(column: pd.Series) -> bool:
    """Whether a number with three digits behind its point is more than a hundred."""
    if not isinstance(column.dtype, pd.StringDtype):
        return False
    cells = pc.utf8_trim_whitespace(pa.array(column, type=pa.large_string()))
    pointed = cells.filter(pa.array(matches(cells, _ONE_POINT)))
    return bool(pc.any(pc.greater(pc.cast(pointed, pa.float64()), _ALL_PERCENT)).as_py())


def _without_codes(numbers: Numbers, findings: Findings, name: str) -> Numbers:
    """The numbers without those that stand for no figure."""
    coded: Mask = np.isin(numbers.values, _NO_FIGURE)
    if not coded.any():
        return numbers
    findings.note("sign_missing", name, mask=coded, value=f"{numbers.values[coded][0]:.0f}")
    return replace(numbers, values=np.where(coded, np.nan, numbers.values), sign=numbers.sign | coded)


def _read(
    column: pd.Series,
    findings: Findings,
    name: str,
    role: NumberRole,
    *,
    comma_elsewhere: bool,
    fractions: bool,
) -> Numbers:
    if not isinstance(column.dtype, pd.StringDtype):
        return _typed(column, findings, name, role)
    cells = pc.utf8_trim_whitespace(pa.array(column, type=pa.large_string()))
    # A number that a program was kept from reading: '0123.
    cells = pc.replace_substring_regex(cells, r"^'([+-]?\d)", r"\1")
    empty = bools(pc.equal(cells, ""))
    plain = _all_numbers(cells, empty, role)
    if plain is not None:
        return plain
    cells = pc.replace_substring(cells, "\u2212", "-")
    percent, alone, mille = False, np.zeros(len(empty), dtype=bool), np.zeros(len(empty), dtype=bool)
    if role == "share":
        # Where the heading says so, too, it is reckoned with once.
        mille = matches(cells, PER_MILLE_BEHIND) & (share_of(name) is None)
        without = cells
        for behind in (PERCENT_BEHIND, PER_MILLE_BEHIND):
            without = pc.utf8_rtrim(pc.replace_substring_regex(without, behind, ""), " \u00a0\u202f")
        marked = bools(pc.not_equal(without, cells))
        percent, alone = bool(marked.any()), ~marked & marked.any()
        cells = without
    if role == "km":
        cells = pc.replace_substring_regex(cells, r"\s*km$", "")
    sign = np.zeros(len(empty), dtype=bool)
    if role != "coordinate":
        cells, sign = _signs(cells, findings, name)
        cells, few = without_marks(cells, findings, name, people=role == "count")
        sign |= few
    else:
        cells = _in_decimal_degrees(cells, findings, name)
    # A position with an underscore is a slip of the pen.
    cells = _ungrouped(cells, findings, name, "_" if role == "coordinate" else "")
    cells = _decimal(cells, findings, name, role, comma_elsewhere, fractions)
    result = _finished(cells, empty | sign, findings, name, column)
    result.values[mille] /= 10
    # "7,5 %" beside "0,075": a hundredfold between two readings.
    alone &= (result.values > 0) & (result.values <= 1)
    findings.flag(alone, "share_unit_mixed", name, column.to_numpy(dtype=object))
    return Numbers(result.values, empty, sign, percent)


def _typed(column: pd.Series, findings: Findings, name: str, role: NumberRole) -> Numbers:
    if pd.api.types.is_bool_dtype(column.dtype):
        findings.flag(np.ones(len(column), dtype=bool), "number_unreadable", name, column.to_numpy())
        return Numbers(np.full(len(column), np.nan), *_nothing(len(column)))
    values = column.to_numpy(dtype=np.float64)
    findings.flag(np.isinf(values), "number_not_finite", name, values)
    if role == "count":
        values = _grouped_once(values, findings, name)
    return Numbers(np.where(np.isinf(values), np.nan, values), np.isnan(values), _nothing(len(values))[0])


def _grouped_once(values: Floats, findings: Findings, name: str) -> Floats:
    """Counts of which a program has taken the point of the thousands for a decimal one: 1.234 for 1234.

    So it looks where every broken count is above one and below a thousand and has three decimals, or fewer
    where the last are zeros. Then it is asked about, as it is in a table of text.
    """
    broken = np.isfinite(values) & (values != np.floor(values))
    thousandths = np.rint(values[broken] * 1000)
    three = thousandths % 10 != 0
    suspect = (
        (np.abs(values[broken] * 1000 - thousandths) < 1e-6) & (values[broken] > 1) & (values[broken] < 1000)
    )
    if not suspect.any() or not suspect.all() or 2 * three.sum() < len(three):
        return values
    if findings.reading.decimal == "point":
        return values
    if findings.reading.decimal != "comma":
        first = float(values[broken][three][0])
        findings.problem("thousands_unclear", name, f"{first:.3f}", read=f"{first * 1000:.0f}")
    findings.note("thousands_point", name, mask=broken)
    return np.where(broken, np.rint(values * 1000), values)


def _nothing(count: int) -> tuple[Mask, Mask]:
    return np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)


def bools(array: Any) -> Mask:
    """Arrow's truths as numpy's."""
    return np.asarray(array.to_numpy(zero_copy_only=False), dtype=bool)


def matches(cells: Any, pattern: str) -> Mask:
    """Which of Arrow's texts a pattern of RE2 is found in."""
    return bools(pc.match_substring_regex(cells, pattern))


def _all_numbers(cells: Any, empty: Mask, role: NumberRole) -> Numbers | None:
    """The short way for a column in which only plain numbers stand; ``None`` if it is not so."""
    if role not in ("coordinate", "share") and pc.any(pc.match_substring(cells, ".")).as_py():
        return None
    if empty.any():
        cells = pc.if_else(pa.array(empty), pa.scalar(None, pa.large_string()), cells)
    try:
        values = np.array(pc.cast(cells, pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    except pa.ArrowInvalid:
        return None
    # Arrow takes the words "nan" and "inf" for numbers; we do not.
    return Numbers(values, empty, _nothing(len(values))[0]) if np.isfinite(values[~empty]).all() else None


def a_hundredfold_apart(values: Floats) -> Mask:
    """Which shares below one would lie near the others a hundredfold: 0.075 beside 5 and 12.

    None where one of them would not: where shares range far, small ones are nothing odd.
    """
    small: Mask = (values > 0) & (values < 1)
    others = values[values >= 1]
    if not small.any() or len(others) < _OTHERS:
        return small & False
    as_percent = values[small] * 100
    near = as_percent.min() * _NEAR >= others.min() and as_percent.max() <= others.max() * _NEAR
    return small & bool(near)


def is_sign(cell: str) -> bool:
    """Whether a cell holds an official sign in the place of a figure."""
    return cell in _ZERO_SIGNS or cell in _MISSING_SIGNS


def _signs(cells: Any, findings: Findings, name: str) -> tuple[Any, Mask]:
    """Official signs: a dash is zero, the others are missing and stay known as such."""
    zero = bools(pc.is_in(cells, pa.array([*_ZERO_SIGNS], pa.large_string())))
    missing = bools(pc.is_in(cells, pa.array([*_MISSING_SIGNS], pa.large_string())))
    if zero.any():
        findings.note("sign_zero", name, mask=zero)
        cells = pc.if_else(pa.array(zero), "0", cells)
    if missing.any():
        for sign in pc.unique(cells.filter(pa.array(missing))).to_pylist():
            findings.note("sign_missing", name, mask=bools(pc.equal(cells, sign)), value=sign)
        cells = pc.if_else(pa.array(missing), "", cells)
    return cells, missing


def _in_decimal_degrees(cells: Any, findings: Findings, name: str) -> Any:
    """Degrees with signs, minutes, seconds or the letter of a direction as plain numbers."""
    signed = matches(cells, _DEGREE_SIGNS)
    if not signed.any():
        return cells
    written = cells.to_pylist()
    turned = np.zeros(len(written), dtype=bool)
    for at in np.flatnonzero(signed).tolist():
        # Runs of blanks would be parted in all ways.
        cell = " ".join(written[at].split())
        found = _PARTED.fullmatch(cell) or _DEGREES.fullmatch(cell)
        if found is None:
            continue
        degrees, minutes, seconds = (float((found[it] or "0").replace(",", ".")) for it in ("d", "m", "s"))
        turn = "".join(found[it] or "" for it in ("before", "sign", "after")).upper()
        # "-9,7° W" is west or east, and sixty minutes are a degree: neither says where it is.
        if len(turn) > 1 or minutes >= 60 or seconds >= 60:
            continue
        value = degrees + minutes / 60 + seconds / 3600
        written[at], turned[at] = f"{-value if turn in ('S', 'W', '-') else value:.9f}", True
    findings.note("degrees_written", name, mask=turned)
    return pa.array(written, pa.large_string())


def _ungrouped(cells: Any, findings: Findings, name: str, never: str) -> Any:
    grouped = matches(cells, _GROUPED)
    if never:
        grouped &= ~bools(pc.match_substring(cells, never))
    if not grouped.any():
        return cells
    findings.note("thousands_blank", name, mask=grouped)
    return pc.if_else(pa.array(grouped), pc.replace_substring_regex(cells, f"[{GROUPING}]", ""), cells)


def _decimal(
    cells: Any, findings: Findings, name: str, role: NumberRole, comma_elsewhere: bool, fractions: bool
) -> Any:
    """Decimal commas and thousands, decided for the whole column.

    Of ``fractions`` a comma is decimal: "1,137" below "in 1 000" are 1137 people, not a million.
    """
    has_comma = bools(pc.match_substring(cells, ","))
    if has_comma.any():
        english = matches(cells, _ENGLISH)
        with_both = english & bools(pc.match_substring(cells, "."))
        only_groups = bool((english | ~has_comma).all())
        if only_groups and (with_both.any() or (role in _WHOLE_ROLES and not fractions)):
            findings.note("thousands_comma", name, mask=english)
            return pc.if_else(pa.array(english), pc.replace_substring(cells, ",", ""), cells)
        comma = matches(cells, _COMMA)
        findings.note("decimal_comma", name, mask=comma, kind="repair")
        bare = pc.replace_substring(pc.replace_substring(cells, ".", ""), ",", ".")
        cells = pc.if_else(pa.array(comma), bare, cells)
    grouped = matches(cells, _POINTS) & ~has_comma
    # Shares and degrees are no thousands; of lengths in km three decimals are plausible.
    if role in ("share", "coordinate") or not grouped.any() or findings.reading.decimal == "point":
        return cells
    every = bool((grouped | bools(pc.equal(cells, ""))).all())
    others_whole = matches(cells, _WHOLE) | grouped | bools(pc.equal(cells, ""))
    if not others_whole[~has_comma].all():
        return cells
    several = grouped & ~matches(cells, _ONE_POINT)
    decided = several.any() or has_comma.any() or comma_elsewhere or findings.reading.decimal == "comma"
    if role in _WHOLE_ROLES:
        decided |= not every
    elif not decided and every:
        return cells
    if not decided:
        # Three digits behind every point: thousands or decimals, and a thousandfold between.
        first = str(cells[int(np.flatnonzero(grouped)[0])])
        findings.problem("thousands_unclear", name, first, read=first.replace(".", ""))
    findings.note("thousands_point", name, mask=grouped)
    return pc.if_else(pa.array(grouped), pc.replace_substring(cells, ".", ""), cells)


def _finished(
    cells: Any, missing: Mask, findings: Findings, name: str, original: pd.Series | None = None
) -> Numbers:
    plain = matches(cells, _PLAIN)
    bad = ~plain & ~missing
    if bad.any():
        written = original.to_numpy(dtype=object) if original is not None else np.asarray(cells, dtype=object)
        not_finite = matches(cells, _NOT_FINITE)
        findings.flag(bad & not_finite, "number_not_finite", name, written)
        for code, pattern in (("number_is_date", _DATE), ("number_is_formula", "^=")):
            known = bad & matches(cells, pattern)
            findings.flag(known, code, name, written)
            bad &= ~known
        findings.flag(bad & ~not_finite, "number_unreadable", name, written)
    values = pc.cast(pc.if_else(pa.array(plain), cells, pa.scalar(None, pa.large_string())), pa.float64())
    array = np.array(values.to_numpy(zero_copy_only=False), dtype=np.float64)
    overflown = np.isinf(array)
    if overflown.any():
        findings.flag(overflown, "number_not_finite", name, np.asarray(cells, dtype=object))
        array[overflown] = np.nan
    return Numbers(array, missing.copy(), np.zeros(len(array), dtype=bool))


def required(numbers: Numbers, findings: Findings, name: str) -> Floats:
    """The values, with a problem for every row that has none."""
    findings.flag(numbers.empty | numbers.sign, "value_missing", name)
    return numbers.values
