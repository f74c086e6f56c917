"""Running a plan: all results in one folder, the same numbers every time; comparing two."""

import datetime
import json
import math
from dataclasses import fields, replace
from pathlib import Path

import openpyxl
import pandas as pd
import pyogrio
import pytest
from pypdf import PdfReader

import iqgeo
from iqgeo.api import Plan, assess
from iqgeo.case import Case, compare
from iqgeo.errors import InputError
from iqgeo.region import Region
from iqgeo.reports.folder import PlanRun, run_plan, stages_table
from iqgeo.reports.map.scene import scene_of_case
from iqgeo.reports.record import commit_of, solved_scenario
from iqgeo.scenario.model import Rules, Search, Stage
from iqgeo.scenario.settings import Settings
from iqgeo.scenario.written import checksum, table_checksums
from iqgeo.words.states import state_names
from iqgeo.workers.executor import executor_of


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plan on a small table of people, quick to run."""
    folder = tmp_path_factory.mktemp("Plan für Celle")
    people = pd.DataFrame(
        {
            "id": [f"p{at}" for at in range(40)],
            "lon": [9.6 + 0.03 * at for at in range(40)],
            "lat": [52.2 + 0.02 * (at % 17) for at in range(40)],
            "people": [10 + at for at in range(40)],
            "ags": ["03241001"] * 20 + ["03351006"] * 20,
        }
    )
    people.to_csv(folder / "menschen.csv", index=False)
    (folder / "plan.toml").write_text(
        """# Versuch
version = 2
name = "Versuch & Co."
[demand]
file = "menschen.csv"
[distance]
kind = "detour"
factor = 1.3
[target]
km = 20
[[sites]]
id = "s1"
name = "=Dorf"
lon = 9.65
lat = 52.3
[[stages]]
name = "heute"
opened = ["s1"]
[[stages]]
name = "morgen"
[stages.search]
model = "max-cover"
new = 2
[robustness]
variations = 4
seed = 7
""",
        encoding="utf-8",
    )
    return folder


@pytest.fixture(scope="module")
def run(village: Path) -> PlanRun:
    return run_plan(village / "plan.toml", village / "Ergebnis ä")


def test_everything_lies_in_one_folder(run: PlanRun) -> None:
    names = {it.name for it in run.folder.iterdir()}
    assert names == {it.name for it in run.files}
    assert {
        "1_heute_Abdeckung.json", "1_heute_Luecken.xlsx", "1_heute_Luecken.gpkg", "1_heute_Luecken.csv",
        "2_morgen_Abdeckung.json", "2_morgen_Luecken.xlsx", "2_morgen_Luecken.gpkg", "2_morgen_Luecken.csv",
        "1_heute_Luecken.csv-metadata.json", "2_morgen_Luecken.csv-metadata.json",
        "Etappen.csv", "Vorlage.pdf", "Vorlage.pptx", "Karte.html", "Vergleich.xlsx", "plan.toml",
        "Plan_mit_Ergebnis.toml", "Robustheit.csv", "Netz.xlsx", "run.json",
    } == names  # fmt: skip


def test_whoever_wants_a_few_forms_gets_the_same_files_and_no_others(
    run: PlanRun, village: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is not wanted is not made either.
    for name in ("gap_list_gpkg", "gap_list_table"):
        monkeypatch.setattr(f"iqgeo.reports.gap_list.{name}", lambda *_, **__: pytest.fail("is not wanted"))
    few = run_plan(village / "plan.toml", tmp_path / "few", forms=(".html", ".xlsx"))
    assert {it.name for it in few.files} == {
        it.name for it in run.files if it.suffix in (".html", ".xlsx") or it.name == "run.json"
    }
    assert (few.folder / "Karte.html").read_bytes() == (run.folder / "Karte.html").read_bytes()
    assert {**few.record, "files": None}.keys() == run.record.keys()
    for key in ("settings", "proof", "firmness", "stages", "robustness", "inputs"):
        assert few.record[key] == run.record[key]


def test_the_record_vouches_for_every_file(run: PlanRun, village: Path) -> None:
    record = json.loads((run.folder / "run.json").read_text(encoding="utf-8"))
    assert record == run.record
    for name, recorded in record["files"].items():
        assert checksum(run.folder / name) == recorded
    assert set(record["files"]) == {it.name for it in run.files} - {"run.json"}
    assert record["inputs"]["files"] == {"menschen.csv": checksum(village / "menschen.csv")}
    assert record["plan"]["sha256"] == checksum(village / "plan.toml")
    assert record["versions"]["iqgeo"] == iqgeo.__version__
    assert record["seconds"]["all"] > 0
    assert record["robustness"]["seed"] == 7
    assert record["stages"][1]["search"]["status"] == "optimal"
    assert record["stages"][1]["people"] == sum(10 + at for at in range(40))


def test_the_files_say_what_the_record_says(run: PlanRun) -> None:
    first, last = run.record["stages"]
    coverage = json.loads((run.folder / "2_morgen_Abdeckung.json").read_text(encoding="utf-8"))
    assert coverage["covered"] == last["covered"] > first["covered"]
    table = pd.read_csv(run.folder / "Etappen.csv", sep=";", decimal=",", encoding="utf-8-sig")
    assert table["davon erreicht"].tolist() == [first["covered"], last["covered"]]
    assert table["neu"][0] == "'=Dorf"
    places = pyogrio.read_dataframe(run.folder / "1_heute_Luecken.gpkg", layer="Orte nicht erreicht")
    assert places["people"].sum() == first["uncovered"], "nobody here is one of less than ten"
    assert set(places["suggested_office"]) - {""} <= set(run.coverages[-1].offices["name"])
    book = openpyxl.load_workbook(run.folder / "Vergleich.xlsx")
    assert book["Kreise"]["A1"].value == "Wer gewinnt, wer verliert: heute und morgen"
    said = PdfReader(run.folder / "Vorlage.pdf").pages[0].extract_text()
    assert "Versuch & Co." in said
    assert "Bewiesen optimal" in said
    assert "<html" in (run.folder / "Karte.html").read_text(encoding="utf-8")[:2000]


def test_the_plan_with_its_answer_gives_the_same_numbers(run: PlanRun, tmp_path: Path) -> None:
    solved = Plan.load(run.folder / "Plan_mit_Ergebnis.toml")
    assert solved.checksums == table_checksums(run.evaluation.loaded.region)
    assert all(stage.search is None for stage in solved.stages)
    again = run_plan(run.folder / "Plan_mit_Ergebnis.toml", tmp_path / "again")
    for mine, other in zip(run.record["stages"], again.record["stages"], strict=True):
        assert {**mine, "search": None} == {**other, "search": None}


def test_run_again_the_numbers_and_tables_are_the_same(run: PlanRun, village: Path, tmp_path: Path) -> None:
    with executor_of("processes:2") as workers:
        again = run_plan(village / "plan.toml", tmp_path, executor=workers)
    assert again.record["stages"] == run.record["stages"]
    assert again.record["robustness"] == run.record["robustness"]
    # Only what says where its data lie differs, as it lies elsewhere.
    for name in set(run.record["files"]) - {"plan.toml", "Plan_mit_Ergebnis.toml"}:
        assert (tmp_path / name).read_bytes() == (run.folder / name).read_bytes(), name


def test_changed_data_are_refused(village: Path, tmp_path: Path) -> None:
    plan = replace(Plan.load(village / "plan.toml"), checksums={"offices.csv": "0" * 64})
    plan.save(tmp_path / "plan.toml")
    with pytest.raises(InputError, match="nicht mehr die Fassung"):
        run_plan(tmp_path / "plan.toml", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_broken_run_leaves_no_record(village: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "run.json").write_text("{}", encoding="utf-8")
    plan = replace(Plan.load(village / "plan.toml"), rules=Rules(("nobody",)))
    plan.save(tmp_path / "plan.toml")
    with pytest.raises(InputError):
        run_plan(tmp_path / "plan.toml", out)
    assert not (out / "run.json").exists()


def test_the_public_plan() -> None:
    assert iqgeo.Plan is Plan


def test_a_plan_says_what_assess_says(region: Region) -> None:
    plan = Plan("p", (Stage("2012", 2012), Stage("2013", 2013)), settings=Settings(year=2010))
    evaluation = plan.evaluate(region)
    for stage, coverage in zip((2012, 2013), evaluation.coverages, strict=True):
        assert coverage.covered == assess(region, stage=stage, year=2010).covered
        assert coverage.stage == stage


def test_keep_best_closes(region: Region) -> None:
    plan = Plan(
        "p",
        (Stage("2012", 2012), Stage("weniger", None, search=Search("keep-best", keep=4))),
        settings=Settings(year=2010),
    )
    evaluation = plan.evaluate(region)
    assert len(evaluation.coverages[1].offices) == 4
    assert len(evaluation.scenario.stages[1].closed) == 2
    assert evaluation.scenario.stages[1].search is None
    assert (
        Plan.from_scenario(evaluation.scenario).coverage(-1, region).covered
        == evaluation.coverages[1].covered
    )


def test_comparing_two_plans(region: Region) -> None:
    first = Plan("heute", (Stage("2012", 2012),), settings=Settings(year=2010))
    second = Plan(
        "Plan",
        (Stage("2012", 2012), Stage("neu", None, ("NI-GÖ",), ("NI-OS",))),
        settings=Settings(year=2010),
    )
    found = compared(first, second)
    assert found.gained - found.lost == found.shown.covered - found.before.coverage.covered
    assert found.gained > 0 < found.lost
    assert state_names(found, "de") == ("heute", "Plan")
    worst = found.changes().sort_values("change").iloc[0]["name"]
    assert "Osnabrück" in worst
    scene = scene_of_case(found)
    assert [site.name for site in scene.sites if site.kind == "proposed"] == ["Göttingen"]


def compared(first: Plan, second: Plan, **stages: int) -> Case:
    return compare(first.evaluate(), second.evaluate(), **stages)


def test_two_stages_of_one_plan(region: Region) -> None:
    plan = Plan("p", (Stage("2012", 2012), Stage("2013", None, ("NI-GÖ",))), settings=Settings(year=2010))
    found = compared(plan, plan, stage_first=1)
    assert state_names(found, "de") == ("p (2012)", "p (2013)")
    assert found.lost == 0


def test_plans_that_count_other_people_cannot_be_compared() -> None:
    first = Plan("a", (Stage("2012", 2012),), settings=Settings(year=2010))
    second = replace(first, name="b").with_settings(year=2012)
    with pytest.raises(InputError, match="zählen nicht dasselbe"):
        compared(first, second)


def test_the_record_is_complete(run: PlanRun, village: Path) -> None:
    record = run.record
    solved = solved_scenario(run.evaluation)
    assert record["plan"]["as_run"]["key"] == solved.key
    assert len(record["plan"]["as_run"]["sha256"]) == 64
    assert {it.name for it in fields(Settings)} | {it.name for it in fields(Rules)} <= set(record["settings"])
    assert record["settings"]["stages"][1]["search"]["new"] == 2
    told = {it.name for it in fields(Stage)} - {"proof"}
    assert all(told <= set(it) for it in record["settings"]["stages"])
    assert record["settings"]["robustness"] == {"variations": 4, "seed": 7}
    assert record["versions"]["commit"] is None or len(record["versions"]["commit"]) == 40
    # The plan with its answer keeps the proof, and no time of this machine.
    kept = Plan.load(run.folder / "Plan_mit_Ergebnis.toml").stages[1].proof
    assert kept is not None
    assert kept.is_optimal
    assert math.isnan(kept.seconds)


def test_a_commit_is_read_from_gits_own_files(tmp_path: Path) -> None:
    assert commit_of(tmp_path) is None
    git = tmp_path / ".git"
    (git / "refs/heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "packed-refs").write_text("# pack-refs\n" + "b" * 40 + " refs/heads/main\n")
    assert commit_of(tmp_path / "a" / "b") == "b" * 40
    (git / "refs/heads/main").write_text("a" * 40 + "\n")
    assert commit_of(tmp_path) == "a" * 40
    (git / "HEAD").write_text("c" * 40)
    assert commit_of(tmp_path) == "c" * 40


def test_another_day_changes_a_date_and_nothing_else(run: PlanRun, village: Path) -> None:
    later = datetime.datetime.now().astimezone().date() + datetime.timedelta(days=40)
    again = run_plan(village / "plan.toml", village / "Ergebnis b", date=later)
    today = datetime.date.fromisoformat(str(run.record["started"])[:10])
    assert again.record["plan"] == run.record["plan"]
    assert again.record["settings"] == run.record["settings"]
    for name, recorded in run.record["files"].items():
        other = again.record["files"][name]
        if name.endswith((".json", ".html")):
            here, there = ((it / name).read_text(encoding="utf-8") for it in (run.folder, again.folder))
            for form in ("%d.%m.%Y", "%Y-%m-%d"):
                there = there.replace(later.strftime(form), today.strftime(form))
            assert here == there, name
        elif name.endswith((".csv", ".toml")):
            assert recorded == other, name


def test_a_documented_network_opens_nothing() -> None:
    plan = Plan("p", (Stage("2012", 2012), Stage("mehr", None, ("NI-GÖ",))), settings=Settings(year=2010))
    assert list(stages_table(plan.evaluate()).frame["opened"]) == ["", "Göttingen"]
