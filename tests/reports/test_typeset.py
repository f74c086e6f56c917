"""Any name can be set: in text, bold, in a table and in a drawing; what no font has is replaced and said."""

import datetime
import io
import unicodedata
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from iqgeo.reports.typeset import NOT_IN_FONT, pdf, plain, printable
from iqgeo.safe.clean import clean
from iqgeo.texts import text
from tests.draws import draws

DATE = datetime.date(2026, 1, 1)
NASTY = (
    "x\u0301 Stade", "q\u0303\u0323", "\u0301", "e\u0301", "\u1d6c\u0327", "a\u0361b", "\u034f",
    "\u05e9\u05b8\u05dc\u05d5\u05dd", "مدينة", "\u0644\u0627", "\u0644\u064e\u0627", "Ελλάδα\u0345",
    "й\u0306", "Łódź", "İstanbul", "ﬁ", "\u0600\u0601", "\u200d\u200e\u202e", "\u00ad", "😀👩\u200d👧",
    "漢字", "\ud800", "\ufffe", "\x00\x1b[31m", "ქართული", "Հայերեն", "🇩🇪", "\U000e0041", "\U0010ffff",
    "नमस्ते",    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324",
)  # fmt: skip


def data_with(name: str) -> dict[str, Any]:
    """The board's page with a name wherever one can stand, never alone: a heading must not be empty."""
    name = f"S {name}"
    label = f'<text x="10" y="20" font-family="Liberation Sans">{escape(clean(name))}</text>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="50">{label}</svg>'
    gaps = {"heading": name, "columns": ["a", name], "rows": [], "total": {"words": name, "figures": [name]}}
    return {
        "title": name, "description": name, "head": {"left": name, "middle": name, "right": name},
        "headline": [[{"words": name, "strong": True}, {"words": name, "strong": False}]], "lead": [],
        "maps": [{"heading": name, "words": name, "svg": svg, "alt": name}], "legend": [],
        "per_dot": name, "sites": None, "districts": None, "curve": None, "gaps": gaps,
        "sure": {"heading": name, "words": name}, "sources": name, "footer": name, "pages": [],
        "colour": "#00695D", "logo": [], "form": [[name, name]],
        "decision": None, "warning": [],
    }  # fmt: skip


def decision_with(name: str) -> dict[str, Any]:
    """The same as a paper for a decision."""
    data, name = data_with(name), f"S {name}"
    words = [{"words": name, "strong": True}]
    row = {"name": name, "words": name, "share": name, "change": name, "note": name}
    others = {"heading": name, "columns": [name] * 3, "rows": [row, row]}
    outside, sure = {"heading": name, "words": words}, {"heading": name, "words": words}
    return data | {
        "warning": words,
        "decision": {
            "proposal": words, "reasons": None, "alternatives": others, "closed": [name], "outside": outside,
            "sure": sure,
        },
    }  # fmt: skip


def words_of(content: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


@pytest.mark.parametrize("name", NASTY, ids=ascii)
def test_the_paper_is_made_whatever_the_name(name: str) -> None:
    assert pdf("board.typ", data_with(name), "de", date=DATE).startswith(b"%PDF")


@settings(max_examples=draws(10))
@given(
    st.text(alphabet=st.characters(codec=None), max_size=30)
    | st.text(alphabet=st.characters(categories=["Mn", "Mc", "Me", "Lo", "Ll"]), max_size=30)
)
def test_the_paper_is_made_from_all_of_unicode(name: str) -> None:
    for data in (data_with(name), decision_with(name)):
        assert pdf("board.typ", data, "en", date=DATE).startswith(b"%PDF")


def test_names_of_germany_are_set_as_they_are() -> None:
    names = "Żółć Ţurgutlu Đorđe Ğülşah Østergård Ελλάδα Москва Київ Ångström Nguyễn"
    said = words_of(pdf("board.typ", data_with(names), "de", date=DATE))
    assert unicodedata.normalize("NFC", said).count("Nguyễn") > 3
    assert NOT_IN_FONT not in said
    for name in (*names.split(), "שלום", "مدينة", "ქართული", "Հայերեն"):
        assert printable(name) == name


@pytest.mark.parametrize("lang", ["de", "en"])
def test_a_replacement_is_said(lang: Any) -> None:
    sentence = text("reports.replaced", lang, box=NOT_IN_FONT)
    for name, replaced in (("Stade", False), ("漢字", True), ("q\u0303\u0323 x", False)):
        said = " ".join(words_of(pdf("board.typ", data_with(name), lang, date=DATE)).split())
        assert (sentence in said) == replaced, said


@given(st.text(alphabet=st.characters(codec=None)))
def test_plain_is_printable_and_stays(name: str) -> None:
    once = plain(name)
    assert plain(once) == once
    assert printable(once) == once
    assert not any(unicodedata.combining(it) for it in once)
