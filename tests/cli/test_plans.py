"""``iqgeo plans`` as its user runs it: nothing is overwritten, nothing goes without being said."""

import json
import sqlite3
import zipfile
from pathlib import Path

import pytest

from iqgeo.store import files, lists, members, plans, published
from iqgeo.store.database import open_store
from iqgeo.store.records import NewVersion

PLAN = """version = 2
name = "Plan A: [bold]vier[/bold] weitere"

[demand]
weight = "migration_background"

# Stays with the plan.
[[stages]]
name = "2012"
year = 2012

[[stages]]
name = "danach"
opened = ["03358019"]
"""


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """Where the plans are kept; not there yet."""
    path = tmp_path / "store" / "plans.db"
    monkeypatch.setenv("IQGEO_STORE", str(path))
    return path


@pytest.fixture
def file(tmp_path, region):
    """A plan that opens Soltau, or another town the region knows."""
    town = region.towns[region.towns["name"] == "Soltau"].iloc[0]
    path = tmp_path / "plan_a.toml"
    path.write_text(PLAN.replace("03358019", str(town["id"])), encoding="utf-8")
    return path


NAME = "Plan A: [bold]vier[/bold] weitere"


def listed(iqgeo, *options):
    return json.loads(iqgeo("plans", "list", "--json", "-", *options).stdout)["plans"]


def test_in_and_out_again_word_by_word(iqgeo, place, file, tmp_path):
    assert iqgeo("plans", "list").returncode == 2
    assert not place.exists()
    assert iqgeo("plans", "import", file).returncode == 0
    (entry,) = listed(iqgeo)
    assert (entry["name"], entry["number"], entry["change"]) == (NAME, 1, "aus der Datei plan_a.toml")
    for called in (NAME, NAME.upper(), entry["id"]):
        out = tmp_path / "out.toml"
        assert iqgeo("plans", "export", called, "--out", out).returncode == 0
        assert out.read_text(encoding="utf-8") == plans.load(open_store(place), entry["id"]).text
        assert "# Stays with the plan." in out.read_text(encoding="utf-8")
    assert [it["id"] for it in listed(iqgeo, "--search", "soltau")] == [entry["id"]]
    assert listed(iqgeo, "--search", "verden") == listed(iqgeo, "--archived") == []
    # What others wrote is text: no markup, no command to the terminal.
    assert NAME in iqgeo("plans", "list").stdout
    assert NAME in iqgeo("plans", "show", entry["id"], "--lang", "en").stdout


def test_a_known_name_is_never_overwritten(iqgeo, file):
    iqgeo("plans", "import", file)
    again = iqgeo("plans", "import", file)
    assert again.returncode == 2
    assert "--into" in again.stderr
    assert [it["number"] for it in listed(iqgeo)] == [1]
    same = iqgeo("plans", "import", file, "--into", NAME)
    assert "Nichts Neues" in same.stdout
    file.write_text(file.read_text(encoding="utf-8") + "\n[target]\nkm = 30\n", encoding="utf-8")
    assert iqgeo("plans", "import", file, "--into", NAME, "--change", "Ziel 30 km").returncode == 0
    assert iqgeo("plans", "import", file, "--name", "Plan B").returncode == 0
    assert {(it["name"], it["number"]) for it in listed(iqgeo)} == {(NAME, 2), ("Plan B", 1)}
    shown = json.loads(iqgeo("plans", "show", NAME, "--json", "-").stdout)
    assert [(it["number"], it["parent"], it["change"]) for it in shown["versions"]] == [
        (2, 1, "Ziel 30 km"),
        (1, None, "aus der Datei plan_a.toml"),
    ]
    # Same settings, same key, whatever the name.
    assert len({it["key"] for it in listed(iqgeo)}) == 1
    assert shown["versions"][0]["key"] != shown["versions"][1]["key"]


# The papers of a run are many, and each has a line for every place: a few say as much as a state.
PEOPLE = "id,lon,lat,people\n" + "".join(f"{at},{9 + at / 9},52.6,{40 + at}\n" for at in range(12))


def test_a_plan_runs_by_its_name_to_the_same_numbers(iqgeo, file, tmp_path, monkeypatch):
    (tmp_path / "menschen.csv").write_text(PEOPLE, encoding="utf-8")
    plan = file.read_text(encoding="utf-8").replace(
        'weight = "migration_background"', 'file = "menschen.csv"'
    )
    file.write_text(plan, encoding="utf-8")
    assert iqgeo("plans", "import", file).returncode == 0
    runs = []
    monkeypatch.chdir(tmp_path)
    for called, options in ((file, ()), (NAME, ("--out", "run"))):
        done = iqgeo("plan", "run", called, *options)
        assert done.returncode == 0, done.stderr
        folder = tmp_path / (options[1] if options else file.stem)
        runs.append(json.loads((folder / "run.json").read_text(encoding="utf-8"))["stages"])
    assert runs[0] == runs[1]
    for wrong in ("Plan Z", "x" * 300, "fehlt.toml"):
        assert iqgeo("plan", "run", wrong).returncode == 2


def test_own_files_come_along(iqgeo, place, tmp_path):
    (tmp_path / "stellen.csv").write_text("id,name,lon,lat\nS,Soltau,9.84,52.98\n", encoding="utf-8")
    (tmp_path / "menschen.csv").write_text(PEOPLE, encoding="utf-8")
    file = tmp_path / "own.toml"
    file.write_text(
        'version = 2\nname = "Eigene"\n[offices]\nfile = "stellen.csv"\n[demand]\nfile = "menschen.csv"\n'
        '[[stages]]\nname = "a"\nopened = ["S"]\n',
        encoding="utf-8",
    )
    assert iqgeo("plans", "import", file).returncode == 0
    shown = json.loads(iqgeo("plans", "show", "Eigene", "--json", "-").stdout)
    assert set(shown["files"]) == {"stellen.csv", "menschen.csv"}
    kept = {name: files.read(open_store(place), sha256) for name, sha256 in shown["files"].items()}
    assert b"Soltau" in kept["stellen.csv"]
    refused = iqgeo("plans", "export", "Eigene", "--out", tmp_path / "x.toml")
    assert refused.returncode == 2
    assert ".zip" in refused.stderr
    assert iqgeo("plans", "export", "Eigene", "--out", tmp_path / "x.zip").returncode == 0
    with zipfile.ZipFile(tmp_path / "x.zip") as packed:
        assert set(packed.namelist()) == {"plan.toml", *kept}
        assert {name: packed.read(name) for name in kept} == kept
    # In again from the bundle it is the same plan (without its comments), its file is kept once.
    iqgeo("plans", "import", tmp_path / "x.zip", "--into", "Eigene")
    again = json.loads(iqgeo("plans", "show", "Eigene", "--json", "-").stdout)
    assert again["files"] == shown["files"]
    assert {it["key"] for it in again["versions"]} == {shown["key"]}
    for name in ("stellen.csv", "menschen.csv"):
        (tmp_path / name).unlink()
    assert iqgeo("plan", "run", "Eigene", "--out", tmp_path / "run").returncode == 0


def test_a_published_version_holds_its_numbers_and_files(iqgeo, place, file):
    iqgeo("plans", "import", file)
    done = iqgeo("plans", "publish", NAME, "--open", "--json", "-")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    store = open_store(place)
    page = published.opened(store, told["token"], members.GUEST)
    case = json.loads(page.case_json)
    assert case["stages"][-1]["covered"] > case["stages"][0]["covered"] > 0
    kinds = {Path(name).suffix for name, _ in page.outputs}
    assert {".pdf", ".xlsx", ".html"} <= kinds
    pdf = next(name for name, media in page.outputs if media == "application/pdf")
    assert published.content(store, page.token, pdf).startswith(b"%PDF")
    assert "offices.csv" in page.checksums
    assert [it.published for it in lists.entries(store)] == [1]
    assert "veröffentlicht: Version 1" in iqgeo("plans", "list").stdout
    assert told["token"] in iqgeo("plans", "show", NAME).stdout
    assert iqgeo("plans", "publish", NAME, "--version", "9").returncode == 2


def test_one_command_backs_up_and_one_restores(iqgeo, file, tmp_path):
    iqgeo("plans", "import", file)
    backup, other = tmp_path / "sicherung.db", tmp_path / "other.db"
    assert iqgeo("plans", "backup", backup).returncode == 0
    assert backup.stat().st_mode & 0o077 == 0
    assert iqgeo("plans", "restore", backup).returncode == 2
    assert iqgeo("plans", "restore", backup, "--replace").returncode == 0
    assert iqgeo("plans", "restore", backup, "--store", other).returncode == 0
    assert listed(iqgeo, "--store", other) == listed(iqgeo)
    missing = iqgeo("plans", "restore", tmp_path / "fehlt.db", "--store", tmp_path / "new.db")
    assert missing.returncode == 2
    assert not (tmp_path / "new.db").exists()
    assert iqgeo("plans", "backup", tmp_path / "no" / "such" / "folder.db").returncode == 2
    assert iqgeo("plans", "list", "--store", file).returncode == 2


def test_nothing_goes_without_being_said(iqgeo, place, file):
    iqgeo("plans", "import", file)
    asked = iqgeo("plans", "remove", NAME)
    assert asked.returncode == 2
    assert "Versionen 1" in asked.stderr
    assert len(listed(iqgeo)) == 1
    assert iqgeo("plans", "remove", NAME, "--yes").returncode == 0
    assert listed(iqgeo) == []
    assert iqgeo("plans", "remove").returncode == 2
    assert iqgeo("plans", "remove", "a", "--person", "b").returncode == 2


def test_a_persons_traces_are_shown_and_removed(iqgeo, place):
    store = open_store(place)
    claims = {"iss": "p", "sub": "ruth", "aud": "c", "iat": 1e9, "name": "Ruth", "email": "ruth@example.org"}
    ruth = members.sign_in(store, claims, client_id="c", at=1e9)
    plans.create(store, NewVersion("Plan A", "text", "k"), ruth)
    asked = iqgeo("plans", "remove", "--person", "ruth@example.org")
    assert asked.returncode == 2
    assert "Versionen (1)" in asked.stderr
    refused = iqgeo("plans", "remove", "--person", "Ruth", "--yes")
    assert "--heir" in refused.stderr
    done = iqgeo("plans", "remove", "--person", "Ruth", "--yes", "--heir", "bob@example.org")
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(place) as connection:
        # A name that no identifier, drawn in hexadecimal, can hold by chance.
        assert "ruth" not in "\n".join(connection.iterdump()).lower()
    connection.close()
