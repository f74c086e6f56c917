"""Empty tables with the right columns, to fill in: an explanation stands as a note on every heading."""

import io
from collections.abc import Mapping
from typing import Final

from iqgeo.errors import InputError, Problem
from iqgeo.texts import Lang, text

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "offices": ("id", "name", "town", "lon", "lat", "kind", "opened", "closed", "operator"),
    "candidates": ("id", "name", "town", "lon", "lat", "population"),
    "demand": ("id", "lon", "lat", "people", "ags"),
    "shares": ("ags", "name", "share_pct"),
    "distances": ("candidate", "place", "km"),
    "factors": ("district_ags", "factor"),
}
"""Columns of a table of each kind, as its reader knows them."""

_TEXT_COLUMNS: Final = ("id", "ags", "district_ags", "candidate", "place")


def template_bytes(kind: str, lang: Lang) -> bytes:
    """An empty workbook for a kind of :data:`COLUMNS`.

    Raises
    ------
    InputError
        If there is no such kind.
    """
    import xlsxwriter

    if kind not in COLUMNS:
        raise InputError(
            Problem("template_unknown", column="kind", value=kind, details={"known": ", ".join(COLUMNS)})
        )
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet(text(f"reports.template.sheet_{kind}", lang))
    heading = book.add_format({"bold": True, "bottom": 1})
    # Keys keep their leading zero, and an id is no number.
    as_text = book.add_format({"num_format": "@"})
    for at, column in enumerate(COLUMNS[kind]):
        sheet.write_string(0, at, column, heading)
        sheet.write_comment(0, at, text(f"reports.template.{column}", lang), {"x_scale": 2})
        sheet.set_column(at, at, 18, as_text if column in _TEXT_COLUMNS else None)
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()
