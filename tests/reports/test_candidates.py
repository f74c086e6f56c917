"""Which towns a search chose from, and how a choice in stages holds: files that say it, counted here anew."""

import io
import sqlite3
from contextlib import closing
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils import column_index_from_string

from iqgeo.case import Case
from iqgeo.distances import great_circle_km
from iqgeo.proof import JOINT
from iqgeo.region import Region
from iqgeo.reports import registry
from iqgeo.reports.candidates import candidates_table
from iqgeo.scenario.model import Rules, Search, Stage
from iqgeo.texts import LANGUAGES, Lang, text
from iqgeo.words.proof import proof_words
from tests.reports.conftest import DATE, SEARCHED, TOWNS, searched_case
from tests.reports.test_front import written

ONE = Stage("", search=Search(new=1))


def reached(*sites: tuple[float, float]) -> float:
    """People within 35 km of any of these, at 1.3 times the great circle."""
    people = pd.DataFrame(SEARCHED, columns=["id", "lon", "lat", "people", "ags"])
    ways = [1.3 * great_circle_km(people["lon"].to_numpy(), people["lat"].to_numpy(), *it) for it in sites]
    return float(people["people"][pd.concat(map(pd.Series, ways), axis=1).min(axis=1) <= 35].sum())


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return searched_case(tmp_path_factory.mktemp("one"), ONE, rules=Rules(forbid=("c2",)))


def test_every_town_that_could_be_chosen_is_in_the_workbook(case: Case) -> None:
    page = openpyxl.load_workbook(io.BytesIO(written(case)))["Mögliche Orte"]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    assert any(
        str(row[0]).startswith("Gewählt wurde aus 2 möglichen Orten (Orte der eigenen") for row in rows
    )
    head = next(at for at, row in enumerate(rows) if row[0] == "Nr.")
    told = {str(row[1]): row for row in rows[head + 1 :] if row[0]}
    where = {name: (lon, lat) for _, name, lon, lat in TOWNS}
    hannover = (9.73, 52.37)
    assert set(told) == set(where)
    for name, row in told.items():
        before = reached(hannover, where[name]) - reached(hannover)
        after = reached(hannover, where["Celle"], where[name]) - reached(hannover, where["Celle"])
        assert row[3:5] == [before, after]
    # A line that is too long wraps where paper ends.
    end = column_index_from_string(str(page.print_area).rsplit("$", 2)[1])
    assert [it.max_col for it in page.merged_cells.ranges]
    assert all(it.max_col <= end for it in page.merged_cells.ranges)
    became = {name: row[2] for name, row in told.items()}
    assert became == {
        "Celle": "gewählt", "Nirgends": "ausgeschlossen", "Uelzen": "zweitbester Ort statt Celle"
    }  # fmt: skip


def test_the_package_has_them_as_a_layer_that_is_not_drawn_at_first(case: Case, tmp_path: Path) -> None:
    path = registry.write(tmp_path / "x.gpkg", case, "en", "gaps", options=registry.WriterOptions(date=DATE))
    with closing(sqlite3.connect(path)) as base:
        names = base.execute('SELECT name, became FROM "Candidate towns" ORDER BY name').fetchall()
    assert names == [
        ("Celle", "chosen"), ("Nirgends", "ruled out"), ("Uelzen", "second best in place of Celle")
    ]  # fmt: skip


def test_what_nobody_chose_from_a_list_has_no_list(tmp_path: Path) -> None:
    case = searched_case(tmp_path, Stage("", None, ("c1",)), curve=False)
    assert candidates_table(case, "de") is None
    assert case.tested is not None
    assert case.tested.untested == ""


def test_towns_of_the_region_are_known_by_key_district_and_inhabitants(region: Region) -> None:
    assert {"ags", "district_ags", "population"} <= set(region.towns)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_stage_is_held_against_the_assumptions(tmp_path: Path, lang: Lang) -> None:
    first, second = Stage("A", search=Search(new=1)), Stage("B", search=Search(new=1))
    case = searched_case(tmp_path, first, second, curve=False)
    found = case.firmness
    assert found is not None
    assert (found.searches, [it.name for it in found.sites]) == (2, ["Celle", "Uelzen"])
    assert {len(it.held) for it in found.sites} == {len(found.assumptions)}
    assert case.tested is not None
    said = proof_words(case.tested, lang)
    assert text("firmness.searches", lang) in said
    # Both searches have one list, on which the second stage's town was no more.
    table = candidates_table(case, lang)
    assert table is not None
    became = dict(zip(table.frame["name"], table.frame["became"], strict=True))
    for stage, name in ((1, "Celle"), (2, "Uelzen")):
        assert became[name] == text("reports.candidates.chosen_stage", lang, stage=stage)


def test_stages_chosen_together_are_solved_anew_together(tmp_path: Path) -> None:
    case = searched_case(tmp_path, Stage("A", search=Search(model=JOINT, sizes=(1, 1))), curve=False)
    found = case.firmness
    assert found is not None
    assert (found.searches, found.unproven) == (1, 0)
    assert [it.name for it in found.sites] == ["Celle", "Uelzen"]
    # Two of three towns: where nothing else reaches anyone they are chosen whatever is assumed.
    assert all(it.count("same") == len(found.assumptions) for it in found.sites)


@pytest.mark.parametrize(
    ("search", "reason"),
    [(Search(new=1, places=1), "days"), (Search(model="p-median", new=1), "goal")],
)
def test_why_it_is_not_known_is_said_in_one_sentence(tmp_path: Path, search: Search, reason: str) -> None:
    case = searched_case(tmp_path, Stage("", search=search), curve=False)
    assert case.tested is not None
    assert (case.tested.firmness, case.tested.untested) == (None, reason)
    for lang in LANGUAGES:
        assert text(f"firmness.untested_{reason}", lang) in proof_words(case.tested, lang)
