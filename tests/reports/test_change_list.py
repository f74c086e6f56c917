"""What changed since an earlier list, a plan or a year: against counting by hand, from every form of file."""

import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from iqgeo.case import Case
from iqgeo.errors import InputError
from iqgeo.gaps import Gaps, find_gaps
from iqgeo.reports import registry
from iqgeo.reports.change_list import change_sentence, change_table, earlier_of, read_earlier
from iqgeo.scenario.evaluate import State
from iqgeo.scenario.model import Scenario
from tests.reports.conftest import DATE, Small


def case_of(small: Small, gaps: Gaps) -> Case:
    return Case(Scenario("Plan A"), small.region, State("", None, gaps.coverage), gaps)


@pytest.fixture(scope="module")
def later(small: Small) -> Gaps:
    """Hannover has moved to Celle."""
    offices = pd.DataFrame({"id": ["c"], "name": ["Celle"], "lon": [10.08], "lat": [52.62], "state": ["03"]})
    return find_gaps(small.coverage.again(offices=offices), small.region, after=small.gaps)


def told(gaps: Gaps, earlier_gaps: Gaps) -> dict[str, str]:
    """By hand: who is new, gone or changed."""
    now = gaps.places.set_index("id")
    before = earlier_gaps.places.set_index("id")
    found = dict.fromkeys(now.index.difference(before.index), "neu")
    found |= dict.fromkeys(before.index.difference(now.index), "weggefallen")
    for key in now.index.intersection(before.index):
        same = now.nearest_office[key] == before.nearest_office[key]
        same &= now.people[key] == before.people[key]
        found |= {} if same else {key: "verändert"}
    return found


def test_new_gone_and_changed_against_counting_by_hand(small: Small, later: Gaps) -> None:
    table = change_table(later, earlier_of(small.gaps, "vorher"), "de")
    rows = table.frame.set_index("place")
    assert dict(rows["change_kind"]) == told(later, small.gaps)
    gone = rows[rows["change_kind"] == "weggefallen"]
    assert set(gone["change_reason"]) == {"jetzt erreicht durch Celle"}
    new = rows[rows["change_kind"] == "neu"]
    assert set(new["change_reason"]) == {"vorher erreicht durch Hannover"}
    assert (new["people_now"] == later.places.set_index("id")["people"][new.index]).all()
    nothing = change_table(later, earlier_of(later, "jetzt"), "de")
    assert not len(nothing)
    assert "0 Orte neu, 0 weggefallen, 0 verändert" in change_sentence(
        nothing, earlier_of(later, "jetzt"), "de"
    )


@pytest.mark.parametrize(
    ("name", "lang"),
    [
        ("x.csv", "de"),
        ("y.csv", "en"),
        ("x.xlsx", "de"),
        ("y.xlsx", "en"),
        ("x.gpkg", "en"),
        ("x.geojson", "de"),
    ],
)
def test_a_list_read_back_says_that_nothing_changed(
    small: Small, name: str, lang: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    options = registry.WriterOptions(date=DATE)
    registry.write(path, case_of(small, small.gaps), lang, "gaps", options=options)  # type: ignore[arg-type]
    earlier = read_earlier(path)
    assert earlier.level == ("municipality" if name.endswith(".xlsx") else "place")
    assert not len(change_table(small.gaps, earlier, "de"))


def test_changes_stand_on_a_sheet_and_are_the_csv(small: Small, later: Gaps) -> None:
    options = registry.WriterOptions(date=DATE, since=earlier_of(small.gaps, "vorher"))
    case = case_of(small, later)
    book = openpyxl.load_workbook(io.BytesIO(registry.writer_of("x.xlsx", "gaps").write(case, "de", options)))
    rows = [[cell.value for cell in row] for row in book["Änderungen"].iter_rows()]
    head = next(at for at, row in enumerate(rows) if row[0] == "Änderung")
    sheet = {row[4]: row[0] for row in rows[head + 1 :] if row[0]}
    assert sheet == told(later, small.gaps)
    written = registry.writer_of("x.csv", "gaps").write(case, "de", options).decode("utf-8-sig")
    read = pd.read_csv(io.StringIO(written), sep=";")
    assert dict(zip(read["Ort (Nr.)"], read["Änderung"], strict=True)) == sheet


def test_what_is_no_list_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a;b\n1;2\n", encoding="utf-8")
    with pytest.raises(InputError, match="keine Lückenliste"):
        read_earlier(path)


def test_since_a_year_on_the_command_line(iqgeo, tmp_path):  # type: ignore[no-untyped-def]
    path = tmp_path / "x.csv"
    done = iqgeo("gaps", "--stage", "2013", "--since-year", "2012", "--out", path)
    assert done.returncode == 0
    read = pd.read_csv(path, sep=";", encoding="utf-8-sig")
    assert set(read["Änderung"]) <= {"neu", "weggefallen", "verändert"}
    assert read["warum"].str.contains("jetzt erreicht durch Göttingen").any()
    refused = iqgeo("gaps", "--since-year", "2012", "--out", tmp_path / "x.gpkg")
    assert refused.returncode == 2
    assert "xlsx" in refused.stderr
