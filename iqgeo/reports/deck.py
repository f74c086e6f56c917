"""The parts of a slide that programs and readers of screens understand: titles, tables, charts, pictures."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from iqgeo.reports.pictures import Picture
from iqgeo.texts import SPOKEN, Lang
from iqgeo.words.clauses import Rich

if TYPE_CHECKING:
    from pptx.presentation import Presentation
    from pptx.slide import Slide

WIDTH_IN: Final = 13.333
HEIGHT_IN: Final = 7.5
LEFT_IN: Final = 0.6
TOP_IN: Final = 1.75
"""Where the title ends and the slide begins."""
BODY_IN: Final = WIDTH_IN - 2 * LEFT_IN
FOOT_IN: Final = 6.95

_FONT: Final = "Arial"
_INK, _GREY, _LINE = "1B2226", "56616A", "D5DADD"
_TITLE_ONLY: Final = 5
_ROW_IN: Final = 0.33
# What a letter is wide and a line is high, in ems; smaller type than that is not read from afar.
_LETTER_EM: Final = 0.52
_LINE_EM: Final = 1.2
_LEAST_POINTS: Final = 12
# A style of tables without fill, as PowerPoint names it: "No Style, No Grid".
_PLAIN_TABLE: Final = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"


@dataclass(frozen=True)
class Box:
    """A place on a slide, in inches."""

    left: float
    top: float
    width: float
    height: float


@dataclass
class Deck:
    """A presentation that grows slide by slide; ``foot`` stands at the bottom of each."""

    lang: Lang
    title: str
    foot: str
    accent: str
    logo: bytes = b""
    logo_alt: str = ""
    presentation: "Presentation" = field(init=False)

    def __post_init__(self) -> None:
        from pptx import Presentation
        from pptx.util import Inches

        self.presentation = Presentation()
        self.presentation.slide_width, self.presentation.slide_height = Inches(WIDTH_IN), Inches(HEIGHT_IN)
        properties = self.presentation.core_properties
        properties.title, properties.author, properties.last_modified_by = self.title, "iqgeo", "iqgeo"
        properties.language = _language(self.lang)

    def add(self, title: Sequence[Rich]) -> "Slide":
        """A slide with its title, foot and number."""
        layout = self.presentation.slide_layouts[_TITLE_ONLY]
        slide = self.presentation.slides.add_slide(layout)
        head = slide.shapes.title
        _place(head, Box(LEFT_IN, 0.4, BODY_IN - (1.6 if self.logo else 0), 1.2))
        self.write(head, title, 26, size_of_lines=1.05)
        number = str(len(self.presentation.slides))
        self.words(
            slide,
            [[{"words": self.foot, "strong": False}]],
            Box(LEFT_IN, FOOT_IN, BODY_IN - 1, 0.35),
            10,
            _GREY,
        )
        self.words(
            slide,
            [[{"words": number, "strong": False}]],
            Box(WIDTH_IN - LEFT_IN - 0.8, FOOT_IN, 0.8, 0.35),
            10,
            _GREY,
            right=True,
        )
        if self.logo:
            from pptx.util import Inches

            drawn = slide.shapes.add_picture(io.BytesIO(self.logo), 0, Inches(0.4), height=Inches(0.6))
            drawn.left = Inches(WIDTH_IN - LEFT_IN) - drawn.width
            _describe(drawn, self.logo_alt)
        return slide

    def words(
        self,
        slide: "Slide",
        paragraphs: Sequence[Rich],
        box: Box,
        points: float,
        colour: str = _INK,
        *,
        right: bool = False,
    ) -> None:
        """Paragraphs in a box of text."""
        shape = slide.shapes.add_textbox(0, 0, 0, 0)
        _place(shape, box)
        self.write(shape, paragraphs, points, colour, right=right)

    def words_that_fit(self, slide: "Slide", paragraphs: Sequence[Rich], box: Box, points: float) -> None:
        """Paragraphs as large as fits into a box, and no larger than ``points``: nothing runs over."""
        size = points
        while size > _LEAST_POINTS and _height_in(paragraphs, box.width, size) > box.height:
            size -= 1
        self.words(slide, paragraphs, box, size)

    def write(
        self,
        shape: Any,
        paragraphs: Sequence[Rich],
        points: float,
        colour: str = _INK,
        *,
        right: bool = False,
        size_of_lines: float = 1.0,
    ) -> None:
        """Put paragraphs into a shape; what is strong is bold, in titles in the accent as well."""
        from pptx.enum.text import MSO_ANCHOR, PP_ALIGN

        frame = shape.text_frame
        frame.word_wrap = True
        frame.vertical_anchor = MSO_ANCHOR.TOP
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        for at, parts in enumerate(paragraphs):
            paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
            paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
            paragraph.line_spacing = size_of_lines
            if at:
                paragraph.space_before = _points(points * 0.45)
            for part in parts:
                accent = bool(part["strong"]) and points > 20
                self._run(
                    paragraph,
                    str(part["words"]),
                    points,
                    self.accent if accent else colour,
                    bold=bool(part["strong"]),
                )

    def _run(self, paragraph: Any, words: str, points: float, colour: str, *, bold: bool = False) -> None:
        from pptx.dml.color import RGBColor

        run = paragraph.add_run()
        run.text = words
        font = run.font
        font.name, font.size, font.bold = _FONT, _points(points), bold
        font.color.rgb = RGBColor.from_string(colour)
        run._r.get_or_add_rPr().set("lang", _language(self.lang))

    def picture(self, slide: "Slide", picture: Picture, box: Box, name: str) -> float:
        """A picture as large as fits into a box; returns its width in inches."""
        from pptx.util import Inches

        per_mm = min(box.width / picture.width_mm, box.height / picture.height_mm)
        width = picture.width_mm * per_mm
        drawn = slide.shapes.add_picture(
            io.BytesIO(picture.png(220.0)), Inches(box.left), Inches(box.top), width=Inches(width)
        )
        drawn.name = name
        _describe(drawn, picture.alt)
        return width

    def table(
        self,
        slide: "Slide",
        columns: Sequence[str],
        rows: Sequence[Sequence[str]],
        box: Box,
        widths: Sequence[float],
        alt: str,
        *,
        points: float = 13,
        total: bool = False,
        numbers: frozenset[int] = frozenset(),
    ) -> None:
        """A native table with a heading row; ``widths`` are parts of the box, ``numbers`` stand right."""
        from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
        from pptx.util import Inches

        frame = slide.shapes.add_table(
            len(rows) + 1,
            len(columns),
            Inches(box.left),
            Inches(box.top),
            Inches(box.width),
            Inches(_ROW_IN * (len(rows) + 1)),
        )
        frame.name = alt[:60]
        _describe(frame, alt)
        table = frame.table
        table._tbl.tblPr.find(f"{{{_DRAWING}}}tableStyleId").text = _PLAIN_TABLE
        table.horz_banding = False
        for at, part in enumerate(widths):
            table.columns[at].width = Inches(box.width * part / sum(widths))
        for number, cells in enumerate([columns, *rows]):
            table.rows[number].height = Inches(_ROW_IN)
            for at, words in enumerate(cells):
                cell = table.cell(number, at)
                cell.margin_left, cell.margin_right = Inches(0), Inches(0.12)
                cell.margin_top = cell.margin_bottom = Inches(0.025)
                cell.vertical_anchor = MSO_ANCHOR.MIDDLE
                paragraph = cell.text_frame.paragraphs[0]
                paragraph.alignment = PP_ALIGN.RIGHT if at in numbers else PP_ALIGN.LEFT
                bold = total and number == len(rows)
                self._run(
                    paragraph, words, points if number else points - 2, _INK if number else _GREY, bold=bold
                )
                _rule(cell, 1.0 if number == 0 else 0.5)

    def line_chart(
        self,
        slide: "Slide",
        counts: Sequence[int],
        values: Sequence[float],
        box: Box,
        alt: str,
        axis: str,
        name: str,
        title: str = "",
    ) -> None:
        """The native chart of a curve: ``values`` of 100 by number."""
        from pptx.enum.chart import XL_CHART_TYPE

        labels = [str(it) for it in counts]
        chart = self._chart(slide, XL_CHART_TYPE.LINE_MARKERS, (name, labels, values), box, alt, axis, title)
        series = chart.plots[0].series[0]
        series.smooth = False
        _coloured(series.format.line, self.accent, 2.25)
        series.marker.format.fill.solid()
        _filled(series.marker.format, self.accent)

    def bar_chart(
        self,
        slide: "Slide",
        names: Sequence[str],
        values: Sequence[float],
        box: Box,
        alt: str,
        axis: str,
        name: str,
    ) -> None:
        """The native chart of some states beside each other: ``values`` of 100 by name."""
        from pptx.enum.chart import XL_CHART_TYPE

        chart = self._chart(slide, XL_CHART_TYPE.COLUMN_CLUSTERED, (name, names, values), box, alt, axis)
        chart.plots[0].gap_width = 60
        _filled(chart.plots[0].series[0].format, self.accent)

    def _chart(
        self,
        slide: "Slide",
        kind: Any,
        series: tuple[str, Sequence[str], Sequence[float]],
        box: Box,
        alt: str,
        axis: str,
        title: str = "",
    ) -> Any:
        """A native chart of one series: its name, the labels below, its values."""
        from pptx.chart.data import CategoryChartData
        from pptx.util import Inches

        name, labels, shown = series
        data = CategoryChartData(number_format="0.0")
        data.categories = list(labels)
        data.add_series(name, [float(it) for it in shown])
        frame = slide.shapes.add_chart(
            kind, Inches(box.left), Inches(box.top), Inches(box.width), Inches(box.height), data
        )
        frame.name = axis
        _describe(frame, alt)
        chart = frame.chart
        chart.has_legend, chart.has_title = False, bool(title)
        if title:
            self._run(chart.chart_title.text_frame.paragraphs[0], title, 14, _GREY)
        chart.font.size, chart.font.name = _points(12), _FONT
        values = chart.value_axis
        values.minimum_scale, values.maximum_scale, values.major_unit = 0, 100, 25
        values.major_gridlines.format.line.color.rgb = _colour(_LINE)
        values.format.line.fill.background()
        values.tick_labels.number_format, values.tick_labels.number_format_is_linked = "0", False
        chart.category_axis.has_title = True
        below = chart.category_axis.axis_title.text_frame
        self._run(below.paragraphs[0], axis, 12, _GREY)
        plot = chart.plots[0]
        plot.has_data_labels = True
        plot.data_labels.number_format, plot.data_labels.number_format_is_linked = "0", False
        plot.data_labels.font.size = _points(11)
        _labels_above(plot, kind)
        return chart

    def content(self) -> bytes:
        """The presentation as a file."""
        buffer = io.BytesIO()
        self.presentation.save(buffer)
        return buffer.getvalue()


def _height_in(paragraphs: Sequence[Rich], width_in: float, points: float) -> float:
    """How high paragraphs are about, in inches, set in a size."""
    room = width_in * 72 / (_LETTER_EM * points)
    lines = sum(math.ceil(sum(len(str(it["words"])) for it in parts) / room) for parts in paragraphs)
    return (lines * _LINE_EM + 0.45 * (len(paragraphs) - 1)) * points / 72


_DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"


def _language(lang: Lang) -> str:
    return SPOKEN[lang].tag


def _points(size: float) -> Any:
    from pptx.util import Pt

    return Pt(size)


def _colour(written: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(written)


def _place(shape: Any, box: Box) -> None:
    from pptx.util import Inches

    shape.left, shape.top = Inches(box.left), Inches(box.top)
    shape.width, shape.height = Inches(box.width), Inches(box.height)


def _describe(shape: Any, alt: str) -> None:
    """The words for those who cannot see a picture, table or chart."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", alt)


def _filled(look: Any, colour: str) -> None:
    look.fill.solid()
    look.fill.fore_color.rgb = _colour(colour)


def _coloured(line: Any, colour: str, points: float) -> None:
    line.color.rgb, line.width = _colour(colour), _points(points)


def _labels_above(plot: Any, kind: Any) -> None:
    from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION

    line = kind == XL_CHART_TYPE.LINE_MARKERS
    plot.data_labels.position = XL_LABEL_POSITION.ABOVE if line else XL_LABEL_POSITION.OUTSIDE_END


def _rule(cell: Any, points: float) -> None:
    """A line below a cell."""
    properties = cell._tc.get_or_add_tcPr()
    line = properties.makeelement(f"{{{_DRAWING}}}lnB", {"w": str(int(points * 12_700))})
    fill = line.makeelement(f"{{{_DRAWING}}}solidFill", {})
    colour = _LINE if points < 1 else "8D989F"
    fill.append(fill.makeelement(f"{{{_DRAWING}}}srgbClr", {"val": colour}))
    line.append(fill)
    properties.append(line)
