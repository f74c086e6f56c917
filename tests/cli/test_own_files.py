"""What a command reads it never writes over, whichever command, option and name; what is asked counts."""

import os
from pathlib import Path

import pytest

OFFICES = "id,name,lon,lat\nA,Celle,10.08,52.62\n"
STREETS = "from,to,from_lon,from_lat,to_lon,to_lat,km\n1,2,9.0,53.0,9.1,53.0,6.8\n"


def link(path, way):
    if way == "itself":
        return path
    if way == "roundabout":
        return path.parent / "." / ".." / path.parent.name / path.name
    other = path.with_name(f"other{path.suffix}")
    (os.symlink if way == "symbolic link" else os.link)(path, other)
    return other


@pytest.mark.parametrize("way", ["itself", "roundabout", "symbolic link", "hard link"])
@pytest.mark.parametrize(
    ("words", "option", "content"),
    [
        ("gaps --offices {}", "--out", OFFICES),
        ("coverage --offices {}", "--json", OFFICES),
        ("suggest --new 1 --candidates {}", "--json", OFFICES),
        ("report --offices {}", "--out", OFFICES),
        ("load --demand {}", "--json", OFFICES),
        ("roads build {}", "--out", STREETS),
        ("roads build {}", "--map", STREETS),
        ("roads build streets.csv --nodes {}", "--json", STREETS),
        ("plan run {}", "--out", "version = 1"),
        ("geocode {} --service http://localhost:1", "--out", OFFICES),
    ],
)
def test_a_file_that_is_read_stays_as_it_was(iqgeo, tmp_path, words, option, content, way):
    own = tmp_path / "own.csv"
    own.write_text(content)
    result = link(own, way)
    done = iqgeo(*(it.format(own) for it in words.split()), option, result, "--lang", "en")
    assert done.returncode == 2
    assert f"{result}: This file is read, too" in done.stderr
    assert own.read_text() == content


@pytest.mark.parametrize("way", ["itself", "symbolic link"])
@pytest.mark.parametrize(
    "words",
    ["coverage --plan {} --json", "gaps --plan {} --out", "report --plan {} --out"],
)
def test_a_file_that_a_plan_names_stays_as_it_was(iqgeo, tmp_path, words, way):
    own, plan = tmp_path / "own.csv", tmp_path / "plan.toml"
    own.write_text(OFFICES)
    plan.write_text('version = 2\n[offices]\nfile = "own.csv"\n[[stages]]\nname = "A"\nopened = ["A"]\n')
    result = link(own, way)
    done = iqgeo(*(it.format(plan) for it in words.split()), result, "--lang", "en")
    assert done.returncode == 2
    assert f"{result}: This file is read, too" in done.stderr
    assert own.read_text() == OFFICES


def test_two_results_have_two_names(iqgeo, tmp_path):
    own = tmp_path / "own.csv"
    own.write_text(STREETS)
    done = iqgeo("roads", "build", own, "--out", tmp_path / "n", "--map", tmp_path / "n", "--lang", "en")
    assert done.returncode == 2
    assert "Two results" in done.stderr
    assert not (tmp_path / "n").exists()


@pytest.mark.parametrize("name", ["folder", "file/below", "n" * 300, "/dev/null"])
def test_a_network_that_cannot_be_written_is_a_sentence_before_the_work(iqgeo, tmp_path, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    own = tmp_path / "own.csv"
    own.write_text(STREETS)
    done = iqgeo("roads", "build", own, "--out", tmp_path / name, "--lang", "en")
    assert done.returncode == 2
    assert "fault of iqgeo" not in done.stderr
    assert name == "/dev/null" or "Connecting" not in done.stderr
    assert {it.name for it in tmp_path.iterdir()} == {"folder", "file", "own.csv"}
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize(
    "words", ["coverage", "gaps --distance straight", "suggest --new 1 --distance detour"]
)
def test_minutes_are_no_kilometres(iqgeo, tmp_path, words):
    """Without roads a target in minutes had been left aside, and kilometres counted."""
    done = iqgeo(*words.split(), "--target-min", "45", "--lang", "en")
    assert done.returncode == 2
    assert "A target in minutes exists on roads only" in done.stderr
