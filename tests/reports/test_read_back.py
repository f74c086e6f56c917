"""Every number in every table of every file is read back and is the scenario's, counted here place by place.

A column of numbers that this test does not know fails it: what is new must be counted here, too.
"""

import csv
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from docx import Document
from pptx import Presentation
from python_calamine import CalamineWorkbook

from iqgeo.api import Plan
from iqgeo.case import Case, case_of
from iqgeo.distances import great_circle_km
from iqgeo.reports import registry
from iqgeo.reports.letter_docx import letters_docx, template_docx
from iqgeo.scenario.model import Outpost, OwnFile, Stage
from iqgeo.scenario.settings import Settings
from iqgeo.texts import Lang, number, people_rounded
from iqgeo.texts.catalogue import sentences
from tests.reports.conftest import DATE, pages_of

PEOPLE = (
    ("p1", 10.08, 52.62, 700, "03351006"), ("p2", 10.40, 52.80, 205, "03351012"),
    ("p3", 9.80, 52.40, 1000, "03241001"), ("p4", 9.20, 52.90, 333, "03256022"),
    ("p5", 9.85, 52.99, 120, "03358021"), ("p6", 9.86, 53.00, 7, "03358021"),
    ("p7", 10.55, 52.97, 410, "03360025"), ("p8", 9.45, 53.10, 51, "03357039"),
)  # fmt: skip
OFFICES = {"Hannover": (9.73, 52.37), "Celle": (10.08, 52.62)}
UELZEN, FACTOR, TARGET_KM = (10.55, 52.96), 1.3, 35.0

Line = dict[str, object]
Truth = dict[str, dict[str, dict[str, float]]]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Eight places; an office in Hannover, one opened in Celle that serves Uelzen on days."""
    folder = tmp_path_factory.mktemp("read_back")
    tables = {
        "demand": ["id,lon,lat,people,ags", *(",".join(map(str, it)) for it in PEOPLE)],
        "offices": ["id,name,lon,lat", "o1,Hannover,9.73,52.37"],
        "candidates": ["id,name,lon,lat", "c1,Celle,10.08,52.62", "c3,Uelzen,10.55,52.96"],
    }
    for kind, lines in tables.items():
        (folder / f"{kind}.csv").write_text("\n".join(lines), encoding="utf-8")
    files = tuple(OwnFile(kind, folder / f"{kind}.csv") for kind in tables)
    stage = Stage("Vorschlag", None, ("c1",), places=(Outpost("c3", "c1"),))
    plan = Plan(name="Plan", files=files, settings=Settings(target_km=TARGET_KM), stages=(stage,))
    return case_of(plan.evaluate())


def places_of(offices: dict[str, tuple[float, float]], *, days: bool) -> pd.DataFrame:
    """Every place with its way and how it is served, by nothing but the formula of the great circle."""
    frame = pd.DataFrame(PEOPLE, columns=["id", "lon", "lat", "people", "ags"])
    lon, lat = frame["lon"].to_numpy(), frame["lat"].to_numpy()
    ways = np.column_stack([great_circle_km(lon, lat, *it) for it in offices.values()]) * FACTOR
    frame["distance_km"], frame["office"] = ways.min(axis=1), np.array([*offices])[ways.argmin(axis=1)]
    frame["covered"] = frame["distance_km"] <= TARGET_KM
    near = great_circle_km(lon, lat, *UELZEN) * FACTOR <= TARGET_KM
    frame["days"] = ~frame["covered"] & near & days
    return frame.assign(district=frame["ags"].str[:5])


@pytest.fixture(scope="module")
def truth(case: Case) -> Truth:
    """What each row says in each column, by what the row is about and its key."""
    before, after = places_of({"Hannover": OFFICES["Hannover"]}, days=False), places_of(OFFICES, days=True)
    gap_of = dict(zip(case.shown_gaps.places["id"], case.shown_gaps.places["gap_region"], strict=True))
    found: Truth = {"gap": {}, "office": {}, "place": {}}
    for level, key in (("district", "district"), ("municipality", "ags")):
        found[level] = {}
        for name, now in after.groupby(key):
            old = before[before[key] == name]
            reached = [float(it["people"][it["covered"]].sum()) for it in (old, now)]
            days = float(now["people"][now["days"]].sum())
            left = now[~now["covered"]]
            everyone = float(now["people"].sum())
            means = [float(np.average(it["distance_km"], weights=it["people"])) for it in (old, now)]
            line = {
                "people_total": everyone, "covered": reached[1], "people": everyone - reached[1],
                "before": reached[0], "after": reached[1], "gained": max(0.0, reached[1] - reached[0]),
                "lost": max(0.0, reached[0] - reached[1]), "change": reached[1] - reached[0],
                "days_before": 0.0, "days_after": days, "people_on_days": days, "people_rarely": 0.0,
                "not_served": everyone - reached[1] - days, "share": reached[1] / everyone,
                "any_share": (reached[1] + days) / everyone, "mean_km_before": means[0],
                "mean_km_after": means[1], "mean_km": means[1], "max_km": float(now["distance_km"].max()),
            }  # fmt: skip
            if level == "municipality":
                # So many come if half as many do after every 20 km.
                line["attending"] = float(np.average(0.5 ** (now["distance_km"] / 20), weights=now["people"]))
            if level == "municipality" and len(left):
                way = float(np.average(left["distance_km"], weights=left["people"]))
                line |= {
                    "distance_km": way,
                    "over_km": way - TARGET_KM,
                    "gap_region": gap_of[left["id"].iloc[0]],
                }
            found[level][str(name)] = line
    for place in after[~after["covered"]].itertuples():
        gap = gap_of[place.id]
        way = float(place.distance_km)
        found["place"][str(place.id)] = {
            "people": place.people, "distance_km": way, "over_km": way - TARGET_KM, "gap_region": gap,
            "lon": place.lon, "lat": place.lat,
        }  # fmt: skip
        line = found["gap"].setdefault(str(gap), {"people": 0.0, "places": 0.0, "gap_region": gap})
        line["people"] += place.people
        line["places"] += 1
    new = after["covered"] & ~before["covered"]
    for name in OFFICES:
        mine = after[(after["office"] == name) & after["covered"]]
        gain = float(after["people"][new & (after["office"] == name)].sum())
        found["office"][name] = {"people_nearest": float(mine["people"].sum()), "gain": gain, "stage": 1}
    for row in found["municipality"].values():
        # Where a municipality lies is told for maps; it is a mean of its places.
        row |= {"lon": np.nan, "lat": np.nan}
    return found


ELSEWHERE = {
    "fid", "consultations", "consultations_on_days", "posts", "per_post", "day_places", "days_per_month",
    "2sfca", "e2sfca", "no_capacity", "people_lost", "people_kept", "places_lost", "days_lost",
}  # fmt: skip
"""Counted in the tests of access and of its tables, but for the number that a GeoPackage gives its rows."""
KEYS = (("place", "place"), ("municipality", "ags"), ("district", "district_ags"), ("gap", "gap_region"))


def level_of(row: Line) -> tuple[str, str] | None:
    """What a row is about: the finest of the keys it has."""
    for level, key in KEYS:
        value = str(row.get(key) or "").removesuffix(".0")
        if value:
            return level, value
    name = str(row.get("name") or "")
    return ("office", name) if name in OFFICES else None


def checked(rows: Iterator[Line], truth: Truth, tolerance: float) -> int:
    """How many numbers were compared; each of a known row must be known and right."""
    compared = 0
    for row in rows:
        about = level_of(row)
        if about is None or about[1] not in truth[about[0]]:
            continue
        expected = truth[about[0]][about[1]]
        for column, value in row.items():
            if column in ELSEWHERE:
                continue
            if isinstance(value, (int, float)) and not isinstance(value, bool) and not np.isnan(value):
                assert column in expected, (about, column, value)
                if not np.isnan(expected[column]):
                    assert value == pytest.approx(expected[column], abs=tolerance), (about, column)
                    compared += 1
    return compared


def headings(lang: Lang) -> dict[str, str]:
    """Our names of the columns by their headings."""
    start = "reports.column."
    return {it: key.removeprefix(start) for key, it in sentences(lang).items() if key.startswith(start)}


def of_table(rows: list[list[object]], lang: Lang) -> Iterator[Line]:
    """The rows of a table below its headings; a column without one of ours keeps its own."""
    known, head = headings(lang), None
    for row in rows:
        cells = [it.strip() if isinstance(it, str) else it for it in row]
        if sum(str(it) in known for it in cells) >= 2:
            head = [known.get(str(it), str(it)) for it in cells]
        elif head is not None:
            yield {name: it for name, it in zip(head, cells, strict=False) if it != ""}


def of_workbook(content: bytes, lang: Lang) -> Iterator[Line]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names:
        yield from of_table(book.get_sheet_by_name(name).to_python(), lang)


def of_zip(content: bytes, lang: Lang) -> Iterator[Line]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            yield from of_workbook(archive.read(name), lang)


def typed(row: Line, lang: Lang) -> Line:
    """Numbers that a text tells, as numbers; keys stay what they are."""
    marks = str.maketrans({".": "", ",": "."}) if lang == "de" else str.maketrans({",": ""})
    keys = {key for _, key in KEYS} - {"gap_region"}
    found: Line = {}
    for key, value in row.items():
        words = str(value).replace("\u2212", "-").replace("\u00a0", "").replace(" ", "").replace("+", "")
        plain = words.translate(marks) if isinstance(value, str) else words
        found[key] = float(plain) if key not in keys and re.fullmatch(r"-?\d+(\.\d+)?", plain) else value
    return found


def of_csv(content: bytes, lang: Lang) -> Iterator[Line]:
    lines = content.decode("utf-8-sig").splitlines()
    mark = ";" if lang == "de" else ","
    for row in of_table([list(it) for it in csv.reader(lines, delimiter=mark)], lang):
        # Decimals have a comma and no thousands: "9,2" is no nine thousand.
        yield typed({key: str(it).replace(".", ",") if lang == "de" else it for key, it in row.items()}, lang)


def of_geojson(content: bytes, lang: Lang) -> Iterator[Line]:
    for it in json.loads(content)["features"]:
        yield it["properties"]


def of_geopackage(content: bytes, lang: Lang) -> Iterator[Line]:
    base = sqlite3.connect(":memory:")
    base.deserialize(content)
    base.row_factory = sqlite3.Row
    for table in [row[0] for row in base.execute("select table_name from gpkg_contents")]:
        for row in base.execute(f'select * from "{table}"'):
            yield {key: row[key] for key in row.keys() if not isinstance(row[key], bytes)}  # noqa: SIM118 -- a row iterates over its values
    base.close()


class _Tables(HTMLParser):
    """The cells of all tables of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.rows[-1][-1] += data


EXACT: dict[tuple[str, str], tuple[Callable[[bytes, Lang], Iterator[Line]], float, int]] = {
    # reader, how exact the file is, and at least so many numbers compared
    ("gaps", ".xlsx"): (of_workbook, 1e-6, 140),
    ("gaps", ".zip"): (of_zip, 1e-6, 60),
    ("gaps", ".csv"): (of_csv, 0.006, 30),
    ("gaps", ".geojson"): (of_geojson, 0.006, 24),
    ("gaps", ".gpkg"): (of_geopackage, 0.006, 60),
    ("network", ".xlsx"): (of_workbook, 1e-6, 40),
    ("comparison", ".xlsx"): (of_workbook, 1e-6, 80),
    ("comparison", ".csv"): (of_csv, 0.06, 40),
}


@pytest.mark.parametrize(("document", "suffix"), EXACT)
def test_every_number_of_every_row_is_the_scenarios(
    document: str, suffix: str, case: Case, truth: Truth
) -> None:
    read, tolerance, least = EXACT[document, suffix]
    for lang in ("de", "en"):
        writer = registry.writer_of(f"x{suffix}", document)
        content = writer.write(
            case, lang, registry.WriterOptions(date=DATE, exact=True, file_name=f"x{suffix}")
        )
        assert checked(read(content, lang), truth, tolerance) >= least, lang


@pytest.mark.parametrize("lang", ["de", "en"])
def test_papers_slides_and_pages_say_the_same_rounded(case: Case, truth: Truth, lang: Lang) -> None:
    gaps = {people_rounded(it["people"], lang) for it in truth["gap"].values()}
    total = {people_rounded(sum(it["people"] for it in truth["gap"].values()), lang)}
    options = registry.WriterOptions(date=DATE)

    def made(suffix: str, *documents: str) -> bytes:
        return registry.writer_of(f"x{suffix}", *documents).write(case, lang, options)

    paper = " ".join(pages_of(made(".pdf", "board")))
    slides = [
        cell.text
        for slide in Presentation(io.BytesIO(made(".pptx", "board"))).slides
        for shape in slide.shapes
        if shape.has_table
        for row in shape.table.rows
        for cell in row.cells
    ]
    page = _Tables()
    page.feed(made(".html", "map").decode())
    cells = [it for row in page.rows for it in row]
    for figure in gaps | total:
        assert figure in paper.split(), figure
        assert figure in slides, figure
    assert gaps <= set(cells)
    for ags, row in truth["district"].items():
        [line] = [it for it in page.rows if it and it[0].endswith(f"({ags})")]
        assert line[1:3] == [people_rounded(row[it], lang) for it in ("people_total", "covered")]
    for name, row in truth["office"].items():
        assert [name, people_rounded(row["people_nearest"], lang)] in [
            [it[0], it[-1]] for it in page.rows if it
        ]
    compared = _Tables()
    compared.feed(made(".html", "comparison").decode())
    names = {row: case.shown.district_names[row] for row in truth["district"]}
    shown = {it[0]: it for it in compared.rows if len(it) == 11}
    changed = {ags: it for ags, it in truth["district"].items() if it["change"] or it["days_after"]}
    for ags, row in changed.items():
        keys = ("people_total", "before", "after", "gained", "lost")
        assert shown[names[ags]][1:6] == [number(row[it], lang) for it in keys]
        assert shown[names[ags]][7:9] == [number(row[it], lang) for it in ("days_before", "days_after")]
    assert not set(shown) & {names[it] for it in set(names) - set(changed)}


def test_letters_tell_the_district_its_own(case: Case, truth: Truth, tmp_path: Path) -> None:
    letters = dict(letters_docx(case, "de", docx=template_docx("de"), date=DATE))
    before = places_of({"Hannover": OFFICES["Hannover"]}, days=False)
    left = before[~before["covered"]]
    assert {re.search(r"\d{5}", it)[0] for it in letters} == set(left["district"])
    towns = case.shown.municipality_names
    for name, content in letters.items():
        ags = re.search(r"\d{5}", name)[0]
        [table] = [it for it in Document(io.BytesIO(content)).tables if len(it.columns) >= 5]
        rows = [[cell.text for cell in row.cells] for row in table.rows][1:]
        mine = left[left["district"] == ags].groupby("ags")["people"].sum()
        assert {it[0] for it in rows} == {towns[it] for it in mine.index}
        for key, people in mine.items():
            [row] = [it for it in rows if it[0] == towns[key]]
            assert row[1] == ("unter 10" if people < 10 else number(round(people / 10) * 10, "de"))
            now = truth["municipality"][str(key)]
            words = "alle erreicht" if not now["people"] else "an festen Tagen" if now["days_after"] else ""
            assert row[4] == (words or "unverändert")
