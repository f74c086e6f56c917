"""CSV: as the Excel of the language opens it by a double click, or plain after RFC 4180."""

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator

from iqgeo.reports.cells import Column, ColumnKind, ReportTable
from iqgeo.safe.clean import formula_proof
from iqgeo.texts import Lang, has_decimal_comma, text

BOM = "\ufeff"
# What stands behind the decimal point where numbers are rounded: metres do not matter beyond ten.
_DIGITS: dict[ColumnKind, int] = {
    "people": 3,
    "change": 3,
    "km": 2,
    "share": 4,
    "rank": 3,
    "degrees": 5,
    "number": 4,
}


def table_csv(table: ReportTable, lang: Lang = "de", *, plain: bool = False) -> bytes:
    """The table as CSV.

    Text that a spreadsheet would take for a formula gets an apostrophe in front, in both forms. Keys
    stand as they are (``03241``): Excel itself drops their leading zero, its own workbooks keep it.

    Parameters
    ----------
    table : ReportTable
        Its columns know how they are written.
    lang : Lang
        Of headings and numbers.
    plain : bool
        ``False``: separator ``;`` and decimal comma (where the language has one, else ``,`` and a point),
        UTF-8 with a byte order mark, rounded to what is shown. ``True``: RFC 4180 with ``,``, headings as the
        keys of the columns, numbers with a point and exact to the last bit, UTF-8 without a mark.
    """
    buffer = io.StringIO(newline="")
    delimiter = ";" if has_decimal_comma(lang) and not plain else ","
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([column.key for column in table.columns] if plain else table.headings(lang))
    columns = [
        _texts(table.frame[column.key].tolist()) if column.kind in ("text", "date") else _numbers(
            table, column, lang, plain
        )
        for column in table.columns
    ]  # fmt: skip
    writer.writerows(zip(*columns, strict=True))
    return (("" if plain else BOM) + buffer.getvalue()).encode("utf-8")


def _texts(values: Iterable[object]) -> Iterator[str]:
    return map(formula_proof, map(str, values))


def _numbers(table: ReportTable, column: Column, lang: Lang, plain: bool) -> list[str]:
    unreachable, few, least = text("reports.unreachable", lang), table.few(lang), table.least_told(column)
    one = _exact if plain else _rounding(_DIGITS.get(column.kind, 3), lang)
    return [
        few if 0 < value < least
        else "" if math.isnan(value)
        else unreachable if math.isinf(value)
        else one(value)
        for value in table.frame[column.key].astype(float).tolist()
    ]  # fmt: skip


def _exact(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _rounding(digits: int, lang: Lang) -> Callable[[float], str]:
    comma = has_decimal_comma(lang)

    def rounded(value: float) -> str:
        written = f"{value:.{digits}f}".rstrip("0").rstrip(".")
        if written in ("-0", ""):
            return "0"
        return written.replace(".", ",") if comma else written

    return rounded
