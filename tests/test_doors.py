"""Every door says the same of one scenario: people, offices, gaps with their numbers, the sentence of proof.

Scenarios are drawn with a seed on people of one's own; ``IQGEO_DOORS`` draws so many instead of a few.
"""

import csv
import io
import itertools
import json
import os
import random
import re
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from iqgeo import sites
from iqgeo.api import Plan
from iqgeo.app import planfiles, resources
from iqgeo.app.state import default_view
from iqgeo.app.uploads import SessionFolder
from iqgeo.case import Case, case_for_papers, case_of
from iqgeo.cli.main import app
from iqgeo.coverage import Coverage
from iqgeo.region import Region
from iqgeo.reports import registry
from iqgeo.scenario.bundle import open_plan, pack
from iqgeo.scenario.evaluate import evaluate
from iqgeo.scenario.load import load
from iqgeo.scenario.model import OwnFile, Rules, Search, Stage
from iqgeo.scenario.settings import Settings
from iqgeo.texts import LANGUAGES, Lang, of_hundred, text
from iqgeo.words.proof import proof_words
from iqgeo.words.states import state_names

DRAWN = int(os.environ.get("IQGEO_DOORS", "2"))
MODELS = ("max-cover", "max-cover", "p-median", "p-center", "full-cover", "keep-best")
KEYS = ("candidates:1", "candidates:2", "candidates:3", "4", "5", "6")
"""The towns by their ids: three are numbered like offices, so that their list is named."""
SPOTS = [(8.2 + 0.35 * i, 51.9 + 0.25 * j) for i in range(6) for j in range(5)]


def written(folder: Path, kind: str, head: str, lines: list[str]) -> OwnFile:
    path = folder / f"{kind}.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return OwnFile(kind, path)


def drawn(seed: int, folder: Path) -> tuple[Plan, Lang]:
    """A scenario of few people, with offices and towns that are numbered alike."""
    rng = random.Random(seed)
    spots = rng.sample(SPOTS, 14)
    people = [
        f"p{at},{lon:.4f},{lat:.4f},{rng.randint(0, 400)}"
        for at, (lon, lat) in enumerate(rng.sample(SPOTS, 16))
    ]
    offices = [f"{at},Stelle {at},{lon:.4f},{lat:.4f}" for at, (lon, lat) in enumerate(spots[:3], 1)]
    towns = [f"{at},Ort {at},{lon:.4f},{lat:.4f}" for at, (lon, lat) in enumerate(spots[3:9], 1)]
    files = (
        written(folder, "demand", "id,lon,lat,people", people),
        written(folder, "offices", "id,name,lon,lat", offices),
        written(folder, "candidates", "id,name,lon,lat", towns),
    )
    settings = Settings(
        target_km=rng.choice([25.0, 32.5, 40.0]),
        distance=rng.choice(["straight", "detour"]),
        detour_factor=rng.choice([1.2, 1.3]),
    )
    stages, rules = [], Rules()
    keys = [*KEYS]
    rng.shuffle(keys)
    if rng.random() < 0.6:
        opened = tuple(keys.pop() for _ in range(rng.randint(1, 2)))
        stages.append(Stage("Hand", None, opened, ("1",) if rng.random() < 0.5 else ()))
    if not stages or rng.random() < 0.7:
        model, new = rng.choice(MODELS), rng.randint(1, 2)
        stages.append(Stage("Suche", search=searching(model, new)))
        kind = rng.choice(["", "require", "forbid"])
        if kind:
            rules = replace(rules, **{kind: (keys.pop(),)})
    lang = rng.choice(LANGUAGES)
    # The app numbers stages: called like this they are called the same behind every door.
    called = [text("app.planning.stage_number", lang, stage=at) for at in (1, 2)]
    named = tuple(replace(it, name=name) for it, name in zip(stages, called, strict=False))
    return Plan(name="Plan", stages=named, settings=settings, rules=rules, files=files), lang


def searching(model: str, new: int) -> Search:
    """A search by a model, in the numbers that it goes by."""
    if model == "keep-best":
        return Search(model, keep=new)
    if model == "full-cover":
        return Search(model, share_pct=30.0 * new)
    return Search(model, new=new)


def ran(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(it) for it in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def gaps_of(case: Case) -> dict[int, int]:
    return {it.number: round(it.people) for it in case.shown_gaps.regions}


def letters(words: str) -> str:
    """Without what a page breaks lines with."""
    return re.sub(r"[\s\u00ad\u2011-]+", "", words)


@pytest.mark.parametrize("seed", range(DRAWN))
def test_every_door_says_the_same(seed: int, tmp_path: Path, region: Region) -> None:
    plan, lang = drawn(seed, tmp_path)
    case = case_of(plan.evaluate())
    offices = sorted(case.shown.offices["name"])
    proof = "" if case.proposal is None else proof_words(case.proposal, lang)
    covered, gaps = round(case.shown.covered), gaps_of(case)
    saved = plan.save(tmp_path / "plan.toml", lang)

    again = case_of(Plan.load(saved).evaluate())
    assert (round(again.shown.covered), sorted(again.shown.offices["name"])) == (covered, offices)
    assert gaps_of(again) == gaps
    assert proof_words(again.proposal, lang) == proof

    told = json.loads(ran("coverage", "--plan", saved, "--json", "-", "--lang", lang))
    assert round(told["covered"]) == covered
    assert sorted(it["name"] for it in told["offices"]) == offices

    out = tmp_path / "gaps.csv"
    ran("gaps", "--plan", saved, "--out", out, "--plain-csv", "--lang", lang)
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    listed: dict[int, float] = {}
    for row in rows:
        listed[int(row["gap_region"])] = listed.get(int(row["gap_region"]), 0.0) + float(row["people"])
    assert {key: round(value) for key, value in listed.items()} == gaps

    options = registry.WriterOptions(exact=True)
    made = {
        it.suffix: it.write(case, lang, options)
        for it in registry.WRITERS
        if it.document in ("board", "gaps", "map")
    }
    pdf = "".join(page.extract_text() for page in PdfReader(io.BytesIO(made[".pdf"])).pages)
    assert letters(proof) in letters(pdf)
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(made[".xlsx"]))
    cells = "\n".join(
        str(cell)
        for name in sheets.sheet_names
        for row in sheets.get_sheet_by_name(name).to_python()
        for cell in row
    )  # fmt: skip
    assert proof in cells
    base = tmp_path / "gaps.gpkg"
    base.write_bytes(made[".gpkg"])
    with sqlite3.connect(base) as opened:
        tables = [it[0] for it in opened.execute("select table_name from gpkg_contents")]
        found = [
            row
            for table in tables
            if "gap_region" in {it[1] for it in opened.execute(f'pragma table_info("{table}")')}
            and "people" in {it[1] for it in opened.execute(f'pragma table_info("{table}")')}
            for row in opened.execute(f'select gap_region, people from "{table}"')
        ]
    assert {int(it[0]) for it in found} == set(gaps)
    html = made[".html"].decode()
    assert all(name in html for name in offices)
    share = of_hundred(case.shown.share, lang)
    assert share in html
    assert letters(share) in letters(pdf)
    folder_says_the_same(saved, case, lang)

    opened_plan = planfiles.read_plan(
        pack(Plan.load(saved), lang), "plan.zip", region, default_view(region, lang), folder=SessionFolder()
    )
    shown = resources.case(opened_plan.view, opened_plan.own, opened_plan.draft)
    assert (round(shown.shown.covered), sorted(shown.shown.offices["name"])) == (covered, offices)
    assert gaps_of(shown) == gaps
    assert shown.proposal is not None
    assert proof_words(shown.proposal, lang) == proof
    papers_are_the_same(saved, shown, opened_plan, lang)


def papers_are_the_same(saved: Path, shown: Case, opened: planfiles.OpenedPlan, lang: Lang) -> None:
    """What the app's papers draw and say of a plan is what those of the command do, names of states too."""
    for path in saved.with_name("run").glob("*.zip"):
        if path.name == "plan.zip":
            continue
        with open_plan((path.read_bytes(), path.name)) as solved:
            command = case_for_papers(evaluate(solved, load(solved)))
        paper = resources.for_papers(shown, opened.view, opened.own, opened.draft)
        assert (paper.curve, paper.best, paper.likely) == (command.curve, command.best, command.likely)
        assert state_names(paper, lang) == state_names(command, lang)


def folder_says_the_same(saved: Path, case: Case, lang: Lang) -> None:
    """The results of a run are those of the plan, and the plan written with them keeps its proof."""
    folder = saved.with_name("run")
    ran("plan", "run", saved, "--out", folder, "--lang", lang)
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert round(record["stages"][-1]["covered"]) == round(case.shown.covered)
    [paper] = folder.glob("*.pdf")
    words = "".join(page.extract_text() for page in PdfReader(paper).pages)
    assert case.proposal is not None
    proof = proof_words(case.proposal, lang)
    assert letters(proof) in letters(words)
    for path in folder.glob("*.zip"):
        if path.name == "plan.zip":
            continue
        with open_plan((path.read_bytes(), path.name)) as solved:
            again = case_of(evaluate(solved, load(solved)))
        assert all(it.search is None for it in solved.stages)
        assert round(again.shown.covered) == round(case.shown.covered)
        assert again.proposal is not None
        if not any(it.unmet for it in case.steps):
            assert proof_words(again.proposal, lang) == proof


@pytest.mark.parametrize("seed", range(DRAWN))
def test_a_comparison_tells_who_wins_and_who_loses(seed: int, tmp_path: Path) -> None:
    plan, lang = drawn(seed, tmp_path)
    found = plan.evaluate()
    nothing = replace(plan, name="Ohne", stages=(Stage("Ohne"),))
    before, after = found.base.coverage, found.coverages[-1]
    one, two, out = (tmp_path / it for it in ("a.toml", "b.toml", "c.csv"))
    nothing.save(one, lang)
    plan.save(two, lang)
    ran("plan", "compare", one, two, "--out", out, "--lang", lang)
    people = after.places["people"].to_numpy()
    gained = float(people @ (after.is_covered & ~before.is_covered))
    lost = float(people @ (before.is_covered & ~after.is_covered))
    lines = out.read_text(encoding="utf-8-sig").splitlines()
    rows = list(
        csv.DictReader(io.StringIO("\n".join(lines)), delimiter=csv.Sniffer().sniff(lines[0]).delimiter)
    )
    gain, loss = (
        next(key for key in rows[0] if key == text(f"reports.column.{it}", lang)) for it in ("gained", "lost")
    )
    sums = [sum(float((row[key] or "0").replace(",", ".")) for row in rows) for key in (gain, loss)]
    assert [round(it) for it in sums] == [round(gained), round(lost)]


@pytest.mark.parametrize("seed", range(DRAWN))
def test_what_is_called_the_best_is_the_best(seed: int, tmp_path: Path) -> None:
    """Every choice that the rules allow is counted, by another way than the models."""
    plan, _ = drawn(seed, tmp_path)
    found = plan.evaluate()
    for at, stage in enumerate(plan.stages):
        if stage.search is None:
            continue
        before, after = (found.base, *found.states)[at].coverage, found.states[at].coverage
        there = sites.ids(before.offices)
        free = [it for it in KEYS if it not in {*plan.rules.forbid, *there}]
        step, search = found.steps[at], stage.search
        if step.unmet is not None or search.model == "full-cover":
            continue
        if search.model == "keep-best":
            choices = [sites.without(before.offices, set(there) - set(kept))
                       for kept in itertools.combinations(there, search.keep or 0)]  # fmt: skip
        else:
            choices = [
                sites.with_(before.offices, sites.named(found.loaded.known, meant(found, chosen)))
                for chosen in itertools.combinations(free, search.new or 0)
                if {*plan.rules.require} - {*there} <= {*chosen}
            ]
        reached = [worth(search.model, after.again(offices=network)) for network in choices]
        assert step.proof is not None
        assert step.proof.is_optimal
        assert worth(search.model, after) == pytest.approx(max(reached))


def worth(model: str, coverage: Coverage) -> float:
    """What a model makes large, counted on the places."""
    people = coverage.places["people"].to_numpy(dtype=float)
    distance_km = coverage.places["distance_km"].to_numpy()[people > 0]
    if model == "p-median":
        return -float(people[people > 0] @ distance_km)
    if model == "p-center":
        return -float(distance_km.max(initial=0))
    return coverage.covered


@pytest.mark.parametrize("seed", range(DRAWN))
def test_fewer_would_not_do(seed: int, tmp_path: Path) -> None:
    """The fewest offices for a share: no smaller choice reaches it."""
    plan, _ = drawn(seed, tmp_path)
    share_pct = 30.0 + 12 * (seed % 5)
    search = Search("full-cover", share_pct=share_pct)
    found = replace(plan, stages=(Stage("Suche", search=search),), rules=Rules()).evaluate()
    after, known, start = found.coverages[-1], found.loaded.known, found.base.coverage

    def share(chosen: tuple[str, ...]) -> float:
        network = sites.with_(start.offices, sites.named(known, meant(found, chosen)))
        return start.again(offices=network).share

    count = len(after.offices) - len(start.offices)
    if after.share < share_pct / 100:
        assert share(KEYS) < share_pct / 100
        return
    for fewer in range(count):
        assert all(share(it) < share_pct / 100 for it in itertools.combinations(KEYS, fewer))


def meant(found, keys):
    return [found.loaded.meant(key)[0] for key in keys]


@pytest.mark.parametrize("seed", range(DRAWN))
def test_a_suggestion_in_the_terminal_is_the_one_in_python(seed: int, tmp_path: Path) -> None:
    plan, lang = drawn(seed, tmp_path)
    plan = replace(plan, stages=(Stage("", search=Search(new=1 + seed % 2)),))
    case = case_of(plan.evaluate())
    files = {it.kind: it.path for it in plan.files}
    rules = [it for kind in ("require", "forbid") if getattr(plan.rules, kind)
             for it in (f"--{kind}", ",".join(getattr(plan.rules, kind)))]  # fmt: skip
    told = json.loads(
        ran(
            "suggest", "--new", 1 + seed % 2, "--json", "-", "--target-km", plan.settings.target_km,
            "--distance", plan.settings.distance, "--detour-factor", plan.settings.detour_factor,
            *itertools.chain.from_iterable((f"--{kind}", path) for kind, path in files.items()), *rules,
            "--lang", lang,
        )
    )  # fmt: skip
    assert case.proposal is not None
    assert told["proof"] == proof_words(case.proposal, "de")
    assert sorted(it["name"] for it in told["sites"]) == sorted(case.opened["name"])
    assert round(told["covered_after"]) == round(case.shown.covered)
