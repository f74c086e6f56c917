"""The board's page, read back as text and structure: one page, the model's numbers, tags."""

import io
import json
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from iqgeo.api import assess
from iqgeo.coverage import Coverage
from iqgeo.gaps import Gaps, find_gaps
from iqgeo.proposal import Proposal, proposal_of
from iqgeo.region import Region
from iqgeo.reports.board import board_data, board_pdf, range_words
from iqgeo.reports.board_districts import _bands
from iqgeo.reports.board_state import Board
from iqgeo.reports.map.scene import scene_of
from iqgeo.reports.pen import Projection, frame_around
from iqgeo.reports.print_chart import curve_chart
from iqgeo.reports.print_map import draw
from iqgeo.reports.typeset import NOT_IN_FONT, pdf, printable
from iqgeo.texts import Lang, number, of_hundred, people_rounded
from iqgeo.words.rounding import tens
from tests.reports.conftest import DATE, Small, pages_of, proposal

# One process makes the board's page, once.

CURVE = [(6, 0.4725809), (8, 0.55), (12, 0.7), (20, 0.9)]


def words_of(content: bytes) -> str:
    """The text of a whole PDF."""
    return " ".join(pages_of(content))


@pytest.fixture(scope="session")
def planned(region: Region, coverage_2012: Coverage, real_proposal: Proposal) -> Coverage:
    """Two more offices on the same people."""
    import pandas as pd

    new = pd.DataFrame(
        [
            {"id": it.id, "name": it.name, "lon": it.lon, "lat": it.lat, "state": "03"}
            for it in real_proposal.sites
        ]
    )
    offices = pd.concat(
        [coverage_2012.offices[["id", "name", "lon", "lat", "state"]], new], ignore_index=True
    )
    return replace(assess(region, offices, demand=coverage_2012.demand), stage=2012)


@pytest.fixture(scope="session")
def page(region: Region, gaps_2012: Gaps, planned: Coverage, real_proposal: Proposal) -> bytes:
    return board_pdf(
        gaps_2012, region, after=planned, suggestion=real_proposal, curve=CURVE, plan_name="Plan B", date=DATE
    )


def test_it_is_one_a4_page(page: bytes) -> None:
    read = PdfReader(io.BytesIO(page))
    assert len(read.pages) == 1
    assert [round(float(it)) for it in read.pages[0].mediabox] == [0, 0, 595, 842]


def test_it_says_what_the_model_says(
    page: bytes, coverage_2012: Coverage, planned: Coverage, gaps_2012: Gaps
) -> None:
    said = words_of(page)
    assert f"rund {of_hundred(coverage_2012.share)} Menschen mit Migrationshintergrund (2010)" in said
    assert "Im Netz von 2012 haben es" in said
    assert "nicht gezählt, sondern gerechnet" in said
    assert "rund 46,6 bis 47,9 (Netz 2012) und " in said
    assert f"Mit zwei weiteren Stellen wären es {of_hundred(planned.share)}" in said
    assert people_rounded(coverage_2012.uncovered) in said
    assert people_rounded(planned.uncovered) in said
    for region in gaps_2012.regions:
        assert people_rounded(region.people) in said
    assert "Bewiesen optimal: Keine andere Auswahl von 2 der 197 Orte ab 10.000 Einwohnern" in said
    assert "ausgehend von 6 Stellen" in said
    assert "Northeim (− 8.000)" in said.replace("−8", "− 8")
    band = coverage_2012.band
    assert band is not None
    low, high = (number(100 * it / coverage_2012.people) for it in (band.covered_low, band.covered_high))
    assert f"{low} bis {high} (Netz 2012)" in said
    assert "Plan B, 31.12.2012" in said
    assert "© Landesamt für Statistik Niedersachsen" in said
    assert "Migrationshintergrund (im engeren Sinne), 2010" in said


def tree(node: object) -> list[DictionaryObject]:
    """All structure elements below a node."""
    node = node.get_object() if isinstance(node, IndirectObject) else node
    if isinstance(node, list):
        return [it for child in node for it in tree(child)]
    if not isinstance(node, DictionaryObject):
        return []
    return [node, *tree(node.get("/K"))]


def test_it_can_be_read_aloud(page: bytes) -> None:
    read = PdfReader(io.BytesIO(page))
    root = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "de"
    assert read.metadata is not None
    assert read.metadata.title == "Erstanlaufstellen in Niedersachsen: Vorlage für den Vorstand"
    told = root["/Metadata"].get_object().get_data()
    assert b"<pdfuaid:part>1</pdfuaid:part>" in told
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in told
    assert "/OutputIntents" in root
    elements = tree(root["/StructTreeRoot"])
    kinds = [str(it.get("/S")) for it in elements]
    assert "/H1" in kinds
    assert kinds.count("/Table") == 2
    assert "/TH" in kinds
    figures = [it for it in elements if it.get("/S") == "/Figure"]
    told = " ".join(str(it.get("/Alt", "")) for it in figures)
    assert "Karte, Netz 2012: Stellen Osnabrück, Hannover" in told
    assert "Karte, Vorschlag" in told
    assert "Kurve: Anzahl der Stellen" in told


def test_only_its_own_fonts(page: bytes) -> None:
    fonts = {
        str(font.get_object()["/BaseFont"])
        for it in PdfReader(io.BytesIO(page)).pages
        for font in it["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all("LiberationSans" in name for name in fonts)


def test_english(region: Region, gaps_2012: Gaps, planned: Coverage) -> None:
    content = board_pdf(gaps_2012, region, "en", after=planned, date=DATE)
    said = words_of(content)
    assert "With two more offices it would be" in said
    assert "Chosen by hand" in said
    assert "weitere" not in said
    assert PdfReader(io.BytesIO(content)).trailer["/Root"]["/Lang"] == "en"


def test_one_state_shows_one_map_and_the_districts(
    region: Region, gaps_2012: Gaps, coverage_2012: Coverage
) -> None:
    content = board_pdf(gaps_2012, region, date=DATE)
    said = words_of(content)
    assert len(PdfReader(io.BytesIO(content)).pages) == 1
    worst = coverage_2012.by_district().sort_values("uncovered", ascending=False).iloc[0]
    assert f"{worst['name']} {people_rounded(worst['uncovered'])}" in said
    assert "Vorschlag" not in said


@pytest.mark.slow
def test_a_page_a_district(region: Region, gaps_2012: Gaps, coverage_2012: Coverage) -> None:
    content = board_pdf(gaps_2012, region, per_district=True, date=DATE)
    pages = pages_of(content)
    left = coverage_2012.by_district()
    left = left[left["uncovered"] > 0]
    assert len(pages) == 2 + len(left)
    # The contents name every page, in their order.
    entries = re.findall(r"\((\d{5})\)[ .]*(\d+)", pages[1])
    assert entries == [(ags, str(at)) for at, ags in enumerate(sorted(left["ags"]), start=3)]
    for words, (_, row) in zip(pages[2:], left.sort_values("ags").iterrows(), strict=True):
        assert f"{row['name']} ({row['ags']})" in words
        assert f"{people_rounded(row['uncovered'])} von {people_rounded(row['people'])}" in words
        assert "Netz 2012" in words
        assert "Je nach Straße sind hier von 100 Menschen erreicht" in words
        assert "1 Punkt = 100 Menschen" in words


def test_closures_and_offices_nobody_gains_from(
    region: Region, gaps_2012: Gaps, coverage_2012: Coverage
) -> None:
    kept = coverage_2012.offices.iloc[1:].drop(columns="people_nearest")
    fewer = assess(region, kept, demand=coverage_2012.demand)
    said = words_of(board_pdf(gaps_2012, region, after=fewer, date=DATE))
    assert f"Mit einer Stelle weniger wären es {of_hundred(fewer.share)}" in said
    same = words_of(board_pdf(gaps_2012, region, after=coverage_2012, date=DATE))
    assert "Daran ändert der Plan nichts" in same


def test_small_and_odd_cases(small: Small) -> None:
    """No people, no office, everyone reached, one gap, no key, straight line: always one page."""
    demand = small.coverage.demand
    offices = small.coverage.offices.drop(columns="people_nearest")
    nobody = replace(demand, places=demand.places.assign(people=0.0))
    bare = replace(demand, places=demand.places.assign(ags="", district_ags=""))
    cases = [
        assess(small.region, offices, demand=nobody),
        assess(small.region, offices.iloc[:0], demand=demand),
        assess(small.region, offices, demand=demand, target_km=0.001),
        assess(small.region, offices, demand=bare),
        assess(small.region, offices, demand=demand, distance="straight"),
    ]
    languages: list[Lang] = ["de", "en", "nl", "en", "nl"]
    for coverage, lang in zip(cases, languages, strict=True):
        after = assess(small.region, offices, demand=coverage.demand)
        content = board_pdf(find_gaps(coverage, small.region), small.region, lang, after=after, date=DATE)
        assert len(PdfReader(io.BytesIO(content)).pages) == 1
        assert "{" not in words_of(content)
        # Without an office nobody is "about 0 of 100", and what opens is not "more".
        said = words_of(content)
        assert ("No office is open yet. With" in said) == (not len(coverage.offices)), said[:200]
        assert ("About" in said[:200]) == (lang == "en" and len(coverage.offices) > 0), said[:200]
    alone = words_of(board_pdf(find_gaps(cases[1], small.region), small.region, date=DATE))
    assert f"Noch ist keine Stelle geöffnet. Nicht erreicht: {people_rounded(demand.people, 'de')}." in alone


def test_many_gaps_and_many_offices_still_fit_one_page(region: Region, coverage_2012: Coverage) -> None:
    towns = region.towns.sort_values("population", ascending=False).iloc[:40]
    offices = towns[["id", "name", "lon", "lat"]].assign(state="03")
    strict = assess(
        region,
        coverage_2012.offices.drop(columns="people_nearest"),
        demand=coverage_2012.demand,
        target_km=12,
    )
    after = assess(region, offices, demand=coverage_2012.demand, target_km=12)
    gaps = find_gaps(strict, region)
    assert len(gaps.regions) >= 10
    content = board_pdf(gaps, region, after=after, curve=CURVE, date=DATE)
    assert len(PdfReader(io.BytesIO(content)).pages) == 1
    assert "und 32 weitere, zusammen" in words_of(content)


def test_the_same_inputs_give_the_same_bytes(small: Small) -> None:
    first, second = (board_pdf(small.gaps, small.region, date=DATE) for _ in range(2))
    assert first == second


def test_a_suggestion_needs_its_coverage(small: Small) -> None:
    with pytest.raises(ValueError, match="coverage"):
        board_pdf(small.gaps, small.region, suggestion=proposal())


def test_gains_by_hand_add_up(coverage_2012: Coverage, planned: Coverage) -> None:
    chosen = proposal_of(coverage_2012, planned)
    assert [site.name for site in chosen.sites] == ["Göttingen", "Braunschweig"]
    assert sum(site.gain for site in chosen.sites) == planned.covered - coverage_2012.covered


def test_the_page_data_hold_the_models_numbers(
    region: Region, gaps_2012: Gaps, planned: Coverage, real_proposal: Proposal
) -> None:
    board = Board(gaps_2012, region, "de", planned, real_proposal, (), "", DATE)
    data = board_data(board)
    json.dumps(data, allow_nan=False)
    after = [gap.people for gap in scene_of(region, planned, gaps_2012).gaps]
    assert sum(after) == planned.uncovered
    assert len(data["gaps"]["rows"]) == len(gaps_2012.regions)
    assert data["gaps"]["total"]["figures"] == [
        people_rounded(gaps_2012.people),
        people_rounded(planned.uncovered),
    ]


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2 of ``#rrggbb``."""
    channels = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_the_drawing_stays_apart_in_grey(region: Region, gaps_2012: Gaps, coverage_2012: Coverage) -> None:
    scene = scene_of(region, coverage_2012, gaps_2012)
    sheet = Projection(region.crs)
    frame = frame_around(sheet.metres(scene.base.outline).bounds, 86.5, 80.0)
    root = ET.fromstring(draw(scene, sheet, frame, "de"))
    space = "{http://www.w3.org/2000/svg}"
    paths = root.findall(f"{space}path")
    purple = luminance("#6A1B9A")
    tints = {float(it.get("fill-opacity", "1")) for it in paths if it.get("fill") == "#6A1B9A"}
    greys = sorted({*(1 - (1 - purple) * tint for tint in tints), luminance("#F3FAF8")})
    assert len(greys) == 3
    assert min(np.diff(greys)) > 0.03
    assert any(it.get("stroke") == "#00796B" and float(it.get("stroke-width", "0")) > 4 for it in paths)
    numbers = [it.text for it in root.findall(f"{space}text") if (it.text or "").isdigit() and it.text != "0"]
    assert sorted(map(int, numbers)) == [gap.number for gap in sorted(scene.gaps, key=lambda it: it.number)]
    names = {it.text for it in root.findall(f"{space}text")}
    assert set(coverage_2012.offices["name"]) <= names


def test_the_scale_bar_is_true(region: Region, coverage_2012: Coverage) -> None:
    """The bar's ends, taken back to the ground, are as far apart as it says (geodesic)."""
    from pyproj import Geod, Transformer

    scene = scene_of(region, coverage_2012)
    sheet = Projection(region.crs)
    frame = frame_around(sheet.metres(scene.base.outline).bounds, 86.5, 80.0)
    root = ET.fromstring(draw(scene, sheet, frame, "de"))
    path = root.findall("{http://www.w3.org/2000/svg}path")[-1].get("d") or ""
    length = float(re.findall(r"h([\d.]+)", path)[0])
    said = [
        it.text for it in root.iter("{http://www.w3.org/2000/svg}text") if (it.text or "").endswith(" km")
    ]
    middle = (frame.south + frame.north) / 2
    back = Transformer.from_crs(region.crs, "EPSG:4326", always_xy=True)
    ends = back.transform([frame.west, frame.west + length / frame.scale], [middle, middle])
    metres = Geod(ellps="WGS84").line_length(*ends)
    assert metres == pytest.approx(1000 * float(said[0].split()[0]), rel=0.005)


def test_the_curve_is_where_it_should_be() -> None:
    root = ET.fromstring(curve_chart(CURVE, [(6, CURVE[0][1], "Stand")], "de", width_mm=68, height_mm=30))
    space = "{http://www.w3.org/2000/svg}"
    circles = [it for it in root.findall(f"{space}circle") if it.get("r") == "5"]
    x, y = (np.array([float(it.get(axis, "nan")) for it in circles]) for axis in ("cx", "cy"))
    counts, shares = np.array(CURVE).T
    np.testing.assert_allclose(np.diff(x) / np.diff(counts), (x[-1] - x[0]) / 14, rtol=1e-3)
    assert np.corrcoef(y, shares)[0, 1] == pytest.approx(-1, abs=1e-4)
    texts = [it.text for it in root.findall(f"{space}text")]
    assert "47" in texts
    assert "Stand" in texts


@given(st.lists(st.floats(0, 1), min_size=2, max_size=12), st.data())
def test_no_words_of_the_curve_are_cut_or_stand_on_numbers(shares: list[float], data: st.DataObject) -> None:
    curve = list(enumerate(sorted(shares), data.draw(st.integers(0, 9))))
    at = data.draw(st.sampled_from(curve))
    drawn = ET.fromstring(curve_chart(curve, [(*at, "Ausgangslage")], "de", width_mm=68, height_mm=30))
    words = [it for it in drawn.iter() if it.tag.endswith("text")]
    height = float(drawn.get("viewBox", "").split()[3])
    for it in words:
        assert float(it.get("font-size", "nan")) <= float(it.get("y", "nan")) <= height
    (below,) = [it for it in words if it.text == "Ausgangslage"]
    axis = height - 70
    # The numbers of the axis stand in a line below it.
    assert not axis < float(below.get("y", "nan")) < axis + 50


@pytest.mark.parametrize("names", [("Netz 2012", "Vorschlag"), ("Network 2012", "Proposal")])
def test_words_of_neighbouring_points_do_not_stand_on_each_other(names: tuple[str, str]) -> None:
    curve = [(6, 0.47), (7, 0.55), (8, 0.6), (13, 0.79)]
    marked = [(*at, name) for at, name in zip(curve, names, strict=False)]
    drawn = ET.fromstring(curve_chart(curve, marked, "de", width_mm=68, height_mm=30))
    lines = [float(it.get("y", "nan")) for it in drawn.iter() if it.text in names]
    assert abs(lines[0] - lines[1]) >= 24


def test_every_character_called_printable_is_in_the_font() -> None:
    """The standard demands it: typst refuses a page with a character no font can show."""
    everything = "".join(chr(point) for point in range(0x20, 0x3000) if printable(chr(point)) == chr(point))
    assert len(everything) > 1_200
    data = {
        "title": "t", "description": "", "head": {"left": "a", "middle": "", "right": ""},
        "headline": [[{"words": "h", "strong": False}]], "lead": [],
        "maps": [], "legend": [], "per_dot": everything, "sites": None, "districts": None, "curve": None,
        "gaps": {"heading": "h", "columns": ["a", "b"], "rows": [], "total": {"words": "", "figures": [""]}},
        "sure": {"heading": "", "words": everything}, "sources": "", "footer": "", "pages": [],
        "colour": "#00695D", "logo": [], "form": [], "decision": None, "warning": [],
    }  # fmt: skip
    assert pdf("board.typ", data, "de", date=DATE).startswith(b"%PDF")
    assert (
        printable("漢😀\u202e\ud800")
        == NOT_IN_FONT * 2 + "\u202e".replace("\u202e", NOT_IN_FONT) + NOT_IN_FONT
    )


def test_who_only_a_closing_leaves_out_stands_in_the_table_and_on_the_district_page(
    region: Region, coverage_2012: Coverage, gaps_2012: Gaps
) -> None:
    offices = coverage_2012.offices[coverage_2012.offices["name"] != "Hannover"].reset_index(drop=True)
    closed = coverage_2012.again(offices=offices)
    board = Board(gaps_2012, region, "de", closed, None, (), "", DATE)
    data = board_data(board, per_district=True)
    left = find_gaps(closed, region, after=gaps_2012)
    told = board_data(replace(board, suggestion=proposal_of(coverage_2012, closed)))
    runs = [*(run for sentence in told["headline"] for run in sentence), *told["lead"]]
    said = "".join(it["words"] for it in runs)
    assert "Mit einer Stelle weniger wären es" in said
    assert "ihre Stelle im Ziel (vor allem: Region Hannover" in said
    # What nobody gains is not counted.
    assert not re.search(r"\b0 (neu|eine)|gewinnen 0", said)
    rows = {row["number"]: row for row in data["gaps"]["rows"]}
    assert set(rows) == {it.number for it in (*gaps_2012.regions, *left.regions)}
    new = [it for it in left.regions if it.number not in {old.number for old in gaps_2012.regions}]
    assert new
    for it in new:
        assert rows[it.number]["figures"] == ["0", people_rounded(it.people, "de")]
        assert rows[it.number]["name"] == it.name.text("de")
    assert {gap.number for gap in board.scenes[1].gaps} == {it.number for it in left.regions}
    (hannover,) = (page for page in data["pages"] if "(03241)" in page["heading"])
    lost = closed.places[closed.places["ags"].eq("03241001") & ~closed.is_covered]["people"].sum()
    (row,) = (row for row in hannover["rows"] if row[0].startswith("Hannover"))
    assert row[1:3] == ["0", tens(lost, "de")]


@given(st.lists(st.one_of(st.floats(0, 1), st.sampled_from([0.003, 0.996, 0.997])), min_size=3, max_size=3))
def test_a_share_lies_between_the_ends_told_beside_it(small: Small, ends: list[float]) -> None:
    board = Board(small.gaps, small.region, "de", None, None, (), "", DATE)
    low, share, high = sorted(ends)
    told = [int(it) for it in re.findall(r"\d+", range_words(board, "", low, high))]
    assert told[0] <= int(of_hundred(share).split()[0]) <= told[-1]


def test_the_ranges_of_the_districts_add_up_to_that_of_all(coverage_2012: Coverage) -> None:
    people = coverage_2012.by_district().set_index("ags")["people"]
    found, band = _bands(coverage_2012), coverage_2012.band
    assert band is not None
    for at, whole in enumerate((band.covered_low, band.covered_high)):
        assert sum(ends[at] * people[ags] for ags, ends in found.items()) == pytest.approx(whole)
