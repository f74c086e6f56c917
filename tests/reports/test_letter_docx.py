"""Letters as Word files: read back, from the template that comes along and from an office's own."""

import io
from pathlib import Path

import docx
import pytest
from docx.document import Document
from typer.testing import CliRunner

from iqgeo.case import Case
from iqgeo.cli.main import app
from iqgeo.errors import InputError
from iqgeo.gaps import Gaps
from iqgeo.region import Region
from iqgeo.reports.letter_docx import letters_docx, template_docx, write_letters_docx
from iqgeo.reports.office_template import OfficeTemplate
from iqgeo.scenario.evaluate import State
from iqgeo.scenario.model import Scenario
from iqgeo.texts import number, of_hundred
from tests.reports.conftest import DATE, Small, small_world

TEMPLATE = OfficeTemplate(
    name="Landesnetzwerk & Co.",
    address="Musterstraße 1",
    recipient="{district}\nDer Landrat",
    reply_by="8. Januar",
)


def case_for(region: Region, gaps: Gaps) -> Case:
    return Case(Scenario("Plan A"), region, State("", None, gaps.coverage), gaps)


def words_of(document: Document) -> str:
    lines = [it.text for it in document.paragraphs]
    for table in document.tables:
        lines += [line.text for row in table.rows for cell in row.cells for line in cell.paragraphs]
    lines += [it.text for it in document.sections[0].footer.paragraphs]
    return "\n".join(lines)


def test_every_letter_says_the_cases_numbers(small: Small) -> None:
    case = case_for(small.region, small.gaps)
    written = dict(letters_docx(case, docx=template_docx("de"), template=TEMPLATE, date=DATE))
    assert list(written) == ["Brief_03351_Celle.docx", "Brief_03452_Aurich.docx"]
    assert written == dict(letters_docx(case, docx=template_docx("de"), template=TEMPLATE, date=DATE))
    districts = small.coverage.by_district().set_index("ags")
    document = docx.Document(io.BytesIO(written["Brief_03351_Celle.docx"]))
    said = words_of(document)
    row = districts.loc["03351"]
    assert f"rund {of_hundred(row.uncovered / row.people)} " in said
    assert f"rund {number(round(row.uncovered / 10) * 10)} von" in said
    assert "Landkreis Celle\nDer Landrat" in said
    assert "Landesnetzwerk & Co., Musterstraße 1" in said
    assert "bis zum 8. Januar" in said
    assert "VG1000" in said
    table = [[cell.text for cell in row.cells] for row in document.tables[-1].rows]
    assert table[0] == ["Gemeinde", "Menschen", "nächste Stelle", "Weg"]
    left = small.gaps.by_municipality.set_index("ags")
    assert [it[0] for it in table[1:]] == ["Celle", "Hambühren"][: len(table) - 1]
    assert table[1][1] == number(round(left.people["03351006"] / 10) * 10)
    picture = document.element.body.xpath(".//wp:docPr")[0]
    assert picture.get("descr").startswith("Karte")
    assert document.core_properties.title == "Erreichbarkeit: Landkreis Celle"
    assert "{{" not in said
    assert "{%" not in said


def test_english(small: Small) -> None:
    found = letters_docx(case_for(small.region, small.gaps), "en", docx=template_docx("en"), date=DATE)
    document = docx.Document(io.BytesIO(next(iter(found))[1]))
    assert "Your nearest office" in words_of(document)
    assert document.core_properties.language == "en-GB"


def test_names_of_others_stay_words(region: Region) -> None:
    name = "<w:t>&\x07{{ map }}{% for"
    small = small_world(region, name, office=name)
    found = letters_docx(case_for(small.region, small.gaps), docx=template_docx("de"), date=DATE)
    assert "<w:t>& {{ map }}{% for" in words_of(docx.Document(io.BytesIO(next(iter(found))[1])))


def own(path: Path, *lines: str) -> Path:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(str(path))
    return path


def test_an_office_fills_its_own_template(small: Small, tmp_path: Path) -> None:
    path = own(
        tmp_path / "Brief.docx",
        "Werte Nachbarn in {{ title }}",
        "{%p for row in rows %}",
        "{{ row[0] }}",
        "{%p endfor %}",
    )
    written = write_letters_docx(tmp_path / "Briefe", case_for(small.region, small.gaps), own=path, date=DATE)
    assert [it.name for it in written] == ["Brief_03351_Celle.docx", "Brief_03452_Aurich.docx"]
    said = words_of(docx.Document(str(written[0])))
    assert "Werte Nachbarn in Erreichbarkeit: Landkreis Celle" in said
    assert "Hambühren" in said or "Celle" in said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{{ anrede }}", "anrede"),
        ("{{ title", "nicht füllen"),
        ("{{ map.tpl.save('out.docx') }}", "nicht füllen"),
        ("{{ ''.__class__.__mro__ }}", "nicht füllen"),
        ("{% for a in range(10**9) %}x{% endfor %}", "nicht füllen"),
        (None, "keine Word-Datei"),
    ],
)
def test_what_is_wrong_with_a_template_is_said(
    line: str | None, said: str, small: Small, tmp_path: Path
) -> None:
    path = tmp_path / "Brief.docx"
    if line is None:
        path.write_bytes(b"PK\x03\x04 nothing")
    else:
        own(path, line)
    with pytest.raises(InputError, match=said):
        write_letters_docx(tmp_path / "Briefe", case_for(small.region, small.gaps), own=path, date=DATE)
    assert not list((tmp_path / "Briefe").iterdir())


def test_a_template_without_a_folder_is_refused(tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["report", "--out", str(tmp_path / "x.pdf"), "--docx"])
    assert "--letters" in found.output + str(found.exception)
    assert not (tmp_path / "x.pdf").exists()
