"""Letters to districts and the office's own template, read back from the PDF."""

import re
from pathlib import Path

import pytest

from iqgeo.case import Case
from iqgeo.errors import InputError
from iqgeo.gaps import Gaps, find_gaps
from iqgeo.proposal import Opening, Proposal
from iqgeo.region import Region
from iqgeo.reports.board_state import Board
from iqgeo.reports.board_tables import MOST_SITES, sites_table
from iqgeo.reports.letters import letter_data, letters, write_letters
from iqgeo.reports.office_template import OfficeTemplate, read_template
from iqgeo.scenario.evaluate import State
from iqgeo.scenario.model import Scenario, Search, Stage
from iqgeo.texts import LANGUAGES, Lang, number, of_hundred
from iqgeo.words.districts import district_name
from iqgeo.words.rounding import about_tens
from tests.reports.conftest import DATE, Small, pages_of, searched_case
from tests.reports.test_slides import staged

TEMPLATE = """
[office]
name = "Landesnetzwerk"
address = "Musterstraße 1\\n30159 Hannover"
colour = "#123456"
[decision]
committee = "Lenkungskreis"
[letter]
recipient = "{district}\\nDer Landrat #set"
reply_by = "8. Januar 2027"
[letter.addresses]
03351 = "Am Schloss 1"
"""


def case_for(region: Region, gaps: Gaps) -> Case:
    return Case(Scenario("Plan A"), region, State("", None, gaps.coverage), gaps)


def test_every_district_left_out_gets_one_page(region: Region, gaps_2012: Gaps) -> None:
    wanted = {"03454"}
    districts = gaps_2012.coverage.by_district().set_index("ags")
    found = dict(letters(case_for(region, gaps_2012), date=DATE))
    assert len(found) == int((districts["uncovered"] > 0).sum())
    for ags in wanted:
        name, content = next(it for it in found.items() if ags in it[0])
        assert name == "Brief_03454_Emsland.pdf"
        pages = pages_of(content)
        assert len(pages) == 1
        row = districts.loc[ags]
        assert f"rund {of_hundred(row.uncovered / row.people)} Menschen" in pages[0]
        assert f"rund {number(round(row.uncovered / 10) * 10)} von" in pages[0]
        assert "Stichprobe 1 %" in pages[0]
        assert "nicht gezählt, sondern gerechnet" in pages[0]
        assert "Zurzeit ist nichts vorgeschlagen" in pages[0]
        assert "Lingen (Ems)" in pages[0]
        assert "Menschen im Kreis: zwischen" in pages[0]
    city = pages_of(next(it for name, it in found.items() if "03102" in name))[0]
    assert "Menschen in der Stadt: zwischen rund 23.000" in city
    assert " Kreis: " not in city


def test_the_office_writes_in_its_own_name(small: Small, tmp_path: Path) -> None:
    path = tmp_path / "vorlage.toml"
    path.write_text(TEMPLATE, encoding="utf-8")
    template = read_template(path)
    written = write_letters(
        tmp_path / "Briefe", case_for(small.region, small.gaps), template=template, date=DATE
    )
    said = pages_of(written[0].read_bytes())[0]
    assert "Landesnetzwerk, Musterstraße 1, 30159 Hannover" in said
    assert "Landkreis Celle Der Landrat #set Am Schloss 1" in said
    assert "bis zum 8. Januar 2027" in said
    again = next(iter(letters(case_for(small.region, small.gaps), template=template, date=DATE)))
    assert again[1] == written[0].read_bytes()


def test_english(small: Small) -> None:
    gaps = find_gaps(small.coverage, small.region)
    said = pages_of(next(iter(letters(case_for(small.region, gaps), "en", date=DATE)))[1])[0]
    assert "Your nearest office" in said
    assert "In the district of Celle, about" in said
    assert "Kreis" not in said.replace("Kreises", "").replace("Landkreis Celle", "")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[office]\nnam = 'x'", "office.nam"),
        ("[ofice]\nname = 'x'", "ofice"),
        ("[office]\ncolour = 'red'", "keine Farbe"),
        ("[office]\nlogo = 'nowhere.png'", "keine lesbare PNG-Datei"),
        ("[office\n", "keine TOML-Datei"),
    ],
)
def test_what_is_wrong_with_a_template_is_said(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "vorlage.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_template(path)
    with pytest.raises(InputError, match="nicht lesen"):
        read_template(tmp_path / "missing.toml")


def test_an_empty_template_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "vorlage.toml"
    path.write_text("", encoding="utf-8")
    assert read_template(path) == OfficeTemplate()
    assert not read_template(path).is_decision


@pytest.mark.parametrize("count", [1, MOST_SITES, MOST_SITES + 1, 30])
def test_where_names_are_left_out_it_is_said(small: Small, count: int) -> None:
    _, data = next(iter(letter_data(staged(small, count), date=DATE)))
    said = " ".join(it["words"] for it in data["sections"])
    named = [at for at in range(1, count + 1) if re.search(rf"Neu {at}\b", said)]
    assert ("und weiteren Orten" in said) == (len(named) < count)
    sites = tuple(Opening(f"n{at}", f"Neu {at}", 9.0, 52.0, 10.0) for at in range(count))
    closed = tuple(f"Alt {at}" for at in range(count))
    board = Board(
        small.gaps, small.region, "de", small.coverage, Proposal(sites, closed), (), "", DATE, small.gaps
    )
    table = sites_table(board)
    assert table is not None
    left = 2 * count - len(table["rows"])
    others = re.findall(r"(\d+|eine) weitere", table["more"])
    assert sum(1 if it == "eine" else int(it) for it in others) == left
    assert board.first(closed, MOST_SITES)[-1] == ("weitere Orte" if left else closed[-1])


@pytest.mark.parametrize(
    ("name", "kind", "full", "where"),
    [
        ("Emsland", "Landkreis", "Landkreis Emsland", "Im Landkreis Emsland"),
        ("Borken", "Kreis", "Kreis Borken", "Im Kreis Borken"),
        ("Heidekreis", "Landkreis", "Heidekreis", "Im Heidekreis"),
        ("Märkischer Kreis", "Kreis", "Märkischer Kreis", ""),
        ("Rhein-Kreis Neuss", "Kreis", "Rhein-Kreis Neuss", "Im Rhein-Kreis Neuss"),
        ("Region Hannover", "Landkreis", "Region Hannover", "In der Region Hannover"),
        ("Städteregion Aachen", "Kreis", "Städteregion Aachen", "In der Städteregion Aachen"),
        ("Oldenburg (Landkreis)", "Landkreis", "Landkreis Oldenburg", "Im Landkreis Oldenburg"),
        (
            "Oldenburg (Stadt)", "Kreisfreie Stadt", "Kreisfreie Stadt Oldenburg",
            "In der kreisfreien Stadt Oldenburg",
        ),
        ("Ulm (Stadtkreis)", "Stadtkreis", "Stadtkreis Ulm", "Im Stadtkreis Ulm"),
        # What is not known is not guessed.
        ("Utrecht", "Gemeente", "Utrecht", ""),
        ("Emsland", "", "Emsland", ""),
        ("Celle", "4", "Celle", ""),
    ],
)  # fmt: skip
def test_a_district_is_called_by_its_kind(name: str, kind: str, full: str, where: str) -> None:
    found = district_name(name, kind)
    assert (found.full, found.where("de")) == (full, where)
    for lang in LANGUAGES:
        assert bool(found.where(lang)) == bool(where)
        assert "{" not in found.where(lang)


def test_every_district_here_has_a_kind(region: Region) -> None:
    kinds = region.district_kinds
    found = [district_name(name, kinds[ags]) for ags, name in region.district_names.items()]
    assert all(it.role for it in found)
    assert sum(it.is_city for it in found) == 8
    assert not any("(Stadt)" in it.full or "(Landkreis)" in it.full for it in found)


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """One office is looked for: best in Celle, next best in Uelzen, which other districts would like."""
    return searched_case(tmp_path_factory.mktemp("second"), Stage("", search=Search(new=1)))


def test_a_district_hears_of_the_town_that_comes_second(searched: Case) -> None:
    second = searched.second_towns[0]
    assert (second.instead_of.name, second.name) == ("Celle", "Uelzen")
    assert second.coverage.covered == searched.shown.covered - 900 + 620
    told = dict(letter_data(searched, date=DATE))
    # Who says where the offices are is said, too.
    assert all("Stellen nach einer eigenen Liste" in it["sources"] for it in told.values())
    for key, change in (("03351", "900 weniger"), ("03360", "620 mehr")):
        data = next(it for name, it in told.items() if key in name)
        said = data["sections"][2]["words"]
        assert "Der zweitbeste Ort an Stelle von Celle ist Uelzen: insgesamt rund 280 Menschen" in said
        assert f"in Ihrem Kreis rund {change}." in said
        assert [it["words"] for it in data["bars"]][-1] == "mit Uelzen"
        assert data["bars"][-1]["share"] == (1.0 if "mehr" in change else 0.0)
        assert "gestrichelt: Uelzen" in data["legend"]
        assert "stroke-dasharray" in data["map"]["svg"]
    # Whom it does not concern hears nothing of it, and has no more to look at.
    other = next(it for name, it in told.items() if "03353" in name)
    assert "zweitbeste" not in other["sections"][2]["words"]
    assert len(other["bars"]) == 2
    assert "gestrichelt" not in other["legend"]
    assert "Das sind unter 10 von unter 10 Menschen" in other["sections"][0]["words"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_few_are_not_about_few(lang: Lang) -> None:
    assert about_tens(7, lang).split()[-1] == "10"
    about = about_tens(120, lang).removesuffix("120")
    assert about.strip()
    assert about not in about_tens(7, lang)
