"""Letters as Word files: the template that comes along, or one that an office has made of it."""

import datetime
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from iqgeo.case import Case
from iqgeo.errors import InputError, Problem
from iqgeo.reports.archive import settled
from iqgeo.reports.letters import MAP_MM, letter_data
from iqgeo.reports.office_template import NO_TEMPLATE, OfficeTemplate
from iqgeo.reports.typeset import png
from iqgeo.safe.clean import clean
from iqgeo.safe.write import make_folder, write_bytes
from iqgeo.texts import SPOKEN, Lang, text
from iqgeo.words.states import day_of
from iqgeo.workers import guarded

if TYPE_CHECKING:
    from docx.document import Document

_PPI: Final = 200.0
_MOST_BYTES: Final = 20_000_000
_MOST_UNPACKED: Final = 100_000_000
_BOUNDS: Final = guarded.Bounds(memory_bytes=1_500_000_000, cpu_s=240, wall_s=400, answer_bytes=400_000_000)
_FONT: Final = "Arial"


def write_letters_docx(
    folder: str | Path,
    case: Case,
    lang: Lang = "de",
    *,
    template: OfficeTemplate = NO_TEMPLATE,
    own: str | Path | None = None,
    date: datetime.date | None = None,
) -> list[Path]:
    """Write a letter a district into ``folder``; without an ``own`` template the one that was used, too.

    Raises
    ------
    InputError
        If the template cannot be used: no Word file, a placeholder that nothing fills, too large.
    """
    used = template_docx(lang) if own is None else _read(Path(own))
    named = str(own or text("reports.letter.template_name", lang))
    into = make_folder(folder)
    written = [
        write_bytes(into / name, content)
        for name, content in letters_docx(case, lang, template=template, docx=used, named=named, date=date)
    ]
    if own is None:
        written.append(write_bytes(into / f"{text('reports.letter.template_name', lang)}.docx", used))
    return written


def letters_docx(
    case: Case,
    lang: Lang = "de",
    *,
    docx: bytes,
    template: OfficeTemplate = NO_TEMPLATE,
    named: str = "",
    date: datetime.date | None = None,
) -> Iterator[tuple[str, bytes]]:
    """The letters of a case: file name and Word file; the same case on the same date gives the same bytes."""
    day = day_of(date)
    names, fields = [], []
    for name, data in letter_data(case, lang, template=template, date=day):
        names.append(f"{name}.docx")
        fields.append(_fields(data))
    filled = guarded.run("iqgeo.reports.letter_docx:filled", docx, fields, named, file=named, bounds=_BOUNDS)
    for name, content in zip(names, filled, strict=True):
        yield name, settled(content, day)


def _fields(data: dict[str, Any]) -> dict[str, Any]:
    """What a template can name, as plain data; the picture as PNG."""
    width, height = MAP_MM
    picture = png(data["map"]["svg"], width_mm=width, height_mm=height, ppi=_PPI)
    headline = data["headline"]
    return {
        "title": data["title"], "sender": data["sender"], "sender_line": data["sender_line"],
        "address": data["address"], "right": data["right"],
        "headline_before": headline["before"], "headline_number": headline["strong"],
        "headline_after": headline["after"],
        "sections": data["sections"], "bars": data["bars"], "legend": data["legend"],
        "columns": data["table"]["columns"], "table_heading": data["table"]["heading"],
        "rows": data["table"]["rows"], "closing": data["closing"],
        "foot": f"{data['foot_heading']} {data['foot']} {data['sources']}",
        "map": {"png": picture, "width_mm": width, "alt": data["map"]["alt"]},
        "logo": {"png": bytes(data["logo"]), "width_mm": 0.0, "alt": data["logo_alt"]},
    }  # fmt: skip


def _read(path: Path) -> bytes:
    """A template of an office."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(Problem("letter_template_large", file=str(path)))
        return path.read_bytes()
    except OSError as error:
        raise InputError(Problem("template_unreadable", file=str(path))) from error


def filled(template: bytes, letters: list[dict[str, Any]], named: str) -> list[bytes]:
    """Fill a template once for every letter; called in a child, as a template is what others made.

    Raises
    ------
    InputError
        If it cannot be used.
    """
    import jinja2
    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError

    broken = (zipfile.BadZipFile, PackageNotFoundError, LookupError, ValueError, SyntaxError, AttributeError)
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as archive:
            if sum(it.file_size for it in archive.infolist()) > _MOST_UNPACKED:
                raise InputError(Problem("letter_template_large", file=named))
        Document(io.BytesIO(template))
    except broken as error:
        raise InputError(Problem("letter_template_no_docx", file=named)) from error
    try:
        return [_filled(template, it) for it in letters]
    except (jinja2.TemplateError, ArithmeticError, TypeError, *broken) as error:
        # What stands between the braces is a small program: whatever it does wrong is its own.
        details = {"reason": clean(str(error) or type(error).__name__, 200)}
        raise InputError(Problem("letter_template_field", file=named, details=details)) from error


def _filled(template: bytes, fields: dict[str, Any]) -> bytes:
    import jinja2
    from docx.shared import Mm
    from docxtpl import DocxTemplate, InlineImage
    from jinja2.sandbox import SandboxedEnvironment

    class Described(InlineImage):  # type: ignore[misc]  # docxtpl has no types
        """A picture with the words for those who cannot see it."""

        alt = ""

        def _insert_image(self) -> str:
            picture = self.tpl.current_rendering_part.new_pic_inline(
                self.image_descriptor, self.width, self.height
            )
            picture.docPr.set("descr", self.alt)
            return (
                f'</w:t></w:r><w:r><w:drawing>{picture.xml}</w:drawing></w:r><w:r><w:t xml:space="preserve">'
            )

        __str__ = __html__ = _insert_image

    class Closed(SandboxedEnvironment):
        """Pictures can be shown, and nothing else be done with them."""

        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            return not isinstance(obj, InlineImage) and super().is_safe_attribute(obj, attr, value)

    document = DocxTemplate(io.BytesIO(template))
    shown = dict(fields)
    for name in ("map", "logo"):
        given = shown[name]
        shown[name] = ""
        if given["png"]:
            width = {"width": Mm(given["width_mm"])} if given["width_mm"] else {"height": Mm(14)}
            shown[name] = Described(document, io.BytesIO(given["png"]), **width)
            shown[name].alt = given["alt"]
    document.render(shown, Closed(autoescape=True, undefined=jinja2.StrictUndefined))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def template_docx(lang: Lang) -> bytes:
    """The template that comes along: what stands in double braces is filled in, all else is the office's."""
    from docx import Document
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(22), Mm(18)
    section.top_margin, section.bottom_margin = Mm(16), Mm(18)
    _styled(document, lang)
    properties = document.core_properties
    properties.title, properties.author, properties.language = "{{ title }}", "iqgeo", SPOKEN[lang].tag
    properties.comments = ""
    head = _grid(document, (125, 45))
    head.cell(0, 0).paragraphs[0].add_run("{{ sender | join(', ') }}").bold = True
    head.cell(0, 1).paragraphs[0].add_run("{{ logo }}")
    # The address where a window envelope shows it (DIN 5008).
    line = document.add_paragraph()
    line.paragraph_format.space_before = Mm(14)
    run = line.add_run("{{ sender_line }}")
    run.font.size, run.underline = Pt(7), True
    below = _grid(document, (110, 60))
    _each(below.cell(0, 0), "address")
    _each(below.cell(0, 1), "right")
    title = document.add_heading(level=1)
    title.paragraph_format.space_before = Mm(9)
    title.add_run("{{ headline_before }}")
    title.add_run("{{ headline_number }}").bold = True
    title.add_run("{{ headline_after }}")
    body = _grid(document, (86, 84))
    _sections(body.cell(0, 0))
    picture = body.cell(0, 1)
    picture.paragraphs[0].add_run("{{ map }}")
    picture.add_paragraph("{{ legend }}", style="Caption")
    _table(document)
    document.add_paragraph("{{ closing }}").paragraph_format.space_before = Mm(3)
    section.footer.paragraphs[0].add_run("{{ foot }}").font.size = Pt(7)
    buffer = io.BytesIO()
    document.save(buffer)
    return settled(buffer.getvalue(), datetime.date(2026, 1, 1))


def _styled(document: "Document", lang: Lang) -> None:
    """One plain font, the language, headings in ink."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name, points in (("Normal", 10.0), ("Heading 1", 15.0), ("Heading 2", 11.0), ("Caption", 8.0)):
        style: Any = document.styles[name]
        style.font.name, style.font.size = _FONT, Pt(points)
        style.font.bold = name == "Heading 2"
        style.font.italic = False
        style.font.color.rgb = RGBColor.from_string("1B2226")
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(kind), _FONT)
        for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(kind), None)
        style.paragraph_format.space_after = Pt(3)
    for said in document.styles.element.iter(qn("w:lang")):
        said.set(qn("w:val"), SPOKEN[lang].tag)


def _grid(document: "Document", widths_mm: tuple[float, ...]) -> Any:
    """A row of cells without lines."""
    from docx.shared import Mm

    table = document.add_table(rows=1, cols=len(widths_mm))
    table.autofit = False
    for cell, width in zip(table.rows[0].cells, widths_mm, strict=True):
        cell.width = Mm(width)
    return table


def _each(cell: Any, name: str) -> None:
    """A paragraph for every line of a list."""
    cell.paragraphs[0].add_run(f"{{%p for line in {name} %}}")
    _close(cell.add_paragraph("{{ line }}"))
    cell.add_paragraph("{%p endfor %}")


def _close(paragraph: Any) -> None:
    """No air below: a letter is a page."""
    from docx.shared import Pt

    paragraph.paragraph_format.space_after = Pt(0)


def _sections(cell: Any) -> None:
    cell.paragraphs[0].add_run("{%p for section in sections %}")
    cell.add_paragraph("{{ section.heading }}", style="Heading 2")
    cell.add_paragraph("{{ section.words }}")
    cell.add_paragraph("{%p endfor %}")
    cell.add_paragraph("{%p for bar in bars %}")
    _close(cell.add_paragraph("{{ bar.words }}: {{ bar.figure }}"))
    cell.add_paragraph("{%p endfor %}")


def _table(document: "Document") -> None:
    """The municipalities: a column for every heading, a row for every municipality."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    document.add_paragraph("{%p if rows %}")
    document.add_paragraph("{{ table_heading }}", style="Heading 2")
    table = document.add_table(rows=4, cols=3, style="Table Grid")
    lines = (
        ("{%tc for name in columns %}", "{{ name }}", "{%tc endfor %}"),
        ("{%tr for row in rows %}", "", ""),
        ("{%tc for cell in row %}", "{{ cell }}", "{%tc endfor %}"),
        ("{%tr endfor %}", "", ""),
    )
    for number, (row, cells) in enumerate(zip(table.rows, lines, strict=True)):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.paragraphs[0].add_run(words).bold = number == 0
            _close(cell.paragraphs[0])
    # Said again on every page, and as what it is to who listens.
    heading = OxmlElement("w:tblHeader")
    heading.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(heading)
    document.add_paragraph("{%p endif %}")
