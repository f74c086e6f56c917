"""The comparison as a page, and what stands around the exported map: read back as HTML."""

import re
from dataclasses import replace
from html import unescape

import pandas as pd
import pytest

from iqgeo.case import Case
from iqgeo.coverage import Coverage
from iqgeo.gaps import find_gaps
from iqgeo.region import Region
from iqgeo.reports.comparison import comparison_table
from iqgeo.reports.comparison_page import difference_html
from iqgeo.reports.difference import Pair, difference_map
from iqgeo.reports.registry import WriterOptions, writer_of
from iqgeo.scenario.evaluate import State
from iqgeo.scenario.model import Scenario
from iqgeo.texts import number, of_hundred, people_rounded
from tests.reports.conftest import DATE, Small, small_world


def case_between(small: Small, other: Coverage, names: tuple[str, str] = ("Plan A", "Plan B")) -> Case:
    return Case(
        Scenario("Plan B"), small.region, State(names[0], None, small.coverage), small.gaps,
        State(names[1], None, other), find_gaps(other, small.region, after=small.gaps),
    )  # fmt: skip


@pytest.fixture(scope="module")
def moved(small: Small) -> Coverage:
    """The office of Hannover closes, one in Celle opens, and the promise is 25 km."""
    offices = pd.DataFrame({"id": ["c"], "name": ["Celle"], "lon": [10.08], "lat": [52.62], "state": ["03"]})
    return replace(small.coverage.again(target_km=25.0)).again(offices=offices)


def written(case: Case, document: str = "comparison", lang: str = "de") -> str:
    return writer_of("x.html", document).write(case, lang, WriterOptions(date=DATE)).decode()


def tables_of(html: str) -> dict[str, pd.DataFrame]:
    """The tables of a page by the heading above them, everything as text."""
    found = {}
    for name, table in re.findall(r"<h2>([^<]*)</h2><table>(.*?)</table>", html, re.DOTALL):
        rows = [
            [unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
            for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
        ]
        found[unescape(name)] = pd.DataFrame(rows[1:], columns=rows[0])
    return found


def test_both_plans_are_measured_by_both_promises(small: Small, moved: Coverage) -> None:
    tables = tables_of(written(case_between(small, moved)))
    both = tables["Mit beiden Maßstäben gemessen"].set_index("Plan")
    for name, coverage in (("Plan A", small.coverage), ("Plan B", moved)):
        for target in (35.0, 25.0):
            by_it = coverage.again(target_km=target)
            share = of_hundred(by_it.share) if by_it.covered else "0 von 100"
            assert both.loc[name, f"höchstens {target:g} km"] == (
                f"{share}, {people_rounded(by_it.covered)} Menschen"
            )


def test_every_district_that_changes_has_its_numbers_and_offices(small: Small, moved: Coverage) -> None:
    html = written(case_between(small, moved))
    told = tables_of(html)["Kreise, in denen sich etwas ändert"].set_index("Kreis")
    frame = comparison_table(small.coverage, moved).frame
    frame = frame[frame[["gained", "lost"]].any(axis=1)]
    assert list(told.index) == list(frame["district"])
    for row in frame.itertuples():
        line = told.loc[row.district]
        assert list(line[["gewinnen", "verlieren"]]) == [number(row.gained), number(row.lost)]
        assert str(line["gewinnen durch"]).replace("nan", "") == row.gained_by
        assert str(line["verlieren mit"]).replace("nan", "") == row.lost_with
    assert "Nur in Plan A: Hannover." in html
    assert "Nur in Plan B: Celle." in html
    assert html.count("<svg role=") == 2
    towns = tables_of(html)["Gemeinden, in denen sich etwas ändert"]
    assert set(towns["Kreis"]) == {"Celle"}
    assert "31.12.2012" in html
    assert "VG1000" in html


def test_names_of_others_stay_words(region: Region, moved: Coverage) -> None:
    name = '<script>alert("x")</script>&'
    small = small_world(region, name, office=name)
    html = written(case_between(small, moved, (name, name)))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert html == written(case_between(small, moved, (name, name)))


def test_the_map_says_when_from_what_and_has_the_districts(small: Small) -> None:
    case = Case(Scenario("Plan A"), small.region, State("", None, small.coverage), small.gaps)
    html = written(case, "map")
    assert html == written(case, "map")
    assert "Plan: Plan A. Erstellt am 31.12.2012 mit iqgeo" in html
    told = tables_of(html)["Die Kreise"]
    figures = small.coverage.by_district().set_index("ags")
    for row in told.itertuples(index=False):
        ags = re.search(r"\((\d{5})\)", row[0])
        assert ags is not None
        district = figures.loc[ags[1]]
        assert row[1:3] == (people_rounded(district.people), people_rounded(district.covered))
    assert set(tables_of(html)["Die Stellen"]["Stelle"]) == {"Hannover"}
    english = written(case, "map", "en")
    assert "The districts" in english
    assert (
        "Lower Saxony"
        in writer_of("x.html", "map")
        .write(
            replace(case, region=replace(small.region, name="Niedersachsen")), "en", WriterOptions(date=DATE)
        )
        .decode()
    )


def test_no_two_things_of_a_page_share_a_name(small: Small, moved: Coverage) -> None:
    html = written(case_between(small, moved))
    named = re.findall(r'\bid="([^"]*)"', html)
    assert len(named) == len(set(named)) > 2
    assert set(re.findall(r"url\(#([^)]*)\)", html)) <= set(named)


def test_the_map_of_the_difference_names_who_is_only_in_one_plan(small: Small, moved: Coverage) -> None:
    pair = Pair(small.coverage, moved, ("Plan A: klein", "Plan B"))
    assert pair.only == (("Hannover",), ("Celle",))
    svg, alt = difference_map(pair, small.region, "de")
    assert "Hannover (nur in Plan A)" in svg
    assert "Celle (nur in Plan B)" in svg
    assert "Hannover" in alt
    assert "Celle" in alt


def test_the_page_of_the_difference_keeps_bold_and_nothing_else(small: Small, moved: Coverage) -> None:
    picture = ('<svg viewBox="0 0 1 1"></svg>', 'Karte "<b>"')
    rows = [["<script>", "**42,0**"], ["Celle", "1"]]
    page = difference_html(
        "Nur in A: **<i>**.", ("Mehr **Menschen**.",), picture, (("Kreise", ["", "A"], rows),), "de"
    )
    html = page.decode()
    assert re.findall(r"<title>(.*?)</title>", html) == ["Nur in A: &lt;i&gt;."]
    assert "<h1>Nur in A: <strong>&lt;i&gt;</strong>.</h1>" in html
    assert "Mehr <strong>Menschen</strong>." in html
    assert 'aria-label="Karte &quot;&lt;b&gt;&quot;"' in html
    assert list(tables_of(html)["Kreise"].iloc[:, 0]) == ["<script>", "Celle"]
    assert "<strong>42,0</strong>" in html
    assert "<script>" not in html
