"""Studies: every combination once, each the same as the plan computed by itself, wherever it runs."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from iqgeo.api import assess, suggest
from iqgeo.cli.main import app
from iqgeo.errors import InputError
from iqgeo.scenario.evaluate import evaluate
from iqgeo.scenario.load import load
from iqgeo.scenario.sweep import solve
from iqgeo.scenario.sweep_file import opened_sweep
from iqgeo.workers.executor import Serial
from iqgeo.workers.results import run_tasks
from tests.workers.test_executors import cluster, one_cluster  # noqa: F401  fixtures

SMALL = """
name = "Klein"
[vary]
candidates.least_people = 40000
target.km = [30, 35.0]
search.new = [1, 2]
"""


@pytest.fixture
def study(tmp_path):
    """Write a study file and read its tasks."""

    def read(text):
        path = tmp_path / "study.toml"
        path.write_text(text, encoding="utf-8")
        with opened_sweep(path) as found:
            return found

    return read


def refused(study, text):
    with pytest.raises(InputError) as caught:
        study(text)
    return [(problem.code, problem.column) for problem in caught.value.problems]


def test_every_row_is_what_the_python_door_answers(study, region, tmp_path):
    found = study(
        SMALL.replace("[30, 35.0]", "[31.5]") + 'demand.weight = ["migration_background", "population"]\n'
        'search.model = ["max-cover", "full-cover"]\nsearch.share_pct = [60]\n'
    )
    assert len(found.tasks) == 2 * 3
    path = run_tasks(Serial(), solve, found.tasks, tmp_path / "all.parquet").path
    table = pd.read_parquet(path)
    assert table["task"].tolist() == list(found.tasks)
    for row in table.itertuples():
        settings = {"target_km": row.target_km, "weight": row.weight}
        start = assess(region, **settings)
        assert (row.people, row.covered_before, row.offices_before) == (start.people, start.covered, 6)
        asked = {"new": int(row.new)} if row.model == "max-cover" else {"share_pct": row.share_pct}
        best = suggest(region, model=row.model, least_people=40_000, **asked, **settings)
        assert row.status == best.status == "optimal"
        assert row.covered == best.after.covered
        assert (row.share, row.gap) == (best.after.share, best.gap)
        assert (row.objective, row.bound) == (best.objective, best.bound)
        assert row.opened == ",".join(it.id for it in best.sites)
        assert row.offices == 6 + len(best.sites)


def test_the_stages_of_a_plan_come_first_and_a_plan_alone_is_only_computed(study, tmp_path):
    (tmp_path / "plan.toml").write_text(
        'version = 3\nname = "Plan"\n[network]\nyear = 2012\n[[stages]]\nname = "A"\nopened = ["03157005"]\n',
        encoding="utf-8",
    )
    asked = study('plan = "plan.toml"\n[vary]\nsearch.new = 1\ntarget.km = [20, 35]')
    rows = [row for task in asked.tasks.values() for row in solve(task)]
    assert [(row["offices_before"], row["offices"]) for row in rows] == [(7, 8), (7, 8)]
    assert "03157005" not in [row["opened"] for row in rows]
    alone = study('plan = "plan.toml"\n[vary]\ntarget.km = [20, 35]')
    computed = [row for task in alone.tasks.values() for row in solve(task)]
    assert [row["covered"] for row in computed] == [row["covered_before"] for row in rows]
    assert {row["model"] for row in computed} == {None}


PLACED = (
    '[network]\nyear = 2012\n[[sites]]\nid = "x"\nlon = {}\nlat = 52.4\n'
    '[[stages]]\nname = "A"\nopened = ["x"]'
)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('[[stages]]\nname = "A"\nyear = 2012', '[[stages]]\nname = "A"\nyear = 2021'),
        (PLACED.format(7.3), PLACED.format(10.6)),
    ],
)
def test_a_worker_that_lives_on_computes_the_next_study_with_its_own_data(study, tmp_path, first, second):
    rows = []
    for plan in (first, second):
        (tmp_path / "plan.toml").write_text(f"version = 3\n{plan}\n", encoding="utf-8")
        (task,) = study('plan = "plan.toml"').tasks.values()
        (row,) = solve(task)
        alone = evaluate(task.scenario, load(task.scenario)).coverages[-1]
        assert (row["people"], row["covered"]) == (alone.people, alone.covered)
        rows.append(row)
    assert rows[0]["covered"] != rows[1]["covered"]


def test_combinations_that_differ_in_nothing_that_counts_are_one(study):
    """A straight line has no detour factor."""
    found = study('[vary]\ndistance.kind = ["straight", "detour"]\ndistance.factor = [1.2, 1.3, 1.4]')
    assert len(found.tasks) == 4


def test_drawn_assumptions_lie_in_their_ranges_and_come_again_from_the_seed(study):
    ranges = "target.km = [30, 40]\ndistance.factor = [1.2, 1.4]"
    text = f"[vary]\nsearch.new = [1]\n[draw]\nnumber = 30\nseed = {{}}\n{ranges}"
    found = [it.scenario.settings for it in study(text.format(7)).tasks.values()]
    assert len({(it.target_km, it.detour_factor) for it in found}) == 30
    assert all(30 <= it.target_km <= 40 and 1.2 <= it.detour_factor <= 1.4 for it in found)
    assert list(study(text.format(7)).tasks) == list(study(text.format(7)).tasks)
    assert list(study(text.format(8)).tasks) != list(study(text.format(7)).tasks)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[vary]\ntarget.km = [0, 30]\nserch.new = [1]",
            {("plan_number_out_of_range", "vary.target.km"), ("plan_key_unknown", "vary.serch")},
        ),
        (
            "[vary]\ntarget.km = []\nsearch.keep = [3]",
            {("plan_entry_missing", "vary.target.km"), ("study_not_asked", "vary.search.keep")},
        ),
        (
            "[draw]\ndistance.factor = [1.4, 1.2]\n[[rules]]\nforbidden = ['x']",
            {("study_range", "draw.distance.factor"), ("plan_key_unknown", "rules[1].forbidden")},
        ),
        ("[vary]\nsearch.model = ['best']", {("plan_word_unknown", "vary.search.model")}),
        ("[draw]\nnumber = 3", {("study_draws_nothing", "draw")}),
        ("[draw]\nnumber = 1000000\ntarget.km = [1, 2]", {("study_many", "draw.number")}),
        ("[vary]\nregion.directory = ['nowhere', 'neither']", {("region_folder_missing", None)}),
        ("[vary", {("study_unreadable", None)}),
        pytest.param(
            "[draw]\nseed = " + "1" * 5_000, {("study_unreadable", None)}, id="a number of 5,000 digits"
        ),
    ],
)
def test_all_that_is_wrong_is_said_at_once(study, text, expected):
    assert set(refused(study, text)) == expected


def test_data_that_are_not_those_of_the_study_fail_their_task_alone(study, tmp_path):
    offices = tmp_path / "offices.csv"
    offices.write_text("id,name,lon,lat\na,Anderswo,9.7,52.4\n", encoding="utf-8")
    (tmp_path / "plan.toml").write_text(
        'version = 3\n[network]\nempty = false\n[offices]\nfile = "offices.csv"\n', encoding="utf-8"
    )
    found = study('plan = "plan.toml"\n[vary]\ntarget.km = [31, 32]')
    offices.write_text("id,name,lon,lat\na,Anderswo,9.8,52.4\n", encoding="utf-8")
    ended = list(Serial().run(solve, found.tasks))
    assert [done.problems[0].code for done in ended] == ["plan_data_changed"] * 2


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_cluster_writes_the_same_file_byte_for_byte(study, tmp_path, cluster):  # noqa: F811
    found = study(SMALL)
    here = run_tasks(Serial(), solve, found.tasks, tmp_path / "here.parquet").path.read_bytes()
    cluster.add_worker()
    cluster.add_worker()
    with cluster.executor(2) as workers:
        there = run_tasks(workers, solve, found.tasks, tmp_path / "there.parquet").path.read_bytes()
    assert there == here


def test_the_command_names_what_failed_finishes_the_rest_and_goes_on_later(tmp_path):
    path = tmp_path / "study.toml"
    rules = '[[rules]]\nname = "frei"\n[[rules]]\nname = "ohne Nirgendwo"\nforbid = ["nowhere"]\n'
    path.write_text(SMALL + rules, encoding="utf-8")
    first = CliRunner().invoke(app, ["sweep", str(path), "--lang", "en"])
    assert isinstance(first.exception, InputError)
    said = first.exception.message("en")
    assert "Tasks failed: 4" in said
    assert "ohne Nirgendwo" in said
    assert "“nowhere”" in said
    assert "4 tasks computed, 0 taken over from an earlier run, 4 failed" in first.output
    table = pd.read_parquet(tmp_path / "study.parquet")
    assert table["rules"].tolist() == ["frei"] * 4
    path.write_text(SMALL + '[[rules]]\nname = "frei"\n', encoding="utf-8")
    again = CliRunner().invoke(app, ["sweep", str(path), "--lang", "en"])
    assert again.exit_code == 0
    assert "0 tasks computed, 4 taken over" in again.output
    assert json.loads(pd.read_parquet(tmp_path / "study.parquet").to_json()) == json.loads(table.to_json())


def test_where_one_core_is_faster_it_is_said_before_anything_starts(tmp_path, monkeypatch):
    path = tmp_path / "study.toml"
    path.write_text(SMALL, encoding="utf-8")
    from iqgeo.workers.processes import Processes

    def run(self, function, items):
        assert self._pool is None
        return Serial().run(function, items)

    monkeypatch.setattr(Processes, "run", run)
    done = CliRunner().invoke(app, ["sweep", str(path), "--executor", "processes:2", "--lang", "en"])
    assert done.exit_code == 0
    assert "the others (2)" in done.output
    assert "one core alone (--executor serial) is faster" in done.output
    assert done.output.index("is faster") < done.output.index("Klein: 4 tasks computed")


def test_a_table_of_another_form_is_refused(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(SMALL, encoding="utf-8")
    done = CliRunner().invoke(app, ["sweep", str(path), "--out", str(tmp_path / "a.csv")])
    assert [it.code for it in done.exception.problems] == ["output_kind_unknown"]
