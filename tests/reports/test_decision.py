"""The decision paper, the workbook's front, and pictures: read back by other programs."""

import io
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import openpyxl
import pandas as pd
import pytest
from PIL import Image

from iqgeo.case import BestChoice, Case, LikelyTown
from iqgeo.coverage import Coverage
from iqgeo.gaps import Gaps, find_gaps
from iqgeo.proposal import Proposal, proposal_of
from iqgeo.region import Region
from iqgeo.reports import registry
from iqgeo.reports.board import board_pdf
from iqgeo.reports.board_decision import _proposal, _reasons, alternatives
from iqgeo.reports.board_state import Board
from iqgeo.reports.office_template import OfficeTemplate
from iqgeo.scenario.evaluate import State
from iqgeo.scenario.model import Scenario
from iqgeo.texts import number, signed
from iqgeo.words.clauses import rich_words
from tests.reports.conftest import DATE, Small, pages_of

TEMPLATE = OfficeTemplate(
    name="Landesnetzwerk", author="M. Brandt", subject="Zwei weitere Stellen", committee="Lenkungskreis",
    meeting="9. Dezember 2026",
)  # fmt: skip


@pytest.fixture(scope="module")
def planned(coverage_2012: Coverage, real_proposal: Proposal, region: Region) -> Coverage:
    new = region.towns[region.towns["name"].isin([it.name for it in real_proposal.sites])]
    added = new[["id", "name", "lon", "lat"]].assign(state="03")
    return coverage_2012.again(offices=pd.concat([coverage_2012.offices, added], ignore_index=True))


def test_alternatives_are_the_models_numbers(
    region: Region, gaps_2012: Gaps, planned: Coverage, real_proposal: Proposal
) -> None:
    best = {
        7: BestChoice(("Göttingen",), planned.share - 0.02, True),
        8: BestChoice(("Göttingen", "Verden"), planned.share, True),
        9: BestChoice(("Göttingen", "Verden", "Lingen"), planned.share + 0.03, False),
    }
    likely = LikelyTown("Goslar", 2020, BestChoice(("Goslar", "Verden"), planned.share - 0.01, True))
    board = Board(gaps_2012, region, "de", planned, real_proposal, (), "", DATE, None, best, likely)
    found = alternatives(board)
    assert found is not None
    names = [row["name"] for row in found["rows"]]
    assert names == ["Vorschlag", "Tausch", "Goslar gesetzt", "eine Stelle weniger", "eine Stelle mehr"]
    proposed, exchange, set_, fewer, more = found["rows"]
    assert set_["words"] == "Goslar, Verden"
    assert set_["note"] == "dort seit 2020 eine Stelle"
    assert set_["change"] == signed(round(-0.01 * planned.people / 1000) * 1000)
    # What was not proven does not say so.
    assert (fewer["note"], more["note"]) == ("bewiesen optimal", "")
    assert more["words"] == "Göttingen, Verden, Lingen"
    assert proposed["share"] == number(100 * planned.share, digits=1)
    assert exchange["words"] == "Northeim statt Göttingen"
    assert exchange["change"] == signed(-8_000)
    assert exchange["share"] == number(100 * (planned.share - 8_000 / planned.people), digits=1)
    assert fewer["change"] == signed(round(-0.02 * planned.people / 1000) * 1000)
    assert more["share"] == number(100 * (planned.share + 0.03), digits=1)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_what_is_not_firm_is_looked_at_again_unless_nothing_is(
    gaps_2012: Gaps, region: Region, planned: Coverage, real_proposal: Proposal, count: int
) -> None:
    sites = tuple(replace(it, runner_up="") for it in real_proposal.sites)
    assert len(sites) == 2
    held = [
        SimpleNamespace(id=it.id, is_shaky=at < count, area_stays=False, rivals=())
        for at, it in enumerate(sites)
    ]
    # The words ask of the firmness nothing but its sites.
    told = replace(real_proposal, sites=sites, firmness=SimpleNamespace(sites=held))  # type: ignore[arg-type]
    board = Board(gaps_2012, region, "de", planned, told, (), "", DATE)
    words = "".join(str(it["words"]) for it in _proposal(board))
    first, second = (it.name for it in sites)
    named = {"names": f"{first} und {second}" if count != 1 else second, "count": board.count(1)}
    opened = rich_words([("reports.board.decide_open", named)], "de")
    assert words.startswith("".join(str(it["words"]) for it in opened))
    looked = rich_words([("reports.board.decide_check", {"names": first, "count": board.count(1)})], "de")
    assert ("".join(str(it["words"]) for it in looked) in words) == (count == 1)


@pytest.mark.parametrize("loss", [7.0, 96.0, 2_654.0, 12_345.0, 123_456.0])
def test_a_loss_is_told_alike_among_reasons_and_alternatives(
    gaps_2012: Gaps, region: Region, planned: Coverage, real_proposal: Proposal, loss: float
) -> None:
    sites = tuple(replace(it, runner_up="Verden", runner_up_loss=loss) for it in real_proposal.sites[:1])
    board = Board(gaps_2012, region, "de", planned, replace(real_proposal, sites=sites), (), "", DATE)
    reasons, others = _reasons(board), alternatives(board)
    assert reasons is not None
    assert others is not None
    (exchange,) = [it for it in others["rows"] if it["name"] == "Tausch"]
    assert reasons["rows"][0]["loss"] == f"({exchange['change']})"


def test_a_decision_paper_is_one_page_with_its_form(
    region: Region, gaps_2012: Gaps, planned: Coverage, real_proposal: Proposal
) -> None:
    curve = ((6, 0.47), (7, 0.5), (8, planned.share), (9, 0.6))
    content = board_pdf(
        gaps_2012, region, after=planned, suggestion=real_proposal, curve=curve, date=DATE, template=TEMPLATE
    )
    pages = pages_of(content)
    assert len(pages) == 1
    for words in (
        "Beschlussvorlage", "Betreff Zwei weitere Stellen", "Gremium Lenkungskreis",
        "Vorgelegt von M. Brandt",
        "Sitzung 9. Dezember 2026", "Alternativen", "Northeim statt Göttingen", "Landesnetzwerk",
    ):  # fmt: skip
        assert words in pages[0], words


def case_of_small(small: Small) -> Case:
    gaps = find_gaps(small.coverage, small.region)
    return Case(Scenario("Plan A"), small.region, State("", None, small.coverage), gaps)


def test_the_workbook_begins_with_the_answer_and_the_map(
    region: Region, gaps_2012: Gaps, small: Small
) -> None:
    case = Case(Scenario("Plan A"), region, State("", 2012, gaps_2012.coverage), gaps_2012)
    case = replace(case, curve=((6, 0.47), (7, 0.5)))
    writer = registry.writer_of("x.xlsx", "gaps")
    content = writer.write(case, "de", registry.WriterOptions(date=DATE))
    one, again = (writer.write(case_of_small(small), "de", registry.WriterOptions(date=DATE)) for _ in "ab")
    assert one == again
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames[:3] == ["Auf einen Blick", "Stellen", "Übersicht"]
    front = book["Auf einen Blick"]
    assert "Im Netz von 2012" in str(front["A2"].value)
    assert len(front._images) == 2
    offices = {row[0].value: row for row in book["Stellen"].iter_rows() if row[0].value}
    leer = offices["Leer"]
    assert leer[1].value == "bleibt"
    assert leer[2].value == gaps_2012.coverage.offices.set_index("name").loc["Leer", "people_nearest"]
    assert leer[3].value.startswith("Jobcenter Landkreis Leer")
    assert leer[4].value == "2011"
    assert "Evaluationsbericht" in leer[6].value


def test_map_as_png_and_svg(small: Small, tmp_path: Path) -> None:
    case = case_of_small(small)
    png = registry.write(tmp_path / "karte.png", case, "de", "map")
    picture = Image.open(png)
    assert picture.size[0] > 800
    colours = picture.convert("RGB").getcolors(1 << 24)
    assert colours is not None
    assert len(colours) > 20
    svg = registry.write(tmp_path / "karte.svg", case, "de", "map")
    assert ET.fromstring(svg.read_text(encoding="utf-8")).tag.endswith("svg")
    assert png.read_bytes() == registry.write(tmp_path / "noch.png", case, "de", "map").read_bytes()


def test_a_proposal_alone_is_beside_nothing(region: Region, gaps_2012: Gaps, planned: Coverage) -> None:
    assert alternatives(Board(gaps_2012, region, "de", planned, None, (), "", DATE)) is None
    by_hand = proposal_of(gaps_2012.coverage, planned)
    assert alternatives(Board(gaps_2012, region, "de", planned, by_hand, (), "", DATE)) is None
