"""The slides, read back: every picture, table and chart has its words, every number is the case's."""

import datetime
import io
import math
import zipfile
from dataclasses import replace

import pandas as pd
import pytest
from pptx import Presentation
from pptx.presentation import Presentation as Read

from iqgeo.case import Case
from iqgeo.coverage import Coverage
from iqgeo.gaps import Gaps, find_gaps
from iqgeo.proposal import Proposal
from iqgeo.region import Region
from iqgeo.reports.board import board_data
from iqgeo.reports.deck import Box, Deck
from iqgeo.reports.pictures import board_of
from iqgeo.reports.registry import WriterOptions, writer_of
from iqgeo.sampling import sampling_error
from iqgeo.scenario.evaluate import State, Step
from iqgeo.scenario.model import Scenario, Stage
from iqgeo.texts import in_hundred, of_hundred, people_rounded
from iqgeo.words.clauses import Rich
from tests.reports.conftest import DATE, Small, small_world
from tests.reports.test_decision import TEMPLATE


def read(content: bytes) -> Read:
    return Presentation(io.BytesIO(content))


def written(case: Case, lang: str = "de", **options: object) -> bytes:
    return writer_of("x.pptx", "board").write(case, lang, WriterOptions(date=DATE, **options))


def words_of(slide: object) -> str:
    found = []
    for shape in slide.shapes:  # type: ignore[attr-defined]
        if shape.has_text_frame:
            found.append(shape.text_frame.text)
        if shape.has_table:
            found += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(found)


def staged(small: Small, count: int) -> Case:
    """A case whose network grows by an office in every stage."""
    states, gaps = [State("", None, small.coverage)], [small.gaps]
    steps = []
    for number in range(1, count + 1):
        offices = states[-1].coverage.offices[["id", "name", "lon", "lat", "state"]]
        new = pd.DataFrame(
            {
                "id": [f"n{number}"],
                "name": [f"Neu {number}"],
                "lon": [10.0 + 0.1 * number],
                "lat": [52.6],
                "state": "03",
            }
        )
        coverage = small.coverage.again(offices=pd.concat([offices, new], ignore_index=True))
        states.append(State(f"Stufe {number}", None, coverage))
        gaps.append(find_gaps(coverage, small.region, after=gaps[-1]))
        steps.append(
            Step(Stage(f"Stufe {number}", opened=(f"n{number}",)), (f"n{number}",), part_of=number - 1)
        )
    return Case(
        Scenario("Plan A"), small.region, states[0], gaps[0], states[-1], gaps[-1], tuple(steps),
        tuple(states), tuple(gaps), {f"n{it}": f"Neu {it}" for it in range(1, count + 1)},
    )  # fmt: skip


@pytest.fixture(scope="module")
def real(region: Region, gaps_2012: Gaps, coverage_2012: Coverage, real_proposal: Proposal) -> Case:
    new = region.towns[region.towns["name"].isin([it.name for it in real_proposal.sites])]
    added = new[["id", "name", "lon", "lat"]].assign(state="03")
    after = coverage_2012.again(offices=pd.concat([coverage_2012.offices, added], ignore_index=True))
    case = Case(
        Scenario("Plan A"), region, State("", 2012, coverage_2012), gaps_2012, State("", 2012, after),
        find_gaps(after, region, after=gaps_2012), real_proposal.steps, names={},
    )  # fmt: skip
    curve = ((6, coverage_2012.share), (7, 0.5), (8, after.share), (9, 0.6))
    return replace(case, curve=curve)


@pytest.fixture(scope="module")
def deck(real: Case) -> Read:
    return read(written(real, "en", template=TEMPLATE))


def test_every_number_is_the_cases(real: Case, deck: Read) -> None:
    lang = "en"
    slides = list(deck.slides)
    assert len(slides) == 6
    after = real.shown
    assert of_hundred(after.share, lang) in slides[0].shapes.title.text_frame.text  # type: ignore[union-attr]
    assert "Lenkungskreis" in words_of(slides[0])
    for slide, coverage, gaps in (
        (slides[1], real.before.coverage, real.before_gaps),
        (slides[2], after, real.shown_gaps),
    ):
        assert of_hundred(coverage.share, lang) in slide.shapes.title.text_frame.text  # type: ignore[union-attr]
        table = next(it.table for it in slide.shapes if it.has_table)  # type: ignore[attr-defined]
        told = {row.cells[0].text: row.cells[2].text for row in table.rows}
        for region in gaps.regions:
            assert told[str(region.number)] == people_rounded(region.people, lang)
        assert told[""] == people_rounded(coverage.uncovered, lang)
    chart = next(it.chart for it in slides[4].shapes if it.has_chart)  # type: ignore[attr-defined]
    shown = dict(zip(map(int, chart.plots[0].categories), chart.plots[0].series[0].values, strict=True))
    assert shown == pytest.approx({count: 100 * share for count, share in real.curve})
    assert "Assumption" in words_of(slides[5])
    assert "VG1000" in words_of(slides[5])


def test_a_sample_is_told_alike_in_every_paper_and_of_which_state(real: Case, deck: Read) -> None:
    paper = board_data(board_of(real, "en"))["sure"]
    told = [
        f"{in_hundred(it.share_low, 'en')} to {in_hundred(it.share_high, 'en')} ({name})"
        for it, name in (
            (sampling_error(real.before.coverage, real.region), "Network 2012"),
            (sampling_error(real.shown, real.region), "Proposal"),
        )
        if it is not None
    ]
    assert len(told) == 2
    for words in (str(paper), words_of(list(deck.slides)[-1])):
        assert f"for that alone it is about {told[0]} and {told[1]} of 100" in words


@pytest.mark.parametrize("letters", [100, 900, 1500, 2000])
def test_many_words_are_set_smaller_not_over_each_other(letters: int) -> None:
    deck = Deck("de", "t", "f", "00695D")
    slide = deck.add([[{"words": "T", "strong": False}]])
    words: list[Rich] = [[{"words": "wort " * (letters // 10), "strong": False}]] * 2
    deck.words_that_fit(slide, words, Box(0.6, 2.1, 12.1, 3.2), 20)
    frame = slide.shapes[-1].text_frame
    points = frame.paragraphs[0].runs[0].font.size.pt
    assert 12 <= points <= 20
    # Lines of letters half as wide as high.
    lines = sum(math.ceil(len(it.text) * 0.5 * points / (12.1 * 72)) for it in frame.paragraphs)
    assert lines * 1.2 * points <= 3.2 * 72


def test_what_cannot_be_seen_is_said(deck: Read) -> None:
    for slide in deck.slides:
        assert slide.shapes.title is not None
        assert slide.shapes.title.text_frame.text
        for shape in slide.shapes:
            if shape.shape_type is not None and (
                shape.has_chart or shape.has_table or not shape.has_text_frame
            ):
                assert shape._element.xpath(".//p:cNvPr")[0].get("descr")
    assert deck.core_properties.language == "en-GB"
    assert deck.core_properties.title


def test_a_map_for_every_stage_and_a_column_for_each(small: Small) -> None:
    case = staged(small, 3)
    deck = read(written(case))
    titles = [it.shapes.title.text_frame.text for it in deck.slides if it.shapes.title is not None]
    maps = [it for it in titles if "Stelle" in it and "erreicht" in it]
    assert [it.split(":")[0] for it in maps] == ["Ausgangslage", "Stufe 1", "Stufe 2", "Vorschlag"]
    numbers = next(it for it in deck.slides if it.shapes.title.text_frame.text == "Die Zahlen")  # type: ignore[union-attr]
    chart = next(it.chart for it in numbers.shapes if it.has_chart)  # type: ignore[attr-defined]
    assert list(chart.plots[0].series[0].values) == pytest.approx(
        [100 * it.coverage.share for it in case.states]
    )


def test_the_same_day_gives_the_same_bytes_and_another_day_a_date(small: Small) -> None:
    case = staged(small, 1)
    content = written(case)
    assert content == written(case)
    other = writer_of("x.pptx", "board").write(case, "de", WriterOptions(date=datetime.date(2013, 1, 1)))
    with zipfile.ZipFile(io.BytesIO(content)) as one, zipfile.ZipFile(io.BytesIO(other)) as two:
        assert one.namelist() == two.namelist()
        for name in one.namelist():
            here, there = one.read(name), two.read(name)
            if here != there and not name.endswith(".xlsx"):
                assert (
                    here.replace(b"31.12.2012", b"01.01.2013").replace(b"2012-12-31", b"2013-01-01") == there
                ), name


def test_names_of_others_stay_words(region: Region) -> None:
    name = "<a:t>&\x07 =1+1 {{x}} #set"
    deck = read(written(staged(small_world(region, name, office=name), 1)))
    said = "\n".join(words_of(it) for it in deck.slides)
    assert "<a:t>&  =1+1 {{x}} #set" in said
