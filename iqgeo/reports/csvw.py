"""What stands beside a CSV: columns, settings, sources and how to open it (CSV on the Web, W3C 2015)."""

import datetime
from typing import Any, Final

from iqgeo.coverage import Coverage
from iqgeo.proposal import Proposal
from iqgeo.region import Region
from iqgeo.reports import facts
from iqgeo.reports.cells import Column, ColumnKind, ReportTable
from iqgeo.safe.write import json_bytes
from iqgeo.texts import Lang, has_decimal_comma, text
from iqgeo.words.states import day_of

SUFFIX: Final = "-metadata.json"
"""Behind the name of the CSV: where programs that know the standard look for it."""
_NUMBERS: Final[tuple[ColumnKind, ...]] = ("people", "change", "km", "share", "rank", "degrees", "number")


def metadata(
    name: str,
    table: ReportTable,
    coverage: Coverage,
    region: Region,
    lang: Lang,
    *,
    plain: bool = False,
    origin: Proposal | None = None,
    date: datetime.date | None = None,
) -> bytes:
    """Describe the CSV called ``name`` that :func:`iqgeo.reports.delimited.table_csv` wrote of ``table``."""
    day = day_of(date)
    comma = has_decimal_comma(lang) and not plain
    stated = facts.settings(coverage, region, lang, suggestion=origin, date=day)
    content = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": lang}],
        "url": name,
        "dc:title": facts.gap_sentence(coverage, region, lang, day),
        "dc:description": text("reports.csvw.open", lang),
        "dc:created": day.isoformat(),
        "dc:source": [vars(it) for it in facts.sources(coverage, region, lang)],
        "dialect": {
            "delimiter": ";" if comma else ",", "encoding": "utf-8", "header": True,
            "lineTerminators": ["\r\n"],
        },
        "tableSchema": {"columns": [_column(it, table, lang, plain, comma) for it in table.columns]},
        "notes": [{"label": it.label, "value": it.written(lang)} for it in stated],
    }  # fmt: skip
    return json_bytes(content)


def _column(column: Column, table: ReportTable, lang: Lang, plain: bool, comma: bool) -> dict[str, Any]:
    heading = column.key if plain else column.heading(lang)
    described: dict[str, Any] = {"name": column.key, "titles": heading, "datatype": "string"}
    # Where words can stand in place of a number, the column is one of words to a strict reader.
    words = column.kind == "km" or (table.least > 0 and column.kind == "people")
    if column.kind in _NUMBERS and not words:
        mark = "," if comma else "."
        described["datatype"] = {"base": "decimal", "format": {"decimalChar": mark}}
    return described
