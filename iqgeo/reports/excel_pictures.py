"""Pictures and charts on the sheets of a workbook."""

import io
import math
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from iqgeo.reports.excel import Chart, Sheet

LINE_HEIGHT: Final = 13.5
"""Height of a row, in points."""
PAGE_CHARACTERS: Final = 70
"""Width of an upright page in characters of the column, of which letters need less."""
_PICTURE_PPI = 144.0
# So that map and curve stand on one page with the lines above them.
_PICTURE_SCALE = 0.72


def insert_pictures(page: "Worksheet", row: int, sheet: "Sheet") -> int:
    """Pictures one under the other, as wide as a page; returns the row behind them."""
    page.set_column(0, 0, PAGE_CHARACTERS)
    for picture in sheet.pictures:
        scale = _PICTURE_SCALE * 96 / _PICTURE_PPI
        look = {"description": picture.alt, "object_position": 3, "x_scale": scale, "y_scale": scale}
        content = io.BytesIO(picture.png(_PICTURE_PPI))
        covered = math.ceil(_PICTURE_SCALE * picture.height_mm * 72 / 25.4 / LINE_HEIGHT) + 1
        # Said row by row, as programs differ in the height of a row that nobody set.
        for at in range(row, row + covered):
            page.set_row(at, LINE_HEIGHT)
        page.insert_image(row, 0, "picture.png", {**look, "image_data": content})
        row += covered
    return row


def insert_chart(
    page: "Worksheet", rows: tuple[int, int, int], sheet: "Sheet", chart: "Chart", book: "Workbook"
) -> None:
    """A native chart below its numbers, which it follows when they are changed."""
    first, last, at = rows
    drawn = book.add_chart({"type": chart.kind})
    line = {"color": "#00796B", "width": 2.25} if chart.kind == "line" else {"none": True}
    series: dict[str, Any] = {
        "name": chart.title,
        "categories": [sheet.name, first, 0, last, 0],
        "values": [sheet.name, first, 1, last, 1],
        "line": line,
        "fill": {"color": "#00796B"},
        "data_labels": {"value": True, "font": {"name": "Arial", "size": 9}},
    }
    if chart.kind == "line":
        series["marker"] = {
            "type": "circle",
            "size": 6,
            "fill": {"color": "#00796B"},
            "border": {"none": True},
        }
        series["data_labels"]["position"] = "above"
    drawn.add_series(series)
    drawn.set_legend({"none": True})
    drawn.set_title({"name": chart.title, "name_font": {"name": "Arial", "size": 11}})
    scale = {} if chart.most is None else {"min": 0, "max": chart.most}
    numbers = {"major_gridlines": {"visible": True, "line": {"color": "#D5DADD"}}, **scale}
    names = {"name": chart.axis, "name_font": {"name": "Arial", "size": 9, "bold": False}}
    drawn.set_y_axis(numbers if chart.kind == "line" else {"reverse": True})
    drawn.set_x_axis(names if chart.kind == "line" else {**numbers, **names})
    drawn.set_size({"width": 620, "height": 300})
    page.insert_chart(at, 0, drawn, {"description": chart.alt, "object_position": 3})
