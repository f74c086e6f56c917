"""Every file speaks one language to the last label, and says which one."""

import html
import io
import re
from pathlib import Path

import openpyxl
import pptx
import pytest
from pypdf import PdfReader

from iqgeo import inputs
from iqgeo.case import Case, State
from iqgeo.gaps import find_gaps
from iqgeo.inputs.column_words import WORDS
from iqgeo.inputs.words import folded
from iqgeo.region import Region
from iqgeo.reports import registry
from iqgeo.reports.change_list import read_earlier
from iqgeo.reports.gap_list import gap_list_csv
from iqgeo.scenario.model import Scenario
from iqgeo.texts import LANGUAGES, SPOKEN, Lang, has_decimal_comma, text
from tests.foreign import foreign_words
from tests.reports.conftest import DATE, Small, pages_of

languages = pytest.mark.parametrize("lang", LANGUAGES)


@pytest.fixture(scope="module")
def case(small: Small) -> Case:
    gaps = find_gaps(small.coverage, small.region)
    return Case(Scenario("Plan A"), small.region, State("", None, small.coverage), gaps)


def written(case: Case, lang: Lang, document: registry.Document, suffix: str) -> bytes:
    return registry.writer_of(f"x{suffix}", document).write(case, lang, registry.WriterOptions(date=DATE))


@languages
def test_the_board_paper(case: Case, lang: Lang) -> None:
    content = written(case, lang, "board", ".pdf")
    assert foreign_words(" ".join(pages_of(content)), lang, case.region) == set()
    assert str(PdfReader(io.BytesIO(content)).trailer["/Root"]["/Lang"]).startswith(lang)


@languages
def test_the_workbook(case: Case, lang: Lang) -> None:
    book = openpyxl.load_workbook(io.BytesIO(written(case, lang, "gaps", ".xlsx")))
    cells = [str(it) for sheet in book for row in sheet.iter_rows(values_only=True) for it in row if it]
    said = " ".join([*book.sheetnames, *cells, str(book.properties.title)])
    assert foreign_words(said, lang, case.region) == set()


@languages
def test_the_slides(case: Case, lang: Lang) -> None:
    deck = pptx.Presentation(io.BytesIO(written(case, lang, "board", ".pptx")))
    said = [it.text_frame.text for slide in deck.slides for it in slide.shapes if it.has_text_frame]
    assert foreign_words(" ".join(said), lang, case.region) == set()
    runs = {it.get("lang") for slide in deck.slides for it in slide.element.iter() if it.get("lang")}
    assert runs == {SPOKEN[lang].tag}


@languages
def test_the_map(case: Case, lang: Lang) -> None:
    page = written(case, lang, "map", ".html").decode()
    assert f'<html lang="{lang}">' in page
    shown = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.S)
    said = html.unescape(re.sub(r"<[^>]*>", " ", shown))
    assert foreign_words(said, lang, case.region) == set()


@languages
def test_the_table_opens_by_a_double_click(case: Case, lang: Lang, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(written(case, lang, "gaps", ".csv"))
    said = path.read_text(encoding="utf-8-sig")
    assert (said.splitlines()[0].count(";") > 3) == has_decimal_comma(lang)
    assert foreign_words(said, lang, case.region) == set()
    # What one language wrote is read whatever language is spoken now.
    assert read_earlier(path).rows["people"].sum() > 0


def test_a_word_left_over_is_seen(case: Case) -> None:
    german = written(case, "de", "gaps", ".csv").decode("utf-8-sig")
    assert {"nächste", "gemeinde"} <= foreign_words(german, "en", case.region)
    assert {"nächste", "zur"} - foreign_words(german, "nl", case.region) == {"zur"}


@languages
def test_what_is_written_in_a_language_is_read_again_as_a_file_of_ones_own(
    small: Small, lang: Lang, region: Region
) -> None:
    listed = gap_list_csv(small.gaps, small.region, lang)
    read = inputs.read_demand((listed, "list.csv"), region).frame
    assert read["people"].tolist() == [70.0, 20.0]
    assert read["ags"].tolist() == ["03351006", "03351006"]
    confirmed = folded(text("inputs.geocode.confirmed", lang))
    assert confirmed in ("confirmed", *WORDS["confirmed"])
