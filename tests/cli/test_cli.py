"""The commands as a user runs them: a process, its output, its exit status."""

import json
import os
import subprocess
import sys

import pytest

COMMAND = [sys.executable, "-m", "iqgeo"]


def iqgeo(*arguments, **environment):
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        check=False,
    )


def test_coverage_as_json_on_standard_output(coverage_2012):
    done = iqgeo("coverage", "--json", "-")
    assert done.returncode == 0, done.stderr
    content = json.loads(done.stdout)
    assert content["covered"] == coverage_2012.covered
    assert content["share"] == coverage_2012.share
    assert len(content["districts"]) == 45


def test_coverage_as_a_table_in_both_languages():
    german, english = iqgeo("coverage"), iqgeo("coverage", "--lang", "en")
    assert german.stdout.startswith("47 von 100 Menschen mit Migrationshintergrund")
    assert "630.232 von 1.333.596" in german.stdout
    assert "zusammen" in german.stdout
    assert english.stdout.startswith("47 of 100 people with a migration background")
    assert "630,232 of 1,333,596" in english.stdout


def test_own_offices_and_own_people_anywhere(tmp_path):
    offices, demand, result = tmp_path / "offices.csv", tmp_path / "people.csv", tmp_path / "result.json"
    offices.write_text("id,name,lon,lat\n1,Santiago,-70.65,-33.45\n", encoding="utf-8")
    demand.write_text("id,lon,lat,people\na,-70.7,-33.4,10\nb,-71.5,-33.0,30\n", encoding="utf-8")
    done = iqgeo("coverage", "--offices", offices, "--demand", demand, "--json", result)
    assert done.returncode == 0, done.stderr
    content = json.loads(result.read_text(encoding="utf-8"))
    assert (content["people"], content["covered"], content["weight"]) == (40, 10, "own")


def test_help_answers_without_loading_anything_heavy():
    code = (
        "import sys; sys.argv=['iqgeo','--help']\n"
        "from iqgeo.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas','numpy','geopandas','scipy','sklearn','streamlit','folium'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentences"),
    [
        (["--target-km", "0"], ["größer als 0 km"]),
        (
            ["--target-km", "weit", "--stage", "zwölf"],
            ["„weit“ ist keine Zahl", "„zwölf“ ist keine ganze Zahl"],
        ),
        (["--distance", "luft", "--weight", "alle"], ["„luft“", "„alle“"]),
        (["--year", "2011", "--detour-factor", "0,5"], ["2010, 2012", "0.5"]),
        (["--region", "/nirgends"], ["Ordner der Region"]),
        (["--lang", "fr"], ["Möglich sind de und en"]),
    ],
)
def test_every_problem_is_named_at_once(arguments, sentences, tmp_path):
    result = tmp_path / "result.json"
    done = iqgeo("coverage", *arguments, "--json", result)
    assert done.returncode == 2
    for sentence in sentences:
        assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not result.exists()
    assert done.stdout == ""


def test_a_fault_of_ours_is_a_sentence_and_status_1(tmp_path):
    done = iqgeo("coverage", "--json", tmp_path, IQGEO_LANG="en")
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
