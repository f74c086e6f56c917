"""The commands as a user runs them: their output, their exit status.

Each command runs once as a process that has loaded nothing yet (``gaps`` does in the tests of faults);
all else calls the same entry in this process, which saves the seconds of loading.
"""

import json
import os
import subprocess
import sys
import zipfile

import pytest


def process(*arguments, **environment):
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "iqgeo", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        check=False,
    )


def test_coverage_as_json_on_standard_output(coverage_2012):
    done = process("coverage", "--json", "-")
    assert done.returncode == 0, done.stderr
    content = json.loads(done.stdout)
    assert content["covered"] == coverage_2012.covered
    assert content["share"] == coverage_2012.share
    assert len(content["districts"]) == 45


def test_coverage_as_a_table_in_both_languages(iqgeo):
    german, english = iqgeo("coverage"), iqgeo("coverage", "--lang", "en")
    assert german.stdout.startswith("47 von 100 Menschen mit Migrationshintergrund")
    assert "630.232 von 1.333.596" in german.stdout
    assert "zusammen" in german.stdout
    assert english.stdout.startswith("47 of 100 people with a migration background")
    assert "630,232 of 1,333,596" in english.stdout


def test_own_offices_and_own_people_anywhere(tmp_path, iqgeo):
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
        (["--year", "2011", "--detour-factor", "0,5"], ["2010, 2012", "0,5"]),
        (["--region", "/nirgends"], ["Ordner der Region"]),
        (["--lang", "fr"], ["Möglich: de, en"]),
    ],
)
def test_every_problem_is_named_at_once(arguments, sentences, tmp_path, iqgeo):
    result = tmp_path / "result.json"
    done = iqgeo("coverage", *arguments, "--json", result)
    assert done.returncode == 2
    for sentence in sentences:
        assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not result.exists()
    assert done.stdout == ""


BAD_OFFICES = {
    "no coordinates": ("id,name\n1,A\n", ["„lon“ fehlt", "„lat“ fehlt"]),
    "swapped": ("id,name,lon,lat\n1,Hannover,52.37,9.73\n", ["vertauscht", "Zeile 2"]),
    "outside": (
        "id,name,lon,lat\n1,München,11.57,48.14\n",
        ["außerhalb", "im Umkreis von 35 km wohnt niemand"],
    ),
    "no number": ("id,name,lon,lat\n1,A,9.7,52.3\n2,B,8.0,x\n", ["Zeile 3"]),
    "empty": ("", ["leer"]),
}


@pytest.mark.parametrize("case", BAD_OFFICES)
def test_an_office_table_that_cannot_be_used(case, tmp_path, iqgeo):
    content, sentences = BAD_OFFICES[case]
    offices, result = tmp_path / "stellen.csv", tmp_path / "result.json"
    offices.write_text(content, encoding="utf-8")
    done = iqgeo("coverage", "--offices", offices, "--target-km", "0", "--json", result)
    assert done.returncode == 2
    for sentence in [*sentences, "größer als 0 km", "stellen.csv"]:
        assert sentence in done.stderr
    assert not result.exists()
    assert offices.read_text(encoding="utf-8") == content


WRONG_AND_FAR = "id,name,lon,lat\nA,Celle,10.08,52.62\nC,Stade,9.47,x\nB,München,11.57,48.14\n"


def test_two_tables_and_the_question_are_named_together(tmp_path, iqgeo):
    offices, towns = tmp_path / "stellen.csv", tmp_path / "orte.csv"
    offices.write_text(WRONG_AND_FAR, encoding="utf-8")
    towns.write_text("id,name,lon,lat\nW,Wien,16.37,48.2\nS,Stade,53.6,9.47\n", encoding="utf-8")
    done = iqgeo("suggest", "--new", "viele", "--offices", offices, "--candidates", towns)
    assert done.returncode == 2
    said = done.stderr.splitlines()
    assert any("stellen.csv, Zeile 3" in line for line in said)
    assert any("orte.csv" in line for line in said)
    assert "„viele“ ist keine ganze Zahl" in done.stderr


def test_with_people_of_ones_own_offices_stand_anywhere(tmp_path, iqgeo):
    offices, people = tmp_path / "stellen.csv", tmp_path / "menschen.csv"
    offices.write_text(WRONG_AND_FAR, encoding="utf-8")
    people.write_text("id,lon,lat,people\na,11.5,48.1,10\n", encoding="utf-8")
    done = iqgeo("coverage", "--offices", offices, "--demand", people)
    assert done.returncode == 2
    assert "Zeile 3" in done.stderr
    assert "Zeile 4" not in done.stderr


def test_swapped_coordinates_are_exchanged_on_request(tmp_path, iqgeo):
    right, swapped, people = (tmp_path / name for name in ("gut.csv", "vertauscht.csv", "menschen.csv"))
    right.write_text("id,name,lon,lat\nC,Celle,10.08,52.62\n", encoding="utf-8")
    swapped.write_text("id,name,lon,lat\nC,Celle,52.62,10.08\n", encoding="utf-8")
    people.write_text("id,lon,lat,people\na,52.6,10.0,10\nb,53.9,8.0,5\n", encoding="utf-8")
    plain = iqgeo("coverage", "--offices", right, "--json", "-")
    turned = iqgeo("coverage", "--offices", swapped, "--swap-coordinates", "offices", "--json", "-")
    assert turned.returncode == 0, turned.stderr
    assert json.loads(turned.stdout)["covered"] == json.loads(plain.stdout)["covered"] > 0
    both = iqgeo(
        "coverage", "--offices", swapped, "--demand", people, "--swap-coordinates", "offices, demand",
        "--json", "-",
    )  # fmt: skip
    assert json.loads(both.stdout)["covered"] == 10


def test_what_cannot_be_swapped_is_named(tmp_path, iqgeo):
    done = iqgeo("coverage", "--swap-coordinates", "offices,shares")
    assert done.returncode == 2
    assert "mit --offices angeben" in done.stderr
    assert "„shares“" in done.stderr


def shares_file(path, region, change):
    rows = dict.fromkeys(region.district_names, "12,5")
    change(rows)
    lines = "".join(f"{ags};{share}\n" for ags, share in rows.items())
    path.write_text("ags;share_pct\n" + lines, encoding="utf-8")
    return path


def test_shares_above_100_and_a_missing_district_are_both_named(tmp_path, region, iqgeo):
    def spoil(rows):
        rows["03103"] = "125"
        del rows["03462"]

    shares = shares_file(tmp_path / "anteile.csv", region, spoil)
    done = iqgeo("coverage", "--shares", shares)
    assert done.returncode == 2
    assert "125" in done.stderr
    assert "03462" in done.stderr
    assert done.stdout == ""


def test_an_ags_without_its_zero_is_repaired_visibly(tmp_path, region, iqgeo):
    shares = shares_file(tmp_path / "anteile.csv", region, lambda rows: None)
    shares.write_text(shares.read_text(encoding="utf-8").replace("\n03", "\n3"), encoding="utf-8")
    done = iqgeo("coverage", "--shares", shares, "--json", "-")
    assert done.returncode == 0, done.stderr
    assert "03" in done.stderr
    content = json.loads(done.stdout)
    assert content["people"] == pytest.approx(region.settlements["population"].sum() / 8, abs=45)


def test_check_explains_files_without_running_anything(tmp_path, iqgeo):
    good, bad = tmp_path / "gut.csv", tmp_path / "schlecht.csv"
    good.write_text("id,name,lon,lat\n1,Celle,10.08,52.62\n", encoding="utf-8")
    bad.write_text(BAD_OFFICES["no number"][0], encoding="utf-8")
    done = process("check", good, bad)
    assert done.returncode == 2
    assert "gut.csv: in Ordnung" in done.stdout
    assert "schlecht.csv: nicht verwendbar" in done.stdout
    assert iqgeo("check", good).returncode == 0


def test_check_knows_plans_and_road_networks(tmp_path, road_file, iqgeo):
    good, bad = tmp_path / "plan.toml", tmp_path / "schlecht.toml"
    good.write_text('version = 2\nname = "Süd"\n[[stages]]\nname = "heute"\nyear = 2012\n', encoding="utf-8")
    bad.write_text('version = 2\nname = "Süd"\n[target]\nkm = "weit"\n', encoding="utf-8")
    done = iqgeo("check", good, road_file)
    assert done.returncode == 0, done.stdout
    assert "plan.toml: in Ordnung. Plan „Süd“, Etappen: 1." in done.stdout
    assert (
        f"{road_file.name}: in Ordnung. Straßennetz aus edges.csv, Stand unbekannt, 2 Punkte." in done.stdout
    )
    done = iqgeo("check", good, bad, "--lang", "en")
    assert done.returncode == 2
    assert "schlecht.toml: cannot be used" in done.stdout
    assert "weit" in done.stdout


def test_check_knows_a_plan_in_a_zip_from_other_zips(tmp_path, iqgeo):
    good, bad, other = (tmp_path / name for name in ("plan.zip", "schlecht.zip", "gitter.zip"))
    plan = 'version = 2\nname = "Süd"\n[[stages]]\nname = "heute"\nyear = 2012\n'
    for path, members in (
        (good, {"plan.toml": plan}),
        (bad, {"plan.toml": plan.replace("2012", '"bald"')}),
        (other, {"gitter.csv": "id,lon,lat,people\n1,9.7,52.4,5\n"}),
    ):
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
    done = iqgeo("check", good)
    assert done.returncode == 0
    assert "plan.zip: in Ordnung. Plan „Süd“, Etappen: 1." in done.stdout
    done = iqgeo("check", bad, other)
    assert done.returncode == 2
    assert "schlecht.zip: nicht verwendbar" in done.stdout
    assert "Plan" not in done.stdout.split("gitter.zip")[1]


@pytest.fixture
def road_file(tmp_path):
    from iqgeo.distances.roads import build_roads

    edges, roads = tmp_path / "edges.csv", tmp_path / "straßen.parquet"
    edges.write_text(
        "from,to,km,from_lon,from_lat,to_lon,to_lat\na,b,1.2,9.7,52.3,9.71,52.3\nb,a,1.2,9.71,52.3,9.7,52.3\n",
        encoding="utf-8",
    )
    build_roads(edges).save(roads)
    return roads


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "gpkg", "geojson"])
def test_the_gap_list_is_written_in_every_form(tmp_path, suffix, iqgeo):
    out = tmp_path / f"Lücken Süd.{suffix}"
    done = iqgeo("gaps", "--out", out)
    assert done.returncode == 0, done.stderr
    assert out.stat().st_size > 10_000
    assert str(out) in done.stdout


def test_a_form_that_is_not_known_is_refused_before_any_work(tmp_path, iqgeo):
    done = iqgeo("gaps", "--out", tmp_path / "luecken.docx")
    assert done.returncode == 2
    assert ".docx" in done.stderr
    assert ".xlsx" in done.stderr


def test_gaps_as_a_table(iqgeo):
    done = iqgeo("gaps")
    assert done.stdout.startswith("703.364 von 1.333.596")
    assert "zwischen Bremen und Hamburg" in done.stdout


def test_suggest_as_json_has_what_others_rely_on():
    done = process("suggest", "--new", "2", "--json", "-")
    assert done.returncode == 0, done.stderr
    content = json.loads(done.stdout)
    assert {
        "model", "status", "objective", "bound", "gap", "seconds", "sites", "covered_before", "covered_after",
        "people", "unreachable_people",
    } <= set(content)  # fmt: skip
    assert content["status"] == "optimal"
    assert content["gap"] == 0
    assert {"id", "name", "lon", "lat", "gain"} <= set(content["sites"][0])
    assert content["covered_after"] == content["covered_before"] + sum(
        site["gain"] for site in content["sites"]
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--model", "keep-best", "--keep", "4"], "Aufgegeben:"),
        # Offices that stay bring nothing new.
        (["--model", "keep-best", "--keep", "5"], "Kennung  erreicht\n"),
        (["--model", "full-cover", "--share-pct", "80"], "Mit weniger als"),
        (["--stages", "1,1"], "Preis der Etappen"),
        (["--curve", "3"], "bewiesen"),
        (["--alternatives", "1", "--new", "2"], "Unterschied"),
    ],
)
def test_suggest_as_tables(arguments, sentence, iqgeo):
    done = iqgeo("suggest", *arguments)
    assert done.returncode == 0, done.stderr
    assert sentence in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--new", "-1"], "-1"),
        (["--new", "5000"], "5000"),
        (["--require", "nirgends"], "„nirgends“"),
        (["--model", "bestes", "--new", "viele"], "„viele“ ist keine ganze Zahl"),
    ],
)
def test_a_question_that_cannot_be_asked(arguments, sentence, iqgeo):
    done = iqgeo("suggest", *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stdout == ""


NOT_TAKEN = {
    ("--curve", "3"): ["--new", "--keep", "--share-pct", "--refusals", "--stages", "--alternatives"],
    ("--stages", "1,1"): ["--new", "--keep", "--share-pct", "--refusals", "--curve", "--alternatives"],
    ("--alternatives", "1"): ["--keep", "--share-pct", "--refusals"],
    ("--model", "full-cover"): ["--new", "--keep"],
    ("--model", "p-median"): ["--keep", "--share-pct", "--refusals"],
    ("--model", "p-center"): ["--keep", "--share-pct", "--refusals"],
    ("--model", "keep-best"): [
        "--new", "--share-pct", "--refusals", "--require", "--forbid", "--one-per-district",
    ],
    ("--new", "2"): ["--keep", "--share-pct"],
}  # fmt: skip
FLAGS = ("--refusals", "--one-per-district")


@pytest.mark.parametrize("question", NOT_TAKEN, ids=" ".join)
def test_a_question_says_what_it_does_not_take(question, iqgeo):
    options = NOT_TAKEN[question]
    typed = [word for name in options for word in ([name] if name in FLAGS else [name, "2"])]
    done = iqgeo("suggest", *question, *typed)
    assert done.returncode == 2
    assert done.stdout == ""
    listed = done.stderr.split("keine Verwendung: ")[1].split(".")[0].split(", ")
    asked = "--stages" if "--stages" in options else question[0]
    if asked == question[0]:
        assert listed == sorted(options)
    else:
        # Two questions at once: one of them is asked, the other is not taken.
        assert set(listed) ^ set(options) == {"--curve", "--stages"}
    assert done.stderr.startswith(("„--", "--"))


def test_two_questions_at_once_are_refused(iqgeo):
    done = iqgeo("suggest", "--curve", "3", "--model", "p-median", "--alternatives", "1", "--lang", "en")
    assert done.returncode == 2
    assert "“--curve” has no use for these options: --alternatives, --model." in done.stderr


def test_a_rule_that_cannot_be_met_is_named_with_the_number_that_would_do(iqgeo):
    for more in ([], ["--lang", "en"]):
        done = iqgeo("suggest", "--new", "4", "--one-per-district", "--json", "-", *more)
        assert done.returncode == 0
        content = json.loads(done.stdout)
        assert content["status"] == "infeasible"
        assert content["unmet"]["rules"] == ["one_per_district"]
        assert content["unmet"]["fewest"] == content["unmet"]["least"] > 4
    done = iqgeo("suggest", "--curve", "2", "--one-per-district", "--json", "-")
    assert json.loads(done.stdout)["points"] == []
    assert json.loads(done.stdout)["unmet"]["asked"] == 2


def test_a_fault_of_ours_is_a_sentence_and_status_1(tmp_path):
    done = process("coverage", "--json", tmp_path, IQGEO_LANG="en")
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
