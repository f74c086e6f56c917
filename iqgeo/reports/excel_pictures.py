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
_CHART_FONT: Final = {"name": "Arial", "size": 9}


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
        "data_labels": {"value": True, "font": {**_CHART_FONT}},
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
    drawn.set_title({"name": chart.title, "name_font": {**_CHART_FONT, "size": 11}})
    font = {"num_font": {**_CHART_FONT}}
    if chart.kind == "line":
        grid = {"major_gridlines": {"visible": True, "line": {"color": "#D5DADD"}}}
        scale = {} if chart.most is None else {"min": 0, "max": chart.most}
        drawn.set_y_axis({**grid, **scale, **font})
        drawn.set_x_axis({"name": chart.axis, "name_font": {**_CHART_FONT, "bold": False}, **font})
    else:
        # Every bar has its number beside it, for which there is room; an axis would say it again.
        drawn.set_y_axis({"reverse": True, **font})
        drawn.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
        drawn.set_plotarea({"layout": {"x": 0.6, "y": 0.14, "width": 0.28, "height": 0.8}})
    drawn.set_size({"width": 620, "height": 300})
    page.insert_chart(at, 0, drawn, {"description": chart.alt, "object_position": 3})
